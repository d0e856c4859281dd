//! Random tables and random texts, whatever the size of the blocks.

use csv::{QuoteStyle, ReaderBuilder, Terminator, WriterBuilder};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// A table with cells as they are written.
#[derive(Debug, Clone)]
struct Table {
    cells: Vec<Vec<String>>,
    separator: u8,
    terminator: Terminator,
    style: QuoteStyle,
}

fn cells() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => (-1e6..1e6).prop_map(|number: f64| number.to_string()),
        1 => "[0-9]{1,20}",
        // Texts begin with a letter: they are neither numbers nor gaps.
        3 => "x[a-cä😀,;|\t\"\n\r .0-9]{0,12}",
        1 => select(vec!["", "NA", "nan", "?"]).prop_map(String::from),
    ]
}

fn tables() -> impl Strategy<Value = Table> {
    (1..6_usize, 1..20_usize).prop_flat_map(|(columns, rows)| {
        let row = prop::collection::vec(cells(), columns);
        // Nothing tells the separator of a single column.
        let separators = if columns == 1 { vec![b','] } else { vec![b',', b';', b'\t', b'|'] };
        let terminators = vec![Terminator::CRLF, Terminator::Any(b'\n'), Terminator::Any(b'\r')];
        let styles = vec![QuoteStyle::Necessary, QuoteStyle::Always, QuoteStyle::NonNumeric];
        (prop::collection::vec(row, rows), select(separators), select(terminators), select(styles))
            .prop_map(|(cells, separator, terminator, style)| Table {
                cells,
                separator,
                terminator,
                style,
            })
    })
}

impl Table {
    fn written(&self) -> Vec<u8> {
        let mut writer = WriterBuilder::new()
            .delimiter(self.separator)
            .terminator(self.terminator)
            .quote_style(self.style)
            .from_writer(vec![]);
        let names = (0..self.cells[0].len()).map(|column| format!("c{column}"));
        writer.write_record(names).unwrap();
        for row in &self.cells {
            writer.write_record(row).unwrap();
        }
        writer.into_inner().unwrap()
    }

    /// The rows as [`rows`] shows them.
    fn expected(&self) -> Vec<String> {
        let shown = |cell: &String| match cell.trim() {
            "" | "NA" | "nan" | "?" => "-".into(),
            cell => cell.parse().map_or(cell.to_string(), |number: f64| number.to_string()),
        };
        let row = |row: &Vec<String>| row.iter().map(shown).collect::<Vec<_>>().join(" | ");
        self.cells.iter().map(row).collect()
    }
}

/// All rows with their lines, or the words of the refusal.
fn read(bytes: &[u8], block: usize) -> std::result::Result<Vec<String>, String> {
    let read = reader_of(bytes, &CsvOptions::default(), block);
    let whole = read.and_then(|reader| reader.read_all(keep())).map_err(|e| e.to_string())?;
    let frame = &whole.frame;
    let row = |at| format!("{}: {}", frame.lines.place(at), row(frame, at));
    Ok(std::iter::once(frame.names.join(" | ")).chain((0..frame.rows()).map(row)).collect())
}

/// The fields of a text as the csv crate reads them.
fn fields(text: &[u8]) -> Vec<String> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let records = reader.records().map(|record| {
        let cells = record
            .unwrap()
            .iter()
            .map(|cell| match cell.trim() {
                "" => "-".into(),
                cell => cell.parse().map_or(cell.to_string(), |number: f64| number.to_string()),
            })
            .collect::<Vec<_>>();
        cells.join(" | ")
    });
    records.collect()
}

proptest! {
    #[test]
    fn tables_come_back_whatever_the_blocks(table in tables(), block in 1..64_usize) {
        let text = table.written();
        for block in [block, 1 << 20] {
            let mut reader = reader_of(&text, &CsvOptions::default(), block).unwrap();
            let mut found = vec![];
            while let Some(frame) = reader.next_block().unwrap() {
                found.extend(rows(&frame));
            }
            prop_assert_eq!(found, table.expected());
        }
    }

    #[test]
    fn any_text_reads_the_same_in_all_blocks(
        // Most of the first kind are ragged, none of the second.
        text in prop_oneof!["[a1, \"\n\r;\tä]{0,60}", "[a1 \"\n\r]{0,60}"],
        block in 1..64_usize,
    ) {
        let text = text.into_bytes();
        prop_assert_eq!(read(&text, block), read(&text, 1 << 20));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, start in select(vec![
        &b""[..], b"a,b\n", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b\x08\0", b"\xef\xbb\xbf",
    ])) {
        let bytes = [start, &bytes].concat();
        let _ = read(&bytes, 16);
    }

    #[test]
    fn fields_are_those_of_the_csv_crate(text in "(x,y\n)([a1\"]{0,4},[a1\"]{0,3}(\r\n|\n|\r)){0,6}") {
        // Both take a quote as it comes; only an open one is refused here.
        let text = text.into_bytes();
        if let Ok(rows) = read(&text, 7) {
            let rows: Vec<String> = rows.into_iter().skip(1)
                .map(|row| row.split_once(": ").unwrap().1.to_string()).collect();
            prop_assert_eq!(rows, &fields(&text)[1..]);
        }
    }
}
