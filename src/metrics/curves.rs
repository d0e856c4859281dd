//! Figures of two classes that depend only on the order of scores.

/// The area under the receiver operating characteristic: the chance that a row of the class has a
/// higher score than a row that is not of it, ties counted half. None where one of them is missing.
///
/// Mann and Whitney's U over the number of pairs; `of_class` tells the rows of the class.
pub fn roc_auc(scores: &[f64], of_class: &[bool]) -> Option<f64> {
    let (mut above, mut pairs_won) = (0u64, 0.0);
    for group in groups(scores, of_class) {
        // Every row of the class beats the others below it, and half of the others at its score.
        pairs_won += group.others as f64 * (above as f64 + 0.5 * group.members as f64);
        above += group.members;
    }
    let others = scores.len() as u64 - above;
    (above > 0 && others > 0).then(|| pairs_won / (above as f64 * others as f64))
}

/// Average precision: Σ over thresholds, the highest first, of (recall - recall before) · precision,
/// without interpolation. None where no row is of the class.
pub fn average_precision(scores: &[f64], of_class: &[bool]) -> Option<f64> {
    let members = of_class.iter().filter(|of_class| **of_class).count() as f64;
    let (mut found, mut called, mut sum) = (0u64, 0u64, 0.0);
    for group in groups(scores, of_class) {
        found += group.members;
        called += group.members + group.others;
        sum += group.members as f64 / members * (found as f64 / called as f64);
    }
    (members > 0.0).then_some(sum)
}

/// Rows of one score.
#[derive(Default)]
struct Group {
    members: u64,
    others: u64,
}

/// The rows in groups of equal scores, the highest first.
fn groups(scores: &[f64], of_class: &[bool]) -> Vec<Group> {
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(of_class.iter().copied()).collect();
    rows.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
    let mut groups = vec![];
    for equal in rows.chunk_by(|(a, _), (b, _)| a == b) {
        let members = equal.iter().filter(|(_, of_class)| *of_class).count() as u64;
        groups.push(Group { members, others: equal.len() as u64 - members });
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_by_hand() {
        // Of the four pairs, 0.8 beats both others, 0.35 beats 0.1 alone.
        let (scores, of_class) = ([0.1, 0.4, 0.35, 0.8], [false, false, true, true]);
        assert_eq!(roc_auc(&scores, &of_class), Some(0.75));
        // Thresholds 0.8, 0.4, 0.35, 0.1: 1/2 · 1 + 0 + 1/2 · 2/3 + 0.
        let expected = 0.5 + 0.5 * (2.0 / 3.0);
        assert_eq!(average_precision(&scores, &of_class), Some(expected));
    }

    #[test]
    fn ties_count_half() {
        let (scores, of_class) = ([0.5; 4], [false, true, true, false]);
        assert_eq!(roc_auc(&scores, &of_class), Some(0.5));
        assert_eq!(average_precision(&scores, &of_class), Some(0.5));
    }

    #[test]
    fn one_class_alone_has_no_area() {
        assert_eq!(roc_auc(&[0.1, 0.2], &[true, true]), None);
        assert_eq!(average_precision(&[0.1, 0.2], &[false, false]), None);
        assert_eq!(average_precision(&[0.1, 0.2], &[true, true]), Some(1.0));
    }
}
