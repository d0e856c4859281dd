//! docs/kernels.md, beside the heads of the files that it tells of.

use std::fs;
use std::path::Path;

const PAGE: &str = "docs/kernels.md";

/// Where an operation has its files, and what they are called on the page.
const PLACES: [(&str, &str, &str); 3] =
    [("CPU", "src/cpu/ops", "rs"), ("GPU", "src/gpu/ops", "rs"), ("kernel", "shaders", "wgsl")];

/// The names of a folder's files, sorted.
fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: std::path::PathBuf| path.file_stem().unwrap().to_str().unwrap().to_string();
    let mut names: Vec<String> = entries.map(name).filter(|name| name != "mod").collect();
    names.sort();
    names
}

/// The paragraphs of the comment that a file begins with, a line each.
fn head(path: &str, mark: &str) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map_while(|line| line.strip_prefix(mark)).map(str::trim);
    let paragraphs = lines.collect::<Vec<_>>();
    let paragraphs = paragraphs.split(|line| line.is_empty());
    paragraphs.map(|lines| lines.join(" ")).filter(|text| !text.is_empty()).collect()
}

/// A row of a table in Markdown.
fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Links to those files that are there.
fn links(files: impl IntoIterator<Item = (String, String)>) -> String {
    let there = files.into_iter().filter(|(_, path)| Path::new(path).is_file());
    there.map(|(name, path)| format!("[{name}](../{path})")).collect::<Vec<_>>().join(", ")
}

fn operations() -> String {
    let mut table = row(&["operation", "formula", "letters and shapes", "files"]);
    table += "|---|---|---|---|\n";
    for name in names("src/plan/ops") {
        let plan = format!("src/plan/ops/{name}.rs");
        let [formula, meaning] = &head(&plan, "//!")[..] else {
            panic!(
                "{plan}: its head is a paragraph with the formula and one with letters and shapes"
            );
        };
        let files = PLACES.map(|(called, folder, ending)| {
            let path = format!("{folder}/{name}.{ending}");
            assert!(Path::new(&path).is_file(), "{name} lacks {path}");
            (called.to_string(), path)
        });
        table += &row(&[&links([(name, plan)]), formula, meaning, &links(files)]);
    }
    table
}

/// The first sentence of a text; a point in a formula stands before no capital letter.
fn first_sentence(text: &str) -> &str {
    let ends = |(at, _): &(usize, &str)| {
        text[at + 2..].starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '`')
    };
    text.match_indices(". ").find(ends).map_or(text, |(at, _)| &text[..=at])
}

fn shaders() -> String {
    let mut table = row(&["shader", "what it computes", "beside it"]);
    table += "|---|---|---|\n";
    let operations = names("src/plan/ops");
    for name in names("shaders").into_iter().filter(|name| !operations.contains(name)) {
        let path = format!("shaders/{name}.wgsl");
        let head = head(&path, "//");
        let told = head.first().unwrap_or_else(|| panic!("{path} has no head"));
        let beside = ["cpu", "gpu/ops"].map(|folder| {
            let called = folder[..3].to_uppercase();
            (called, format!("src/{folder}/{name}.rs"))
        });
        let told = first_sentence(told).replace('*', "\\*");
        table += &row(&[&links([(name, path)]), &told, &links(beside)]);
    }
    table
}

/// The page with a table between its marks.
fn with_table(page: &str, mark: &str, table: &str) -> String {
    let mark = format!("<!-- {mark} -->\n");
    let (before, rest) = page.split_once(&mark).unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    format!("{before}{mark}{table}<!-- end -->{after}")
}

#[test]
fn the_page_has_the_head_of_every_file() {
    let page = fs::read_to_string(PAGE).unwrap();
    let made = with_table(&page, "operations", &operations());
    let made = with_table(&made, "shaders", &shaders());
    if std::env::var_os("GPU_MLP_RENEW").is_some() {
        fs::write(PAGE, &made).unwrap();
    } else {
        let renew = "GPU_MLP_RENEW=1 cargo test --test kernels";
        assert!(page == made, "{PAGE} is not what the heads say; `{renew}` writes it");
    }
}
