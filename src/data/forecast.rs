//! Forecasts: examples of a table whose rows are moments in order.

use ndarray::{ArcArray2, Array2, ArrayView2, Axis, concatenate};

use super::dataset::Dataset;
use super::inputs::Inputs;
use super::split::{Split, Splits};
use super::targets::Targets;
use super::windows::SlidingWindows;
use crate::error::{Error, Result, counted};
use crate::memory::refuse_copy;

/// The farthest horizon.
pub(crate) const FARTHEST: usize = 1 << 20;

/// What a network gives in a forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForecastTarget {
    /// The change from the window's last value.
    Change,
    /// The value.
    Value,
}

/// A forecast of the targets of later moments from the moments of a window.
///
/// An example is a window, shape (channels, window): the features and then, under `autoregressive`, the targets. Its
/// outputs are the targets so many moments after the window's last, one horizon after the other.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Forecast {
    /// The moments of a window, 1 or more.
    pub window: usize,
    /// Moments from the window's last to the targets, each 1 or more.
    pub horizons: Vec<usize>,
    /// Whether the targets up to the window's last moment are among its channels.
    pub autoregressive: bool,
    /// Whether the network gives the change from the window's last moment, not the value.
    pub change: bool,
    /// The array whose groups no window crosses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<String>,
}

impl Forecast {
    /// Whether rows of this shape and so many outputs may be those of this forecast.
    pub(crate) fn fits(&self, input: &[usize], outputs: usize) -> bool {
        let &[channels, window] = input else { return false };
        let each = self.horizons.len();
        let targets = outputs.checked_div(each).unwrap_or(0);
        let has_targets = channels > targets || !self.autoregressive;
        let is_there = targets > 0 && targets * each == outputs;
        let can_change = self.autoregressive || !self.change;
        window == self.window && is_there && has_targets && can_change && self.has_plain_horizons()
    }

    /// Whether there are horizons, each once and up to the farthest.
    pub(crate) fn has_plain_horizons(&self) -> bool {
        let mut once = self.horizons.clone();
        once.sort_unstable();
        once.dedup();
        let is_near = |own: &usize| (1..=FARTHEST).contains(own);
        !once.is_empty() && once.len() == self.horizons.len() && once.iter().all(is_near)
    }

    /// The targets of a moment, of so many outputs.
    pub(crate) fn targets(&self, outputs: usize) -> usize {
        outputs / self.horizons.len().max(1)
    }

    /// The names of the targets, from those of the outputs.
    pub(crate) fn target_names(&self, outputs: &[String]) -> Option<Vec<String>> {
        let end = format!("+{}", self.horizons.first()?);
        let names = outputs.iter().take(self.targets(outputs.len()));
        let names: Option<Vec<String>> =
            names.map(|name| name.strip_suffix(&end).map(String::from)).collect();
        // Names that no data set gave are no names of columns.
        names.filter(|names| *names != numbered(names.len()))
    }

    /// The last horizon.
    fn farthest(&self) -> usize {
        self.horizons.iter().copied().max().unwrap_or(0)
    }

    /// Moments from the first of a window to its farthest target.
    fn span(&self) -> usize {
        self.window.saturating_add(self.farthest())
    }

    /// The element of a window of so many elements to which each of so many outputs is added; None where outputs are
    /// values.
    pub(crate) fn bases(&self, inputs: usize, outputs: usize) -> Option<Vec<usize>> {
        let targets = self.targets(outputs);
        let first = inputs / self.window - targets;
        let last = |output: usize| (first + output % targets + 1) * self.window - 1;
        self.change.then(|| (0..outputs).map(last).collect())
    }

    /// Adds to outputs the values that they are changes of; `element` is one of the window, of so many `inputs`, of a row
    /// of outputs, in original units.
    pub(crate) fn add_bases(
        &self,
        inputs: usize,
        element: impl Fn(usize, usize) -> f64,
        outputs: &mut Array2<f64>,
    ) {
        let Some(bases) = self.bases(inputs, outputs.ncols()) else { return };
        for ((row, output), value) in outputs.indexed_iter_mut() {
            *value += element(row, bases[output]);
        }
    }

