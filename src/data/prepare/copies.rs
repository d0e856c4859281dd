//! Inputs that give the target away: copies of a class target, and categories that determine it.

use std::collections::{BTreeMap, HashMap};

use super::counts::bits;
use super::input_column::InputColumn;
use super::kind::Kind;
use super::typed::Values;
use crate::data::targets::Targets;

/// A column that determines the target has at most one category in so many rows.
const ROWS_A_CATEGORY: usize = 5;

/// What a column tells about classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// Nothing suspicious.
    Honest,
    /// Its values are the classes under other names.
    Copy,
    /// Each of its so many categories has one class.
    Determines(usize),
}

/// The class of each row as a small number, one list a target column.
pub(super) struct Classes {
    columns: Vec<(Vec<u32>, usize)>,
}

impl Classes {
    /// The classes or labels; none where targets are values.
    pub fn of(targets: &Targets) -> Self {
        let Targets::Integers(values) = targets else { return Classes { columns: vec![] } };
        let column = |column: ndarray::ArrayView1<i64>| {
            // Few classes are found sooner in a tree than by a hash.
            let mut known: BTreeMap<i64, u32> = BTreeMap::new();
            let mut codes = Vec::with_capacity(column.len());
            for value in column {
                let next = known.len() as u32;
                codes.push(*known.entry(*value).or_insert(next));
            }
            (codes, known.len())
        };
        Classes { columns: values.columns().into_iter().map(column).collect() }
    }

    /// What a column tells about the target columns, and about which of them.
    pub fn told_by(&self, column: &InputColumn) -> Option<(usize, Telling)> {
        let mut told =
            self.columns.iter().enumerate().filter_map(|(target, (classes, count))| match telling(
                column, classes, *count,
            ) {
                Telling::Honest => None,
                telling => Some((target, telling)),
            });
        // A copy of one target matters more than what is told about another.
        let first = told.next()?;
        if first.1 == Telling::Copy {
            return Some(first);
        }
        Some(told.find(|(_, telling)| *telling == Telling::Copy).unwrap_or(first))
    }
}

/// The rows of one value and the class of the first of them.
struct Value {
    rows: usize,
    class: u32,
    is_gap: bool,
}

fn telling(column: &InputColumn, classes: &[u32], count: usize) -> Telling {
    let Some(values) = values(column, classes, count) else { return Telling::Honest };
    let real: Vec<&Value> = values.iter().filter(|value| !value.is_gap).collect();
    if real.iter().any(|value| value.rows < 2) {
        return Telling::Honest;
    }
    let mut covered: Vec<u32> = real.iter().map(|value| value.class).collect();
    covered.sort_unstable();
    covered.dedup();
    if covered.len() == count && real.len() == count {
        // Rows with a gap are of any class.
        return Telling::Copy;
    }
    let is_pure_gap = values.iter().all(|value| value.class != MANY);
    let is_few = values.len() * ROWS_A_CATEGORY <= classes.len();
    if column.kind == Kind::Category && is_pure_gap && is_few && values.len() >= count {
        return Telling::Determines(values.len());
    }
    Telling::Honest
}

/// The class of a gap whose rows are of several.
const MANY: u32 = u32::MAX;

/// The values of a column, the gap as one; None as soon as a value has two classes.
fn values(column: &InputColumn, classes: &[u32], count: usize) -> Option<Vec<Value>> {
    let mut values: Vec<Value> = vec![];
    let mut known: HashMap<u64, usize> = HashMap::new();
    for (row, &class) in classes.iter().enumerate() {
        let is_gap = column.values.is_gap(row);
        let key = match &column.values {
            Values::Numbers(_) if is_gap => f64::NAN.to_bits(),
            Values::Numbers(numbers) => bits(numbers[row]),
            Values::Names { codes, .. } => u64::from(codes[row]),
        };
        let next = values.len();
        let at = *known.entry(key).or_insert(next);
        match values.get_mut(at) {
            None => values.push(Value { rows: 1, class, is_gap }),
            Some(value) => {
                value.rows += 1;
                if value.class != class {
                    if !is_gap {
                        return None;
                    }
                    value.class = MANY;
                }
            }
        }
        // More numbers than classes are no copy, and numbers are no categories.
        if column.kind != Kind::Category && values.len() > count + 1 {
            return None;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(kind: Kind, values: Values<'_>) -> InputColumn<'_> {
        InputColumn { index: 0, name: "x".into(), kind, values }
    }

    fn told(column: &InputColumn, classes: &[i64]) -> Telling {
        let classes = Classes::of(&classes.to_vec().into());
        classes.told_by(column).map_or(Telling::Honest, |(_, telling)| telling)
    }

    fn category(codes: &[u32]) -> InputColumn<'static> {
        let names = (1..=9).map(|k| k.to_string()).collect();
        input(Kind::Category, Values::Names { codes: codes.to_vec(), names })
    }

    fn number(numbers: &[f64]) -> InputColumn<'static> {
        input(Kind::Number, Values::Numbers(numbers.to_vec().into()))
    }

    #[test]
    fn values_that_are_the_classes_are_a_copy_gaps_aside() {
        let classes = [3, 3, 7, 7, 7];
        assert_eq!(told(&category(&[2, 2, 1, 1, 1]), &classes), Telling::Copy);
        assert_eq!(told(&category(&[2, 2, 1, 1, 0]), &classes), Telling::Copy);
        assert_eq!(told(&number(&[4.0, 4.0, 9.0, 9.0, 9.0]), &classes), Telling::Copy);
        assert_eq!(told(&number(&[0.0, -0.0, 9.0, 9.0, f64::NAN]), &classes), Telling::Copy);
    }

    #[test]
    fn a_value_in_one_row_and_a_value_of_two_classes_are_no_copy() {
        assert_eq!(told(&category(&[1, 2, 2]), &[0, 1, 1]), Telling::Honest);
        assert_eq!(told(&category(&[1, 1, 1, 2, 2]), &[0, 0, 1, 1, 1]), Telling::Honest);
        assert_eq!(told(&number(&[1.0, 2.0, 3.0, 4.0]), &[0, 0, 1, 1]), Telling::Honest);
    }

    #[test]
    fn one_value_for_one_of_two_classes_is_no_copy() {
        assert_eq!(told(&number(&[1.0, 1.0, f64::NAN, f64::NAN]), &[1, 1, 0, 0]), Telling::Honest);
    }

    #[test]
    fn more_categories_than_classes_with_one_class_each_determine_the_target() {
        let codes: Vec<u32> = (0..30).map(|row| 1 + row % 3).collect();
        let classes: Vec<i64> = codes.iter().map(|code| i64::from(*code == 1)).collect();
        assert_eq!(told(&category(&codes), &classes), Telling::Determines(3));
        let few: Vec<u32> = codes[..12].to_vec();
        assert_eq!(told(&category(&few), &classes[..12]), Telling::Honest);
        // Whether there is a value tells the class.
        let gaps: Vec<u32> = codes.iter().map(|code| u32::from(*code == 1)).collect();
        assert_eq!(told(&category(&gaps), &classes), Telling::Determines(2));
    }

    #[test]
    fn each_of_several_labels_is_looked_at() {
        let labels = Targets::Integers(ndarray::array![[0, 1], [0, 0], [1, 1], [1, 0]]);
        let column = category(&[1, 2, 1, 2]);
        assert_eq!(Classes::of(&labels).told_by(&column), Some((1, Telling::Copy)));
        let values = Classes::of(&vec![0.0, 1.0, 0.0, 1.0].into());
        assert_eq!(values.told_by(&column), None);
    }
}
