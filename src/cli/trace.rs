//! `--trace-first-step`: every quantity of the first step, as the source document's teaching mode.

use super::console::{decimal, line};
use super::wrap::wrapped;
use crate::backend::Quantity;
use crate::error::Result;

/// The rows, and the columns of a row, shown at each end of a large array.
const EDGE: usize = 4;

/// Prints the quantities on standard output.
pub(super) fn print(quantities: &[Quantity]) -> Result<()> {
    line(&wrapped(
        "first step: every quantity with its shape; gradients are those of the batch, before clip and L2",
    ))?;
    for quantity in quantities {
        let shape: Vec<String> = quantity.shape.iter().map(ToString::to_string).collect();
        line(&format!("{} ({})", quantity.name, shape.join(", ")))?;
        // One line per row; per channel for signals.
        let columns = match *quantity.shape {
            [_, _, samples] => samples,
            _ => quantity.shape.iter().skip(1).product::<usize>(),
        };
        let rows: Vec<&[f64]> = if quantity.shape.len() < 2 {
            vec![&quantity.values]
        } else {
            quantity.values.chunks(columns.max(1)).collect()
        };
        let shown_as =
            if quantity.name.starts_with("winners") { |x: f64| format!("{x:.0}") } else { decimal };
        for row in shown(&rows) {
            match row {
                Some(row) => line(&format!("    [{}]", numbers(row, shown_as)))?,
                None => line("    ...")?,
            }
        }
    }
    line("")
}

fn numbers(row: &[f64], shown_as: fn(f64) -> String) -> String {
    let mut texts = vec![];
    for value in shown(row) {
        texts.push(value.map_or("...".into(), |value| shown_as(*value)));
    }
    texts.join(", ")
}

/// All items, or those at both ends with a gap (None) between them.
fn shown<T>(items: &[T]) -> Vec<Option<&T>> {
    if items.len() <= 2 * EDGE + 2 {
        return items.iter().map(Some).collect();
    }
    let (first, last) = (&items[..EDGE], &items[items.len() - EDGE..]);
    first.iter().map(Some).chain([None]).chain(last.iter().map(Some)).collect()
}
