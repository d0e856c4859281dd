//! How the values of one column become columns of the coded table.

use ndarray::{ArrayViewMut1, ArrayViewMut2};

use super::date_parts::{DatePart, Moment};
use super::dates::DateForm;
use super::kind::Kind;
use super::typed::Values;

/// The code of a cell that is of none of the categories: no input is 1.
pub(super) const NONE: f64 = -1.0;

/// How the values of a column become columns of the coded table.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Coding {
    /// The number.
    Number {
        /// What stands for a gap: the median of the training rows.
        fill: f64,
        /// Whether another column tells gaps, 1 where there is one.
        has_indicator: bool,
    },
    /// 0 or 1.
    Boolean {
        /// The words for 0 and 1, if there are any besides False and True.
        words: Option<[String; 2]>,
        /// What stands for a gap: the more frequent one in the training rows.
        fill: bool,
        /// As of a number.
        has_indicator: bool,
    },
    /// The code of the category.
    Category {
        /// The names in the order of their codes, by code point.
        names: Vec<String>,
        /// Whether the code after the last name stands for all other names.
        has_other: bool,
        /// Whether the code after these stands for a gap.
        has_missing: bool,
    },
    /// Parts of the date.
    Date {
        /// How texts write it.
        form: DateForm,
        /// What stands for a gap, in seconds since 1970: the median of the training rows.
        fill: f64,
        /// The parts that vary in the training rows.
        parts: Vec<DatePart>,
        /// As of a number.
        has_indicator: bool,
    },
}

impl Coding {
    /// How cells are read.
    pub fn kind(&self) -> Kind {
        match self {
            Coding::Number { .. } => Kind::Number,
            Coding::Boolean { words, .. } => Kind::Boolean(words.clone()),
            Coding::Category { .. } => Kind::Category,
            Coding::Date { form, .. } => Kind::Date(*form),
        }
    }

    /// Whether a column tells gaps.
    pub(super) fn has_indicator(&self) -> bool {
        match self {
            Coding::Number { has_indicator, .. }
            | Coding::Boolean { has_indicator, .. }
            | Coding::Date { has_indicator, .. } => *has_indicator,
            Coding::Category { .. } => false,
        }
    }

    /// The number of columns of the coded table.
    pub(super) fn width(&self) -> usize {
        let own = match self {
            Coding::Number { .. } | Coding::Boolean { .. } | Coding::Category { .. } => 1,
            Coding::Date { parts, .. } => {
                parts.iter().map(|part| if part.is_number() { 1 } else { 2 }).sum()
            }
        };
        own + usize::from(self.has_indicator())
    }

    /// Writes the values of a column as columns of the coded table, [`Coding::width`] of them.
    pub(super) fn code(&self, values: &Values, mut table: ArrayViewMut2<f64>) {
        match (self, values) {
            (Coding::Number { fill, .. }, Values::Numbers(numbers)) => {
                fill_gaps(numbers, *fill, table.column_mut(0));
            }
            (Coding::Boolean { fill, .. }, Values::Numbers(numbers)) => {
                fill_gaps(numbers, f64::from(u8::from(*fill)), table.column_mut(0));
            }
            (Coding::Category { .. }, Values::Names { codes, names }) => {
                let of_names: Vec<f64> = names.iter().map(|name| self.code_of(name)).collect();
                let missing = self.code_of_gap();
                for (code, at) in codes.iter().zip(table.column_mut(0)) {
                    *at = if *code == 0 { missing } else { of_names[*code as usize - 1] };
                }
            }
            (Coding::Date { fill, parts, .. }, Values::Numbers(moments)) => {
                date_columns(moments, *fill, parts, table.view_mut());
            }
            // Cells are read as the coding's own kind; another one's are gaps.
            _ => table.fill(NONE),
        }
        if self.has_indicator() {
            let last = table.ncols() - 1;
            for (row, at) in table.column_mut(last).iter_mut().enumerate() {
                *at = f64::from(u8::from(values.is_gap(row)));
            }
        }
    }

    /// The code of a name: its own, that of all others, or none.
    fn code_of(&self, name: &str) -> f64 {
        let Coding::Category { names, has_other, .. } = self else { return NONE };
        match names.binary_search_by(|own| own.as_str().cmp(name)) {
            Ok(code) => code as f64,
            Err(_) if *has_other => names.len() as f64,
            Err(_) => NONE,
        }
    }

    /// The code of a gap: its own, or none.
    fn code_of_gap(&self) -> f64 {
        match self {
            Coding::Category { names, has_other, has_missing: true } => {
                (names.len() + usize::from(*has_other)) as f64
            }
            _ => NONE,
        }
    }
}

fn fill_gaps(numbers: &[f64], fill: f64, column: ArrayViewMut1<f64>) {
    for (number, at) in numbers.iter().zip(column) {
        *at = if number.is_nan() { fill } else { *number };
    }
}

fn date_columns(moments: &[f64], fill: f64, parts: &[DatePart], mut table: ArrayViewMut2<f64>) {
    let fill = Moment::new(fill);
    for (moment, mut row) in moments.iter().zip(table.rows_mut()) {
        let Some(moment) = Moment::new(*moment).or(fill) else { continue };
        let values = parts.iter().flat_map(|part| part.inputs(&moment));
        row.iter_mut().zip(values).for_each(|(at, value)| *at = value);
    }
}
