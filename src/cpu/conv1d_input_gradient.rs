//! dx[c, s] = Σ W[o, c, j] · delta[o, t] over the o, j, t with t·stride + j - padding = s: the full
//! convolution of delta with the reversed kernel. As a product, W turned times delta gives the gradient
//! of every element of the columns, and each sample adds up the elements it was copied to. Twin of
//! `shaders/conv1d_input_gradient.wgsl`, which adds up the same terms a sample at a time.

use super::columns::add_columns;
use super::matmul::{Matrix, Product, matmul};
use crate::network::Convolution;

/// The gradient of each row's signal, (channels, samples), from that of its outputs.
pub(crate) fn conv1d_input_gradient<T: Product>(
    convolution: &Convolution,
    delta: &[T],
    weight: &[T],
    below: &mut [T],
    columns: &mut Vec<T>,
) {
    let &Convolution { filters, positions, .. } = convolution;
    let terms = convolution.terms();
    columns.resize(terms * positions, T::ZERO);
    let rows = delta.chunks_exact(convolution.output_len());
    for (delta, below) in rows.zip(below.chunks_exact_mut(convolution.input_len())) {
        let weight = Matrix::new(weight, filters, terms).turned();
        matmul(weight, Matrix::new(delta, filters, positions), columns);
        add_columns(convolution, columns, below);
    }
}
