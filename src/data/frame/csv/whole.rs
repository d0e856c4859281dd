//! All rows of a CSV file in one frame.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::header::HeaderKind;
use super::joined::{Joined, join_lines};
use super::overflow::Overflow;
use super::reader::FrameReader;
use super::second_header::refuse_second_header;
use crate::data::frame::{Frame, Lines};
use crate::error::Result;

/// The bytes that a table grows by between two looks at the memory, which take as long as the parsing of a block.
const BETWEEN_LOOKS: u64 = 16 << 20;

/// What is kept when all rows are read, and how much memory that may take.
#[derive(Clone, Copy)]
pub struct Keep<'k> {
    /// Whether a column of the file keeps its texts however many different ones it has.
    pub all_texts: &'k dyn Fn(usize) -> bool,
    /// The seconds of a text that is a date.
    pub seconds: fn(&str) -> Option<f64>,
    /// Refuses to keep so many bytes.
    pub room: fn(u64) -> Result<()>,
}

/// All rows of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// The rows.
    pub frame: Frame,
    /// What became of the texts of each of the frame's columns; None where they are kept as they are.
    pub overflow: Vec<Option<Overflow>>,
}

impl FrameReader {
    /// All rows, from the first on: no block has been read before.
    pub fn read_all(mut self, keep: Keep) -> Result<Whole> {
        let columns = self.columns().to_vec();
        let joined = columns.iter().map(|&column| Joined::new((keep.all_texts)(column)));
        let mut joined: Vec<Joined> = joined.collect();
        let mut whole = Frame::default();
        let (mut rows, mut next_look) = (0, 0);
        while let Some(block) = self.next_block()? {
            let block_rows = block.rows();
            // As many columns at once as there are cores.
            let columns = joined.par_iter_mut().zip(block.columns);
            columns.for_each(|(column, cells)| column.append(cells, keep.seconds));
            join_lines(&mut whole.lines, &block.lines, rows);
            rows += block_rows;
            let bytes = bytes(&joined, &whole.lines);
            if bytes >= next_look {
                (keep.room)(bytes)?;
                next_look = bytes + BETWEEN_LOOKS;
            }
            (whole.names, whole.nameless) = (block.names, block.nameless);
        }
        let overflow;
        (whole.columns, overflow) = joined.into_iter().map(Joined::into_cells).unzip();
        let whole = Whole { frame: whole, overflow };
        refuse_second_header(&whole.frame, &whole.overflow, self.header() != HeaderKind::Row)?;
        Ok(whole)
    }
}

/// The bytes of columns and lines.
fn bytes(columns: &[Joined], lines: &Lines) -> u64 {
    let cells: usize = columns.iter().map(Joined::bytes).sum();
    (cells + size_of_val(&lines.starts[..])) as u64
}
