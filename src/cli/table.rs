//! The table of epochs on standard output.

use super::console::{decimal, line, percent, r_squared, scientific};
use crate::error::Result;
use crate::metrics::{Figures, RegressionFigures, Scores};
use crate::network::Task;
use crate::run::Run;
use crate::train::{EpochRow, Observer};

/// Epochs up to this one are all printed, then every tenth.
const ALL_UP_TO: u32 = 20;

/// The columns that a narrow terminal does without, first to last.
const DISPENSABLE: [&str; 4] = ["ΔLoss(v)", "Rec(val)", "ΔLoss", LEARNING_RATE];
/// The last column, where the learning rate changes.
const LEARNING_RATE: &str = "LR";
/// The text between two columns.
const BETWEEN: &str = " | ";

/// Prints the head at the first epoch, then the rows.
pub(super) struct EpochTable {
    /// All columns, with whether they are shown.
    columns: Vec<(&'static str, bool)>,
    head_is_due: bool,
}

impl EpochTable {
    /// The table for standard output: all columns where that is no terminal.
    pub fn new(run: &Run) -> Self {
        let size = terminal_size::terminal_size_of(std::io::stdout());
        let rate_changes = run.replicas.iter().any(|replica| !replica.rate.is_constant());
        Self::of_width(run.network.task(), rate_changes, size.map(|(width, _)| width.0.into()))
    }

    fn of_width(task: Task, rate_changes: bool, terminal: Option<usize>) -> Self {
        let mut names = match task {
            Task::Classification | Task::MultiLabel => vec![
                "Epoch",
                "Loss(tr)",
                "ΔLoss",
                "Acc(tr)",
                "Loss(val)",
                "ΔLoss(v)",
                "Acc(val)",
                "Rec(val)",
                "F1(val)",
                "Pat.",
            ],
            Task::Regression => vec![
                "Epoch",
                "Loss(tr)",
                "ΔLoss",
                "R²(tr)",
                "Loss(val)",
                "ΔLoss(v)",
                "R²(val)",
                "RMSE(val)",
                "Pat.",
            ],
        };
        names.extend(rate_changes.then_some(LEARNING_RATE));
        let mut columns: Vec<_> = names.into_iter().map(|name| (name, true)).collect();
        for dispensable in DISPENSABLE {
            if terminal.is_none_or(|terminal| width(&columns) <= terminal) {
                break;
            }
            columns.iter_mut().for_each(|(name, shown)| *shown &= *name != dispensable);
        }
        EpochTable { columns, head_is_due: true }
    }

    fn print(&self, cells: &[String]) -> Result<()> {
        let mut padded = vec![];
        for (cell, (name, is_shown)) in cells.iter().zip(&self.columns) {
            let width = column_width(name);
            padded.extend(is_shown.then(|| format!("{cell:>width$}")));
        }
        line(&padded.join(BETWEEN))
    }
}

/// The width of a column: ten for losses and errors, eight for shares, five for counts.
fn column_width(column: &str) -> usize {
    match column {
        "Epoch" | "Pat." => 5,
        column if column.contains("Loss") || column.contains("RMSE") => 10,
        _ => 8,
    }
}

/// The width of the columns that are shown.
fn width(columns: &[(&str, bool)]) -> usize {
    let shown = columns.iter().filter(|(_, shown)| *shown);
    let widths: Vec<usize> = shown.map(|(name, _)| column_width(name)).collect();
    widths.iter().sum::<usize>() + BETWEEN.len() * widths.len().saturating_sub(1)
}

impl Observer for EpochTable {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        if std::mem::take(&mut self.head_is_due) {
            let head: Vec<String> = self.columns.iter().map(|(name, _)| name.to_string()).collect();
            self.print(&head)?;
        }
        if row.epoch <= ALL_UP_TO || row.epoch.is_multiple_of(10) {
            self.print(&cells(row))?;
        }
        Ok(())
    }
}

fn cells(row: &EpochRow) -> Vec<String> {
    let mut cells = vec![
        row.epoch.to_string(),
        decimal(row.train.loss),
        scientific(row.train_loss_change),
        score(&row.train),
    ];
    match &row.validation {
        Some(validation) => {
            cells.push(decimal(validation.loss));
            cells.push(scientific(row.validation_loss_change));
            cells.push(score(validation));
            match validation.scores {
                Scores::Classification { recall, f1, .. }
                | Scores::MultiLabel { recall, f1, .. } => {
                    cells.extend([percent(recall), percent(f1)]);
                }
                Scores::Regression(RegressionFigures { rmse, .. }) => cells.push(decimal(rmse)),
            }
        }
        None => {
            let missing = if matches!(row.train.scores, Scores::Regression(_)) { 4 } else { 5 };
            cells.extend(std::iter::repeat_n("-".to_string(), missing));
        }
    }
    cells.push(row.patience.to_string());
    cells.extend(row.learning_rate.map(scientific));
    cells
}

fn score(figures: &Figures) -> String {
    match figures.scores {
        Scores::Classification { accuracy, .. } | Scores::MultiLabel { accuracy, .. } => {
            percent(accuracy)
        }
        Scores::Regression(RegressionFigures { r2, .. }) => r_squared(r2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(task: Task, rate_changes: bool, terminal: Option<usize>) -> Vec<&'static str> {
        let columns = EpochTable::of_width(task, rate_changes, terminal).columns;
        assert!(terminal.is_none_or(|terminal| terminal < 72 || width(&columns) <= terminal));
        columns.into_iter().filter(|(_, shown)| !shown).map(|(name, _)| name).collect()
    }

    #[test]
    fn a_narrow_terminal_does_without_some_columns() {
        let classes = |terminal| missing(Task::Classification, false, terminal);
        assert_eq!(classes(None), [""; 0], "piped");
        assert_eq!(classes(Some(109)), [""; 0]);
        assert_eq!(classes(Some(108)), ["ΔLoss(v)"]);
        assert_eq!(classes(Some(90)), ["ΔLoss(v)", "Rec(val)"]);
        assert_eq!(classes(Some(80)), ["ΔLoss", "ΔLoss(v)", "Rec(val)"]);
        assert_eq!(classes(Some(20)), ["ΔLoss", "ΔLoss(v)", "Rec(val)"]);
        let values = |terminal| missing(Task::Regression, false, terminal);
        assert_eq!(values(Some(100)), [""; 0]);
        assert_eq!(values(Some(99)), ["ΔLoss(v)"]);
        assert_eq!(values(Some(80)), ["ΔLoss", "ΔLoss(v)"]);
    }

    #[test]
    fn a_rate_that_changes_is_the_last_column_to_go() {
        let classes = |terminal| missing(Task::Classification, true, terminal);
        assert_eq!(classes(None), [""; 0], "piped");
        assert_eq!(classes(Some(120)), [""; 0]);
        assert_eq!(classes(Some(119)), ["ΔLoss(v)"]);
        assert_eq!(classes(Some(83)), ["ΔLoss", "ΔLoss(v)", "Rec(val)"]);
        assert_eq!(classes(Some(80)), ["ΔLoss", "ΔLoss(v)", "Rec(val)", "LR"]);
        let values = |terminal| missing(Task::Regression, true, terminal);
        assert_eq!(values(Some(110)), ["ΔLoss(v)"]);
        assert_eq!(values(Some(80)), ["ΔLoss", "ΔLoss(v)", "LR"]);
    }
}
