//! The cells of a column as values of its kind; the same for training and for prediction.

use std::borrow::Cow;
use std::collections::HashMap;

use super::booleans::{one_of, truth};
use super::cell_names::number_name;
use super::counts::bits;
use super::dates::date_and_seconds;
use super::kind::Kind;
use crate::data::frame::{Cell, Cells};

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values<'c> {
    /// Numbers, 0 and 1 for booleans, seconds since 1970 for dates; NaN for a gap. They are those of the cells where
    /// none is a text.
    Numbers(Cow<'c, [f64]>),
    /// Names.
    Names {
        /// 0 for a gap, k for the name at k - 1.
        codes: Vec<u32>,
        /// The names, each once, in the order in which they come first.
        names: Vec<String>,
    },
}

impl Values<'_> {
    /// True for a row without a value.
    pub fn is_gap(&self, row: usize) -> bool {
        match self {
            Values::Numbers(values) => values[row].is_nan(),
            Values::Names { codes, .. } => codes[row] == 0,
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Values::Numbers(values) => values.len(),
            Values::Names { codes, .. } => codes.len(),
        }
    }

    /// True where there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The cells as values of a kind, or the row of the first one that the kind doesn't take. `are_seconds`: the numbers of
/// a column of dates are seconds since 1970.
pub(super) fn typed<'c>(
    kind: &Kind,
    cells: &'c Cells,
    are_seconds: bool,
) -> Result<Values<'c>, usize> {
    match kind {
        Kind::Category => names(cells),
        Kind::Number => numbers(cells, f64::is_finite, truth),
        Kind::Boolean(words) => {
            let is_one = |number: f64| number == 0.0 || number == 1.0;
            let of_text = |text: &str| {
                let own = words.as_ref().and_then(|words| one_of(words, text));
                own.or_else(|| truth(text))
            };
            numbers(cells, is_one, of_text)
        }
        Kind::Date(form) => {
            let is_date = |number: f64| are_seconds && date_and_seconds(number).is_some();
            numbers(cells, is_date, |text| form.seconds(text))
        }
    }
}

fn numbers<'c>(
    cells: &'c Cells,
    is_taken: impl Fn(f64) -> bool,
    of_text: impl Fn(&str) -> Option<f64>,
) -> Result<Values<'c>, usize> {
    if cells.codes.is_empty() {
        let is_stranger = |number: &f64| !number.is_nan() && !is_taken(*number);
        return match cells.numbers.iter().position(is_stranger) {
            Some(row) => Err(row),
            None => Ok(Values::Numbers(Cow::Borrowed(&cells.numbers))),
        };
    }
    // Each text once, however many cells have it.
    let of_texts: Vec<Option<f64>> = cells.texts.iter().map(|text| of_text(text)).collect();
    let value = |(row, (&number, &code)): (usize, (&f64, &u32))| match code.checked_sub(1) {
        Some(text) => of_texts[text as usize].ok_or(row),
        None if number.is_nan() || is_taken(number) => Ok(number),
        None => Err(row),
    };
    let values = cells.numbers.iter().zip(&cells.codes).enumerate().map(value);
    Ok(Values::Numbers(values.collect::<Result<Vec<f64>, usize>>()?.into()))
}

fn names(cells: &Cells) -> Result<Values<'static>, usize> {
    let (mut names, mut codes) = (vec![], Vec::with_capacity(cells.len()));
    // The code of each name: under another decimal mark a text may be the shortest text of a number.
    let mut known: HashMap<String, u32> = HashMap::new();
    let mut code_of = |name: String| {
        *known.entry(name).or_insert_with_key(|name| {
            names.push(name.clone());
            names.len() as u32
        })
    };
    let mut of_texts: Vec<u32> = vec![0; cells.texts.len()];
    let mut of_numbers: HashMap<u64, u32> = HashMap::new();
    for row in 0..cells.len() {
        codes.push(match cells.cell(row) {
            Cell::Gap => 0,
            Cell::Number(number) if number.is_infinite() => return Err(row),
            Cell::Number(number) => {
                *of_numbers.entry(bits(number)).or_insert_with(|| code_of(number_name(number)))
            }
            Cell::Text(text) => {
                let code = &mut of_texts[cells.codes[row] as usize - 1];
                if *code == 0 {
                    *code = code_of(text.to_owned());
                }
                *code
            }
        });
    }
    Ok(Values::Names { codes, names })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::prepare::dates::DateForm;

    fn cells(numbers: &[f64], codes: &[u32], texts: &[&str]) -> Cells {
        let texts = texts.iter().map(ToString::to_string).collect();
        Cells { numbers: numbers.to_vec(), codes: codes.to_vec(), texts }
    }

    const GAP: f64 = f64::NAN;

    #[test]
    fn numbers_take_the_words_true_and_false() {
        let column = cells(&[2.5, GAP, GAP], &[0, 1, 2], &["True", "FALSE"]);
        assert_eq!(
            typed(&Kind::Number, &column, false),
            Ok(Values::Numbers(vec![2.5, 1.0, 0.0].into()))
        );
        assert_eq!(typed(&Kind::Number, &cells(&[1.0, f64::INFINITY], &[], &[]), false), Err(1));
        assert_eq!(typed(&Kind::Number, &cells(&[GAP], &[1], &["x"]), false), Err(0));
    }

    #[test]
    fn booleans_take_their_words_and_0_and_1_and_true_and_false() {
        let kind = Kind::Boolean(Some(["no".into(), "yes".into()]));
        let column = cells(&[GAP, GAP, 1.0, GAP], &[1, 2, 0, 3], &["Yes", "NO", "true"]);
        assert_eq!(
            typed(&kind, &column, false),
            Ok(Values::Numbers(vec![1.0, 0.0, 1.0, 1.0].into()))
        );
        assert_eq!(typed(&kind, &cells(&[2.0], &[], &[]), false), Err(0));
        assert_eq!(typed(&Kind::Boolean(None), &cells(&[GAP], &[1], &["yes"]), false), Err(0));
    }

    #[test]
    fn categories_name_numbers_by_their_shortest_text() {
        let column = cells(&[1.0, GAP, 2.5, GAP, -0.0, 0.0], &[0, 1, 0, 0, 0, 0], &["a"]);
        let names = ["1", "a", "2.5", "0"].map(String::from).to_vec();
        let codes = vec![1, 2, 3, 0, 4, 4];
        assert_eq!(typed(&Kind::Category, &column, false), Ok(Values::Names { codes, names }));
    }

    #[test]
    fn dates_are_texts_unless_their_reader_made_seconds_of_them() {
        let kind = Kind::Date(DateForm::DayMonthDots);
        let column = cells(&[GAP, GAP], &[1, 0], &["2.1.1970"]);
        let Ok(Values::Numbers(values)) = typed(&kind, &column, false) else { panic!("no dates") };
        assert!(values[0] == 86400.0 && values[1].is_nan());
        let column = cells(&[7.0], &[], &[]);
        assert_eq!(typed(&kind, &column, false), Err(0));
        assert_eq!(typed(&kind, &column, true), Ok(Values::Numbers(vec![7.0].into())));
        assert_eq!(typed(&kind, &cells(&[1e300], &[], &[]), true), Err(0));
    }
}
