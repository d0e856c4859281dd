//! Files that are read.

use super::super::header::HeaderKind;
use super::super::separator::Separator;
use super::*;

#[test]
fn rows_hold_numbers_texts_and_gaps() {
    let frame = frame("x,class,y\n1,a,2.5\n,b,NA\n-3e2, a ,?\n");
    assert_eq!(frame.names, ["x", "class", "y"]);
    assert_eq!(rows(&frame), ["1 | a | 2.5", "- | b | -", "-300 | a | -"]);
    assert_eq!(frame.columns[1].codes, [1, 2, 1]);
    assert_eq!(frame.columns[1].texts, ["a", "b"]);
    assert!(frame.columns[0].codes.is_empty());
}

#[test]
fn quotes_and_blanks_around_cells_are_no_part_of_them() {
    let text = "a, \"b\" ,c\n\"1\", \"2,5\" , x y \n\" 3 \",\"say \"\"hi\"\"\",5\" disk\n";
    let frame = frame(text);
    assert_eq!(frame.names, ["a", "b", "c"]);
    assert_eq!(rows(&frame), ["1 | 2,5 | x y", "3 | say \"hi\" | 5\" disk"]);
}

#[test]
fn every_line_end_is_one_and_empty_lines_are_passed_over() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["", "a,b", "", "1,2", " \t", "3,4", ""].join(end);
        for text in [text.clone(), text.clone() + end, text + " "] {
            let frame = frame(&text);
            assert_eq!(rows(&frame), ["1 | 2", "3 | 4"], "{text:?}");
            assert_eq!(frame.lines.starts, [(0, 4), (1, 6)], "{text:?}");
        }
    }
    let single = frame("a\n1\n\n2\n\"\"\n");
    assert_eq!(rows(&single), ["1", "2", "-"]);
}

#[test]
fn lines_are_those_of_the_file() {
    let frame = frame("a,b\n1,\"x\ny\r\nz\"\n2,u\n\n3,v\n");
    assert_eq!(rows(&frame), ["1 | x\ny\r\nz", "2 | u", "3 | v"]);
    assert_eq!(frame.lines.starts, [(0, 2), (1, 5), (2, 7)]);
    assert_eq!(frame.lines.place(2), "line 7");
    let even = super::frame("a,b\n1,2\n3,4\n5,6\n");
    assert_eq!(even.lines.starts, [(0, 2)]);
}

#[test]
fn the_separator_is_found() {
    for (byte, separator) in [
        (",", Separator::Comma),
        (";", Separator::Semicolon),
        ("\t", Separator::Tab),
        ("|", Separator::Pipe),
    ] {
        let text = "a,b c,d\n1,,x\n,2,\"y;,|\tz\"\n";
        let quoted = text.replacen(',', byte, 6).replacen("2,", &format!("2{byte}"), 1);
        let mut reader = reader(&quoted).unwrap();
        assert_eq!(reader.separator(), separator);
        assert_eq!(reader.manner(), format!("{separator} between columns"));
        let frame = reader.next_block().unwrap().unwrap();
        assert_eq!(rows(&frame), ["1 | - | x", "- | 2 | y;,|\tz"], "{quoted:?}");
        assert!(reader.next_block().unwrap().is_none());
    }
}

#[test]
fn decimal_commas_stand_beside_semicolons_only() {
    let semicolons = frame("a;b\n1,5;0.5\n2;1\n-,5;.25\n");
    assert_eq!(rows(&semicolons), ["1.5 | 0.5", "2 | 1", "-0.5 | 0.25"]);
    assert_eq!(rows(&frame("a,b\n\"1,5\",2\n")), ["1,5 | 2"]);
    // No line holds a name: 1,5 is a number.
    assert_eq!(rows(&frame("1,5;2\n2,5;3\n")), ["1.5 | 2", "2.5 | 3"]);
}

#[test]
fn the_first_line_is_a_header_or_a_row() {
    let names = reader(",a,Unnamed: 2\n1,2,3\n").unwrap();
    assert_eq!((names.header(), names.nameless()), (HeaderKind::Names, &[0, 2][..]));
    let frame_of_names = frame(",a,Unnamed: 2\n1,2,3\n");
    assert_eq!(frame_of_names.names, ["column_1", "a", "column_3"]);
    assert_eq!(frame_of_names.nameless, [0, 2]);

    let numbers = frame("0,1\n5,6\n");
    assert_eq!((numbers.names[1].as_str(), rows(&numbers)), ("1", vec!["5 | 6".to_string()]));

    let none = frame("5,a\n6,b\n");
    assert_eq!(none.names, ["column_1", "column_2"]);
    assert_eq!((rows(&none).len(), &none.lines.starts[..]), (2, &[(0, 1)][..]));
    assert!(none.nameless.is_empty());

    for (header, count) in [(Some(true), 1), (Some(false), 2)] {
        let options = CsvOptions { header, ..CsvOptions::default() };
        let whole = reader_of("2019,2020\n1,2\n", &options, 64).unwrap().read_all(keep()).unwrap();
        assert_eq!(whole.frame.rows(), count);
    }
}

#[test]
fn stated_gaps_are_gaps() {
    let options = CsvOptions { gaps: vec![" -999 ".into(), "none".into()], ..Default::default() };
    let mut reader = reader_of("a,b\n-999,none\n1,x\n-999.0,None\n", &options, 1 << 10).unwrap();
    let frame = reader.next_block().unwrap().unwrap();
    assert_eq!(rows(&frame), ["- | -", "1 | x", "-999 | None"]);
}

#[test]
fn selected_columns_come_alone_and_in_their_order() {
    let text = "a,b,,d\n1,2,3,x\n4,5,6,y\n";
    let mut selected = reader(text).unwrap();
    selected.select(vec![3, 2, 0, 3, 9]);
    let whole = selected.read_all(keep()).unwrap();
    assert_eq!(whole.frame.names, ["d", "column_3", "a"]);
    assert_eq!(whole.frame.nameless, [1]);
    assert_eq!(rows(&whole.frame), ["x | 3 | 1", "y | 6 | 4"]);
    assert_eq!(whole.overflow, [None, None, None]);
}

#[test]
fn columns_that_are_not_selected_are_counted_and_not_looked_at() {
    let mut mixed = reader("a;b\n1,5;1\n1.5;2\n").unwrap();
    mixed.select(vec![1]);
    assert_eq!(mixed.read_all(keep()).unwrap().frame.columns[0].numbers, [1.0, 2.0]);
    let mut ragged = reader("a;b;c\n1;1;1\n1;2\n").unwrap();
    ragged.select(vec![1]);
    assert!(ragged.read_all(keep()).unwrap_err().to_string().contains("line 3 has 2 fields"));
}

#[test]
fn encodings_and_compression_are_told_by_the_first_bytes() {
    let text = "name;größe\nä;1,5\n😀;2\n";
    let with_mark = "\u{feff}".to_owned() + text;
    let little: Vec<u8> = with_mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = with_mark.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (bytes, manner) in [
        (text.as_bytes(), "semicolons between columns"),
        (with_mark.as_bytes(), "semicolons between columns"),
        (&little, "UTF-16, semicolons between columns"),
        (&big, "UTF-16, semicolons between columns"),
    ] {
        let reader = reader(bytes).unwrap();
        assert_eq!((reader.names()[1].as_str(), reader.manner()), ("größe", manner));
        assert_eq!(rows(&frame(bytes)), ["ä | 1.5", "😀 | 2"]);
    }
}
