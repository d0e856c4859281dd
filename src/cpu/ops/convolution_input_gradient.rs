//! dx[c, s] = Σ W[o, c, j] · delta[o, p] over the o, j, p with p·stride + j·dilation - before = s: the full
//! convolution of delta with the reversed kernel. As a product, the transpose of W times delta gives the
//! gradient of every element of the columns, and each input adds up the elements it was copied to. Twin of
//! `shaders/convolution_input_gradient.wgsl`, which adds up the same terms, one input at a time.

use super::columns::add_columns;
use super::execute::Execute;
use super::matmul::{Matrix, matmul};
use super::product::Product;
use super::site::{Site, set};
use crate::plan::Windows;
use crate::plan::ops::convolution_input_gradient::ConvolutionInputGradient;

impl Execute for ConvolutionInputGradient {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let weight = site.tensors.of(site.layout, self.weight);
        site.workspace.with(self.below, |below, workspace| {
            set(below, self.mode);
            workspace.with_columns(|columns, workspace| {
                let delta = workspace.of(self.delta);
                input_gradient(&self.windows, delta, weight, below, columns);
            });
        });
    }
}

/// Adds the gradient of each row, (channels, height, width), from that of its outputs.
pub(crate) fn input_gradient<T: Product>(
    windows: &Windows,
    delta: &[T],
    weight: &[T],
    below: &mut [T],
    columns: &mut Vec<T>,
) {
    let (terms, positions) = (windows.terms(), windows.positions());
    columns.resize(terms * positions, T::ZERO);
    let rows = delta.chunks_exact(windows.output_len());
    for (delta, below) in rows.zip(below.chunks_exact_mut(windows.input_len())) {
        let weight = Matrix::new(weight, windows.filters, terms).transpose();
        matmul(weight, Matrix::new(delta, windows.filters, positions), columns);
        add_columns(windows, columns, below);
    }
}
