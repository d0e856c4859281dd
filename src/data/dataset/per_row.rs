//! One number per row, such as its weight, under one of the names that people give such an array.

use ndarray::ArrayD;

use super::checks;
use super::selection::VALIDATION;
use crate::data::npz::Archive;
use crate::error::{Error, Result};

/// An array of one number per row, of all rows, or of a part with the part's ending.
pub(in crate::rooms::data) struct PerRow {
    /// The names that it may have.
    pub names: &'static [&'static str],
    /// What the numbers are.
    what: &'static str,
    /// The numbers, if they are as they have to be; of an array of this name, for so many rows.
    check: fn(&str, ArrayD<f64>, usize) -> Result<Vec<f64>>,
    /// The number of the rows of a part that has no such array; None where every part needs one.
    otherwise: Option<f64>,
}

/// The weights of rows in the loss.
pub(in crate::rooms::data) const WEIGHTS: PerRow = PerRow {
    names: &["sample_weight", "sample_weights", "weight", "weights"],
    what: "weights",
    check: checks::weights,
    otherwise: Some(1.0),
};

/// The samples that each row has.
pub(in crate::rooms::data) const LENGTHS: PerRow =
    PerRow { names: &["lengths"], what: "lengths", check: checks::lengths, otherwise: None };

impl PerRow {
    /// Its names with one of these endings.
    pub(in crate::rooms::data) fn names_with(
        &self,
        endings: &'static [&'static str],
    ) -> impl Iterator<Item = String> {
        let names = self.names.iter();
        names.flat_map(move |name| endings.iter().map(move |end| format!("{name}{end}")))
    }

    /// Reads the numbers of the rows of training, validation and test, one after the other; adds the names of the arrays
    /// to `used`. `first` are the endings of the first part's names.
    pub(super) fn read(
        &self,
        archive: &mut Archive,
        rows: [usize; 3],
        first: &'static [&'static str],
        used: &mut Vec<String>,
    ) -> Result<Option<Vec<f64>>> {
        let whole = self.one(archive, &[""], rows.iter().sum(), used)?;
        let endings = [first, &VALIDATION, &["_test"]];
        let mut parts = [const { None }; 3];
        for ((part, endings), rows) in parts.iter_mut().zip(endings).zip(rows) {
            if rows > 0 {
                *part = self.one(archive, endings, rows, used)?;
            }
        }
        let Some((name, whole)) = whole else {
            if parts.iter().all(Option::is_none) {
                return Ok(None);
            }
            let mut joined = vec![];
            for ((part, rows), ending) in parts.into_iter().zip(rows).zip(endings) {
                joined.extend(match part {
                    Some((_, numbers)) => numbers,
                    None => self.of_others(rows, ending[0])?,
                });
            }
            return Ok(Some(joined));
        };
        let mut first = 0;
        for (part, rows) in parts.iter().zip(rows) {
            if let Some((other, numbers)) = part
                && *numbers != whole[first..first + rows]
            {
                return Err(self.contradict(&name, other));
            }
            first += rows;
        }
        Ok(Some(whole))
    }

    /// The array with one of these endings, and its name. Several such arrays have to be the same.
    fn one(
        &self,
        archive: &mut Archive,
        endings: &'static [&'static str],
        rows: usize,
        used: &mut Vec<String>,
    ) -> Result<Option<(String, Vec<f64>)>> {
        let mut found: Option<(String, Vec<f64>)> = None;
        for name in self.names_with(endings) {
            if !archive.has(&name) {
                continue;
            }
            let numbers = (self.check)(&name, archive.numbers(&name)?.into_reals(), rows)?;
            used.push(name.clone());
            match &found {
                Some((first, known)) if *known != numbers => {
                    return Err(self.contradict(first, &name));
                }
                Some(_) => {}
                None => found = Some((name, numbers)),
            }
        }
        Ok(found)
    }

    /// The numbers of the rows of a part that has no such array.
    fn of_others(&self, rows: usize, ending: &str) -> Result<Vec<f64>> {
        match self.otherwise {
            Some(number) => Ok(vec![number; rows]),
            None if rows == 0 => Ok(vec![]),
            None => Err(Error::input(format!(
                "there is no array {0}{ending}, and another part has its {0}; save those of every part",
                self.what
            ))),
        }
    }

    fn contradict(&self, one: &str, other: &str) -> Error {
        Error::input(format!(
            "arrays {one} and {other} both hold {} of rows, and they differ; save one of them",
            self.what
        ))
    }
}
