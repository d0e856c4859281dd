//! The house: which room a file may import from. Read off the `use` lines of `src`, tests aside.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The rooms, from the ground up: each imports only from those before it.
const ROOMS: [&str; 29] = [
    "clock",
    "error",
    "text",
    "nearest",
    "number",
    "input",
    "memory",
    "instruction_set",
    "math",
    "expr",
    "plan",
    "network",
    "data",
    "run",
    "metrics",
    "backend",
    "cpu",
    "gpu",
    "train",
    "model",
    "params",
    "candidates",
    "artifact",
    "usage",
    "onnx",
    "door",
    "bench",
    "cli",
    "main",
];

/// The floors of the GPU, from the ground up.
const FLOORS: [&str; 5] = ["device", "session", "ops", "schedules", "engine"];

/// The names of a path: `["gpu", "engine", "epoch"]`.
type Module = Vec<String>;

/// A file of `src` by its module, and what it imports of the crate.
struct House {
    imports: BTreeMap<Module, BTreeSet<Module>>,
}

impl House {
    fn read() -> Self {
        let mut texts = BTreeMap::new();
        read_into(Path::new("src"), &[], &mut texts);
        // It names the others, and imports nothing.
        texts.remove(&vec!["rooms".to_string()]);
        let of_tests = of_tests(&texts);
        texts.retain(|module, _| !of_tests.iter().any(|own| module.starts_with(own)));
        let modules: BTreeSet<Module> = texts.keys().cloned().collect();
        let imports = |(module, text): (&Module, &String)| {
            let used = uses(text).into_iter();
            let found = used.filter_map(|used| resolved(module, used, &modules));
            (module.clone(), found.filter(|found| found != module).collect())
        };
        House { imports: texts.iter().map(imports).collect() }
    }

    /// Every (importing, imported) pair.
    fn pairs(&self) -> impl Iterator<Item = (&Module, &Module)> {
        self.imports.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to)))
    }
}

