//! The parameters of `shaders/windows.wgsl`, shared by operations on windows.

use bytemuck::{Pod, Zeroable};

use super::launcher::Launcher;
use crate::gpu::device::dispatch::word;
use crate::gpu::device::kernel::Variant;
use crate::gpu::session::partial_sums::PartialSums;
use crate::plan::access::Mode;
use crate::plan::{Axis, TensorId, Windows};

/// The kernels' parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(super) struct Parameters {
    capacity: u32,
    channels: u32,
    filters: u32,
    taps: u32,
    plane: u32,
    windows: u32,
    weight: u32,
    weights: u32,
    part_terms: u32,
    parts: u32,
    input: [u32; 2],
    kernel: [u32; 2],
    stride: [u32; 2],
    dilation: [u32; 2],
    before: [u32; 2],
    positions: [u32; 2],
}

impl Parameters {
    /// The parameters of windows, and of their kernel if they have one.
    pub fn new(at: &Launcher, windows: &Windows, weight: Option<TensorId>) -> Self {
        let each = |of: fn(&Axis) -> usize| windows.axes.each_ref().map(|axis| word(of(axis)));
        Parameters {
            capacity: at.capacity(),
            channels: word(windows.channels),
            filters: word(windows.filters),
            taps: word(windows.taps()),
            plane: word(windows.plane()),
            windows: word(windows.positions()),
            weight: weight.map_or(0, |weight| at.first(weight)),
            weights: at.total(),
            part_terms: 0,
            parts: 1,
            input: each(|axis| axis.input),
            kernel: each(|axis| axis.kernel),
            stride: each(|axis| axis.stride),
            dilation: each(|axis| axis.dilation),
            before: each(|axis| axis.before),
            positions: each(|axis| axis.positions),
        }
    }
}

impl Parameters {
    /// The same for sums that are cut into parts.
    pub fn in_parts(self, sums: &PartialSums) -> Self {
        Parameters { part_terms: word(sums.terms), parts: word(sums.parts), ..self }
    }
}

/// The variant of a kernel for these windows.
pub(super) fn variant(windows: &Windows, mode: Mode) -> Variant<'static> {
    Variant { constants: constants(windows, mode), ..Variant::default() }
}

/// Its constants: signals leave out what their first axis would cost.
pub(super) fn constants(windows: &Windows, mode: Mode) -> &'static [(&'static str, bool)] {
    match (windows.axes[0] == Axis::ONE, mode) {
        (true, Mode::Set) => &[("IS_SIGNAL", true)],
        (true, Mode::Add) => &[("IS_SIGNAL", true), ("ADDS", true)],
        (false, Mode::Set) => &[],
        (false, Mode::Add) => &[("ADDS", true)],
    }
}

#[cfg(test)]
pub(super) mod sizes {
    use super::*;
    use crate::gpu::ops::proof::bench::{Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::plan::{BufferId, Padding};

    fn axis(input: usize, kernel: usize, stride: usize, dilation: usize, padding: Padding) -> Axis {
        Axis::new(input, kernel, stride, dilation, padding).unwrap()
    }

    /// Convolutions of `shape.units` channels, of signals and of images: kernels of 1, shorter and longer than the
    /// tile of terms, as long as the input; strides that leave elements out; dilation; padding on either side.
    pub fn convolutions(shape: &Shape) -> Vec<Windows> {
        let channels = shape.units;
        let signals = [
            (1, axis(1, 1, 1, 1, Padding::Each(0))),
            (3, axis(10, 3, 1, 1, Padding::Each(0))),
            (17, axis(13, 5, 1, 1, Padding::Same)),
            (4, axis(16, 8, 1, 1, Padding::Same)),
            (5, axis(23, 4, 3, 1, Padding::Each(2))),
            (2, axis(31, 2, 5, 1, Padding::Same)),
            (33, axis(9, 9, 1, 1, Padding::Each(8))),
            (2, axis(7, 7, 2, 1, Padding::Each(0))),
            (3, axis(19, 3, 2, 4, Padding::Each(1))),
        ];
        let images = [
            (2, [axis(4, 3, 1, 1, Padding::Each(0)), axis(5, 2, 1, 1, Padding::Each(1))]),
            (17, [axis(3, 3, 2, 1, Padding::Same), axis(7, 3, 3, 2, Padding::Same)]),
            (1, [axis(5, 1, 5, 1, Padding::Each(0)), axis(1, 1, 1, 1, Padding::Each(0))]),
        ];
        let signals = signals.map(|(filters, axis)| Windows::of_signal(channels, filters, axis));
        let images = images.map(|(filters, axes)| Windows { channels, filters, axes });
        signals.into_iter().chain(images).collect()
    }

    /// Convolutions for large tiles: less than one tile of rows, more than one; strides, dilation, padding.
    pub fn large_convolutions(shape: &Shape) -> Vec<Windows> {
        let channels = shape.units;
        let signals = [
            (1, axis(10, 3, 1, 1, Padding::Each(0))),
            (37, axis(19, 3, 2, 4, Padding::Each(1))),
            (130, axis(9, 4, 1, 1, Padding::Same)),
        ];
        let images = [
            (1, [axis(5, 1, 5, 1, Padding::Each(0)), axis(1, 1, 1, 1, Padding::Each(0))]),
            (37, [axis(3, 3, 2, 1, Padding::Same), axis(7, 3, 3, 2, Padding::Same)]),
            (130, [axis(4, 3, 1, 1, Padding::Each(0)), axis(5, 2, 1, 1, Padding::Each(1))]),
        ];
        let signals = signals.map(|(filters, axis)| Windows::of_signal(channels, filters, axis));
        let images = images.map(|(filters, axes)| Windows { channels, filters, axes });
        signals.into_iter().chain(images).collect()
    }

    /// None, and where one window is all samples of a row also lengths.
    pub fn lengths(
        trial: &mut Trial,
        bench: &mut Bench,
        windows: &Windows,
    ) -> Vec<Option<BufferId>> {
        let [vertical, samples] = windows.axes;
        let is_global = vertical == Axis::ONE && samples.kernel == samples.input;
        let lengths = is_global.then(|| trial.lengths(bench, samples.input));
        [None].into_iter().chain(lengths.map(Some)).collect()
    }

    fn pool_axis(input: usize, size: usize, stride: usize) -> Axis {
        axis(input, size, stride, 1, Padding::Each(0))
    }

    /// Pools of `shape.units` channels: windows that overlap, lie side by side, leave elements out.
    pub fn pools(shape: &Shape) -> Vec<Windows> {
        let channels = shape.units;
        let signals = [
            pool_axis(1, 1, 1),
            pool_axis(8, 2, 2),
            pool_axis(9, 3, 1),
            pool_axis(17, 5, 2),
            pool_axis(10, 2, 4),
            pool_axis(6, 6, 6),
            pool_axis(70, 3, 3),
        ];
        let images = [
            [pool_axis(4, 2, 2), pool_axis(5, 2, 2)],
            [pool_axis(5, 3, 1), pool_axis(6, 2, 3)],
            [pool_axis(3, 3, 1), pool_axis(1, 1, 1)],
        ];
        let all = signals.map(|axis| [Axis::ONE, axis]).into_iter().chain(images);
        all.map(|axes| Windows { channels, filters: channels, axes }).collect()
    }
}
