//! Long records, many texts and little memory.

use std::io::{Read, repeat};

use super::super::Overflow;
use super::super::scanner::LONGEST;
use super::*;

#[test]
fn records_without_an_end_are_refused_and_take_no_memory() {
    for (start, byte, words) in [
        ("a,b\n1,2\n3,\"", b'x', "line 3: a quote opens and does not end within 16 MiB"),
        ("a,b\n1,2\n3,\"", b'\n', "line 3: a quote opens and does not end within 16 MiB"),
        ("a,b\n1,2\n3,", b'x', "line 3 has more than 16 MiB"),
        ("a,b\n1,2\n\"x\",", b',', "line 3 has more than 16 MiB"),
        ("\"", b'x', "line 1: a quote opens and does not end within 16 MiB"),
        ("", b'x', "line 1 has more than 16 MiB"),
    ] {
        let text = start.as_bytes().chain(repeat(byte));
        let read = FrameReader::new(text, &CsvOptions::default());
        let message = read.and_then(|reader| reader.read_all(keep())).unwrap_err().to_string();
        assert!(message.starts_with(words), "{start:?}, {}: {message}", byte as char);
    }
}

#[test]
fn a_record_as_long_as_allowed_is_read() {
    let long = "x".repeat(LONGEST - 8);
    let frame = frame(format!("a,b\n1,2\n\"{long}\",3\n"));
    assert_eq!(frame.columns[0].texts[0].len(), long.len());
    assert!(refusal(format!("a,b\n1,2\n{long}12345678,3\n")).starts_with("line 3 has more than"));
}

#[test]
fn wide_lines_tell_their_separator() {
    let names: Vec<String> = (0..20_000).map(|column| format!("name_{column}")).collect();
    let text = names.join(";") + "\n" + &vec!["1,5"; 20_000].join(";") + "\n";
    let frame = frame(text);
    assert_eq!((frame.columns.len(), frame.columns[19_999].numbers[0]), (20_000, 1.5));
}

/// A column of this many different texts, with a gap before each hundredth, and a row more.
fn many(prefix: &str, count: usize, last: &str) -> String {
    let rows = (0..count).map(|row| format!("{prefix}{row},{row}\n"));
    let gaps = rows.enumerate().map(|(row, text)| match row % 100 {
        0 => format!("NA,0\n{text}"),
        _ => text,
    });
    format!("t,n\n{}{last},7\n", gaps.collect::<String>())
}

#[test]
fn a_column_of_many_dates_becomes_seconds() {
    let whole = whole(many("d", 100_000, "d-5")).unwrap();
    let cells = &whole.frame.columns[0];
    assert_eq!(whole.overflow, [Some(Overflow::Seconds), None]);
    assert!(cells.codes.is_empty() && cells.texts.is_empty());
    assert_eq!((cells.cell(0), cells.cell(1)), (Cell::Gap, Cell::Number(0.0)));
    assert_eq!(cells.cell(whole.frame.rows() - 1), Cell::Number(-5.0));
    assert_eq!(cells.cell(whole.frame.rows() - 2), Cell::Number(99_999.0));
}

#[test]
fn a_column_of_many_texts_is_dropped() {
    for (prefix, last, example) in [("id", "id", "id0"), ("d", "soon", "soon"), ("d", "5", "d")] {
        let whole = whole(many(prefix, 100_000, last)).unwrap();
        let Some(Overflow::Dropped { example: found }) = &whole.overflow[0] else {
            panic!("{:?}", whole.overflow);
        };
        assert!(found.starts_with(example), "{found}");
        let cells = &whole.frame.columns[0];
        assert!(cells.codes.is_empty() && cells.texts.is_empty());
        assert_eq!(cells.len(), whole.frame.columns[1].len());
        assert_eq!((cells.cell(0), cells.cell(1)), (Cell::Gap, Cell::Gap));
    }
}

#[test]
fn as_many_texts_as_are_kept_and_all_texts_where_they_are_wanted_stay() {
    let kept = whole(many("id", (1 << 16) - 1, "last")).unwrap();
    assert_eq!((kept.frame.columns[0].texts.len(), &kept.overflow[0]), (1 << 16, &None));
    assert!(whole(many("id", 1 << 16, "last")).unwrap().overflow[0].is_some());
    let keep = Keep { all_texts: &|column| column == 0, ..keep() };
    let all = reader(many("id", 100_000, "last")).unwrap().read_all(keep).unwrap();
    let cells = &all.frame.columns[0];
    assert_eq!((cells.texts.len(), &all.overflow[0]), (100_001, &None));
    assert_eq!(cells.cell(1), Cell::Text("id0"));
    assert_eq!(cells.cell(all.frame.rows() - 1), Cell::Text("last"));
}

#[test]
fn room_for_the_rows_is_asked_for() {
    let room = |bytes| match bytes {
        ..10_000 => Ok(()),
        bytes => Err(crate::error::Error::input(format!("{bytes} bytes"))),
    };
    let text = format!("a,b\n{}", "1,2\n".repeat(1000));
    let read = reader(text).unwrap().read_all(Keep { room, ..keep() });
    assert_eq!(read.unwrap_err().to_string(), "16016 bytes");
}
