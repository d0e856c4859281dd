//! What is known about a text before its rows are read.

use super::cell::CellRules;
use super::separator::Separator;

/// What is known about a text before its rows are read.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub separator: Separator,
    pub rules: CellRules,
    /// The fields of every line.
    pub width: usize,
    /// What tells that width, in words: `the header in line 1`.
    pub told_by: String,
    /// The place of each column of the file among those that are read.
    pub slots: Vec<Option<usize>>,
    /// The columns that are read, in their order.
    pub columns: Vec<usize>,
    /// The place of each column of the file among those whose texts are kept as they are; empty where none are.
    pub kept: Vec<Option<usize>>,
}

impl Plan {
    /// A plan to read all columns.
    pub fn new(separator: Separator, rules: CellRules, width: usize, told_by: String) -> Self {
        let mut plan =
            Plan { separator, rules, width, told_by, slots: vec![], columns: vec![], kept: vec![] };
        plan.select((0..width).collect());
        plan
    }

    /// Keeps the texts of these columns as they are.
    pub fn keep(&mut self, columns: &[usize]) {
        self.kept = vec![None; self.width];
        for (place, &column) in columns.iter().enumerate() {
            if let Some(kept) = self.kept.get_mut(column) {
                *kept = Some(place);
            }
        }
    }

    /// The number of columns that are kept.
    pub fn count_of_kept(&self) -> usize {
        self.kept.iter().flatten().count()
    }

    /// Reads these columns alone; each counts once.
    pub fn select(&mut self, columns: Vec<usize>) {
        self.slots = vec![None; self.width];
        self.columns.clear();
        for column in columns {
            if let Some(slot @ None) = self.slots.get_mut(column) {
                *slot = Some(self.columns.len());
                self.columns.push(column);
            }
        }
    }
}
