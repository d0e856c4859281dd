//! Moments of a file for a forecast: its windows with their targets, or its last window.

use std::ops::Range;

use ndarray::{Array2, Axis, s};

use super::labelled::Labelled;
use super::wanted::Wanted;
use crate::data::forecast::{Forecast, group_ends, moments};
use crate::data::inputs::Inputs;
use crate::data::windows::SlidingWindows;
use crate::error::{Error, Result, counted};

impl Labelled {
    /// Refuses another number of targets per moment than the model has.
    fn check_targets(&self, wanted: &Wanted) -> Result<()> {
        let found = self.targets.columns();
        if found == wanted.targets {
            return Ok(());
        }
        Err(Error::input(format!(
            "has {} per row; the model takes {}",
            counted(found, "target"),
            wanted.targets
        )))
    }

    /// The examples of a forecast, whose moments these rows are.
    pub(super) fn examples_of(self, forecast: &Forecast, wanted: &Wanted) -> Result<Self> {
        self.check_targets(wanted)?;
        let otherwise = "give it as many at least";
        let (inputs, outputs) = forecast.examples(&self.inputs, &self.targets, otherwise)?;
        let ends = self.groups.as_deref().map(group_ends);
        let whole = (0..inputs.nrows())
            .filter(|&example| forecast.is_of_one_group(example, ends.as_deref()));
        let examples = neighbours(whole);
        if examples.is_empty() {
            return Err(Error::input("no window has its targets in its own group"));
        }
        let rows: Vec<usize> = examples.iter().cloned().flatten().collect();
        let targets = outputs.select(Axis(0), &rows).into();
        Ok(Labelled { inputs, targets, examples, ..self })
    }

    /// The last window of these moments as one row: what comes next is not in them.
    pub(super) fn last_window(&self, forecast: &Forecast, wanted: &Wanted) -> Result<Inputs> {
        self.check_targets(wanted)?;
        let targets = forecast.autoregressive.then(|| self.targets.clone().into_reals());
        let window = last_window(&self.inputs.to_reals(), targets.as_ref(), forecast)?;
        check_last_group(self.groups.as_deref(), forecast)?;
        Ok(window)
    }
}

/// Refuses a last window that several groups have.
pub(super) fn check_last_group(groups: Option<&[i64]>, forecast: &Forecast) -> Result<()> {
    let Some(groups) = groups else { return Ok(()) };
    let own = &groups[groups.len().saturating_sub(forecast.window)..];
    if own.iter().all(|group| *group == own[0]) {
        return Ok(());
    }
    Err(Error::input(format!(
        "its last {} belong to several groups; allowed: one that has at least so many rows at the end",
        counted(forecast.window, "row")
    )))
}

/// The last window of moments, with the targets that belong to it, as one row.
pub(super) fn last_window(
    features: &Array2<f64>,
    targets: Option<&Array2<f64>>,
    forecast: &Forecast,
) -> Result<Inputs> {
    let (rows, length) = (features.nrows(), forecast.window);
    let Some(first) = rows.checked_sub(length) else {
        return Err(Error::input(format!(
            "has {}, and a window of the model takes {length}; give it as many at least",
            counted(rows, "row")
        )));
    };
    let last = s![first.., ..];
    let moments = moments(features.slice(last), targets.map(|all| all.slice(last)))?;
    Ok(Inputs::Windows(SlidingWindows { moments, length, count: 1 }))
}

/// Ascending numbers as ranges of neighbours.
fn neighbours(numbers: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = vec![];
    for number in numbers {
        match ranges.last_mut() {
            Some(last) if last.end == number => last.end += 1,
            _ => ranges.push(number..number + 1),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_ranges_of_neighbours() {
        assert_eq!(neighbours([1, 2, 5, 6, 7, 9].into_iter()), [1..3, 5..8, 9..10]);
        assert!(neighbours(std::iter::empty()).is_empty());
    }
}
