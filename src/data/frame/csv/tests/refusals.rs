//! Files that are refused, and in which words.

use super::*;

#[test]
fn ragged_lines_are_refused_with_their_line_and_both_counts() {
    for (text, words) in [
        ("a,b\n1,2\n\n3\n", "line 4 has 1 field, where the header in line 1 has 2"),
        ("a,b\n1,2,3\n", "line 2 has 3 fields, where the header in line 1 has 2"),
        ("\n1,2\n3,4,\n", "line 3 has 3 fields, where line 2 has 2"),
        ("a,b\n\"x\ny\",1\n\"z\"\n", "line 4 has 1 field, where the header in line 1 has 2"),
    ] {
        let message = refusal(text);
        assert!(message.starts_with(words), "{message}");
        assert!(message.contains("one of the commas"), "{message}");
    }
}

#[test]
fn files_without_rows_are_refused() {
    for text in ["", "\n", " \n\r\n", "\u{feff}"] {
        assert!(refusal(text).starts_with("has no line; allowed"), "{text:?}");
    }
    for text in ["a,b", "a,b\n", "a,b\r\n\n  "] {
        let message = refusal(text);
        assert!(message.starts_with("has a header and no rows; allowed"), "{message}");
    }
}

#[test]
fn what_is_no_text_is_refused_with_its_line() {
    let message = refusal(b"a,b\n1,2\n3,\xe4\n");
    assert_eq!(message, "line 3 is not UTF-8; save the file as UTF-8");
    assert!(refusal(b"\xe4,b\n1,2\n").starts_with("line 1 is not UTF-8"));
    assert!(refusal(b"a,b\n\"1\n\",\xc3\n").starts_with("line 3 is not UTF-8"));
    assert!(refusal(b"\x7fELF\0\0\n\"").starts_with("line 1 holds a zero byte"));
    assert!(refusal(b"a\0\n\x001\0\n\0").starts_with("line 1 holds a zero byte"));
    let late = ["a,b\n".to_owned(), "1,2\n".repeat(100_000), "\0,1\n".into()].concat();
    assert!(refusal(late).starts_with("line 100002 holds a zero byte"));
    assert!(refusal(b"\xff\xfea\0\n\0\x00\xd8a\0").starts_with("line 2 is not UTF-16"));
}

#[test]
fn numbers_in_two_notations_are_refused_across_blocks() {
    let text = "a;b\n1;2,5\n1;\"3,5\"\n1;2\n1.5;4.25\n";
    for block in [1, 8, 1 << 20] {
        let reader = reader_of(text, &CsvOptions::default(), block).unwrap();
        let message = reader.read_all(keep()).unwrap_err().to_string();
        assert!(
            message.starts_with(
                "column b has numbers in two notations: with a decimal comma in line 2, with a point in line 5"
            ),
            "{message}"
        );
    }
}

#[test]
fn a_quote_that_never_ends_is_refused_with_its_line() {
    for (text, line) in [
        ("a,b\n1,\"x\n2,y\n", "line 2:"),
        ("a,\"b\n1,2\n", "line 1:"),
        ("a,b\n\"u\nv\",\"x\n2,y\n", "line 3:"),
        ("a,b\n1,\"x\"\"\n", "line 2:"),
    ] {
        let message = refusal(text);
        assert!(message.starts_with(&format!("{line} a quote opens and never ends")), "{message}");
    }
}

#[test]
fn a_name_twice_is_refused() {
    assert!(refusal("a,b,a\n1,2,3\n").starts_with("columns 1 and 3 both have the name a"));
}

#[test]
fn a_second_header_line_is_refused() {
    let message = refusal("a,class,b\nm,type,s\n1,x,2\n,y,3\n4,z,5\n");
    assert_eq!(
        message,
        "line 2 holds text (m) where the lines below hold numbers (column a, b): a second header line? remove it"
    );
    let options = CsvOptions { header: Some(false), ..CsvOptions::default() };
    let reader = reader_of("a,b\n1,2\n3,4\n", &options, 64).unwrap();
    let message = reader.read_all(keep()).unwrap_err().to_string();
    assert!(
        message.starts_with("line 1 holds text (a)") && message.contains("a header?"),
        "{message}"
    );
    // A column of numbers without a text there, or with one number: data may look so.
    for text in ["a,b\nm,1\n1,2\n2,3\n", "a,b\nm,x\n1,y\n", "a,b\n,x\n1,y\n2,z\n", "a\nx\ny\n"] {
        assert!(whole(text).is_ok(), "{text:?}");
    }
}

#[test]
fn an_error_ends_the_rows_and_comes_in_its_place() {
    let mut reader = reader_of("a,b\n1,2\n3,4\n5\n6,7\n", &CsvOptions::default(), 1).unwrap();
    assert_eq!(rows(&reader.next_block().unwrap().unwrap()), ["1 | 2"]);
    assert_eq!(rows(&reader.next_block().unwrap().unwrap()), ["3 | 4"]);
    assert!(reader.next_block().is_err());
    assert_eq!(reader.next_block(), Ok(None));
}

#[test]
fn names_from_the_file_cannot_steer_a_terminal() {
    assert!(refusal("a\u{1b}[31m,a\u{1b}[31m\n1,2\n").contains("name a\\u{1b}[31m;"));
}
