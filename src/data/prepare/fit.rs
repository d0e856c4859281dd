//! Fitting a preparation on training rows.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::coding::Coding;
use super::date_parts::{DatePart, Moment};
use super::dates::DateForm;
use super::input_column::InputColumn;
use super::kind::Kind;
use super::preparation::{Preparation, PreparedColumn};
use super::typed::Values;
use crate::error::{Error, Result};

/// The most categories of a column that have an input of their own; the others share one.
pub const MOST_CATEGORIES: usize = 64;

impl Preparation {
    /// Fits a preparation on the training rows of columns, all of the same length.
    pub fn fit(columns: &[InputColumn], rows: &[u32]) -> Result<Self> {
        if rows.is_empty() {
            return Err(Error::input("no training rows, which the preparation of columns needs"));
        }
        let length = columns.first().map_or(0, |column| column.values.len());
        if columns.iter().any(|column| column.values.len() != length)
            || rows.iter().any(|row| *row as usize >= length)
        {
            return Err(Error::input("training rows that not all columns have"));
        }
        let prepared = |column: &InputColumn| PreparedColumn {
            name: column.name.clone(),
            coding: coding(column, rows),
        };
        let preparation = Preparation::new(columns.par_iter().map(prepared).collect());
        if preparation.inputs().is_empty() {
            return Err(Error::input(
                "no input is left: no column varies in the training rows; give more rows or columns",
            ));
        }
        Ok(preparation)
    }
}

fn coding(column: &InputColumn, rows: &[u32]) -> Coding {
    match (&column.values, &column.kind) {
        (Values::Names { codes, names }, _) => {
            let has_gaps = rows.iter().any(|row| column.values.is_gap(*row as usize));
            category(codes, names, rows, has_gaps)
        }
        (Values::Numbers(numbers), kind) => {
            let mut own = Vec::with_capacity(rows.len());
            own.extend(rows.iter().map(|row| numbers[*row as usize]).filter(|own| !own.is_nan()));
            let has_gaps = own.len() < rows.len();
            match kind {
                Kind::Boolean(words) => boolean(words.as_ref(), &own, has_gaps),
                Kind::Date(form) => date(*form, &mut own, has_gaps),
                Kind::Number | Kind::Category => {
                    Coding::Number { fill: median(&mut own), has_indicator: has_gaps }
                }
            }
        }
    }
}

fn boolean(words: Option<&[String; 2]>, values: &[f64], has_indicator: bool) -> Coding {
    let ones = values.iter().filter(|value| **value == 1.0).count();
    Coding::Boolean { words: words.cloned(), fill: 2 * ones > values.len(), has_indicator }
}

fn category(codes: &[u32], all: &[String], rows: &[u32], has_missing: bool) -> Coding {
    let mut counts = vec![0_usize; all.len()];
    for row in rows {
        if let Some(code) = codes[*row as usize].checked_sub(1) {
            counts[code as usize] += 1;
        }
    }
    let mut seen: Vec<(usize, &String)> =
        counts.into_iter().zip(all).filter(|(count, _)| *count > 0).collect();
    seen.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let has_other = seen.len() > MOST_CATEGORIES;
    let mut names: Vec<String> =
        seen.into_iter().take(MOST_CATEGORIES).map(|(_, name)| name.clone()).collect();
    names.sort();
    Coding::Category { names, has_other, has_missing }
}

fn date(form: DateForm, seconds: &mut [f64], has_indicator: bool) -> Coding {
    let fill = median(seconds);
    let moments: Vec<Moment> = seconds.iter().filter_map(|own| Moment::new(*own)).collect();
    let varies = |part: &DatePart| {
        let mut values = moments.iter().map(|moment| part.of(moment));
        values.next().is_some_and(|first| values.any(|value| value != first))
    };
    let parts = DatePart::ALL.into_iter().filter(varies).collect();
    Coding::Date { form, fill, parts, has_indicator }
}