    /// `windows of 48 rows, 1, 6 and 24 rows ahead`, in words.
    pub fn described(&self) -> String {
        let Forecast { window, horizons, .. } = self;
        let ahead: Vec<String> = horizons.iter().map(usize::to_string).collect();
        let ahead = match &ahead[..] {
            [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
            all => all.concat(),
        };
        let rows = if horizons == &[1] { "row" } else { "rows" };
        format!("windows of {}, {ahead} {rows} ahead", counted(*window, "row"))
    }

    /// The examples whose targets all lie in a split of moments, by the first moments of their windows: windows may begin in
    /// an earlier split. An example that reaches into another group than it begins in is in none.
    pub fn splits(&self, moments: &Splits, groups: Option<&[i64]>) -> Result<Splits> {
        let ahead = |horizon: &usize| self.window - 1 + horizon;
        let nearest = self.horizons.iter().map(ahead).min().unwrap_or(0);
        let farthest = self.window - 1 + self.farthest();
        let ends = groups.map(group_ends);
        let mut of_splits = [const { vec![] }; 3];
        for (split, examples) in Split::ALL.into_iter().zip(&mut of_splits) {
            let [Some(&first), Some(&last)] = [moments.of(split).first(), moments.of(split).last()]
            else {
                continue;
            };
            let [first, end] = [first, last + 1].map(|moment| moment as usize);
            let possible = first.saturating_sub(nearest)..end.saturating_sub(farthest);
            let whole = possible.filter(|&example| self.is_of_one_group(example, ends.as_deref()));
            examples.extend(whole.map(|example| example as u32));
            if examples.is_empty() {
                let needed = match split {
                    Split::Train => self.span(),
                    Split::Validation | Split::Test => farthest - nearest + 1,
                };
                return Err(self.no_example(split, end - first, needed, groups.is_some()));
            }
        }
        let [train, validation, test] = of_splits;
        Ok(Splits::new(train, validation, test))
    }

    /// Whether the window and the targets of an example are of one group; `ends` has the end of each row's.
    pub(super) fn is_of_one_group(&self, example: usize, ends: Option<&[usize]>) -> bool {
        ends.is_none_or(|ends| ends[example] >= example + self.span())
    }

    /// The examples of moments with these features and targets, and their outputs: windows, of which there is no copy.
    /// `otherwise` is what to do where there are too few moments, in words.
    pub(super) fn examples(
        &self,
        features: &Inputs,
        targets: &Targets,
        otherwise: &str,
    ) -> Result<(Inputs, Array2<f64>)> {
        let (rows, length) = (features.nrows(), self.window);
        if self.span() > rows {
            return Err(Error::input(format!(
                "a window of {} and a target {} after it take {}, and there are {rows}; {otherwise}",
                counted(length, "row"),
                counted(self.farthest(), "row"),
                self.span()
            )));
        }
        let count = rows + 1 - self.span();
        let targets = targets.clone().into_reals();
        let columns = self.horizons.len() * targets.ncols();
        refuse_copy(8 * (rows * features.ncols() + count * columns) as u64)?;
        let mut outputs = Array2::zeros((count, columns));
        for ((example, output), value) in outputs.indexed_iter_mut() {
            let (target, last) = (output % targets.ncols(), example + length - 1);
            let base = if self.change { targets[[last, target]] } else { 0.0 };
            *value = targets[[last + self.horizons[output / targets.ncols()], target]] - base;
        }
        let targets = self.autoregressive.then(|| targets.view());
        let moments = moments(features.to_reals().view(), targets)?;
        Ok((Inputs::Windows(SlidingWindows { moments, length, count }), outputs))
    }

    fn no_example(&self, split: Split, moments: usize, needed: usize, has_groups: bool) -> Error {
        let name = split.name();
        let what = if split == Split::Train { "a window with them" } else { "they" };
        let verb = if split == Split::Train { "takes" } else { "take" };
        let of_group = if has_groups { " of one group" } else { "" };
        Error::input(format!(
            "no {name} window has all its targets among the {moments} {name} rows: {what} {verb} {needed} neighbouring \
             rows{of_group}; make WINDOW or HORIZON smaller, or give the split more rows"
        ))
    }
}

impl Dataset {
    /// The examples of a forecast: windows of this table, which is not copied for each, and their targets. Examples that
    /// cross groups are among them.
    pub(crate) fn windows(&self, forecast: &Forecast) -> Result<Self> {
        if self.row_shape.len() != 1 {
            return Err(Error::input(format!(
                "a forecast takes rows of features, and those of {} have the shape {:?}",
                self.name, self.row_shape
            ))
            .within("WINDOW"));
        }
        if self.lengths.is_some() {
            return Err(Error::input(format!(
                "{} has an array lengths, and its rows would be moments, which have none; save it without",
                self.name
            ))
            .within("WINDOW"));
        }
        self.check_channel_names(forecast)?;
        let place = |error: Error| error.within(format!("the data set {}", self.name));
        let otherwise = "make WINDOW or HORIZON smaller";
        let (inputs, outputs) =
            forecast.examples(&self.inputs, &self.targets, otherwise).map_err(place)?;
        let (elements, count) = (inputs.ncols(), inputs.nrows());
        let weights = self.sample_weight.as_ref();
        let targets = self.targets.columns();
        Ok(Dataset {
            row_shape: vec![elements / forecast.window, forecast.window],
            targets: outputs.into(),
            // The weight of the moment from which it is forecast.
            sample_weight: weights.map(|all| all[forecast.window - 1..][..count].to_vec()),
            feature_names: self.channel_names(forecast, targets),
            target_names: self.output_names(forecast, targets),
            own_validation: None,
            own_test: None,
            ..self.with_inputs(inputs)
        })
    }

