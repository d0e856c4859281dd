//! Rows of an NPZ archive.

use std::path::Path;

use ndarray::{Array2, ArrayD, Axis, concatenate, s};

use super::columns::by_name;
use super::labelled::Labelled;
use super::moments::check_last_group;
use super::wanted::{Wanted, check_shape};
use crate::data::dataset::{Dataset, LENGTHS, WEIGHTS, check_groups, read_groups};
use crate::data::inputs::Inputs;
use crate::data::npz::Archive;
use crate::data::numbers::Numbers;
use crate::data::targets::Targets;
use crate::error::{Error, Result};
use crate::text::listed;

/// The names of inputs, in the order of preference: a split's test part comes first.
pub(super) const INPUTS: [&str; 5] = ["X_test", "x_test", "X", "data", "x"];

/// Arrays that are listed in a refusal.
const LISTED: usize = 12;

/// The inputs of an archive, which needs no targets; and a note on the arrays that are not used.
pub(super) fn inputs(path: &Path, wanted: &Wanted) -> Result<(Inputs, Option<String>)> {
    let mut archive = Archive::open(path)?;
    let Some(name) = INPUTS.into_iter().find(|name| archive.has(name)) else {
        let mut names = archive.names().map(String::from).collect::<Vec<_>>();
        let more = names.len().saturating_sub(LISTED);
        names.truncate(LISTED);
        names.extend((more > 0).then(|| format!("and {more} more")));
        return Err(Error::input(format!(
            "holds no inputs; found: {}; accepted names are X, data, x and X_test",
            listed(names)
        )));
    };
    let others = archive.names().map(String::from);
    let groups = wanted.forecast.as_ref().and_then(|own| own.groups.as_deref());
    let is_used = |other: &str| other == name || groups == Some(other);
    let mut others: Vec<String> =
        others.filter(|other| !is_used(other) && !is_of_no_prediction(other)).collect();
    let names = if archive.has("feature_names") { archive.texts("feature_names")? } else { None };
    archive.check_memory(&[name], &[])?;
    let array = archive.numbers(name)?;
    check_shape(&format!("array {name}"), array.shape(), wanted)?;
    let inputs: Inputs = match array {
        Numbers::Bytes(values) => laid_out(name, values, wanted)?.into(),
        Numbers::Integers(_) | Numbers::Reals(_) => {
            laid_out(name, array.into_reals(), wanted)?.into()
        }
    };
    let inputs = in_order(inputs, names.as_deref(), wanted)?;
    let lengths = lengths(&mut archive, name, inputs.nrows(), &mut others, wanted)?;
    check_groups_of_last(&mut archive, inputs.nrows(), wanted)?;
    let note = (!others.is_empty())
        .then(|| format!("the rows are those of array {name}; not used: {}", listed(&others)));
    Ok((with_lengths(inputs, lengths)?, note))
}

/// Refuses an archive whose last rows, those of the window of a forecast, are of several groups.
fn check_groups_of_last(archive: &mut Archive, rows: usize, wanted: &Wanted) -> Result<()> {
    let Some(forecast) = &wanted.forecast else { return Ok(()) };
    let Some(name) = &forecast.groups else { return Ok(()) };
    let groups = read_groups(archive, name)?;
    // Those of all rows end with the rows of the test part.
    check_groups(name, groups.len().min(rows), rows)?;
    check_last_group(Some(&groups), forecast)
}

/// The lengths of the rows of the array `inputs`, if the model takes them; their array is none of the others.
fn lengths(
    archive: &mut Archive,
    inputs: &str,
    rows: usize,
    others: &mut Vec<String>,
    wanted: &Wanted,
) -> Result<Option<Vec<f64>>> {
    if !wanted.has_lengths {
        return Ok(None);
    }
    // Those of all rows end with the rows of the test part.
    let endings = if inputs.ends_with("_test") { &["_test", ""][..] } else { &[""] };
    let name = LENGTHS.names_with(endings).find(|name| archive.has(name));
    let Some(name) = name else { return Err(no_lengths(endings[0])) };
    others.retain(|other| *other != name);
    let lengths: Vec<f64> = archive.numbers(&name)?.into_reals().into_iter().collect();
    let before = if endings.len() > 1 { lengths.len().saturating_sub(rows) } else { 0 };
    Ok(Some(lengths[before..].to_vec()))
}

/// The refusal of rows without lengths.
fn no_lengths(ending: &str) -> Error {
    Error::input(format!(
        "holds no array lengths{ending}; the model takes the samples that each row has, one whole number per row"
    ))
}

