//! The checks that need data, splits and scaling.

use std::collections::HashMap;

use ndarray::{ArrayView1, ArrayView2};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};

use super::fold::Fold;
use super::row_blocks::{row_blocks, rows_of_block};
use super::table::{Table, TableTargets};
use crate::data::{Dataset, Scaling, Split};
use crate::error::{Error, Result, counted};
use crate::network::layers::Kind;
use crate::network::{Network, PlacedLayer, Task, shape_text};
use crate::text::shown;

/// Weights of rows further from 1 than this would lose all others in f32 sums.
const WEIGHTS: std::ops::RangeInclusive<f64> = 1e-12..=1e12;

/// Refuses values that f32, in which runs compute, can't hold once they are scaled; `names` are those of the columns.
pub(super) fn check_range(
    what: &str,
    all: ArrayView2<f64>,
    scaling: &Scaling,
    center: &[f64],
    names: Option<&[String]>,
) -> Result<()> {
    let fits = |value: f64| value.abs() <= f64::from(f32::MAX);
    let Scaling { shift, scale } = scaling;
    let usable = |column: usize, value: f64| {
        let (shift, scale, center) = (shift[column], scale[column], center[column]);
        fits(value - center)
            & fits((value - shift) * scale)
            & fits(shift - center)
            & (scale == 0.0 || (scale as f32).is_normal())
    };
    let of_block = |(block, rows): (usize, ArrayView2<f64>)| {
        // All of a column before the first is looked for: whole vectors are compared.
        let is_usable = |(column, values): (usize, ArrayView1<f64>)| {
            values.iter().fold(true, |all, &value| all & usable(column, value))
        };
        if rows.columns().into_iter().enumerate().all(is_usable) {
            return None;
        }
        let mut cells = rows.indexed_iter();
        let ((row, column), _) = cells.find(|((_, column), value)| !usable(*column, **value))?;
        Some((block * rows_of_block(all.ncols()) + row, column))
    };
    let Some((row, column)) = row_blocks(all).enumerate().find_map_first(of_block) else {
        return Ok(());
    };
    let name = names.and_then(|names| names.get(column)).map(|name| shown(name).into_owned());
    let name = name.unwrap_or_else(|| format!("{column}"));
    Err(beyond_f32(what, all.column(column), &name, row))
}

/// The refusal of a column that f32 can't hold: it names the value that lies farthest out, which spoils the others.
fn beyond_f32(what: &str, values: ArrayView1<f64>, column: &str, first: usize) -> Error {
    let farthest = |one: usize, other: usize| {
        if values[other].abs() > values[one].abs() { other } else { one }
    };
    let row = (0..values.len()).fold(first, farthest);
    Error::input(format!(
        "row {row}, column {column} (counted from 0) is {:e}, which f32 can't hold once it is centred and scaled; \
         rescale this column (allowed: spreads from 1e-37 to 1e37)",
        values[row]
    ))
    .within(what)
}

/// Refuses weights of rows (`sample_weight` times `CLASS_WEIGHT`) that f32 can't add up, and splits
/// whose rows all weigh nothing: they would train, or choose, nothing.
pub(super) fn check_weights(table: &Table, fold: &Fold) -> Result<()> {
    let weight = |row: u32| fold.weight(table, row);
    let refuse = |what: String| {
        Err(Error::input(what).part("or the array sample_weight").within("CLASS_WEIGHT"))
    };
    for split in Split::ALL {
        let rows = fold.rows(split);
        if let Some(&row) = rows.iter().find(|&&row| {
            let weight = weight(row);
            weight != 0.0 && !WEIGHTS.contains(&weight)
        }) {
            let found = weight(row);
            return refuse(format!(
                "row {row} (counted from 0) weighs {found:e}; allowed: 0, or from 1e-12 to 1e12"
            ));
        }
        if !rows.is_empty() && rows.iter().all(|&row| weight(row) == 0.0) {
            let name = split.name();
            return refuse(format!("every {name} row weighs 0; at least one has to weigh more"));
        }
    }
    Ok(())
}

/// Refuses classes that only the archive's own validation or test part has: no row teaches them.
pub(super) fn check_own_parts(
    table: &Table,
    fold: &Fold,
    labels: &[i64],
    own_validation: bool,
) -> Result<()> {
    let TableTargets::Classes(classes) = &table.targets else { return Ok(()) };
    // SPLIT divides the training part.
    let divided = if own_validation { &Split::ALL[..1] } else { &Split::ALL[..2] };
    let rows = divided.iter().flat_map(|&split| fold.rows(split));
    let missing = class_without(classes, labels, rows);
    let parts = if own_validation { "validation or test part" } else { "test part" };
    match missing {
        None => Ok(()),
        Some(label) => Err(Error::input(format!(
            "class {label} has rows in the archive's {parts} only; give its training part some, or \
             leave the class out"
        ))),
    }
}

