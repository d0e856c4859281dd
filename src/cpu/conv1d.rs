//! z[o, t] = Σc Σj W[o, c, j] · x[c, t·stride + j - padding], x = 0 outside: the product of W as
//! (filters, channels · kernel) and the row's columns. Twin of `shaders/conv1d.wgsl`.

use super::columns::take_columns;
use super::matmul::{Matrix, Product, matmul};
use crate::network::Convolution;

/// Convolves each row of `x`, (channels, samples), to one of `z`, (filters, positions).
pub(crate) fn conv1d<T: Product>(
    convolution: &Convolution,
    x: &[T],
    weight: &[T],
    z: &mut [T],
    columns: &mut Vec<T>,
) {
    let &Convolution { filters, positions, .. } = convolution;
    let terms = convolution.terms();
    let rows = x.chunks_exact(convolution.input_len());
    for (x, z) in rows.zip(z.chunks_exact_mut(convolution.output_len())) {
        take_columns(convolution, x, columns);
        matmul(Matrix::new(weight, filters, terms), Matrix::new(columns, terms, positions), z);
    }
}

#[cfg(test)]
mod tests {
    use super::super::conv1d_input_gradient::conv1d_input_gradient;
    use super::super::conv1d_kernel_gradient::conv1d_kernel_gradient;
    use super::*;
    use crate::network::Padding;
    use proptest::prelude::*;

    /// Every sum as its formula says it: z, and the gradients of Σ delta · z by W and by x.
    fn by_formula(
        c: &Convolution,
        (x, w, delta): (&[f64], &[f64], &[f64]),
    ) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let rows = x.len() / c.input_len();
        let mut z = vec![0.0; rows * c.output_len()];
        let (mut dw, mut dx) = (vec![0.0; w.len()], vec![0.0; x.len()]);
        for i in 0..rows {
            for o in 0..c.filters {
                for t in 0..c.positions {
                    let at_z = (i * c.filters + o) * c.positions + t;
                    for channel in 0..c.channels {
                        for j in 0..c.kernel {
                            let Some(s) = (t * c.stride + j).checked_sub(c.padding) else {
                                continue;
                            };
                            if s < c.samples {
                                let at_x = (i * c.channels + channel) * c.samples + s;
                                let at_w = (o * c.channels + channel) * c.kernel + j;
                                z[at_z] += w[at_w] * x[at_x];
                                dw[at_w] += delta[at_z] * x[at_x];
                                dx[at_x] += delta[at_z] * w[at_w];
                            }
                        }
                    }
                }
            }
        }
        (z, dw, dx)
    }

    /// Sizes that fit each other.
    fn convolutions() -> impl Strategy<Value = Convolution> {
        (1..4usize, 1..20usize, 1..5usize, 1..9usize, 1..5usize, 0..9usize).prop_filter_map(
            "a kernel longer than its signal",
            |(channels, samples, filters, kernel, stride, zeros)| {
                let padding = Padding::Each(zeros.min(kernel - 1));
                Convolution::new((channels, samples), filters, kernel, stride, padding).ok()
            },
        )
    }

    proptest! {
        #[test]
        fn forward_and_both_gradients_are_their_formulas(
            convolution in convolutions(), rows in 1..4usize, seed in 0..1000u32,
        ) {
            let numbers = |len: usize, from: u32| -> Vec<f64> {
                (0..len as u32).map(|i| f64::from((i * 7919 + from + seed) % 97) / 97.0 - 0.5).collect()
            };
            let x = numbers(rows * convolution.input_len(), 1);
            let w = numbers(convolution.filters * convolution.terms(), 2);
            let delta = numbers(rows * convolution.output_len(), 3);
            let (z, dw, dx) = by_formula(&convolution, (&x, &w, &delta));
            // What was there before is not added to.
            let mut found = (vec![7.0; z.len()], vec![7.0; dw.len()], vec![7.0; dx.len()]);
            let mut columns = vec![];
            conv1d(&convolution, &x, &w, &mut found.0, &mut columns);
            conv1d_kernel_gradient(&convolution, &delta, &x, &mut found.1, &mut columns);
            conv1d_input_gradient(&convolution, &delta, &w, &mut found.2, &mut columns);
            for (found, expected) in [(found.0, z), (found.1, dw), (found.2, dx)] {
                for (found, expected) in found.iter().zip(&expected) {
                    // At most 228 terms of at most 0.25, each rounded.
                    prop_assert!((found - expected).abs() < 1e-12, "{found} {expected}");
                }
            }
        }
    }
}
