//! z[o, p] = Σc Σj W[o, c, j] · x[c, p·stride + j·dilation - before], x = 0 outside: the product of W as
//! (filters, channels · taps) and the row's columns. Twin of `shaders/convolution.wgsl`.

use super::columns::take_columns;
use super::execute::Execute;
use super::matmul::{Matrix, matmul};
use super::product::Product;
use super::site::Site;
use crate::plan::Windows;
use crate::plan::ops::convolution::Convolution;

impl Execute for Convolution {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let weight = site.tensors.of(site.layout, self.weight);
        site.workspace.with(self.z, |z, workspace| {
            workspace.with_columns(|columns, workspace| {
                convolution(&self.windows, workspace.of(self.x), weight, z, columns);
            });
        });
    }
}

/// Convolves each row of `x`, (channels, height, width), to one of `z`, (filters, positions).
pub(crate) fn convolution<T: Product>(
    windows: &Windows,
    x: &[T],
    weight: &[T],
    z: &mut [T],
    columns: &mut Vec<T>,
) {
    let (terms, positions) = (windows.terms(), windows.positions());
    let rows = x.chunks_exact(windows.input_len());
    for (x, z) in rows.zip(z.chunks_exact_mut(windows.output_len())) {
        take_columns(windows, x, columns);
        let weight = Matrix::new(weight, windows.filters, terms);
        matmul(weight, Matrix::new(columns, terms, positions), z);
    }
}

#[cfg(test)]
mod tests {
    use super::super::convolution_input_gradient::input_gradient;
    use super::super::convolution_kernel_gradient::kernel_gradient;
    use super::*;
    use crate::plan::{Axis, Padding};
    use proptest::prelude::*;

    /// Every (z, w, x) index of a term of the sums, for `rows` rows.
    fn terms(windows: &Windows, rows: usize) -> Vec<[usize; 3]> {
        let [vertical, horizontal] = windows.axes;
        let mut found = vec![];
        for i in 0..rows {
            for o in 0..windows.filters {
                for p in 0..windows.positions() {
                    for c in 0..windows.channels {
                        for j in 0..windows.taps() {
                            let down =
                                vertical.input_of(p / horizontal.positions, j / horizontal.kernel);
                            let across = horizontal
                                .input_of(p % horizontal.positions, j % horizontal.kernel);
                            if let (Some(down), Some(across)) = (down, across) {
                                let channel = (i * windows.channels + c) * windows.plane();
                                found.push([
                                    (i * windows.filters + o) * windows.positions() + p,
                                    (o * windows.channels + c) * windows.taps() + j,
                                    channel + down * horizontal.input + across,
                                ]);
                            }
                        }
                    }
                }
            }
        }
        found
    }

    /// Every sum by its formula: z, and the gradients of Σ delta · z by W and by x.
    fn by_formula(
        windows: &Windows,
        x: &[f64],
        w: &[f64],
        delta: &[f64],
    ) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let (mut z, mut dw, mut dx) =
            (vec![0.0; delta.len()], vec![0.0; w.len()], vec![0.0; x.len()]);
        for [at_z, at_w, at_x] in terms(windows, x.len() / windows.input_len()) {
            z[at_z] += w[at_w] * x[at_x];
            dw[at_w] += delta[at_z] * x[at_x];
            dx[at_x] += delta[at_z] * w[at_w];
        }
        (z, dw, dx)
    }

    /// An axis whose windows fit it.
    fn axes(most: usize) -> impl Strategy<Value = Axis> {
        (1..most, 1..9usize, 1..5usize, 1..4usize, 0..9usize).prop_filter_map(
            "a kernel longer than its input",
            |(input, kernel, stride, dilation, zeros)| {
                let padding = Padding::Each(zeros.min(kernel - 1));
                Axis::new(input, kernel, stride, dilation, padding).ok()
            },
        )
    }

    /// Sizes that fit each other: of signals, and of images.
    fn windows() -> impl Strategy<Value = Windows> {
        let height = prop_oneof![Just(Axis::ONE), axes(9)];
        (1..4usize, 1..5usize, height, axes(20)).prop_map(|(channels, filters, height, width)| {
            Windows { channels, filters, axes: [height, width] }
        })
    }

    proptest! {
        #[test]
        fn forward_and_both_gradients_are_their_formulas(
            windows in windows(), rows in 1..4usize, seed in 0..1000u32,
        ) {
            let numbers = |len: usize, from: u32| -> Vec<f64> {
                (0..len as u32).map(|i| f64::from((i * 7919 + from + seed) % 97) / 97.0 - 0.5).collect()
            };
            let x = numbers(rows * windows.input_len(), 1);
            let w = numbers(windows.filters * windows.terms(), 2);
            let delta = numbers(rows * windows.output_len(), 3);
            let (z, dw, dx) = by_formula(&windows, &x, &w, &delta);
            let mut found = (vec![7.0; z.len()], vec![0.0; dw.len()], vec![0.0; dx.len()]);
            let mut columns = vec![];
            convolution(&windows, &x, &w, &mut found.0, &mut columns);
            kernel_gradient(&windows, &delta, &x, &mut found.1, &mut columns);
            input_gradient(&windows, &delta, &w, &mut found.2, &mut columns);
            for (found, expected) in [(found.0, z), (found.1, dw), (found.2, dx)] {
                for (found, expected) in found.iter().zip(&expected) {
                    // At most 1,824 terms of at most 0.25, each rounded.
                    prop_assert!((found - expected).abs() < 1e-12, "{found} {expected}");
                }
            }
        }
    }
}
