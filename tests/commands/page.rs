//! The commands of a page of Markdown, and its links.

use std::collections::BTreeSet;

/// The languages of blocks without commands; every other block begins with one.
const OTHER_LANGUAGES: [&str; 5] = ["json", "python", "rust", "text", "toml"];

/// What a line of a block begins with that is a command.
const PROGRAMS: [&str; 13] = [
    "gpu-mlp ", "cargo ", "python ", "python3 ", "pip ", "printf ", "cat ", "apt-get ", "sudo ",
    "benches/", "tests/", "KIT/", ".ci/",
];

/// A page's commands, in their order.
pub struct Page {
    pub commands: Vec<Command>,
}

/// A command, and what the page shows below it.
pub struct Command {
    /// Its line on the page, from 1.
    pub line: usize,
    /// As the page has it, without a comment behind it; of several lines where it has a here-document.
    pub text: String,
    pub output: Vec<String>,
}

/// The lines of a block of code, without its indent.
struct Block {
    /// The first line on the page, from 1.
    line: usize,
    lines: Vec<String>,
}

impl Page {
    pub fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut commands: Vec<Command> = vec![];
        for Block { line: first, lines } in blocks(&text) {
            let begins = lines.first().is_some_and(|line| is_command(line));
            let languages = OTHER_LANGUAGES.join(", ");
            assert!(begins, "{path}:{first}: no command, and no block in one of: {languages}");
            // The last line of a here-document.
            let mut end: Option<String> = None;
            for (line, text) in (first..).zip(&lines) {
                if end.is_some() {
                    commands.last_mut().unwrap().text += &format!("\n{text}");
                    if end.as_ref() == Some(text) {
                        end = None;
                    }
                } else if is_command(text) {
                    let text = without_comment(text).to_string();
                    end = text
                        .split_once("<<")
                        .map(|(_, word)| word.trim().trim_matches('\'').into());
                    commands.push(Command { line, text, output: vec![] });
                } else {
                    commands.last_mut().unwrap().output.push(text.clone());
                }
            }
        }
        Page { commands }
    }
}

fn is_command(line: &str) -> bool {
    let assigns = line.split_once('=').is_some_and(|(name, value)| {
        let upper = |c: char| c.is_ascii_uppercase() || c == '_';
        !name.is_empty() && name.chars().all(upper) && value.contains(' ')
    });
    assigns || PROGRAMS.iter().any(|program| line.starts_with(program))
}

fn without_comment(command: &str) -> &str {
    command.split(" # ").next().unwrap().trim_end()
}

/// The blocks of code of a page, fenced ones of other languages left out. Others are indented by four columns, behind
/// a line of blanks.
fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = vec![];
    let mut fence: Option<bool> = None;
    let (mut indented, mut before_is_blank) = (false, true);
    for (line, text) in (1..).zip(text.lines()) {
        if let Some(language) = text.strip_prefix("```") {
            // The last line of a fence has no language.
            let taken = !OTHER_LANGUAGES.contains(&language);
            fence = if fence.is_some() { None } else { Some(taken) };
            if fence == Some(true) {
                found.push(Block { line: line + 1, lines: vec![] });
            }
            (indented, before_is_blank) = (false, true);
            continue;
        }
        match (fence, text.strip_prefix("    ")) {
            (Some(false), _) => {}
            (Some(true), _) => found.last_mut().unwrap().lines.push(text.into()),
            (None, Some(code)) if indented || before_is_blank => {
                if !indented {
                    found.push(Block { line, lines: vec![] });
                }
                indented = true;
                found.last_mut().unwrap().lines.push(code.into());
            }
            // A blank line may stand inside of a block.
            (None, _) if text.is_empty() && indented => {
                found.last_mut().unwrap().lines.push(String::new());
            }
            (None, _) => indented = false,
        }
        before_is_blank = text.is_empty();
    }
    found
}

/// Where the links of a page lead, those to other sites left out.
pub fn links(page: &str) -> Vec<String> {
    let all = page.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let own = all.map(|(link, _)| link).filter(|link| !link.starts_with("http"));
    own.map(String::from).collect()
}

/// The names by which links lead to a page's sections.
pub fn places(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let name = |heading: &str| -> String {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(name).collect()
}
