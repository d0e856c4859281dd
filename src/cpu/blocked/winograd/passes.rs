//! What a convolution and its gradient by the kernel do with some rows at a time.

use super::formulas::POINTS;
use super::kernel::{AddGradient, TransformKernel};
use super::restore::Restore;
use super::tiles::Tiles;
use super::transform::{Of, Transform};
use crate::cpu::blocked::plane_products::{AddProducts, outputs};
use crate::cpu::blocked::planes::{Planes, groups};
use crate::cpu::blocked::weights::PackRows;
use crate::cpu::part::run;
use crate::cpu::room::Room;

/// z of rows of x, a few at a time, to `take`, as [`convolve`](super::super::convolution::convolve) has it.
pub(in crate::rooms::cpu::blocked) fn convolve(
    tiles: &Tiles,
    x: &[f32],
    weight: &[f32],
    room: &mut Room,
    mut take: impl FnMut([usize; 2], &Planes, &[f32]),
) {
    let Tiles { windows, products, planes, .. } = tiles;
    prepare(tiles, weight, room);
    for (first, x) in groups(x, windows.input_len(), planes) {
        let rows = x.len() / windows.input_len();
        let Room { set, x: to, exists, .. } = room;
        run(*set, Transform { tiles, of: Of::Inputs, from: x, exists, to });
        outputs((products, planes), rows, room);
        room.outputs.resize(rows * windows.output_len(), 0.0);
        let Room { set, z, outputs: to, .. } = room;
        run(*set, Restore { tiles, rows, products: z, to });
        take([first, rows], &Planes::of_outputs(windows, rows), to);
    }
}

/// The transformed weights of a convolution as its products take them, and where their taps read.
fn prepare(tiles: &Tiles, weight: &[f32], room: &mut Room) {
    let terms = tiles.products.terms();
    tiles.planes.places(tiles.windows.channels, &tiles.products.axes, &mut room.places);
    let len = tiles.windows.filters * terms;
    room.kernel.resize(POINTS * len, 0.0);
    room.weights.resize(POINTS * len, 0.0);
    run(room.set, TransformKernel { tiles, kernel: weight, to: &mut room.kernel });
    let all = room.kernel.chunks_exact(len).zip(room.weights.chunks_exact_mut(len));
    for (weight, to) in all {
        run(room.set, PackRows { terms, weight, to });
    }
}

/// Adds Σ of rows of delta · x to the gradient of a kernel.
pub(in crate::rooms::cpu::blocked) fn add_kernel_gradient(
    tiles: &Tiles,
    delta: &[f32],
    x: &[f32],
    gradient: &mut [f32],
    room: &mut Room,
) {
    let Tiles { windows, products, planes, .. } = tiles;
    planes.places(windows.channels, &products.axes, &mut room.taps);
    let mut sums = std::mem::take(&mut room.kernel);
    sums.clear();
    sums.resize(POINTS * windows.filters * products.terms(), 0.0);
    let all = groups(x, windows.input_len(), planes);
    for ((_, x), (_, delta)) in all.zip(groups(delta, windows.output_len(), planes)) {
        let Room { set, x: to, z, exists, .. } = room;
        run(*set, Transform { tiles, of: Of::Inputs, from: x, exists, to });
        run(*set, Transform { tiles, of: Of::Gradients, from: delta, exists, to: z });
        let rows = x.len() / windows.input_len();
        run(room.set, AddProducts { windows: products, planes, rows, sums: &mut sums, room });
    }
    run(room.set, AddGradient { tiles, sums: &sums, gradient });
    room.kernel = sums;
}