/// The inputs, each row with its length behind it, if there are lengths.
fn with_lengths(inputs: Inputs, lengths: Option<Vec<f64>>) -> Result<Inputs> {
    let Some(lengths) = lengths else { return Ok(inputs) };
    let (rows, found) = (inputs.nrows(), lengths.len());
    if rows != found {
        return Err(Error::input(format!(
            "the array of inputs has {rows} rows and that of their lengths {found} numbers; each row needs its length"
        )));
    }
    let lengths = Array2::from_shape_vec((rows, 1), lengths)
        .map_err(|error| Error::input(error.to_string()))?;
    let both = concatenate(Axis(1), &[inputs.to_reals().view(), lengths.view()]);
    Ok(both.map_err(|error| Error::input(error.to_string()))?.into())
}

/// An array of this name, row by row.
fn laid_out<T: Clone>(name: &str, array: ArrayD<T>, wanted: &Wanted) -> Result<Array2<T>> {
    let rows = array.shape()[0];
    let flat = array.as_standard_layout().into_owned();
    flat.into_shape_with_order((rows, wanted.elements()))
        .map_err(|error| Error::input(format!("array {name} cannot be laid out as rows: {error}")))
}

/// Arrays of a data set that no prediction is expected to use.
const OF_NO_PREDICTION: [&str; 7] =
    ["feature_names", "target_names", "y", "target", "labels", "y_test", "Y_test"];

fn is_of_no_prediction(name: &str) -> bool {
    let is_weight = WEIGHTS.names.contains(&name.strip_suffix("_test").unwrap_or(name));
    is_weight || OF_NO_PREDICTION.contains(&name)
}

/// Inputs and targets of an archive.
pub(super) fn labelled(path: &Path, wanted: &Wanted) -> Result<Labelled> {
    let groups = wanted.forecast.as_ref().and_then(|own| own.groups.as_deref());
    let dataset = Dataset::read_any(path, groups)?;
    test_rows(&dataset, wanted).map_err(|error| error.within(path.display()))
}

/// The rows of a data set's own test part, or all of them.
fn test_rows(dataset: &Dataset, wanted: &Wanted) -> Result<Labelled> {
    let mut shape = vec![dataset.inputs.nrows()];
    shape.extend(&dataset.row_shape);
    check_shape("the array of inputs", &shape, wanted)?;
    let first = dataset.own_test.unwrap_or(0);
    let inputs = dataset.inputs.after(first);
    let inputs = in_order(inputs, dataset.feature_names.as_deref(), wanted)?;
    let lengths = match (&dataset.lengths, wanted.has_lengths) {
        (None, true) => return Err(no_lengths("")),
        (Some(own), true) => Some(own[first..].iter().map(|&own| f64::from(own)).collect()),
        (_, false) => None,
    };
    let inputs = with_lengths(inputs, lengths)?;
    let targets = match &dataset.targets {
        Targets::Integers(y) => Targets::Integers(y.slice(s![first.., ..]).to_owned()),
        Targets::Reals(y) => Targets::Reals(y.slice(s![first.., ..]).to_owned()),
    };
    let own_test = dataset.own_test.is_some();
    let lengths = (dataset.lengths.is_some() && !wanted.has_lengths).then_some("lengths");
    let unused: Vec<&str> = lengths.into_iter().chain(dataset.unused.as_deref()).collect();
    let note = (!unused.is_empty()).then(|| format!("not used: {}", unused.join(", ")));
    let groups = dataset.groups.as_ref().map(|groups| groups[first..].to_vec());
    let examples = std::iter::once(0..inputs.nrows()).collect();
    Ok(Labelled { inputs, targets, examples, groups, own_test, assumed_target: None, note })
}

/// The columns in the model's order, where both sides name them; names of channels have to be in that
/// order already.
fn in_order(inputs: Inputs, found: Option<&[String]>, wanted: &Wanted) -> Result<Inputs> {
    let (Some(found), Some(names)) = (found, wanted.feature_names.as_deref()) else {
        return Ok(inputs);
    };
    if found == names {
        return Ok(inputs);
    }
    if wanted.input_names().is_none() || found.len() != inputs.ncols() {
        return Err(Error::input(format!(
            "feature_names are {}; those of the model are {}",
            listed(found),
            listed(names)
        )));
    }
    let columns = by_name(found, names)?;
    Ok(inputs.select(&columns))
}
