//! The table of epochs on standard output.

use super::console::{decimal, line, percent, r_squared, scientific};
use crate::error::Result;
use crate::network::Task;
use crate::train::{EpochRow, Figures, Observer, Scores};

/// Epochs up to this one are all printed, then every tenth.
const ALL_UP_TO: u32 = 20;

/// Prints the head at the first epoch, then the rows.
pub(super) struct Table {
    columns: Vec<&'static str>,
    head_is_due: bool,
}

impl Table {
    pub fn new(task: Task) -> Self {
        let columns = match task {
            Task::Classification => vec![
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
        Table { columns, head_is_due: true }
    }

    fn print(&self, cells: &[String]) -> Result<()> {
        let pad = |(cell, column): (&String, &&str)| {
            // Losses and errors need ten places, shares eight, counts five.
            let width = match *column {
                "Epoch" | "Pat." => 5,
                column if column.contains("Loss") || column.contains("RMSE") => 10,
                _ => 8,
            };
            format!("{cell:>width$}")
        };
        let cells: Vec<String> = cells.iter().zip(&self.columns).map(pad).collect();
        line(&cells.join(" | "))
    }
}

impl Observer for Table {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        if std::mem::take(&mut self.head_is_due) {
            let head: Vec<String> = self.columns.iter().map(ToString::to_string).collect();
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
                Scores::Classification { recall, f1, .. } => {
                    cells.extend([percent(recall), percent(f1)]);
                }
                Scores::Regression { rmse, .. } => cells.push(decimal(rmse)),
            }
        }
        None => {
            let missing = if matches!(row.train.scores, Scores::Regression { .. }) { 4 } else { 5 };
            cells.extend(std::iter::repeat_n("-".to_string(), missing));
        }
    }
    cells.push(row.patience.to_string());
    cells
}

fn score(figures: &Figures) -> String {
    match figures.scores {
        Scores::Classification { accuracy, .. } => percent(accuracy),
        Scores::Regression { r2, .. } => r_squared(r2),
    }
}
