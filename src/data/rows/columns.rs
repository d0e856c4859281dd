//! Which columns of a table are the inputs, and which the targets.

use std::collections::HashMap;

use super::Wanted;
use crate::error::{Error, Result, counted};
use crate::nearest::did_you_mean;

/// The places of the columns that are read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// The columns of every line.
    pub columns: usize,
    pub inputs: Vec<usize>,
    /// Empty where targets are not read.
    pub targets: Vec<usize>,
}

impl Layout {
    /// For predictions: targets may be there, and are not read.
    pub fn for_inputs(header: Option<&[String]>, columns: usize, wanted: &Wanted) -> Result<Self> {
        let found = Self::new(header, columns, wanted)?;
        Ok(Layout { targets: vec![], ..found })
    }

    /// For an evaluation: targets have to be there.
    pub fn with_targets(
        header: Option<&[String]>,
        columns: usize,
        wanted: &Wanted,
    ) -> Result<Self> {
        let found = Self::new(header, columns, wanted)?;
        if found.targets.len() == wanted.targets {
            check_target(header, &found, wanted)?;
            return Ok(found);
        }
        Err(Error::input(format!(
            "has the {} of the features and none of the targets; an evaluation needs {} more",
            counted(columns, "column"),
            counted(wanted.targets, "column")
        )))
    }

    /// By name where the file and the model have names, else the features first and the targets last.
    /// Targets are the columns that are no feature; other columns are refused.
    fn new(header: Option<&[String]>, columns: usize, wanted: &Wanted) -> Result<Self> {
        let expected = wanted.inputs();
        if let (Some(header), Some(names)) = (header, wanted.input_names()) {
            return Self::named(header, names, wanted);
        }
        if columns != expected && columns != expected + wanted.targets {
            let comma = if columns == 1 { ", separated by commas" } else { "" };
            return Err(Error::input(format!(
                "has {}; the model takes {expected}{comma}, or {} with the {}",
                counted(columns, "column"),
                expected + wanted.targets,
                if wanted.targets == 1 { "target last" } else { "targets last" }
            )));
        }
        Ok(Layout {
            columns,
            inputs: (0..expected).collect(),
            targets: (expected..columns).collect(),
        })
    }

    fn named(header: &[String], names: &[String], wanted: &Wanted) -> Result<Self> {
        let inputs = by_name(header, names)?;
        let taken: std::collections::HashSet<usize> = inputs.iter().copied().collect();
        let mut targets: Vec<usize> = (0..header.len()).filter(|c| !taken.contains(c)).collect();
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
        Ok(Layout { columns: header.len(), inputs, targets })
    }
}

/// Refuses a single target of another name than the model's, where columns go by name.
fn check_target(header: Option<&[String]>, found: &Layout, wanted: &Wanted) -> Result<()> {
    let (Some(header), Some(_), Some([name]), [target]) =
        (header, wanted.input_names(), wanted.target_names.as_deref(), &found.targets[..])
    else {
        return Ok(());
    };
    if header[*target].trim() == name.trim() {
        return Ok(());
    }
    Err(Error::input(format!(
        "has no column {name:?}, which is the model's target, but {:?}; if that holds the target, rename it",
        header[*target]
    )))
}

/// The place of each name in a header; blanks around names do not count.
pub(super) fn by_name(header: &[String], names: &[String]) -> Result<Vec<usize>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (place, name) in header.iter().enumerate() {
        let name = name.trim();
        let is_wanted = || names.iter().any(|wanted| wanted.trim() == name);
        if places.insert(name, place).is_some() && is_wanted() {
            return Err(Error::input(format!("has two columns named {name:?}; keep one")));
        }
    }
    let place = |name: &String| {
        places.get(name.trim()).copied().ok_or_else(|| {
            Error::input(format!(
                "has no column {name:?}, which the model takes{}{}",
                did_you_mean(name, header.iter().map(String::as_str)),
                if header.len() == 1 { "; columns are separated by commas" } else { "" }
            ))
        })
    };
    names.iter().map(place).collect()
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

    fn layout(header: &[&str], wanted: &Wanted) -> Result<Layout> {
        Layout::new(Some(&texts(header)), header.len(), wanted)
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
}
