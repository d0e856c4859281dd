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
    let mut lines = columns.chunks_exact_mut(horizontal.positions);
    each_line(windows, |start, tap| {
        let Some(line) = lines.next() else { return };
        match start {
            None => line.fill(T::ZERO),
            Some(start) => take_line(&horizontal, tap, &x[start..][..horizontal.input], line),
        }
    });
}

/// The transposed copy: adds each column's values to the elements they came from, (channels, height, width).
pub(super) fn add_columns<T: Real>(windows: &Windows, columns: &[T], x: &mut [T]) {
    let horizontal = windows.axes[1];
    let mut lines = columns.chunks_exact(horizontal.positions);
    each_line(windows, |start, tap| {
        if let (Some(line), Some(start)) = (lines.next(), start) {
            add_line(&horizontal, tap, line, &mut x[start..][..horizontal.input]);
        }
    });
}

/// Calls `of` with the lines of all columns, in their order, (channel, taps of both axes, position on the first
/// axis): the first element of a line of the input, None in the padding, and a tap of the second axis on it.
#[inline(always)]
fn each_line(windows: &Windows, mut of: impl FnMut(Option<usize>, usize)) {
    let ([vertical, horizontal], plane) = (windows.axes, windows.plane());
    for channel in 0..windows.channels {
        for down in 0..vertical.kernel {
            for tap in 0..horizontal.kernel {
                for position in 0..vertical.positions {
                    let line = vertical.input_of(position, down);
                    of(line.map(|line| channel * plane + line * horizontal.input), tap);
                }
            }
        }
    }
}

/// The positions whose tap meets an element rather than padding.
#[inline(always)]
fn inside(axis: &Axis, tap: usize) -> Range<usize> {
    let &Axis { input, stride, before, positions, .. } = axis;
    let tap = tap * axis.dilation;
    // Strides of 1 are common, and a division takes as long as a short line.
    let windows = |elements: usize| if stride == 1 { elements } else { elements.div_ceil(stride) };
    let first = windows(before.saturating_sub(tap)).min(positions);
    let end = windows((input + before).saturating_sub(tap)).min(positions);
    first..end.max(first)
}

/// Copies the elements of one line of the input that a tap sees at each position.
#[inline(always)]
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

/// The transposed copy: adds to the elements that the tap sees.
#[inline(always)]
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
