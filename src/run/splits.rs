//! Which rows are trained on, which choose the best weights, and which are evaluated at the end.

use super::parameters::Parameters;
use crate::data::{
    Dataset, Inputs, Split, SplitMode, Splits, split_groups, split_in_order, split_rows,
};
use crate::error::{Error, Result};

/// The rows of each split: those that the data set has of its own, and the others divided as the parameters say. `classes`
/// are the class of each row and the label of each class, where rows have one.
pub(super) fn splits(
    parameters: &Parameters,
    dataset: &Dataset,
    classes: Option<(&[u32], &[i64])>,
) -> Result<Splits> {
    check_keys(parameters, dataset)?;
    let rows = dataset.inputs.nrows() as u32;
    let own_test = dataset.own_test.map(|first| first as u32);
    if own_test.is_some() && dataset.own_validation.is_none() && parameters.split[2] > 0.0 {
        return Err(Error::input(format!(
            "found {:?}, but {} has a test split of its own; allowed: two numbers, train and \
             validation",
            parameters.split, dataset.name
        ))
        .within("SPLIT"));
    }
    if let Some(first) = dataset.own_validation.map(|first| first as u32) {
        let test = own_test.unwrap_or(rows);
        return Ok(Splits::new(
            (0..first).collect(),
            (first..test).collect(),
            (test..rows).collect(),
        ));
    }
    let to_divide = own_test.unwrap_or(rows);
    let groups = dataset.groups.as_deref().map(|groups| &groups[..to_divide as usize]);
    // Of a table the names of classes are its own words.
    let names = dataset.target_names.as_deref().unwrap_or_default();
    let is_table = matches!(dataset.inputs, Inputs::Coded(_));
    let label = |class: u32| {
        let labels = classes.map_or(&[][..], |(_, labels)| labels);
        match names.get(class as usize).filter(|_| is_table && names.len() == labels.len()) {
            Some(name) => format!("{name:?}"),
            None => labels[class as usize].to_string(),
        }
    };
    let of_rows = classes.map(|(classes, _)| classes);
    let divided = divided(parameters, of_rows, label, (to_divide, groups))
        .map_err(|e| e.within(format!("the data set {}", dataset.name)))?;
    let test = own_test.map_or_else(|| divided.of(Split::Test).to_vec(), |t| (t..rows).collect());
    let part = |split| divided.of(split).to_vec();
    Ok(Splits::new(part(Split::Train), part(Split::Validation), test))
}

/// Refuses keys of a split that do not go together, and groups that the data do not have.
fn check_keys(parameters: &Parameters, dataset: &Dataset) -> Result<()> {
    let refused = |key: &str, what: String| Err(Error::input(what).within(key));
    let has_groups = dataset.groups.is_some();
    match (parameters.split_mode_or_usual(), &parameters.groups, parameters.split_seed) {
        (SplitMode::Ordered, _, Some(seed)) => refused(
            "SPLIT_SEED",
            format!(
                "found {seed}, and SPLIT_MODE \"ordered\" leaves nothing to chance; leave one of them out"
            ),
        ),
        (SplitMode::Grouped, None, _) if !has_groups => refused(
            "SPLIT_MODE",
            "found \"grouped\", and there is no GROUPS; give GROUPS, the array that tells the group of each row"
                .into(),
        ),
        (SplitMode::Grouped, Some(name), _) if !has_groups => refused(
            "GROUPS",
            format!(
                "found {name:?}, and {} was read without groups; allowed: Dataset::with_groups",
                dataset.name
            ),
        ),
        _ => Ok(()),
    }
}

/// The first rows, so many, divided as the parameters say; with the group of each, where there are groups.
fn divided(
    parameters: &Parameters,
    classes: Option<&[u32]>,
    label: impl Fn(u32) -> String,
    (rows, groups): (u32, Option<&[i64]>),
) -> Result<Splits> {
    let classes = classes.filter(|_| parameters.stratify);
    let seed = parameters.split_seed.unwrap_or(parameters.random_seed);
    match (parameters.split_mode_or_usual(), groups) {
        (SplitMode::Ordered, _) => split_in_order(rows, parameters.split),
        (SplitMode::Grouped, Some(groups)) => {
            split_groups(groups, parameters.split, classes, label, seed)
        }
        (SplitMode::Random | SplitMode::Grouped, _) => {
            split_rows(rows, parameters.split, classes, label, seed)
        }
    }
}
