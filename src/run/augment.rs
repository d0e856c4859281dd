//! Training rows that are moved and flipped at random: each row of an epoch by its own words, so that the bits depend on
//! neither threads nor blocks nor a resume. Twin of the functions of `shaders/moved.wgsl`.

use crate::data::{Random, RandomRow, Streams, below};
use crate::error::{Error, Result};
use crate::network::shape_text;

/// How training rows are moved and flipped: `AUGMENT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Augment {
    /// How far a row is moved at most; None where it stays.
    pub shift: Option<Shift>,
    /// The axes that are reversed with probability 1/2; None for no axis.
    pub flip: Option<Flip>,
}

/// How far a row is moved at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// As far along each axis.
    Each(u32),
    /// Down and across, of images.
    Pair([u32; 2]),
}

/// The axes that are reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flip {
    /// The last axis: left is right.
    Horizontal,
    /// The height of an image: up is down.
    Vertical,
    /// Each of the two by itself.
    Both,
}

/// The most that a row is moved: a number of places fits 16 bits.
pub const MOST_SHIFT: u32 = (1 << 15) - 1;

/// The moves of rows of a known shape, down and across; a signal has a height of 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Augmentation {
    /// The height and width.
    pub sizes: [u32; 2],
    /// How far a row is moved at most.
    pub shift: [u32; 2],
    /// Whether an axis is reversed with probability 1/2.
    pub flips: [bool; 2],
}

/// The random moves of a replica's rows in an epoch.
#[derive(Debug, Clone, Copy)]
pub struct Moves {
    augmentation: Augmentation,
    random: Random,
}

/// The move of a row.
#[derive(Debug, Clone, Copy)]
pub struct Moved {
    axes: [MovedAxis; 2],
}

/// The move along an axis.
#[derive(Debug, Clone, Copy)]
struct MovedAxis {
    size: u32,
    offset: i32,
    is_reversed: bool,
}

impl Flip {
    /// Whether the height, and the width, is reversed.
    fn axes(self) -> [bool; 2] {
        match self {
            Flip::Horizontal => [false, true],
            Flip::Vertical => [true, false],
            Flip::Both => [true, true],
        }
    }
}

impl Augmentation {
    /// The moves of rows of this shape; refused where rows can't be moved so.
    pub(super) fn new(augment: Augment, row: &[usize]) -> Result<Self> {
        let Augment { shift, flip } = augment;
        let flips = flip.map_or([false; 2], Flip::axes);
        let (sizes, shift) = match (row, shift) {
            ([features], _) => {
                return Err(Error::input(format!(
                    "rows are {features} features, which are neither moved nor flipped; leave it out, or give \
                     INPUT_SHAPE to rows that are signals or images"
                )));
            }
            ([_, _], Some(Shift::Pair(pair))) => {
                return Err(Error::input(format!(
                    "found the shift {pair:?}, down and across, and rows are signals of {}; allowed: one number",
                    shape_text(row)
                )));
            }
            ([_, _], _) if flips[0] => {
                return Err(Error::input(format!(
                    "rows are signals of {}, which have no height to flip; allowed: \"horizontal\"",
                    shape_text(row)
                )));
            }
            ([_, samples], shift) => ([1, *samples], [0, across(shift)]),
            ([_, height, width], Some(Shift::Pair(pair))) => ([*height, *width], pair),
            ([_, height, width], shift) => ([*height, *width], [across(shift); 2]),
            (shape, _) => {
                return Err(Error::input(format!("rows of {} are not moved", shape_text(shape))));
            }
        };
        for (size, shift) in sizes.iter().zip(shift) {
            if shift as usize >= *size {
                return Err(Error::input(format!(
                    "found the shift {shift}, and rows are {}; allowed: less than the {size} elements of the axis",
                    shape_text(row)
                )));
            }
        }
        Ok(Augmentation { sizes: sizes.map(|size| size as u32), shift, flips })
    }

    /// The moves of a replica's rows in an epoch.
    pub fn moves(self, seed: u64, epoch: u32) -> Moves {
        Moves { augmentation: self, random: Random::new(seed, epoch, Streams::Augment as u32) }
    }
}

/// The shift of an axis where all have the same.
fn across(shift: Option<Shift>) -> u32 {
    match shift {
        Some(Shift::Each(shift)) => shift,
        Some(Shift::Pair(_)) | None => 0,
    }
}

impl Moves {
    /// The move of the row at this index of the epoch.
    pub fn of(&self, index: u32) -> Moved {
        let words = self.random.row(index);
        Moved { axes: [0, 1].map(|axis| self.axis(words, axis)) }
    }