/// The label of the first class that none of these rows has.
pub(super) fn class_without<'a>(
    classes: &[u32],
    labels: &[i64],
    rows: impl IntoIterator<Item = &'a u32>,
) -> Option<i64> {
    let mut found = vec![false; labels.len()];
    rows.into_iter().for_each(|&row| found[classes[row as usize] as usize] = true);
    found.iter().zip(labels).find(|(found, _)| !**found).map(|(_, label)| *label)
}

/// Refuses batches of one row before a batch_norm of one value per channel and row: they have no variance.
pub(super) fn check_batch(network: &Network, batch_size: usize) -> Result<()> {
    fn first_alone(layers: Vec<PlacedLayer>) -> Option<String> {
        layers.into_iter().find_map(|placed| {
            let positions: usize = placed.input.iter().skip(1).product();
            let is_alone = matches!(placed.layer.kind, Kind::BatchNorm(_)) && positions == 1;
            if is_alone { Some(placed.path) } else { first_alone(placed.inside()) }
        })
    }
    match first_alone(network.placed_layers()) {
        Some(path) if batch_size == 1 => Err(Error::input(format!(
            "found 1, and batch_norm ({path}, counted from 0) has one value a channel in a row: a batch of one \
             row has no variance; allowed: 2 or more, or layer_norm"
        ))
        .within("BATCH_SIZE")),
        Some(_) | None => Ok(()),
    }
}

/// Refuses names that occur twice, blanks around them aside: a model tells the columns of a table, and its
/// classes, apart by name.
pub(super) fn check_names(dataset: &Dataset, network: &Network) -> Result<()> {
    let features = dataset.feature_names.as_deref().unwrap_or_default();
    check_feature_names(dataset, network)?;
    let expected = match network.task() {
        Task::Classification => network.classes(),
        Task::MultiLabel | Task::Regression => network.outputs(),
    };
    // Names of any other number are not used.
    let targets = dataset.target_names.as_deref().filter(|names| names.len() == expected);
    let targets = targets.unwrap_or_default();
    let (columns, others) = (named(features, "feature_names"), named(targets, "target_names"));
    match network.task() {
        Task::Classification => distinct(columns).and_then(|()| distinct(others)),
        // Features and outputs are columns of one table.
        Task::Regression => distinct(columns.chain(others)),
        Task::MultiLabel => {
            let probabilities = targets.iter().enumerate().map(|(index, name)| {
                let place = format!("the probability of name {index} of target_names");
                (format!("probability_{}", name.trim()), place)
            });
            distinct(columns.chain(others).chain(probabilities))
        }
    }
    .map_err(|error| error.within(format!("the data set {}", dataset.name)))
}

/// Refuses names of features that are neither one a channel nor one an input, such as those of the lines of an image.
fn check_feature_names(dataset: &Dataset, network: &Network) -> Result<()> {
    let (channels, inputs) = (network.input[0], network.elements());
    match &dataset.feature_names {
        Some(names) if names.len() != channels && names.len() != inputs => {
            Err(Error::input(format!(
                "array feature_names holds {} names, but rows of {} have {} and {}; save as many names, or none",
                names.len(),
                shape_text(&network.input),
                counted(channels, "channel"),
                counted(inputs, "input")
            ))
            .within(format!("the data set {}", dataset.name)))
        }
        Some(_) | None => Ok(()),
    }
}

/// Names without the blanks around them, each with its place in words.
fn named(names: &[String], array: &str) -> impl Iterator<Item = (String, String)> {
    let names = names.iter().enumerate();
    names.map(move |(index, name)| (name.trim().to_owned(), format!("name {index} of {array}")))
}

/// Refuses a name that two places have.
fn distinct(names: impl Iterator<Item = (String, String)>) -> Result<()> {
    let mut places = HashMap::new();
    for (name, place) in names {
        if let Some(first) = places.insert(name.clone(), place.clone()) {
            return Err(Error::input(format!(
                "{name:?} is {first} and {place} (counted from 0; blanks around names do not count); give \
                 each its own name, or leave the names out"
            )));
        }
    }
    Ok(())
}
