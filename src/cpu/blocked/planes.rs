//! Rows of channels as planes with zeros between their lines, so that each tap of a kernel reads them shifted by a
//! fixed distance: no column of a convolution is ever copied.
//!
//! The zeros behind a line are those before the next one, and so it is with planes. Some rows of a batch may lie one
//! behind the other in a channel, where one alone would leave much of a vector unused. What is computed between lines is
//! not read.

use crate::cpu::lines::copy_line;
use crate::cpu::simd::LANES;
use crate::plan::{Axis, Windows};

/// Numbers of a channel up to which rows are put together.
const TOGETHER: usize = 512;
/// Numbers behind the last plane that a walk in vectors may read.
const SLACK: usize = 4 * LANES;

/// Where the numbers of some rows lie: one geometry for the inputs of a convolution and its outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planes {
    /// The rows of a batch in a channel.
    pub rows: usize,
    /// From a line to the next, and from a row to the next.
    pitch: usize,
    row: usize,
    /// From a channel to the next.
    pub channel: usize,
    /// Zeros before the first number of the first channel.
    pub lead: usize,
}

/// An axis, its stride 1, with room for what its windows reach beyond it, either way.
struct Reach {
    before: usize,
    len: usize,
}

impl Reach {
    fn of(axis: &Axis) -> Self {
        let span = Axis::span(axis.kernel, axis.dilation);
        let after = axis.positions + span - 1 - axis.before - axis.input;
        // The gradient takes windows of the outputs, whose zeros are the others of a span.
        let (back, forth) = (span - 1 - axis.before, span - 1 - after);
        let len = (axis.input + axis.before.max(after)).max(axis.positions + back.max(forth));
        Reach { before: axis.before.max(back), len }
    }
}

impl Planes {
    /// The planes of at most so many rows; None where windows are more than one apart.
    pub fn of(windows: &Windows, rows: usize) -> Option<Self> {
        Self::of_numbers(windows, rows, TOGETHER)
    }

    /// The same, rows put together up to so many numbers of a channel.
    pub fn of_numbers(windows: &Windows, rows: usize, together: usize) -> Option<Self> {
        let [vertical, horizontal] = &windows.axes;
        if vertical.stride != 1 || horizontal.stride != 1 {
            return None;
        }
        let (lines, columns) = (Reach::of(vertical), Reach::of(horizontal));
        let (pitch, row) = (columns.len, lines.len * columns.len);
        // Groups of about the same size.
        let most = (together / row).clamp(1, rows.max(1));
        let rows = rows.max(1).div_ceil(rows.max(1).div_ceil(most));
        Some(Planes {
            rows,
            pitch,
            row,
            channel: (rows * row).next_multiple_of(LANES),
            lead: (lines.before * pitch + columns.before).next_multiple_of(LANES),
        })
    }

    /// Planes of rows of outputs, with nothing between them.
    pub fn of_outputs(windows: &Windows, rows: usize) -> Self {
        let [height, width] = windows.axes.map(|axis| axis.positions);
        let row = height * width;
        Planes { rows, pitch: width, row, channel: rows * row, lead: 0 }
    }

    /// The lines and columns of outputs, all on one line where nothing lies between them.
    pub fn outputs(&self, windows: &Windows) -> [usize; 2] {
        let [height, width] = windows.axes.map(|axis| axis.positions);
        if self.pitch == width { [1, height * width] } else { [height, width] }
    }

    /// Numbers from the first output of so many rows to behind the last, in whole vectors.
    pub fn used(&self, rows: usize, windows: &Windows) -> usize {
        let [height, width] = windows.axes.map(|axis| axis.positions);
        ((rows - 1) * self.row + (height - 1) * self.pitch + width).next_multiple_of(LANES)
    }

    /// The numbers of so many channels, with the zeros around them.
    pub fn len(&self, channels: usize) -> usize {
        self.lead + channels * self.channel + self.lead + SLACK
    }

    /// Where each tap of a window of each channel reads for the first output: the order of a kernel's weights.
    pub fn places(&self, channels: usize, [vertical, horizontal]: &[Axis; 2], to: &mut Vec<usize>) {
        to.clear();
        for channel in 0..channels {
            for down in 0..vertical.kernel {
                for across in 0..horizontal.kernel {
                    let line = down * vertical.dilation * self.pitch + across * horizontal.dilation;
                    let before = vertical.before * self.pitch + horizontal.before;
                    to.push(self.lead + channel * self.channel + line - before);
                }
            }
        }
    }

    /// The place of a line of a row in a channel.
    pub fn line(&self, channel: usize, row: usize, line: usize) -> usize {
        channel * self.channel + row * self.row + line * self.pitch
    }

    /// Copies some rows, (channels, height, width), between zeros, in the order of the planes.
    pub fn copy(
        &self,
        from: &[f32],
        channels: usize,
        [height, width]: [usize; 2],
        to: &mut Vec<f32>,
    ) {
        let all = self.len(channels);
        // What is behind stays: a vector that is cut would be filled anew when it grows.
        if to.len() < all {
            to.resize(all, 0.0);
        }
        to[..self.lead].fill(0.0);
        let (plane, len) = (height * width, channels * height * width);
        for channel in 0..channels {
            let rows = from.chunks_exact(len);
            let mut end = self.lead + channel * self.channel;
            for (row, from) in rows.enumerate() {
                let from = &from[channel * plane..][..plane];
                for (line, from) in from.chunks_exact(width).enumerate() {
                    let at = self.lead + self.line(channel, row, line);
                    zeros(end, at, to);
                    end = at + width;
                    copy_line(from, &mut to[at..end]);
                }
            }
            zeros(end, self.lead + (channel + 1) * self.channel, to);
        }
        to[self.lead + channels * self.channel..all].fill(0.0);
    }
}

/// Sets a gap to 0, and perhaps what is behind it, which comes later: between lines there are few zeros.
#[inline(always)]
pub(super) fn zeros(from: usize, to: usize, values: &mut [f32]) {
    match values[from..].first_chunk_mut::<LANES>() {
        Some(few) if to - from <= LANES => *few = [0.0; LANES],
        _ => values[from..to].fill(0.0),
    }
}

/// Some rows at a time, with the index of the first.
pub(super) fn groups<'a>(
    rows: &'a [f32],
    len: usize,
    planes: &Planes,
) -> impl Iterator<Item = (usize, &'a [f32])> {
    (0..).step_by(planes.rows).zip(rows.chunks(planes.rows * len))
}

/// The windows of a convolution's outputs that give the gradient of its inputs: the kernel turned around.
pub(super) fn turned(windows: &Windows) -> Windows {
    let axes = windows.axes.map(|axis| {
        let span = Axis::span(axis.kernel, axis.dilation);
        Axis {
            input: axis.positions,
            positions: axis.input,
            before: span - 1 - axis.before,
            ..axis
        }
    });
    Windows { channels: windows.filters, filters: windows.channels, axes }
}
