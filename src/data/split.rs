//! Training, validation and test rows.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::error::{Error, Result, counted};

/// A part of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// The rows that the weights are fitted to.
    Train,
    /// The rows that choose the best weights.
    Validation,
    /// The rows that are evaluated once, at the end.
    Test,
}

impl Split {
    /// All three, in order.
    pub const ALL: [Split; 3] = [Split::Train, Split::Validation, Split::Test];

    /// `train`, `validation` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Validation => "validation",
            Split::Test => "test",
        }
    }
}

/// How rows are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SplitMode {
    /// At random.
    #[default]
    Random,
    /// In their order: training first, then validation, then test.
    Ordered,
    /// At random, each group of rows whole.
    Grouped,
}

/// The rows of each split, in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Splits {
    rows: [Vec<u32>; 3],
}

impl Splits {
    /// Splits from lists of rows.
    pub fn new(train: Vec<u32>, validation: Vec<u32>, test: Vec<u32>) -> Self {
        Splits { rows: [train, validation, test] }
    }

    /// The rows of a split.
    pub fn of(&self, split: Split) -> &[u32] {
        &self.rows[split as usize]
    }
}

/// Divides rows `0..rows` by the given fractions (train, validation, test; their sum is 1), at
/// random, each split with the same share of every class where `classes` gives each row's.
///
/// Every split whose fraction is not 0 gets at least one row (of each class); the error says which
/// class is too small, with the label that `label` gives it.
pub fn split_rows(
    rows: u32,
    fractions: [f64; 3],
    classes: Option<&[u32]>,
    label: impl Fn(u32) -> String,
    seed: u64,
) -> Result<Splits> {
    let mut strata: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for row in 0..rows {
        strata.entry(classes.map_or(0, |c| c[row as usize])).or_default().push(row);
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut of_rows = vec![Split::Train; rows as usize];
    for (class, mut members) in strata {
        let Some(counts) = largest_remainder(members.len(), fractions) else {
            let whose =
                classes.map_or_else(String::new, |_| format!("class {} has ", label(class)));
            let ways = match classes {
                Some(_) => "leave the class out, set STRATIFY to false, or ",
                None => "or ",
            };
            let wanted = fractions.iter().filter(|f| **f > 0.0).count();
            return Err(Error::input(format!(
                "{whose}{}, fewer than the {wanted} splits; give it more rows, {ways}use fewer splits (SPLIT)",
                counted(members.len(), "row")
            )));
        };
        members.shuffle(&mut random);
        let mut members = members.into_iter();
        for (split, count) in Split::ALL.into_iter().zip(counts) {
            members.by_ref().take(count).for_each(|row| of_rows[row as usize] = split);
        }
    }
    let mut splits = Splits::default();
    for (row, split) in of_rows.into_iter().enumerate() {
        splits.rows[split as usize].push(row as u32);
    }
    Ok(splits)
}

/// Divides rows `0..rows` by the given fractions in their order: training first, then validation, then test. Every split
/// whose fraction is not 0 gets at least one row.
pub fn split_in_order(rows: u32, fractions: [f64; 3]) -> Result<Splits> {
    let Some([train, validation, test]) = largest_remainder(rows as usize, fractions) else {
        return Err(Error::input(format!(
            "{}, fewer than the splits; give it more rows, or use fewer splits (SPLIT)",
            counted(rows as usize, "row")
        )));
    };
    let ends = [train, train + validation, train + validation + test].map(|end| end as u32);
    Ok(Splits::new(
        (0..ends[0]).collect(),
        (ends[0]..ends[1]).collect(),
        (ends[1]..ends[2]).collect(),
    ))
}

/// `total` divided by the fractions: the whole parts, then one more for the largest remainders, and
/// at least 1 wherever the fraction is not 0. None if there are not enough.
fn largest_remainder(total: usize, fractions: [f64; 3]) -> Option<[usize; 3]> {
    let ideal = fractions.map(|fraction| fraction * total as f64);
    let mut counts = ideal.map(|share| share.floor() as usize);
    let mut by_remainder = [0, 1, 2];
    // Stable: on a tie the earlier split is served first.
    by_remainder.sort_by(|&a, &b| ideal[b].fract().total_cmp(&ideal[a].fract()));
    for &split in by_remainder.iter().cycle() {
        if counts.iter().sum::<usize>() >= total {
            break;
        }
        if fractions[split] > 0.0 {
            counts[split] += 1;
        }
    }
    while let Some(empty) = (0..3).find(|&s| fractions[s] > 0.0 && counts[s] == 0) {
        let largest = (0..3).max_by_key(|&s| (counts[s], 3 - s))?;
        if counts[largest] < 2 {
            return None;
        }
        counts[largest] -= 1;
        counts[empty] += 1;
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_are_exact_and_the_largest_remainders_get_the_rest() {
        assert_eq!(largest_remainder(211_840, [0.7, 0.3, 0.0]), Some([148_288, 63_552, 0]));
        assert_eq!(largest_remainder(35_754, [0.7, 0.3, 0.0]), Some([25_028, 10_726, 0]));
        assert_eq!(largest_remainder(10, [0.34, 0.33, 0.33]), Some([4, 3, 3]));
    }

    #[test]
    fn the_smallest_class_still_reaches_every_split() {
        assert_eq!(largest_remainder(3, [0.98, 0.01, 0.01]), Some([1, 1, 1]));
        assert_eq!(largest_remainder(2, [0.9, 0.1, 0.0]), Some([1, 1, 0]));
        assert_eq!(largest_remainder(1, [0.9, 0.1, 0.0]), None);
        assert_eq!(largest_remainder(1, [1.0, 0.0, 0.0]), Some([1, 0, 0]));
    }

    #[test]
    fn rows_in_order_are_training_then_validation_then_test() {
        let splits = split_in_order(10, [0.5, 0.3, 0.2]).unwrap();
        let expected = Splits::new((0..5).collect(), (5..8).collect(), vec![8, 9]);
        assert_eq!(splits, expected);
        let splits = split_in_order(7, [1.0, 0.0, 0.0]).unwrap();
        assert_eq!(splits, Splits::new((0..7).collect(), vec![], vec![]));
        let message = split_in_order(2, [0.4, 0.3, 0.3]).unwrap_err().to_string();
        assert!(message.starts_with("2 rows, fewer than the splits"), "{message}");
    }

    #[test]
    fn a_class_too_small_is_named() {
        let classes = [0, 0, 0, 1];
        let error = split_rows(4, [0.7, 0.3, 0.0], Some(&classes), |c| format!("{}", c * 10), 1);
        let message = error.unwrap_err().to_string();
        assert!(message.starts_with("class 10 has 1 row, fewer than the 2 splits"), "{message}");
    }

    proptest! {
        #[test]
        fn every_row_is_in_one_split_and_classes_keep_their_share(
            classes in prop::collection::vec(0u32..4, 60..400),
            train in 0.2f64..0.7, seed: u64,
        ) {
            let fractions = [train, 0.9 - train, 0.1];
            prop_assume!((0..4).all(|c| classes.iter().filter(|&&k| k == c).count() > 3));
            let rows = classes.len() as u32;
            let splits = split_rows(rows, fractions, Some(&classes), |c| c.to_string(), seed).unwrap();
            let mut all: Vec<u32> = Split::ALL.iter().flat_map(|&s| splits.of(s).to_vec()).collect();
            all.sort_unstable();
            prop_assert!(all.into_iter().eq(0..rows));
            for class in 0..4 {
                let count = |rows: &[u32]| rows.iter().filter(|&&r| classes[r as usize] == class).count();
                let total = classes.iter().filter(|&&c| c == class).count() as f64;
                for (split, fraction) in Split::ALL.into_iter().zip(fractions) {
                    let found = count(splits.of(split)) as f64;
                    // Largest remainder rounds by less than 1; the rule of one row may take one more.
                    prop_assert!((found - fraction * total).abs() < 2.0 && found >= 1.0);
                }
            }
        }
    }

    #[test]
    fn each_row_is_as_likely_in_training_as_its_fraction() {
        let mut counts = [0u32; 40];
        let trials = 4000;
        for seed in 0..trials {
            let splits = split_rows(40, [0.7, 0.3, 0.0], None, |_| String::new(), seed).unwrap();
            splits.of(Split::Train).iter().for_each(|&row| counts[row as usize] += 1);
        }
        // Binomial(4000, 0.7): deviation 29; 5 of them.
        assert!(counts.iter().all(|&c| (f64::from(c) - 2800.0).abs() < 145.0), "{counts:?}");
    }
}
