//! A row's signal as the columns that turn a convolution into a product: (channels · kernel, positions),
//! columns[(c, j), t] = x[c, t·stride + j - padding], x = 0 outside ("im2col": Chellapilla et al., 2006).
//! Shaders take each element as they need it (`shaders/conv1d.wgsl`); the CPU copies them, one row of the
//! batch at a time, because products run on plain matrices.

use std::ops::Range;

use crate::math::Real;
use crate::network::Convolution;

/// The positions whose tap `j` meets a sample rather than padding.
fn inside(convolution: &Convolution, j: usize) -> Range<usize> {
    let &Convolution { samples, stride, padding, positions, .. } = convolution;
    let first = padding.saturating_sub(j).div_ceil(stride).min(positions);
    let end = (samples + padding).saturating_sub(j).div_ceil(stride).min(positions);
    first..end.max(first)
}

/// Fills `columns` from one row's signal, (channels, samples).
pub(super) fn take_columns<T: Real>(convolution: &Convolution, x: &[T], columns: &mut Vec<T>) {
    let &Convolution { samples, kernel, stride, padding, positions, .. } = convolution;
    columns.resize(convolution.terms() * positions, T::ZERO);
    for (c, columns) in columns.chunks_exact_mut(kernel * positions).enumerate() {
        let x = &x[c * samples..][..samples];
        for (j, column) in columns.chunks_exact_mut(positions).enumerate() {
            let inside = inside(convolution, j);
            column[..inside.start].fill(T::ZERO);
            column[inside.end..].fill(T::ZERO);
            if inside.is_empty() {
                continue;
            }
            let from = &x[inside.start * stride + j - padding..];
            let column = &mut column[inside];
            if stride == 1 {
                column.copy_from_slice(&from[..column.len()]);
            } else {
                let from = from.iter().step_by(stride);
                column.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            }
        }
    }
}

/// The other way: adds each column's values to the samples they came from, (channels, samples).
pub(super) fn add_columns<T: Real>(convolution: &Convolution, columns: &[T], x: &mut [T]) {
    let &Convolution { samples, kernel, stride, padding, positions, .. } = convolution;
    x.fill(T::ZERO);
    for (c, columns) in columns.chunks_exact(kernel * positions).enumerate() {
        let x = &mut x[c * samples..][..samples];
        for (j, column) in columns.chunks_exact(positions).enumerate() {
            let inside = inside(convolution, j);
            if inside.is_empty() {
                continue;
            }
            let to = &mut x[inside.start * stride + j - padding..];
            let column = &column[inside];
            if stride == 1 {
                to.iter_mut().zip(column).for_each(|(to, from)| *to += *from);
            } else {
                let to = to.iter_mut().step_by(stride);
                to.zip(column).for_each(|(to, from)| *to += *from);
            }
        }
    }
}
