//! Made-up rows: the cost of a step depends only on the shape of its rows.

use ndarray::Array2;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};

use crate::data::{Dataset, Targets};
use crate::error::{Error, Result};

/// The seed of all made-up rows: they are the same every time.
const SEED: u64 = 1;

/// The rows of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The rows of each class.
    Classes(&'static [usize]),
    /// The rows of a data set whose targets are values.
    Values(usize),
}

/// `rows` rows of standard normal inputs in the shape `row`, with targets that can be learned, so that losses fall
/// as on real data: input k is higher by 1 in class k; value k is the difference of the inputs k and k + 1.
/// Classes keep the shares of `shape`, but have at least two rows.
pub fn synthetic(
    name: &str,
    row: &[usize],
    outputs: usize,
    shape: Shape,
    rows: usize,
) -> Result<Dataset> {
    let inputs = row.iter().product();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut x = Array2::from_shape_simple_fn((rows, inputs), || {
        let value: f64 = StandardNormal.sample(&mut random);
        value
    });
    let targets = match shape {
        Shape::Classes(counts) => {
            let mut labels: Vec<i64> = (0..)
                .zip(shares(counts, rows))
                .flat_map(|(class, count)| std::iter::repeat_n(class, count))
                .collect();
            labels.shuffle(&mut random);
            for (mut row, &class) in x.outer_iter_mut().zip(&labels) {
                row[class as usize % inputs] += 1.0;
            }
            Targets::Integers(Array2::from_shape_fn((rows, 1), |(row, _)| labels[row]))
        }
        Shape::Values(_) => Targets::Reals(Array2::from_shape_fn((rows, outputs), |(row, k)| {
            x[[row, k % inputs]] - x[[row, (k + 1) % inputs]]
        })),
    };
    let all: Vec<usize> = std::iter::once(rows).chain(row.iter().copied()).collect();
    // Row-major: every shape of as many elements fits.
    let x = x.into_shape_with_order(all).map_err(|error| Error::failed(error.to_string()))?;
    Dataset::from_arrays(name, x.view(), targets)
}

/// `rows` divided in the proportions of `counts`, each share at least two; the largest shares take and give what
/// rounding leaves.
fn shares(counts: &[usize], rows: usize) -> Vec<usize> {
    let all: usize = counts.iter().sum();
    let mut shares: Vec<usize> = counts.iter().map(|count| (count * rows / all).max(2)).collect();
    let mut given: usize = shares.iter().sum();
    while given > rows {
        shares.iter_mut().max().into_iter().for_each(|largest| *largest -= 1);
        given -= 1;
    }
    shares.iter_mut().max().into_iter().for_each(|largest| *largest += rows - given);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_whole_and_none_is_lost() {
        assert_eq!(shares(&[284_315, 492], 284_807), [284_315, 492]);
        assert_eq!(shares(&[284_315, 492], 1000), [998, 2]);
        assert_eq!(shares(&[1, 1, 1], 10), [3, 3, 4]);
        assert_eq!(shares(&[1, 100, 1], 6), [2, 2, 2]);
        assert_eq!(shares(&[5, 6, 1, 1], 8), [2, 2, 2, 2]);
    }

    #[test]
    fn the_same_rows_every_time() {
        let made = || synthetic("made", &[3], 2, Shape::Classes(&[1, 3]), 40).unwrap();
        assert_eq!(made(), made());
        assert!(made().inputs.to_reals().iter().all(|x| x.abs() < 7.0));
    }
}
