//! Every command of the pages and every example, as a reader runs them: in their order, from the root of a checkout.
#![cfg(unix)] // commands are run by a shell

mod elsewhere;
mod examples;
#[path = "../gpu/adapter.rs"]
mod gpu;
mod output;
mod page;
mod shell;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use page::Page;
use shell::Shell;

/// Runs the commands of a page, one after the other, in a folder of its own.
fn run(path: &str) {
    let shell = Shell::new();
    for command in &Page::read(path).commands {
        let at = format!("{path}:{}: {}", command.line, command.text);
        if elsewhere::runs(&command.text) {
            continue;
        }
        assert!(shell::knows(&command.text), "{at}: elsewhere.rs does not say who runs this");
        let Some(ran) = shell.run(command, &at) else { continue };
        assert_eq!(ran.succeeded, !output::is_refusal(&command.output), "{at}\n{}", ran.printed);
        if !shell::tells_of_the_machine(&command.text)
            && let Err(line) = output::compare(&command.output, &ran.printed)
        {
            panic!("{at}\nprints no such line here: {line}\nit prints:\n{}", ran.printed);
        }
    }
}

/// A test for each page, and their list.
macro_rules! pages {
    ($($test:ident $path:literal,)*) => {
        const PAGES: &[&str] = &[$($path,)*];
        $(
            #[test]
            fn $test() {
                run($path);
            }
        )*
    };
}

pages! {
    the_readme "README.md",
    data "docs/data.md",
    devices "docs/devices.md",
    forecasts "docs/forecasts.md",
    kernels "docs/kernels.md",
    mathematics "docs/mathematics.md",
    model_file "docs/model-file.md",
    models "docs/models.md",
    parameters "docs/parameters.md",
    performance "docs/performance.md",
    runs "docs/runs.md",
    tables "docs/tables.md",
    parameter_files "params/README.md",
    data_sets "datasets/README.md",
}

/// The pages of a folder.
fn pages_in(folder: &str) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "md"))
}

#[test]
fn every_page_of_the_docs_is_run() {
    for path in pages_in("docs") {
        let path = path.to_str().unwrap();
        assert!(PAGES.contains(&path), "{path} has no test: `pages!` lists them");
    }
}

#[test]
fn who_runs_the_other_commands_is_said_of_none_but_those() {
    let pages = PAGES.iter().flat_map(|path| Page::read(path).commands);
    let texts: BTreeSet<String> = pages.map(|command| command.text).collect();
    for (command, runner) in elsewhere::COMMANDS {
        assert!(texts.contains(*command), "no page has `{command}`");
        runner.check(command);
    }
    for (long, _) in shell::SHORTENED {
        assert!(texts.iter().any(|text| text.contains(long)), "no page has `{long}`");
    }
}

#[test]
fn the_readme_is_short() {
    let page = std::fs::read_to_string("README.md").unwrap();
    assert!(page.lines().count() <= 225, "the README takes a reader more than ten minutes");
    for line in page.lines() {
        assert!(line.chars().count() <= 100, "the README has a line wider than 100: {line}");
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    for path in PAGES.iter().copied().chain(["CONTRIBUTING.md"]) {
        for link in page::links(&std::fs::read_to_string(path).unwrap()) {
            let (file, place) = link.split_once('#').unwrap_or((&link, ""));
            let folder = Path::new(path).parent().unwrap();
            let target = if file.is_empty() { path.into() } else { folder.join(file) };
            assert!(target.exists(), "{path} links to {link}, which is not there");
            let is_there =
                || page::places(&std::fs::read_to_string(&target).unwrap()).contains(place);
            assert!(place.is_empty() || is_there(), "{path} links to {link}: no such section");
        }
    }
}
