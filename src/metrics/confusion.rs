//! The rows of each true and predicted class.

use std::collections::BTreeMap;

use super::counts::Counts;

/// The rows of each (true class, predicted class). Most pairs of many classes never occur, so only those that do
/// are kept: never more than there are rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    counts: BTreeMap<(u32, u32), u64>,
}

impl Confusion {
    /// The confusion of `classes` classes, without rows.
    pub(super) fn new(classes: usize) -> Self {
        Confusion { classes, counts: BTreeMap::new() }
    }

    /// Counts a row.
    pub(super) fn add(&mut self, of: u32, predicted: u32) {
        *self.counts.entry((of, predicted)).or_insert(0) += 1;
    }

    /// The rows of the class `of` that were taken for the class `predicted`.
    pub fn rows(&self, of: usize, predicted: usize) -> u64 {
        let pair = u32::try_from(of).ok().zip(u32::try_from(predicted).ok());
        pair.and_then(|pair| self.counts.get(&pair)).copied().unwrap_or(0)
    }

    /// Each (true class, predicted class) that occurs, and its rows, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize, u64)> {
        self.counts.iter().map(|(&(of, to), &rows)| (of as usize, to as usize, rows))
    }

    /// The rows of a class, one predicted class after the other.
    pub fn row(&self, of: usize) -> Vec<u64> {
        (0..self.classes).map(|predicted| self.rows(of, predicted)).collect()
    }

    /// The rows of each class.
    pub(super) fn counts(&self) -> Vec<Counts> {
        let mut classes = vec![Counts::default(); self.classes];
        for (of, predicted, rows) in self.pairs() {
            classes[of].rows += rows;
            classes[predicted].predicted += rows;
            if of == predicted {
                classes[of].found += rows;
            }
        }
        classes
    }
}
