//! A row as the columns that turn a convolution into a product: (channels · taps, positions),
//! columns[(c, j), p] = x[c, p·stride + j·dilation - before], x = 0 outside ("im2col": Chellapilla et al., 2006).
//! Shaders take each element as they need it (`shaders/convolution.wgsl`); the CPU copies them, one row of
//! the batch at a time, because products run on plain matrices.

use std::ops::Range;

use crate::math::Real;
use crate::plan::{Axis, Windows};

/// Fills `columns` from one row, (channels, height, width).
pub(super) fn take_columns<T: Real>(windows: &Windows, x: &[T], columns: &mut Vec<T>) {
    let horizontal = windows.axes[1];
    columns.resize(windows.terms() * windows.positions(), T::ZERO);
    let lines = columns.chunks_exact_mut(horizontal.positions);
    for (line, source) in lines.zip(sources(windows)) {
        match source.start {
            None => line.fill(T::ZERO),
            Some(start) => {
                take_line(&horizontal, source.tap, &x[start..][..horizontal.input], line)
            }
        }
    }
}

/// The other way: adds each column's values to the elements they came from, (channels, height, width).
pub(super) fn add_columns<T: Real>(windows: &Windows, columns: &[T], x: &mut [T]) {
    let horizontal = windows.axes[1];
    let lines = columns.chunks_exact(horizontal.positions);
    for (line, source) in lines.zip(sources(windows)) {
        if let Some(start) = source.start {
            add_line(&horizontal, source.tap, line, &mut x[start..][..horizontal.input]);
        }
    }
}

/// Where a line of a column comes from: a tap of the second axis on one line of the input.
struct Source {
    /// The first element of that line in the row; None in the padding.
    start: Option<usize>,
    /// The tap of the second axis.
    tap: usize,
}

/// The lines of all columns, in their order: (channel, taps of both axes, position on the first axis).
fn sources(windows: &Windows) -> impl Iterator<Item = Source> {
    let ([vertical, horizontal], plane, taps) = (windows.axes, windows.plane(), windows.taps());
    (0..windows.terms()).flat_map(move |term| {
        let (channel, tap) = (term / taps, term % taps);
        let (down, tap) = (tap / horizontal.kernel, tap % horizontal.kernel);
        (0..vertical.positions).map(move |position| {
            let line = vertical.input_of(position, down);
            Source { start: line.map(|line| channel * plane + line * horizontal.input), tap }
        })
    })
}

/// The positions whose tap meets an element rather than padding.
fn inside(axis: &Axis, tap: usize) -> Range<usize> {
    let &Axis { input, stride, before, positions, .. } = axis;
    let tap = tap * axis.dilation;
    let first = before.saturating_sub(tap).div_ceil(stride).min(positions);
    let end = (input + before).saturating_sub(tap).div_ceil(stride).min(positions);
    first..end.max(first)
}

/// What a tap sees of one line of the input at each position.
fn take_line<T: Real>(axis: &Axis, tap: usize, from: &[T], line: &mut [T]) {
    let inside = inside(axis, tap);
    line[..inside.start].fill(T::ZERO);
    line[inside.end..].fill(T::ZERO);
    if inside.is_empty() {
        return;
    }
    let from = &from[inside.start * axis.stride + tap * axis.dilation - axis.before..];
    let line = &mut line[inside];
    if axis.stride == 1 {
        line.copy_from_slice(&from[..line.len()]);
    } else {
        let from = from.iter().step_by(axis.stride);
        line.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
}

/// The other way round.
fn add_line<T: Real>(axis: &Axis, tap: usize, line: &[T], to: &mut [T]) {
    let inside = inside(axis, tap);
    if inside.is_empty() {
        return;
    }
    let to = &mut to[inside.start * axis.stride + tap * axis.dilation - axis.before..];
    let line = &line[inside];
    if axis.stride == 1 {
        to.iter_mut().zip(line).for_each(|(to, from)| *to += *from);
    } else {
        let to = to.iter_mut().step_by(axis.stride);
        to.zip(line).for_each(|(to, from)| *to += *from);
    }
}
