//! Which columns of a table are the inputs, and which the targets.

use std::collections::HashMap;

use super::first_line::FirstLine;
use super::wanted::Wanted;
use crate::error::{Error, Result, counted};
use crate::nearest::did_you_mean;

/// The names of the column of lengths.
const LENGTHS: [&str; 2] = ["lengths", "length"];

/// The indices of the columns that are read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Columns {
    /// The number of columns in every line.
    pub columns: usize,
    pub inputs: Vec<usize>,
    /// Empty where targets are not read.
    pub targets: Vec<usize>,
    /// Columns without a name, which are not read.
    pub left_out: Vec<usize>,
    /// Columns that are left out because they are an index, and so have to count up.
    pub indices: Vec<usize>,
}

impl Columns {
    /// For predictions: targets may be there, and are not read.
    pub fn for_inputs(first: &FirstLine, columns: usize, wanted: &Wanted) -> Result<Self> {
        let mut found = Self::new(first, columns, wanted)?;
        found.targets = vec![];
        // Where names choose the inputs, no other column matters.
        if first.names().is_none() || wanted.input_names().is_none() {
            found.indices.clone_from(&found.left_out);
        }
        Ok(found)
    }

    /// For an evaluation: targets have to be there.
    pub fn with_targets(first: &FirstLine, columns: usize, wanted: &Wanted) -> Result<Self> {
        let mut found = Self::new(first, columns, wanted)?;
        found.indices.clone_from(&found.left_out);
        if found.targets.len() == wanted.targets {
            if check_target(first.names(), &found, wanted)? {
                found.indices = vec![];
            }
            return Ok(found);
        }
        let columns = columns - found.left_out.len();
        Err(Error::input(format!(
            "has the {} of the features and none of the targets; {} needs {} more",
            counted(columns, "column"),
            if wanted.forecast.is_some() { "a forecast" } else { "an evaluation" },
            counted(wanted.targets, "column")
        )))
    }

    /// By name where the file and the model have names, else the features first and the targets last.
    /// Columns without a name are left out; others that are neither feature nor target are refused.
    fn new(first: &FirstLine, columns: usize, wanted: &Wanted) -> Result<Self> {
        let expected = wanted.inputs();
        let left_out = first.nameless(wanted);
        let length = length(first, wanted)?;
        if let (Some(header), Some(names)) = (first.names(), wanted.input_names()) {
            return Self::named(header, names, wanted, length, left_out);
        }
        let mut named: Vec<usize> =
            (0..columns).filter(|column| !left_out.contains(column)).collect();
        if let Some(length) = length {
            // Behind the elements, wherever it stands.
            named.retain(|column| *column != length);
            named.insert(wanted.elements().min(named.len()), length);
        }
        if named.len() != expected && named.len() != expected + wanted.targets {
            let comma = if columns == 1 { ", separated by commas" } else { "" };
            let nameless = match left_out.len() {
                0 => "",
                _ => {
                    " (a column without a name is taken for an index; give it a name if it is none)"
                }
            };
            let length =
                if wanted.has_lengths { ", the last of them the row's length" } else { "" };
            return Err(Error::input(format!(
                "has {}{nameless}; the model takes {expected}{length}{comma}, or {} with the {}",
                counted(named.len(), "column"),
                expected + wanted.targets,
                if wanted.targets == 1 { "target last" } else { "targets last" }
            )));
        }
        let (inputs, targets) = named.split_at(expected);
        Ok(Columns {
            columns,
            inputs: inputs.into(),
            targets: targets.into(),
            left_out,
            indices: vec![],
        })
    }

    fn named(
        header: &[String],
        names: &[String],
        wanted: &Wanted,
        length: Option<usize>,
        left_out: Vec<usize>,
    ) -> Result<Self> {
        let mut inputs = by_name(header, names)?;
        inputs.extend(length);
        let taken: std::collections::HashSet<usize> = inputs.iter().copied().collect();
        let mut targets: Vec<usize> = (0..header.len())
            .filter(|column| !taken.contains(column) && !left_out.contains(column))
            .collect();
        if !targets.is_empty() && targets.len() != wanted.targets {
            let others: Vec<String> =
                targets.iter().take(8).map(|&column| format!("{:?}", header[column])).collect();
            return Err(Error::input(format!(
                "has {} that {} no feature of the model ({}); allowed: none, or {} for {}",
                counted(targets.len(), "column"),
                if targets.len() == 1 { "is" } else { "are" },
                others.join(", "),
                wanted.targets,
                if wanted.targets == 1 { "the target" } else { "the targets" }
            )));
        }
        // Several targets are told apart by name, where they have names.
        if let (true, Some(names)) = (targets.len() > 1, &wanted.target_names) {
            targets = by_name(header, names)?;
        }
        Ok(Columns { columns: header.len(), inputs, targets, left_out, indices: vec![] })
    }
}

