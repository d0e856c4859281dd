//! Splits that keep groups whole.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use super::split::Splits;
use crate::error::{Error, Result, counted};

/// The rows of a group, and how many of them are of each class.
struct Group {
    rows: Vec<u32>,
    classes: Vec<f64>,
}

/// Divides rows by the given fractions (train, validation, test; their sum is 1), so that no group is in two splits: the
/// largest group first, equal ones at random, each to the split that it brings nearest to its share of the rows, of
/// each class where `classes` gives each row's. The rule of scikit-learn's `StratifiedGroupKFold`, for shares.
///
/// Every split whose fraction is not 0 gets at least one group; the error says how many there are, or which class is in too
/// few of them, with the label that `label` gives it.
pub fn split_groups(
    groups: &[i64],
    fractions: [f64; 3],
    classes: Option<&[u32]>,
    label: impl Fn(u32) -> String,
    seed: u64,
) -> Result<Splits> {
    let of_row = |row: usize| classes.map_or(0, |classes| classes[row] as usize);
    let count = (0..groups.len()).map(of_row).max().map_or(1, |most| most + 1);
    let mut all: BTreeMap<i64, Group> = BTreeMap::new();
    for (row, group) in groups.iter().enumerate() {
        let empty = || Group { rows: vec![], classes: vec![0.0; count] };
        let own = all.entry(*group).or_insert_with(empty);
        own.rows.push(row as u32);
        own.classes[of_row(row)] += 1.0;
    }
    let mut all: Vec<Group> = all.into_values().collect();
    let wanted: Vec<usize> = (0..3).filter(|&split| fractions[split] > 0.0).collect();
    check(&all, wanted.len(), classes.map(|_| label))?;
    all.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    all.sort_by_key(|group| std::cmp::Reverse(group.rows.len()));
    let totals: Vec<f64> =
        (0..count).map(|class| all.iter().map(|group| group.classes[class]).sum()).collect();
    // Per split, how many rows of each class it lacks.
    let mut lacks: [Vec<f64>; 3] =
        fractions.map(|share| totals.iter().map(|total| share * total).collect());
    let mut rows: [Vec<u32>; 3] = Default::default();
    for (index, group) in all.iter().enumerate() {
        let empty = wanted.iter().filter(|&&split| rows[split].is_empty()).count();
        let is_last_chance = all.len() - index <= empty;
        let allowed = wanted.iter().filter(|&&split| !is_last_chance || rows[split].is_empty());
        let distance = |split: &usize| change(&lacks[*split], &group.classes, &totals);
        let Some(&best) = allowed.min_by(|a, b| distance(a).total_cmp(&distance(b))) else {
            continue;
        };
        for (lacks, own) in lacks[best].iter_mut().zip(&group.classes) {
            *lacks -= own;
        }
        rows[best].extend(&group.rows);
    }
    rows.iter_mut().for_each(|rows| rows.sort_unstable());
    let [train, validation, test] = rows;
    Ok(Splits::new(train, validation, test))
}

/// What a group changes of the squared distance of a split from its shares, which are of the rows of each class.
fn change(lacks: &[f64], group: &[f64], totals: &[f64]) -> f64 {
    let classes = lacks.iter().zip(group).zip(totals).filter(|(_, total)| **total > 0.0);
    classes.map(|((lacks, own), total)| own * (own - 2.0 * lacks) / (total * total)).sum()
}

/// Refuses fewer groups than splits, and classes that are in fewer of them, whose labels are given.
fn check(all: &[Group], splits: usize, label: Option<impl Fn(u32) -> String>) -> Result<()> {
    if all.len() < splits {
        return Err(Error::input(format!(
            "{}, fewer than the {splits} splits; give more groups, or use fewer splits (SPLIT)",
            counted(all.len(), "group")
        )));
    }
    let Some(label) = label else { return Ok(()) };
    let classes = all.first().map_or(0, |group| group.classes.len());
    for class in 0..classes {
        let groups = all.iter().filter(|group| group.classes[class] > 0.0).count();
        if (1..splits).contains(&groups) {
            return Err(Error::input(format!(
                "class {} is in {}, fewer than the {splits} splits; give it more groups, leave the class out, set \
                 STRATIFY to false, or use fewer splits (SPLIT)",
                label(class as u32),
                counted(groups, "group")
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Split;
    use proptest::prelude::*;

    fn label(class: u32) -> String {
        class.to_string()
    }

    proptest! {
        #[test]
        fn every_row_is_in_one_split_and_every_group_too(
            groups in prop::collection::vec(-5i64..30, 40..300), train in 0.2f64..0.7, seed: u64,
        ) {
            let fractions = [train, 0.9 - train, 0.1];
            let splits = split_groups(&groups, fractions, None, label, seed).unwrap();
            let again = split_groups(&groups, fractions, None, label, seed).unwrap();
            prop_assert_eq!(&splits, &again);
            let mut all = vec![];
            for split in Split::ALL {
                let rows = splits.of(split);
                prop_assert!(!rows.is_empty() && rows.is_sorted());
                all.extend(rows.iter().map(|&row| (groups[row as usize], split)));
            }
            prop_assert_eq!(all.len(), groups.len());
            all.sort_by_key(|(group, split)| (*group, *split as usize));
            prop_assert!(all.windows(2).all(|two| two[0].0 != two[1].0 || two[0].1 == two[1].1));
        }
    }

    #[test]
    fn shares_are_near_where_groups_are_small() {
        let groups: Vec<i64> = (0..1000).map(|row| row % 200).collect();
        let classes: Vec<u32> = (0..1000).map(|row| u32::from(row % 200 < 40)).collect();
        let splits = split_groups(&groups, [0.6, 0.3, 0.1], Some(&classes), label, 3).unwrap();
        let counts = Split::ALL.map(|split| {
            let rows = splits.of(split);
            (rows.len(), rows.iter().filter(|&&row| classes[row as usize] == 1).count())
        });
        assert_eq!(counts, [(600, 120), (300, 60), (100, 20)]);
    }

    #[test]
    fn another_seed_makes_other_splits() {
        let groups: Vec<i64> = (0..100).map(|row| row / 4).collect();
        let of = |seed| split_groups(&groups, [0.7, 0.3, 0.0], None, label, seed).unwrap();
        assert_ne!(of(1), of(2));
        assert!(of(1).of(Split::Test).is_empty());
    }

    #[test]
    fn each_split_gets_a_group_however_large_the_first_is() {
        let groups = [1, 1, 1, 1, 1, 1, 1, 1, 2, 3];
        let splits = split_groups(&groups, [0.1, 0.1, 0.8], None, label, 1).unwrap();
        assert!(Split::ALL.iter().all(|&split| !splits.of(split).is_empty()));
    }

    #[test]
    fn too_few_groups_are_refused_by_number_and_by_class() {
        let refusal = |groups: &[i64], classes: Option<&[u32]>| {
            split_groups(groups, [0.5, 0.3, 0.2], classes, label, 1).unwrap_err().to_string()
        };
        let message = refusal(&[4, 4, 9, 9], None);
        assert!(message.starts_with("2 groups, fewer than the 3 splits"), "{message}");
        let message = refusal(&[1, 2, 3, 4], Some(&[0, 0, 0, 1]));
        assert!(message.starts_with("class 1 is in 1 group, fewer than the 3 splits"), "{message}");
        assert!(message.contains("set STRATIFY to false"), "{message}");
    }
}
