//! Rows of arrays for a network whose inputs a preparation makes of columns: arrays hold them as numbers, NaN for a gap.

use std::path::Path;

use ndarray::{Array2, ArrayD, ArrayView2, Axis, s};

use super::archive::INPUTS;
use super::labelled::Labelled;
use crate::data::dataset::{Dataset, Prepared};
use crate::data::frame::{Cells, Frame};
use crate::data::inputs::Inputs;
use crate::data::npz::{Archive, ArrayStream};
use crate::data::targets::Targets;
use crate::error::{Error, Result};
use crate::memory::refuse_to_read;

/// The inputs of the rows of an archive, of its test part if it has one.
pub(super) fn of_archive(path: &Path, prepared: &Prepared) -> Result<Inputs> {
    let mut archive = Archive::open(path)?;
    let Some(name) = INPUTS.into_iter().find(|name| archive.has(name)) else {
        return Err(Error::input("holds no inputs; accepted names are X, data, x and X_test"));
    };
    let names = if archive.has("feature_names") { archive.texts("feature_names")? } else { None };
    archive.check_memory(&[name], &[])?;
    inputs(matrix(archive.numbers(name)?.into_reals())?.view(), names, prepared)
}

/// The same of an array.
pub(super) fn of_array(path: &Path, prepared: &Prepared) -> Result<Inputs> {
    let mut array = ArrayStream::open(path)?;
    let rows = array.shape().first().copied().unwrap_or(0);
    refuse_to_read(8 * array.shape().iter().product::<usize>() as u64)?;
    inputs(array.rows(rows)?.view(), None, prepared)
}

/// The rows of an archive with their targets, of its test part if it has one.
pub(super) fn labelled(path: &Path, prepared: &Prepared) -> Result<Labelled> {
    let dataset = Dataset::read_any_with_gaps(path)?;
    let first = dataset.own_test.unwrap_or(0);
    let all = dataset.inputs.after(first).to_reals();
    let inputs = inputs(all.view(), dataset.feature_names, prepared)
        .map_err(|error| error.within(path.display()))?;
    let targets = match &dataset.targets {
        Targets::Integers(y) => Targets::Integers(y.slice(s![first.., ..]).to_owned()),
        Targets::Reals(y) => Targets::Reals(y.slice(s![first.., ..]).to_owned()),
    };
    let examples = std::iter::once(0..inputs.nrows()).collect();
    let note = dataset.unused.map(|unused| format!("not used: {unused}"));
    let own_test = dataset.own_test.is_some();
    Ok(Labelled { inputs, targets, examples, groups: None, own_test, assumed_target: None, note })
}

fn matrix(array: ArrayD<f64>) -> Result<Array2<f64>> {
    let shape = array.shape().to_vec();
    array.into_dimensionality().map_err(|_| {
        Error::input(format!("the array has the shape {shape:?}; the model takes (rows, columns)"))
    })
}

fn inputs(
    values: ArrayView2<f64>,
    names: Option<Vec<String>>,
    prepared: &Prepared,
) -> Result<Inputs> {
    let own = prepared.columns.columns();
    // As many columns without names are those of the model in their order.
    let usual = || match own.len() == values.ncols() {
        true => own.iter().map(|column| column.name.clone()).collect(),
        false => (1..=values.ncols()).map(|number| format!("column_{number}")).collect(),
    };
    let names: Vec<String> = names.unwrap_or_else(usual);
    let columns = values.axis_iter(Axis(1));
    let columns = columns.map(|own| Cells { numbers: own.to_vec(), ..Cells::default() });
    let frame = Frame { names, columns: columns.collect(), ..Frame::default() };
    let columns = &prepared.columns;
    Ok(columns.expand(columns.rows(&frame)?).into())
}
