//! The table of a run's figures: one line per split.

use super::console::{decimal, percent, r_squared};
use crate::data::Split;
use crate::metrics::{Figures, RegressionFigures, Scores};

/// The columns before the head: a longer title has a line of its own.
const TITLE: usize = 18;

/// The lines of the table, at most 80 columns wide where losses and errors are of ordinary size; none without
/// figures.
pub(super) fn table(title: &str, splits: [Option<&Figures>; 3]) -> Vec<String> {
    let all = || Split::ALL.into_iter().zip(splits).filter_map(|(s, f)| Some((s, f?)));
    let Some((_, first)) = all().next() else { return vec![] };
    let head = match first.scores {
        Scores::Classification { .. } | Scores::MultiLabel { .. } => {
            format!("{:>10}  {:>8}  {:>15}  {:>6}  {:>6}", "loss", "accuracy", "", "recall", "F1")
        }
        Scores::Regression(_) => {
            format!("{:>10}  {:>8}  {:>10}  {:>10}  {:>8}", "loss", "R²", "RMSE", "MAE", "rows")
        }
    };
    let mut lines = vec![];
    if title.chars().count() > TITLE {
        lines.push(title.into());
    }
    let beside = if lines.is_empty() { title } else { "" };
    lines.push(format!("{beside:<TITLE$}  {head}"));
    for (split, figures) in all() {
        lines.push(format!("    {:<14}  {}", split.name(), cells(figures)));
    }
    lines
}

fn cells(figures: &Figures) -> String {
    let loss = decimal(figures.loss);
    match &figures.scores {
        Scores::Classification { accuracy, correct, recall, f1 }
        | Scores::MultiLabel { accuracy, correct, recall, f1, .. } => {
            let counts = format!("({correct}/{})", figures.rows);
            let [accuracy, recall, f1] = [accuracy, recall, f1].map(|share| percent(*share));
            format!("{loss:>10}  {accuracy:>8}  {counts:>15}  {recall:>6}  {f1:>6}")
        }
        Scores::Regression(RegressionFigures { r2, rmse, mae, .. }) => {
            let (rmse, mae) = (decimal(*rmse), decimal(*mae));
            let r2 = r_squared(*r2);
            format!("{loss:>10}  {r2:>8}  {rmse:>10}  {mae:>10}  {:>8}", figures.rows)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest data set of the source: more rows are rare.
    const COVTYPE: (u64, u64) = (360_837, 406_708);

    #[test]
    fn every_line_fits_eighty_columns() {
        let (correct, rows) = COVTYPE;
        let classes = Scores::Classification { accuracy: 1.0, correct, recall: 1.0, f1: 1.0 };
        let values = Scores::Regression(RegressionFigures {
            r2: -10.0,
            rmse: 99_999.0,
            mae: 1e-300,
            outputs: vec![],
        });
        for scores in [classes, values] {
            let figures = Figures { loss: 99_999.0, rows, scores };
            let lines = table("final, epoch 4294967294", [Some(&figures), None, Some(&figures)]);
            assert_eq!(lines.len(), 4);
            assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
        }
        assert!(table("best", [None; 3]).is_empty());
    }
}
