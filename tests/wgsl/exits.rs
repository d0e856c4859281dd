//! Helpers have one exit.

use crate::{code, sources};

/// A compiler inlines helpers, some dozens of times, and copies the code after the call for each exit: with several exits
/// a pipeline takes minutes and gigabytes (SwiftShader), and on a card each exit is a branch.
#[test]
fn no_helper_has_more_than_one_exit() {
    for (name, source) in sources() {
        for function in functions(&code(&source)).filter(|function| !function.is_entry) {
            let exits = function.body.matches("return").count();
            let last = function.body.trim_end().trim_end_matches('}').trim_end();
            let at_its_end = last.rfind("return").is_some_and(|at| !last[at..].contains('}'));
            let allowed = exits == 0 || exits == 1 && at_its_end;
            assert!(allowed, "{name}: {} leaves before its end:\n{}", function.name, function.body);
            // `a || b` branches around b, `a | b` does not.
            let chains = ["||", "&&"].into_iter().find(|chain| function.body.contains(chain));
            assert!(chains.is_none(), "{name}: {} branches at {chains:?}", function.name);
        }
    }
}

#[test]
fn the_test_of_exits_sees_them() {
    let exits = |body: &str| functions(body).next().unwrap().body.matches("return").count();
    assert_eq!(
        exits("fn a(x: u32) -> u32 {\n    if (x > 1u) { return 0u; }\n    return x;\n}\n"),
        2
    );
    let entry = "@compute @workgroup_size(64)\nfn main(\n    a: u32,\n) {\n    return;\n}\n";
    assert!(functions(entry).next().unwrap().is_entry);
}

/// A function of a shader.
struct Function<'a> {
    name: &'a str,
    /// Whether it is an entry point.
    is_entry: bool,
    /// Its text from its parameters to its closing brace.
    body: &'a str,
}

/// The functions of a text without comments. Each begins, and has its last brace, in the first column.
fn functions(code: &str) -> impl Iterator<Item = Function<'_>> {
    let mut before = "";
    code.split("\nfn ").enumerate().filter_map(move |(number, text)| {
        let is_entry =
            before.trim_end().lines().last().is_some_and(|line| line.starts_with("@compute"));
        before = text;
        let text = if number == 0 { text.strip_prefix("fn ")? } else { text };
        let (name, rest) = text.split_once('(')?;
        let body = &rest[..rest.find("\n}").map_or(rest.len(), |end| end + 2)];
        Some(Function { name, is_entry, body })
    })
}