    /// Refuses a target of a feature's name: a window has both as channels.
    fn check_channel_names(&self, forecast: &Forecast) -> Result<()> {
        let names = |own: &Option<Vec<String>>| own.clone().unwrap_or_default();
        let features = names(&self.feature_names);
        let targets = names(&self.target_names);
        match targets.iter().find(|name| features.contains(name)) {
            Some(name) if forecast.autoregressive => Err(Error::input(format!(
                "{} has the name {name:?} in feature_names and in target_names, and a window has the targets beside the \
                 features; leave that feature out, or give it another name",
                self.name
            ))
            .within("WINDOW")),
            _ => Ok(()),
        }
    }

    /// The names of the channels, where all are named.
    fn channel_names(&self, forecast: &Forecast, targets: usize) -> Option<Vec<String>> {
        let features = self.feature_names.as_ref()?;
        if !forecast.autoregressive {
            return Some(features.clone());
        }
        let own = self.target_names.as_ref().filter(|names| names.len() == targets);
        let own = own.cloned().unwrap_or_else(|| numbered(targets));
        Some([features.clone(), own].concat())
    }

    /// The names of the outputs: a target's with its horizon.
    fn output_names(&self, forecast: &Forecast, targets: usize) -> Option<Vec<String>> {
        let own = self.target_names.as_ref().filter(|names| names.len() == targets);
        let own = own.cloned().unwrap_or_else(|| numbered(targets));
        let mut names = vec![];
        for horizon in &forecast.horizons {
            names.extend(own.iter().map(|name| format!("{name}+{horizon}")));
        }
        Some(names)
    }
}

/// The moments of windows: features with the targets, if these are there, behind them, row by row.
pub(super) fn moments(
    features: ArrayView2<f64>,
    targets: Option<ArrayView2<f64>>,
) -> Result<ArcArray2<f64>> {
    let both: Vec<_> = [Some(features), targets].into_iter().flatten().collect();
    let moments = concatenate(Axis(1), &both).map_err(|error| Error::input(error.to_string()))?;
    Ok(moments.as_standard_layout().into_owned().into_shared())
}

/// For each row, the first row behind it that is of another group.
pub(super) fn group_ends(groups: &[i64]) -> Vec<usize> {
    let mut ends = vec![groups.len(); groups.len()];
    for row in (1..groups.len()).rev() {
        ends[row - 1] = if groups[row] == groups[row - 1] { ends[row] } else { row };
    }
    ends
}

/// Names of targets that have none.
fn numbered(targets: usize) -> Vec<String> {
    match targets {
        1 => vec!["target".into()],
        _ => (0..targets).map(|target| format!("target{target}")).collect(),
    }
}