    /// Words 0 and 1 of a row move it down and across, words 2 and 3 flip it.
    fn axis(&self, words: RandomRow, axis: usize) -> MovedAxis {
        let Augmentation { sizes, shift, flips } = self.augmentation;
        let place = below(words.word(axis as u32), 2 * shift[axis] + 1);
        MovedAxis {
            size: sizes[axis],
            offset: place as i32 - shift[axis] as i32,
            is_reversed: flips[axis] && below(words.word(axis as u32 + 2), 2) == 1,
        }
    }
}

impl Moved {
    /// The width of a line.
    pub fn width(&self) -> usize {
        self.axes[1].size as usize
    }

    /// The line that a line of the moved row comes from; `line` counts those of all channels.
    pub fn line(&self, line: usize) -> usize {
        let height = self.axes[0].size as usize;
        line / height * height + self.axes[0].from(line % height)
    }

    /// The element of its line that an element of the moved row comes from.
    pub fn column(&self, column: usize) -> usize {
        self.axes[1].from(column)
    }
}

impl MovedAxis {
    /// Beyond an edge stands the edge.
    fn from(&self, at: usize) -> usize {
        let last = self.size as i32 - 1;
        let at = if self.is_reversed { last - at as i32 } else { at as i32 };
        (at + self.offset).clamp(0, last) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(shift: Option<Shift>, flip: Option<Flip>, row: &[usize]) -> Result<Augmentation> {
        Augmentation::new(Augment { shift, flip }, row)
    }

    #[test]
    fn rows_take_the_moves_of_their_axes() {
        let both = [true, true];
        let image = new(Some(Shift::Each(2)), Some(Flip::Both), &[3, 8, 9]);
        assert_eq!(image, Ok(Augmentation { sizes: [8, 9], shift: [2, 2], flips: both }));
        let signal = new(Some(Shift::Each(2)), Some(Flip::Horizontal), &[3, 9]);
        let expected = Augmentation { sizes: [1, 9], shift: [0, 2], flips: [false, true] };
        assert_eq!(signal, Ok(expected));
        let pair = new(Some(Shift::Pair([0, 3])), None, &[1, 8, 9]);
        assert_eq!(pair.map(|moves| moves.shift), Ok([0, 3]));
    }

    #[test]
    fn moves_that_rows_can_not_make_are_refused() {
        let refused = |shift, flip, row: &[usize], words: &str| {
            let message = new(shift, flip, row).unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        };
        refused(Some(Shift::Each(1)), None, &[64], "64 features, which are neither moved");
        refused(Some(Shift::Each(8)), None, &[1, 8, 9], "less than the 8 elements");
        refused(Some(Shift::Pair([1, 9])), None, &[1, 8, 9], "less than the 9 elements");
        refused(Some(Shift::Pair([1, 1])), None, &[1, 9], "allowed: one number");
        refused(None, Some(Flip::Vertical), &[1, 9], "no height to flip; allowed: \"horizontal\"");
        refused(None, Some(Flip::Both), &[1, 9], "no height to flip");
    }

    #[test]
    fn every_place_is_as_likely_and_edges_repeat() {
        let augmentation = new(Some(Shift::Each(2)), Some(Flip::Horizontal), &[2, 3, 4]).unwrap();
        let moves = augmentation.moves(7, 3);
        let mut counts = std::collections::BTreeMap::new();
        for index in 0..20_000 {
            let moved = moves.of(index);
            let lines = [0, 1, 2, 3, 4, 5].map(|line| moved.line(line));
            assert_eq!(lines.map(|line| line / 3), [0, 0, 0, 1, 1, 1], "channels stay");
            let columns = [0, 1, 2, 3].map(|column| moved.column(column));
            *counts.entry((lines, columns)).or_insert(0u32) += 1;
        }
        // 5 places down, 5 across, 2 directions.
        assert_eq!(counts.len(), 50);
        // 400 of each are expected, with a deviation of 20.
        assert!(counts.values().all(|count| (300..500).contains(count)), "{counts:?}");
        let columns: std::collections::BTreeSet<_> =
            counts.keys().map(|(_, columns)| *columns).collect();
        assert!(columns.contains(&[0, 0, 0, 1]) && columns.contains(&[2, 3, 3, 3]));
        assert!(columns.contains(&[3, 2, 1, 0]) && columns.contains(&[3, 3, 3, 2]));
    }
}