/// The column of the lengths of rows, if the model takes them and the file names its columns: another one, such as a
/// target, would be taken for it.
fn length(first: &FirstLine, wanted: &Wanted) -> Result<Option<usize>> {
    let (Some(header), true) = (first.names(), wanted.has_lengths) else { return Ok(None) };
    let own = wanted.input_names();
    let of_elements = |name: &str| own.is_some_and(|own| own.iter().any(|own| own.trim() == name));
    let names = LENGTHS.iter().filter(|name| !of_elements(name));
    let found = names.clone().find_map(|name| header.iter().position(|own| own.trim() == *name));
    if found.is_none() {
        return Err(Error::input("has no column \"lengths\", the samples that each row has"));
    }
    Ok(found)
}

/// Says whether names tell the targets, and refuses a single target of another name than the model's where
/// columns go by name.
fn check_target(header: Option<&[String]>, found: &Columns, wanted: &Wanted) -> Result<bool> {
    let (Some(header), Some(_), Some(names)) =
        (header, wanted.input_names(), wanted.target_names.as_deref())
    else {
        return Ok(false);
    };
    let ([name], [target]) = (names, &found.targets[..]) else { return Ok(true) };
    if header[*target].trim() == name.trim() {
        return Ok(true);
    }
    Err(Error::input(format!(
        "has no column {name:?}, which is the model's target, but {:?}; if that holds the target, rename it",
        header[*target]
    )))
}

/// The column of each name in a header; blanks around names do not count.
pub(super) fn by_name(header: &[String], names: &[String]) -> Result<Vec<usize>> {
    let mut columns: HashMap<&str, usize> = HashMap::new();
    for (column, name) in header.iter().enumerate() {
        let name = name.trim();
        let is_double = columns.insert(name, column).is_some();
        if is_double && names.iter().any(|wanted| wanted.trim() == name) {
            return Err(Error::input(format!("has two columns named {name:?}; keep one")));
        }
    }
    let mut found = vec![];
    for name in names {
        found.push(columns.get(name.trim()).copied().ok_or_else(|| {
            Error::input(format!(
                "has no column {name:?}, which the model takes{}{}",
                did_you_mean(name, header.iter().map(String::as_str)),
                if header.len() == 1 { "; columns are separated by commas" } else { "" }
            ))
        })?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn wanted(names: Option<&[&str]>, targets: usize) -> Wanted {
        Wanted { row_shape: vec![2], feature_names: names.map(texts), targets, ..Wanted::default() }
    }

    fn layout(header: &[&str], wanted: &Wanted) -> Result<Columns> {
        Columns::new(&FirstLine::Names(texts(header)), header.len(), wanted)
    }

    #[test]
    fn names_choose_columns_in_any_order_and_what_is_left_is_the_target() {
        let wanted = wanted(Some(&["a", "b"]), 1);
        let found = layout(&["y", "b", "a"], &wanted).unwrap();
        assert_eq!((found.inputs, found.targets), (vec![2, 1], vec![0]));
        assert!(layout(&["a", "b"], &wanted).unwrap().targets.is_empty());
    }

    #[test]
    fn strangers_gaps_and_twins_are_refused() {
        let wanted = wanted(Some(&["width", "length"]), 1);
        for (header, words) in [
            (
                &["width", "lenght"][..],
                "no column \"length\", which the model takes; did you mean lenght?",
            ),
            (
                &["width", "length", "id", "y"],
                "2 columns that are no feature of the model (\"id\", \"y\")",
            ),
            (&["width", "width", "length"], "two columns named \"width\""),
        ] {
            let message = layout(header, &wanted).unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn without_names_features_come_first() {
        let wanted = wanted(None, 1);
        assert_eq!(layout(&["p", "q", "r"], &wanted).unwrap().targets, [2]);
        let message = layout(&["p", "q", "r", "s"], &wanted).unwrap_err().to_string();
        assert!(message.contains("has 4 columns; the model takes 2, or 3 with the target last"));
    }

    #[test]
    fn columns_without_a_name_are_left_out_and_count_up_where_names_do_not_tell() {
        let named = wanted(Some(&["a", "b"]), 1);
        let first = FirstLine::Names(texts(&["", "b", "a", "y"]));
        let found = Columns::for_inputs(&first, 4, &named).unwrap();
        assert_eq!((found.inputs, found.left_out, found.indices), (vec![2, 1], vec![0], vec![]));
        let found = Columns::with_targets(&first, 4, &named).unwrap();
        assert_eq!((found.targets, found.indices), (vec![3], vec![0]));
        let found = Columns::for_inputs(&first, 4, &wanted(None, 1)).unwrap();
        assert_eq!((found.inputs, found.indices), (vec![1, 2], vec![0]));
        let message = Columns::for_inputs(&first, 4, &wanted(None, 2)).unwrap_err().to_string();
        assert!(message.contains("has 3 columns (a column without a name"), "{message}");
    }
}
