//! Blocks that are joined.

use super::*;

#[test]
fn texts_of_blocks_share_their_codes() {
    let text = "t,n\na,1\nb,2\n,3\nb,x\nc,4\na,y\n";
    let expected = whole(text).unwrap();
    assert_eq!(expected.frame.columns[0].codes, [1, 2, 0, 2, 3, 1]);
    assert_eq!(expected.frame.columns[0].texts, ["a", "b", "c"]);
    assert_eq!(expected.frame.columns[1].codes, [0, 0, 0, 1, 0, 2]);
    assert_eq!(expected.frame.lines.starts, [(0, 2)]);
    for block in 1..40 {
        let reader = reader_of(text, &CsvOptions::default(), block).unwrap();
        let joined = reader.read_all(keep()).unwrap();
        assert_eq!(format!("{joined:?}"), format!("{expected:?}"), "{block}");
    }
}

#[test]
fn blocks_tell_the_lines_of_the_file() {
    let text = "a\n1\n2\n\n3\n";
    let mut reader = reader_of(text, &CsvOptions::default(), 2).unwrap();
    let mut lines = vec![];
    while let Some(block) = reader.next_block().unwrap() {
        lines.extend((0..block.rows()).map(|row| block.lines.place(row)));
    }
    assert_eq!(lines, ["line 2", "line 3", "line 5"]);
}

#[test]
fn no_columns_are_read_without_a_fault() {
    let mut none = reader("a,b\n1,2\n").unwrap();
    none.select(vec![]);
    assert_eq!(none.read_all(keep()).unwrap().frame.columns, []);
}
