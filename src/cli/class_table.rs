//! The table of an evaluation's classes, and their confusion.

use super::console::{line, percent};
use super::wrap::{WIDTH, folded};
use crate::error::Result;
use crate::metrics::{ClassFigures, Confusion, Quality};
use crate::model::Model;
use crate::text::shown;

/// The most classes whose confusion a terminal has room for.
const MOST_SHOWN: usize = 20;
/// The columns of a class's name, beside the figures of millions of rows.
const NAME: usize = 40;

/// Prints one line per class, their means, and the confusion.
pub(super) fn class_table(model: &Model, quality: &Quality) -> Result<()> {
    let Quality::Classification { precision, recall, f1, classes, confusion, .. } = quality else {
        return Ok(());
    };
    let mut names = vec![];
    for (class, label) in model.labels.iter().enumerate() {
        names.push(match model.class_name(class) {
            Some(name) => format!("{label}={}", shown(name)),
            None => label.to_string(),
        });
    }
    precision_table("class", &names, classes, [*precision, *recall, *f1])?;
    let labels: Vec<String> = model.labels.iter().map(ToString::to_string).collect();
    match matrix(&names, &labels, confusion).or_else(|| matrix(&labels, &labels, confusion)) {
        Some(lines) => {
            line("\nrows of each true class (down) by predicted class (across)")?;
            lines.iter().try_for_each(|text| line(text))
        }
        None => line(&format!("\n{} classes: --json has the confusion", labels.len())),
    }
}

/// Prints one line per class or label, and their means.
pub(super) fn precision_table(
    what: &str,
    names: &[String],
    classes: &[ClassFigures],
    means: [f64; 3],
) -> Result<()> {
    let wide = widest(names).clamp("class".len(), NAME);
    line(&format!("\n{what:<wide$}  precision  recall      F1  rows"))?;
    let figures = |name: &str, [precision, recall, f1]: [f64; 3], rows: u64| {
        let [precision, recall, f1] = [precision, recall, f1].map(percent);
        let mut parts = folded(name, wide).into_iter();
        let name = parts.next().unwrap_or_default();
        line(&format!("{name:<wide$}  {precision:>9}  {recall:>6}  {f1:>6}  {rows}"))?;
        // The rest of a long name goes on below.
        parts.try_for_each(|part| line(&part))
    };
    for (name, class) in names.iter().zip(classes) {
        figures(name, [class.precision, class.recall, class.f1], class.rows)?;
    }
    let rows = classes.iter().map(|class| class.rows).sum();
    figures("macro", means, rows)
}

/// The confusion under its labels, each line after its class's name; None where it is wider than a line.
fn matrix(names: &[String], labels: &[String], confusion: &Confusion) -> Option<Vec<String>> {
    if labels.len() > MOST_SHOWN {
        return None;
    }
    let wide = widest(names);
    let cell = confusion.pairs().map(|(_, _, rows)| rows.to_string().len()).max().unwrap_or(1);
    let cell = cell.max(widest(labels));
    let gap = [2, 1].into_iter().find(|gap| wide + (cell + gap) * labels.len() <= WIDTH)?;
    let cell = cell + gap;
    let head: String = labels.iter().map(|label| format!("{label:>cell$}")).collect();
    let mut lines = vec![format!("{:<wide$}{head}", "")];
    for (class, name) in names.iter().enumerate() {
        let counts = confusion.row(class).into_iter().map(|rows| format!("{rows:>cell$}"));
        lines.push(format!("{name:<wide$}{}", counts.collect::<String>()));
    }
    Some(lines)
}

fn widest(texts: &[String]) -> usize {
    texts.iter().map(|text| text.chars().count()).max().unwrap_or(0)
}
