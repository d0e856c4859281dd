//! What a convolution and its gradient by the kernel do with some rows at a time.

use super::formulas::POINTS;
use super::kernel::{AddGradient, TransformKernel};
use super::restore::Restore;
use super::tiles::Tiles;
use super::transform::{Of, Transform};
use crate::cpu::blocked::planes::{Planes, groups};
use crate::cpu::blocked::weights::PackRows;
use crate::cpu::matrix::{Rows, RowsMut};
use crate::cpu::part::{Part, run};
use crate::cpu::products::shifted::{Shifted, add_products_with_shifted, product_of_shifted};
use crate::cpu::room::Room;
use crate::cpu::simd::operations::Simd;

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
    let of_products = POINTS * windows.filters * planes.channel;
    if room.z.len() < of_products {
        room.z.resize(of_products, 0.0);
    }
    for (first, x) in groups(x, windows.input_len(), planes) {
        let rows = x.len() / windows.input_len();
        let Room { set, x: to, exists, .. } = room;
        run(*set, Transform { tiles, of: Of::Inputs, from: x, exists, to });
        let size = [windows.filters, planes.used(rows, products)];
        run(room.set, Products { tiles, size, room: &mut *room });
        room.outputs.resize(rows * windows.output_len(), 0.0);
        let Room { set, z, outputs, .. } = room;
        run(*set, Restore { tiles, rows, products: z, to: outputs });
        take([first, rows], &Planes::of_outputs(windows, rows), outputs);
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
    room.kernel.clear();
    room.kernel.resize(POINTS * windows.filters * products.terms(), 0.0);
    let all = groups(x, windows.input_len(), planes);
    for ((_, x), (_, delta)) in all.zip(groups(delta, windows.output_len(), planes)) {
        let Room { set, x: to, z, exists, .. } = room;
        run(*set, Transform { tiles, of: Of::Inputs, from: x, exists, to });
        run(*set, Transform { tiles, of: Of::Gradients, from: delta, exists, to: z });
        let rows = x.len() / windows.input_len();
        let size = [windows.filters, planes.used(rows, products)];
        run(room.set, AddProducts { tiles, size, room: &mut *room });
    }
    run(room.set, AddGradient { tiles, sums: &room.kernel, gradient });
}

/// The six products of the transformed inputs in x with the weights.
struct Products<'a> {
    tiles: &'a Tiles,
    size: [usize; 2],
    room: &'a mut Room,
}

impl Part for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let Tiles { windows, products, planes, .. } = self.tiles;
        let Room { x, z, weights, places, .. } = self.room;
        let x = x.chunks_exact(planes.len(windows.channels));
        let z = z.chunks_exact_mut(windows.filters * planes.channel);
        let weights = weights.chunks_exact(windows.filters * products.terms());
        for ((x, z), weights) in x.zip(z).zip(weights) {
            let x = Shifted { values: x, places, taps: products.taps() };
            let mut out = RowsMut { values: z, row: planes.channel };
            product_of_shifted(s, self.size, weights, x, &mut out);
        }
    }
}

/// The six products of the transformed gradients, in z, with the transformed inputs, in x.
struct AddProducts<'a> {
    tiles: &'a Tiles,
    size: [usize; 2],
    room: &'a mut Room,
}

impl Part for AddProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let Tiles { windows, products, planes, .. } = self.tiles;
        let Room { x, z, kernel, taps: places, .. } = self.room;
        let x = x.chunks_exact(planes.len(windows.channels));
        let z = z.chunks_exact(planes.len(windows.filters));
        let sums = kernel.chunks_exact_mut(windows.filters * products.terms());
        for ((x, z), sums) in x.zip(z).zip(sums) {
            let a = Rows { values: &z[planes.lead..], row: planes.channel };
            let x = Shifted { values: x, places, taps: products.taps() };
            add_products_with_shifted(s, self.size, a, x, sums);
        }
    }
}
