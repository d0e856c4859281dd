//! dW[o, c, j] = Σ over rows and t of delta[o, t] · x[c, t·stride + j - padding], x = 0 outside: the
//! products of each row's delta and its columns turned, added in the order of the rows. Twin of
//! `shaders/conv1d_kernel_gradient.wgsl`.

use super::columns::take_columns;
use super::matmul::{Matrix, Product, matmul_add};
use crate::network::Convolution;

/// The gradient of a kernel, (filters, channels, kernel), from that of its outputs.
pub(crate) fn conv1d_kernel_gradient<T: Product>(
    convolution: &Convolution,
    delta: &[T],
    x: &[T],
    gradient: &mut [T],
    columns: &mut Vec<T>,
) {
    let &Convolution { filters, positions, .. } = convolution;
    let terms = convolution.terms();
    let rows = x.chunks_exact(convolution.input_len());
    gradient.fill(T::ZERO);
    for (x, delta) in rows.zip(delta.chunks_exact(convolution.output_len())) {
        take_columns(convolution, x, columns);
        let delta = Matrix::new(delta, filters, positions);
        let columns = Matrix::new(columns, terms, positions).turned();
        matmul_add(delta, columns, gradient);
    }
}
