//! A data set from an NPZ archive.

use std::collections::HashSet;
use std::path::Path;

use super::groups::read_groups;
use super::part::{Gaps, Part};
use super::per_row::{LENGTHS, WEIGHTS};
use super::selection::Selection;
use super::{Dataset, checks, selection};
use crate::data::npz::Archive;
use crate::error::{Error, Result};

/// A list of more arrays than this gives their number too.
const MANY: usize = 100;

/// What an archive has to have.
struct Manner {
    /// Refuses an array of inputs, given by its name, with too few rows.
    enough: fn(&str, usize) -> Result<()>,
    /// Whether test rows alone will do.
    test_will_do: bool,
    gaps: Gaps,
}

impl Dataset {
    /// Reads an NPZ archive.
    ///
    /// The arrays it takes are the first of these that are complete: `X_train` and `y_train` beside a
    /// part for validation or test; `X`, `y`; `data`, `target`; `x`, `labels`; `x`, `y`. `X_val`, `y_val`
    /// (or `_valid`, `_validation`) are the archive's own validation rows, `X_test`, `y_test` its own test
    /// rows, in upper or lower case. Inputs are (rows, features), (rows, channels, T) or (rows, channels,
    /// height, width), targets (rows) or (rows, outputs). Training rows come first, then validation rows, then
    /// test rows.
    ///
    /// Optional: `sample_weight` (or `sample_weights`, `weight`, `weights`), one number per row in that order,
    /// or one array per part with its ending; `lengths`, likewise, the samples that each row of a sequence has;
    /// `feature_names`, one text per feature, or per channel for signals; `target_names`. Names that are no text arrays are
    /// not used: no run needs them. `unused` tells what else the archive holds.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        Self::read_grouped(path, None)
    }

    /// The same with an array of this name, whole numbers, one for each row in that order: its group in a forecast.
    pub fn read_grouped(path: impl AsRef<Path>, groups: Option<&str>) -> Result<Self> {
        let manner =
            Manner { enough: checks::enough_rows, test_will_do: false, gaps: Gaps::Refused };
        Self::read_in(path.as_ref(), groups, manner)
    }

    /// The same, but NaN among the inputs is a missing cell.
    pub(in crate::rooms::data) fn read_with_gaps(
        path: &Path,
        groups: Option<&str>,
    ) -> Result<Self> {
        let manner =
            Manner { enough: checks::enough_rows, test_will_do: false, gaps: Gaps::Allowed };
        Self::read_in(path, groups, manner)
    }

    /// The same, but one row is enough, and test rows alone are: for an evaluation.
    pub(in crate::rooms::data) fn read_any(path: &Path, groups: Option<&str>) -> Result<Self> {
        let manner = Manner { enough: |_, _| Ok(()), test_will_do: true, gaps: Gaps::Refused };
        Self::read_in(path, groups, manner)
    }

    /// The same, and NaN among the inputs is a missing cell.
    pub(in crate::rooms::data) fn read_any_with_gaps(path: &Path) -> Result<Self> {
        let manner = Manner { enough: |_, _| Ok(()), test_will_do: true, gaps: Gaps::Allowed };
        Self::read_in(path, None, manner)
    }

    fn read_in(path: &Path, groups: Option<&str>, manner: Manner) -> Result<Self> {
        let dataset = Archive::open_hashed(path).and_then(|(mut archive, sha256)| {
            let dataset = Self::from_archive(&mut archive, groups, &manner)?;
            Ok(Dataset { sha256: Some(sha256), ..dataset })
        });
        let dataset = dataset.map_err(|error| error.within(path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Dataset { name, path: Some(path.to_owned()), ..dataset })
    }

    fn from_archive(archive: &mut Archive, groups: Option<&str>, manner: &Manner) -> Result<Self> {
        let &Manner { enough, test_will_do, gaps } = manner;
        let Selection { train, validation, test } = selection::select(archive, test_will_do)?;
        let pairs = [Some(&train), validation.as_ref(), test.as_ref()].into_iter().flatten();
        let (inputs, targets): (Vec<_>, Vec<_>) = pairs.map(|pair| (&*pair.x, &*pair.y)).unzip();
        archive.check_memory(&inputs, &targets)?;
        let first = Part::read(archive, &train, gaps)?;
        if validation.is_none() {
            enough(&train.x, first.rows())?;
        }
        let mut used = vec![train.x.clone(), train.y.clone()];
        let mut rows = [first.rows(), 0, 0];
        let mut parts = vec![first];
        for (pair, rows) in [&validation, &test].into_iter().zip(&mut rows[1..]) {
            let Some(pair) = pair else { continue };
            let part = Part::read(archive, pair, gaps)?;
            parts[0].check_columns(&train, &part, pair)?;
            *rows = part.rows();
            parts.push(part);
            used.extend([pair.x.clone(), pair.y.clone()]);
        }
        let mut dataset = Self::from_part(Part::joined(parts)?);
        dataset.own_validation = validation.map(|_| rows[0]);
        dataset.own_test = test.map(|_| rows[0] + rows[1]);
        // Test rows alone are the first part. No evaluation weighs its rows.
        let first = if train.x.ends_with("_test") { &["_test"][..] } else { &["_train"] };
        dataset.sample_weight = WEIGHTS.read(archive, rows, &["_train"], &mut used)?;
        let lengths = LENGTHS.read(archive, rows, first, &mut used)?;
        dataset.lengths = lengths.map(|own| own.iter().map(|&length| length as u32).collect());
        dataset.read_names(archive, &mut used)?;
        if let Some(name) = groups {
            let groups = read_groups(archive, name)?;
            checks::groups(name, groups.len(), dataset.inputs.nrows())
                .map_err(|error| error.within("GROUPS"))?;
            dataset.groups = Some(groups);
            used.push(name.into());
        }
        dataset.unused = unused(archive, &used);
        Ok(dataset)
    }

    /// The names of features and targets, where there are some.
    fn read_names(&mut self, archive: &mut Archive, used: &mut Vec<String>) -> Result<()> {
        let mut texts = |name: &str| {
            let texts = if archive.has(name) { archive.texts(name)? } else { None };
            used.extend(texts.is_some().then(|| name.to_owned()));
            Ok::<_, Error>(texts)
        };
        self.feature_names = texts("feature_names")?;
        self.target_names = texts("target_names")?;
        match &self.feature_names {
            Some(names) => checks::feature_names("feature_names", names.len(), &self.row_shape),
            None => Ok(()),
        }
    }
}

/// The arrays that are not in `used`, in words.
fn unused(archive: &mut Archive, used: &[String]) -> Option<String> {
    let used: HashSet<&str> = used.iter().map(String::as_str).collect();
    if archive.names().all(|name| used.contains(name)) {
        return None;
    }
    let mut arrays = archive.list();
    arrays.retain(|array| !used.contains(&*array.name));
    let words = selection::in_words(&arrays);
    // Nobody counts a long list by eye.
    Some(if arrays.len() > MANY { format!("{} arrays: {words}", arrays.len()) } else { words })
}
