//! Sequences whose rows have lengths, as a run takes them.

use std::borrow::Cow;

use super::parameters::Parameters;
use crate::data::{
    Dataset, Inputs, Lengths, Normalization, Scaling, fill_padding, length, no_length,
};
use crate::error::{Error, Result};
use crate::memory::refuse_copy;
use crate::network::Network;

/// The lengths of the rows of a data set that the network takes, if they have any.
pub(super) fn lengths_of<'a>(dataset: &'a Dataset, network: &Network) -> Option<Lengths<'a>> {
    let (of_rows, samples) = (dataset.lengths.as_deref()?, network.samples_with_lengths()?);
    Some(Lengths { of_rows, samples })
}

/// The network for the rows of a data set: with a length each if they have lengths.
pub(super) fn of_rows(
    network: Network,
    parameters: &Parameters,
    rows: &Dataset,
) -> Result<Network> {
    if rows.lengths.is_none() {
        return Ok(network);
    }
    if parameters.augment.is_some() {
        return Err(Error::input(format!(
            "rows of {} have lengths, and moved or flipped they would begin or end elsewhere; leave it out, or the \
             array lengths",
            rows.name
        ))
        .within("AUGMENT"));
    }
    network.with_lengths().map_err(|error| error.within(parameters.layers.key()))
}

/// A data set without what lies behind the ends of its rows; lengths beyond the samples are refused.
pub(super) fn without_padding<'a>(
    dataset: Cow<'a, Dataset>,
    network: &Network,
) -> Result<Cow<'a, Dataset>> {
    let Some(lengths) = lengths_of(&dataset, network) else { return Ok(dataset) };
    let Lengths { of_rows, samples } = lengths;
    let mut numbers = (0..).zip(of_rows.iter().map(|&own| f64::from(own)));
    if let Some((row, own)) = numbers.find(|(_, own)| length(*own, samples).is_none()) {
        let name = &dataset.name;
        return Err(no_length(row, own, samples).within(format!("array lengths of {name}")));
    }
    refuse_copy(8 * (dataset.inputs.nrows() * dataset.inputs.ncols()) as u64)?;
    let mut rows = dataset.inputs.to_reals();
    fill_padding(&mut rows, lengths, network.elements(), |input| input);
    Ok(Cow::Owned(dataset.with_inputs(rows.into())))
}

/// The scaling of the inputs by these rows: one per channel of signals.
pub(super) fn scaling(
    kind: Normalization,
    dataset: &Dataset,
    network: &Network,
    rows: &[u32],
) -> Scaling {
    match (lengths_of(dataset, network), &dataset.inputs) {
        (Some(lengths), Inputs::Reals(values)) => {
            Scaling::fit_sequences(kind, values.view(), rows, lengths)
        }
        _ => {
            let group = network.input.iter().skip(1).product();
            Scaling::fit(kind, &dataset.inputs, rows, group)
        }
    }
}