/// The median as NumPy has it: the mean of the two in the middle of an even number. 0 for none.
fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let (middle, is_odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, high, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let high = *high;
    match below.iter().copied().max_by(f64::total_cmp) {
        Some(low) if !is_odd => {
            let mean = (low + high) / 2.0;
            // Half of each where the sum is too large for a number.
            if mean.is_finite() { mean } else { low / 2.0 + high / 2.0 }
        }
        _ => high,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(kind: Kind, values: Values, rows: &[u32]) -> Coding {
        coding(&InputColumn { index: 0, name: "x".into(), kind, values }, rows)
    }

    fn numbers(kind: Kind, values: &[f64], rows: &[u32]) -> Coding {
        fitted(kind, Values::Numbers(values.to_vec().into()), rows)
    }

    #[test]
    fn the_median_is_that_of_numpy() {
        for (values, expected) in [
            (vec![], 0.0),
            (vec![3.0], 3.0),
            (vec![4.0, 1.0], 2.5),
            (vec![9.0, 1.0, 2.0], 2.0),
            (vec![1e308, 1.5e308], 1.25e308),
        ] {
            assert_eq!(median(&mut values.clone()), expected);
        }
    }

    #[test]
    fn gaps_in_training_rows_alone_make_an_indicator() {
        let values = [1.0, 3.0, f64::NAN];
        let of = |rows| numbers(Kind::Number, &values, rows);
        assert_eq!(of(&[0, 1]), Coding::Number { fill: 2.0, has_indicator: false });
        assert_eq!(of(&[1, 2]), Coding::Number { fill: 3.0, has_indicator: true });
        assert_eq!(of(&[2]), Coding::Number { fill: 0.0, has_indicator: true });
    }

    #[test]
    fn booleans_are_filled_with_the_more_frequent_one_and_ties_with_0() {
        let fill = |values: &[f64]| match numbers(Kind::Boolean(None), values, &[0, 1, 2]) {
            Coding::Boolean { fill, has_indicator: true, .. } => fill,
            other => panic!("{other:?}"),
        };
        assert!(!fill(&[0.0, 1.0, f64::NAN]));
        assert!(fill(&[1.0, f64::NAN, 1.0]));
    }

    #[test]
    fn categories_are_those_of_the_training_rows_by_name() {
        let names = ["b", "c", "a"].map(String::from).to_vec();
        let values = Values::Names { codes: vec![1, 3, 0, 2], names };
        let of = |rows| match fitted(Kind::Category, values.clone(), rows) {
            Coding::Category { names, has_other: false, has_missing } => (names, has_missing),
            other => panic!("{other:?}"),
        };
        assert_eq!(of(&[0, 1]), (vec!["a".into(), "b".into()], false));
        assert_eq!(of(&[3, 2]), (vec!["c".into()], true));
        assert_eq!(of(&[2]), (vec![], true));
    }

    #[test]
    fn of_many_categories_the_most_frequent_are_kept() {
        let names: Vec<String> = (0..70).map(|k| format!("{k:02}")).collect();
        // Each once, and the last one twice.
        let codes: Vec<u32> = (1..=70).chain([70]).collect();
        let rows: Vec<u32> = (0..71).collect();
        let coding = fitted(Kind::Category, Values::Names { codes, names: names.clone() }, &rows);
        let Coding::Category { names: kept, has_other: true, .. } = coding else {
            panic!("{coding:?}")
        };
        let expected: Vec<&String> = names[..63].iter().chain(&names[69..]).collect();
        assert!(kept.iter().eq(expected));
    }

    #[test]
    fn only_parts_that_vary_are_made() {
        let day = 86400.0;
        let of = |values: &[f64]| {
            let rows: Vec<u32> = (0..values.len() as u32).collect();
            match numbers(Kind::Date(DateForm::Iso), values, &rows) {
                Coding::Date { parts, .. } => parts,
                other => panic!("{other:?}"),
            }
        };
        use DatePart::*;
        assert_eq!(of(&[0.0, 7.0 * day]), [Count, DayOfYear]);
        assert_eq!(of(&[0.0, day / 2.0, f64::NAN]), [Count, TimeOfDay]);
        assert_eq!(of(&[0.0, 40.0 * day]), [Count, Month, Weekday, DayOfYear]);
        assert_eq!(of(&[5.0, 5.0]), []);
        assert_eq!(of(&[f64::NAN]), []);
    }
}
