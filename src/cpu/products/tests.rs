//! Products beside sums one by one, and what they refuse.

use super::columns::transpose;
use super::rows::product_of_rows;
use super::sink::Stored;
use super::tiles::product;
use crate::cpu::matrix::{Rows, RowsMut, Strided};
use crate::cpu::part::{Part, run};
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;
use crate::instruction_set::InstructionSet;

/// Small whole numbers, so many rows of them: f32 adds their products without rounding.
fn matrix([rows, row]: [usize; 2], seed: usize) -> Vec<f32> {
    (0..rows * row).map(|i| ((i * 7 + seed * 5) % 11) as f32 - 5.0).collect()
}

/// Both products of so many rows, beside sums one by one.
#[derive(Clone, Copy)]
struct Agrees {
    m: usize,
}

impl Part for Agrees {
    type Output = ();

    fn on<S: Simd>(self, s: S) {
        let (m, k, n, row) = (self.m, 3, 7 * LANES, 7 * LANES + 5);
        let (a, b, bias) = (matrix([m, k], 1), matrix([k, row], 2), matrix([1, n], 3));
        let mut out = vec![0.5; m * row];
        let factors = (Strided { values: &a, row: k, column: 1 }, Rows { values: &b, row });
        let mut places = RowsMut { values: &mut out, row };
        product(s, [m, k, n], factors.0, factors.1, Some(&bias), (&mut places, &Stored));
        for (i, at) in (0..m).flat_map(|i| (0..row).map(move |at| (i, at))) {
            let sum = |j: usize| (0..k).map(|t| a[i * k + t] * b[t * row + j]).sum::<f32>();
            let expected = if at < n { sum(at) + bias[at] } else { 0.5 };
            assert_eq!(out[i * row + at], expected, "row {i}, column {at} of {m}");
        }
        let (n, p) = (2 * LANES, LANES + 4);
        let (a, b, mut out) = (matrix([m, n], 4), matrix([p, n], 5), vec![0.0; m * p]);
        let mut places = RowsMut { values: &mut out, row: p };
        let [a, b] = [&a, &b].map(|values| Rows { values, row: n });
        product_of_rows(s, [m, n, p], a, b, &mut places);
        for (i, j) in (0..m).flat_map(|i| (0..p).map(move |j| (i, j))) {
            let terms = a.values[i * n..][..n].iter().zip(&b.values[j * n..]);
            let expected: f32 = terms.map(|(a, b)| a * b).sum();
            assert_eq!(out[i * p + j], expected, "row {i}, column {j} of {m}");
        }
    }
}

#[test]
fn products_of_any_number_of_rows_are_exact() {
    let most = if cfg!(miri) { 4 } else { 19 };
    for &set in InstructionSet::all() {
        (1..=most).for_each(|m| run(set, Agrees { m }));
    }
}

/// Products of matrices, one of which ends a number too early.
#[derive(Debug, Clone, Copy)]
enum Short {
    Left,
    Right,
    Bias,
    Places,
    Rows,
    Square,
}

impl Part for Short {
    type Output = ();

    fn on<S: Simd>(self, s: S) {
        let numbers = [1.0; LANES * LANES];
        let of = |short: bool| &numbers[usize::from(short)..];
        let rows = |short: bool| Rows { values: of(short), row: LANES };
        let mut places = numbers;
        let first = usize::from(matches!(self, Short::Places | Short::Square));
        let mut places = RowsMut { values: &mut places[first..], row: LANES };
        let sizes = [LANES; 3];
        match self {
            Short::Rows => product_of_rows(s, sizes, rows(true), rows(false), &mut places),
            Short::Square => transpose(s, [LANES; 2], rows(false), &mut places),
            _ => {
                let a = rows(matches!(self, Short::Left)).into();
                let b = rows(matches!(self, Short::Right));
                let bias = if let Short::Bias = self { &numbers[..LANES - 1] } else { of(true) };
                product(s, sizes, a, b, Some(bias), (&mut places, &Stored));
            }
        }
    }
}

#[test]
fn what_would_leave_its_matrices_is_refused() {
    use Short::{Bias, Left, Places, Right, Rows, Square};
    for &set in InstructionSet::all() {
        for short in [Left, Right, Bias, Places, Rows, Square] {
            let outcome = std::panic::catch_unwind(|| run(set, short));
            assert!(outcome.is_err(), "{short:?} on {set:?}");
        }
    }
}
