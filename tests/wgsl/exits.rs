//! Helpers have one exit.

use crate::{code, sources};

/// A compiler inlines helpers, some dozens of times, and keeps a copy of what follows for each exit: with
/// more than one a pipeline takes minutes and gigabytes (SwiftShader), and on a card such exits are branches.
#[test]
fn no_helper_has_more_than_one_exit() {
    for (name, source) in sources() {
        for function in functions(&code(&source)).filter(|function| !function.is_entry) {
            let exits = function.body.matches("return").count();
            let last = function.body.trim_end().trim_end_matches('}').trim_end();
            let at_its_end = last.rfind("return").is_some_and(|at| !last[at..].contains('}'));
            let allowed = exits == 0 || exits == 1 && at_its_end;
            assert!(allowed, "{name}: {} leaves before its end:\n{}", function.name, function.body);
            // `a || b` is a branch around b: `|` is none.
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
    /// Whether it is one that the host dispatches.
    is_entry: bool,
    /// From its parameters to its closing brace.
    body: &'a str,
}

/// The functions of a text without comments: each begins in the first column, and so does its last brace.
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