/// The texts of a folder by module; `lib.rs` is the crate itself, of no name.
fn read_into(folder: &Path, module: &[String], texts: &mut BTreeMap<Module, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let own: Module = module.iter().cloned().chain([name.clone()]).collect();
        if path.is_dir() {
            read_into(&path, &own, texts);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let module = if name == "mod" || name == "lib" { module.to_vec() } else { own };
            texts.insert(module, std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Modules that only tests have.
fn of_tests(texts: &BTreeMap<Module, String>) -> Vec<Module> {
    let mut found = vec![];
    for (module, text) in texts {
        for declared in text.split("#[cfg(test)]\nmod ").skip(1) {
            let name = declared.split([';', ' ']).next().unwrap().to_string();
            found.push(module.iter().cloned().chain([name]).collect());
        }
    }
    found
}

/// The paths of the `use` lines above the tests, braces taken apart.
fn uses(text: &str) -> Vec<Module> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut found = vec![];
    for (start, _) in code.match_indices("use ") {
        // Those of a module inside a file are indented, and stay inside it.
        let line = code[..start].rsplit('\n').next().unwrap();
        if line.is_empty() || line == "pub " || (line.starts_with("pub(") && line.ends_with(") ")) {
            let statement = code[start + 4..].split(';').next().unwrap();
            let flat: String = statement.split_whitespace().collect::<Vec<_>>().join(" ");
            expand("", &flat, &mut found);
        }
    }
    found
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn expand(before: &str, text: &str, found: &mut Vec<Module>) {
    let text = text.trim();
    let Some((prefix, inner)) = text.split_once('{') else {
        let whole = format!("{before}{}", text.split(" as ").next().unwrap());
        found.push(whole.split("::").map(|name| name.trim().to_string()).collect());
        return;
    };
    let inner = inner.trim_end().strip_suffix('}').unwrap();
    let (mut depth, mut item) = (0, String::new());
    for c in inner.chars().chain([',']) {
        match c {
            ',' if depth == 0 => {
                if !item.trim().is_empty() {
                    expand(&format!("{before}{prefix}"), &item, found);
                }
                item.clear();
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        item.push(c);
    }
}

/// The module that a path of the crate leads into; None for another crate's.
fn resolved(module: &Module, used: Module, modules: &BTreeSet<Module>) -> Option<Module> {
    let (mut base, mut rest) = (module.clone(), &used[..]);
    match used[0].as_str() {
        "crate" | "gpu_mlp" => {
            (base, rest) = (vec![], &used[1..]);
            rest = if rest[0] == "rooms" { &rest[1..] } else { rest };
        }
        "self" => rest = &used[1..],
        "super" => {
            while rest[0] == "super" {
                base.pop();
                rest = &rest[1..];
            }
        }
        child if modules.contains(&[&base[..], &[child.to_string()]].concat()) => {}
        _ => return None,
    }
    let prefix = |length: usize| -> Module { [&base[..], &rest[..length]].concat() };
    (0..=rest.len()).rev().map(prefix).find(|path| modules.contains(path))
}

/// The place of a module among rooms or floors.
fn rank(list: &[&str], name: Option<&String>) -> Option<usize> {
    list.iter().position(|known| name.is_some_and(|name| name == known))
}

#[test]
fn every_file_has_a_room() {
    for module in House::read().imports.keys().filter(|module| !module.is_empty()) {
        assert!(
            rank(&ROOMS, module.first()).is_some(),
            "{module:?} is in no room: ROOMS lists them"
        );
    }
}

#[test]
fn no_room_imports_from_one_above_it() {
    for (from, to) in House::read().pairs().filter(|(from, to)| !from.is_empty() && !to.is_empty())
    {
        let [own, other] = [from, to].map(|module| rank(&ROOMS, module.first()));
        assert!(other <= own, "{from:?} imports from {to:?}, a room above its own");
    }
}

#[test]
fn no_floor_of_the_gpu_imports_from_one_above_it() {
    let house = House::read();
    let on_floors =
        |module: &Module| module.first().is_some_and(|room| room == "gpu") && module.len() > 1;
    let mut seen = 0;
    for (from, to) in house.pairs().filter(|(from, to)| on_floors(from) && on_floors(to)) {
        let [own, other] = [from, to].map(|module| rank(&FLOORS, module.get(1)));
        assert!(own.is_some() && other.is_some(), "{from:?} or {to:?} is on no floor");
        assert!(other <= own, "{from:?} imports from {to:?}, a floor above its own");
        seen += 1;
    }
    assert!(seen > 50, "the files of the GPU import from each other: {seen} times");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let House { mut imports } = House::read();
    // The crate itself imports nothing: its `pub use` lines are its front.
    imports.remove(&vec![]);
    // What imports from nothing that is left is in no circle.
    loop {
        let left: BTreeSet<Module> = imports.keys().cloned().collect();
        let before = left.len();
        imports.retain(|_, all| all.iter().any(|to| left.contains(to)));
        if imports.len() == before {
            break;
        }
    }
    assert!(imports.is_empty(), "these import from a circle: {:#?}", imports.keys());
}

#[test]
fn time_comes_from_the_clock() {
    let mut texts = BTreeMap::new();
    read_into(Path::new("src"), &[], &mut texts);
    texts.remove(&vec!["clock".to_string()]);
    let others: Vec<String> = texts
        .iter()
        .filter(|(_, text)| text.contains("std::time"))
        .map(|(module, _)| module.join("/"))
        .collect();
    assert!(others.is_empty(), "these take the time from elsewhere: {others:#?}");
}

/// The most lines of a function.
const SCREEN: usize = 60;

/// Whether a line begins a function, whatever stands in front of `fn`.
fn is_function(code: &str) -> bool {
    let Some((before, _)) = code.split_once("fn ") else { return false };
    // `pub(in crate::gpu)` is two words.
    let words = ["pub", "const", "unsafe", "async"];
    before.split_whitespace().all(|word| {
        words.contains(&word) || word.starts_with("pub(") || word.starts_with("crate::")
    })
}

#[test]
fn no_function_is_longer_than_a_screen() {
    let mut texts = BTreeMap::new();
    read_into(Path::new("src"), &[], &mut texts);
    let mut long = vec![];
    for (module, text) in &texts {
        let lines: Vec<&str> = text.lines().collect();
        for (first, line) in lines.iter().enumerate() {
            let code = line.trim_start();
            // What a macro makes of a function is not formatted.
            if !is_function(code) || code.contains('$') {
                continue;
            }
            // The formatter puts the last brace, or what ends a declaration, under the first word.
            let indent = &line[..line.len() - code.len()];
            let (brace, declared) = (format!("{indent}}}"), format!("{indent})"));
            let length = lines[first..].iter().position(|line| {
                *line == brace || (line.starts_with(&declared) && line.ends_with(';'))
            });
            if !code.ends_with(';') && length.is_some_and(|length| length >= SCREEN) {
                long.push(format!("{}, line {}", module.join("/"), first + 1));
            }
        }
    }
    assert!(long.is_empty(), "functions of more than {SCREEN} lines: {long:#?}");
}
