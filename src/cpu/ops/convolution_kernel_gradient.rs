//! dW[o, c, j] = Σ over rows and positions p of delta[o, p] · x[c, p·stride + j·dilation - before], x = 0
//! outside: the products of each row's delta and the transpose of its columns, added in the order of the
//! rows. Twin of `shaders/convolution_kernel_gradient.wgsl`.

use super::columns::take_columns;
use super::execute::Execute;
use super::matmul::{Matrix, matmul_add};
use super::product::Product;
use super::site::Site;
use crate::plan::Windows;
use crate::plan::ops::convolution_kernel_gradient::ConvolutionKernelGradient;

impl Execute for ConvolutionKernelGradient {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        site.with_gradient(self.weight, self.mode, |gradient, site| {
            site.workspace.with_columns(|columns, workspace| {
                let (delta, x) = (workspace.of(self.delta), workspace.of(self.x));
                kernel_gradient(&self.windows, delta, x, gradient, columns);
            });
        });
    }
}

/// Adds the gradient of a kernel, (filters, channels, taps), from that of its outputs.
pub(crate) fn kernel_gradient<T: Product>(
    windows: &Windows,
    delta: &[T],
    x: &[T],
    gradient: &mut [T],
    columns: &mut Vec<T>,
) {
    let (terms, positions) = (windows.terms(), windows.positions());
    let rows = x.chunks_exact(windows.input_len());
    for (x, delta) in rows.zip(delta.chunks_exact(windows.output_len())) {
        take_columns(windows, x, columns);
        let delta = Matrix::new(delta, windows.filters, positions);
        let columns = Matrix::new(columns, terms, positions).transpose();
        matmul_add(delta, columns, gradient);
    }
}
