//! Rows of numbers and of the codes of categories: a category is one number here and one input per category in the
//! network.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis, s};

use crate::error::{Error, Result};

/// A column of a coded table, and the inputs that it gives the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodedColumn {
    /// A number that is scaled as `NORMALIZE` says.
    Number,
    /// A number that stays as it is, such as 0 or 1.
    Kept,
    /// The code of a category, from 0 to this number - 1: one input each, 1 for the row's own and 0 for the others. Any
    /// other code, such as -1, is none of them.
    Categories(usize),
}

impl CodedColumn {
    /// The inputs that it gives.
    pub fn inputs(self) -> usize {
        match self {
            CodedColumn::Number | CodedColumn::Kept => 1,
            CodedColumn::Categories(categories) => categories,
        }
    }
}

/// Rows of numbers and codes, shape (rows, columns), and what each column is.
#[derive(Debug, Clone, PartialEq)]
pub struct Coded<X> {
    /// Row by row, or column by column.
    pub values: Array2<X>,
    /// One per column of the values.
    pub columns: Vec<CodedColumn>,
}

impl<X: Copy> Coded<X> {
    /// The rows, and the inputs of each.
    pub fn dim(&self) -> (usize, usize) {
        (self.values.nrows(), self.columns.iter().map(|column| column.inputs()).sum())
    }

    /// The numbers and codes of a row, where they lie row by row.
    pub fn row(&self, row: usize) -> &[X] {
        let columns = self.values.ncols();
        &self.values.as_slice().unwrap_or_default()[row * columns..][..columns]
    }

    /// Where each input comes from: its column, and the code that makes it 1 where it is that of a category.
    pub fn sources(&self) -> Vec<(usize, Option<u32>)> {
        let mut sources = vec![];
        for (column, kind) in self.columns.iter().enumerate() {
            match *kind {
                CodedColumn::Number | CodedColumn::Kept => sources.push((column, None)),
                CodedColumn::Categories(count) => {
                    sources.extend((0..count as u32).map(|code| (column, Some(code))));
                }
            }
        }
        sources
    }

    /// One number per column as one per input; inputs of categories have `of_categories`.
    pub fn of_inputs(&self, of_columns: &[f64], of_categories: f64) -> Vec<f64> {
        let of = |(column, code): (usize, Option<u32>)| match code {
            None => of_columns[column],
            Some(_) => of_categories,
        };
        self.sources().into_iter().map(of).collect()
    }

    /// One number per input as one per column: of a category its first input's, 0 where it has none.
    pub fn of_columns(&self, of_inputs: &[f64]) -> Vec<f64> {
        let (mut first, mut all) = (0, vec![]);
        for column in &self.columns {
            let own = first..first + column.inputs();
            all.push(of_inputs[own.clone()].first().copied().unwrap_or(0.0));
            first = own.end;
        }
        all
    }

    /// The first input of each column.
    pub fn first_inputs(&self) -> Vec<usize> {
        let mut next = 0;
        let first = self.columns.iter().map(|column| {
            next += column.inputs();
            next - column.inputs()
        });
        first.collect()
    }

    /// Appends rows of the same columns.
    pub fn append(&mut self, rows: ArrayView2<X>) -> Result<()> {
        let appended = self.values.append(Axis(0), rows);
        appended.map_err(|error| Error::input(format!("the rows cannot be joined: {error}")))
    }

    /// The same columns of other values.
    pub fn with_values<Y>(&self, values: Array2<Y>) -> Coded<Y> {
        Coded { values, columns: self.columns.clone() }
    }
}

impl Coded<f64> {
    /// An input of a row.
    pub fn element(&self, row: usize, input: usize) -> f64 {
        let mut first = 0;
        for (value, column) in self.values.row(row).iter().zip(&self.columns) {
            let inputs = column.inputs();
            if input < first + inputs {
                return match column {
                    CodedColumn::Number | CodedColumn::Kept => *value,
                    CodedColumn::Categories(_) => {
                        f64::from(u8::from(*value == (input - first) as f64))
                    }
                };
            }
            first += inputs;
        }
        f64::NAN
    }

    /// The inputs of some of the rows.
    pub fn rows(&self, rows: Range<usize>) -> Array2<f64> {
        let sources = self.sources();
        let mut inputs = Array2::zeros((rows.len(), sources.len()));
        let values = self.values.slice(s![rows, ..]);
        for (mut to, from) in inputs.outer_iter_mut().zip(values.outer_iter()) {
            for (to, (column, code)) in to.iter_mut().zip(&sources) {
                *to = match code {
                    None => from[*column],
                    Some(code) => u8::from(from[*column] == f64::from(*code)).into(),
                };
            }
        }
        inputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_category_is_one_number_here_and_an_input_per_category_in_the_network() {
        let columns = vec![CodedColumn::Number, CodedColumn::Categories(3), CodedColumn::Kept];
        let coded = Coded { values: array![[0.5, 2.0, 1.0], [7.0, -1.0, 0.0]], columns };
        assert_eq!(coded.dim(), (2, 5));
        let inputs = array![[0.5, 0.0, 0.0, 1.0, 1.0], [7.0, 0.0, 0.0, 0.0, 0.0]];
        assert_eq!(coded.rows(0..2), inputs);
        for ((row, input), value) in inputs.indexed_iter() {
            assert_eq!(coded.element(row, input), *value);
        }
        let first = coded.sources()[..3].to_vec();
        assert_eq!(first, [(0, None), (1, Some(0)), (1, Some(1))]);
        assert_eq!(coded.of_inputs(&[3.0, 4.0, 5.0], 0.0), [3.0, 0.0, 0.0, 0.0, 5.0]);
        assert_eq!(coded.of_columns(&[3.0, 9.0, 0.0, 0.0, 5.0]), [3.0, 9.0, 5.0]);
    }
}
