//! Convolutions and their gradients as products with shifted planes.

use super::planes::{Planes, turned};
use crate::cpu::matrix::{Rows, RowsMut};
use crate::cpu::part::{Part, run};
use crate::cpu::products::shifted::{
    Shifted, add_products_with_shifted, block_of, product_of_shifted,
};
use crate::cpu::room::Room;
use crate::cpu::simd::operations::Simd;
use crate::plan::Windows;

/// z of rows of x, a few at a time, to `take`: the index of the first row, their number, and their planes of outputs,
/// which begin with the first number of the first channel.
pub(super) fn convolve(
    (windows, planes): (&Windows, &Planes),
    x: &[f32],
    weight: &[f32],
    room: &mut Room,
    mut take: impl FnMut([usize; 2], &[f32]),
) {
    prepare((windows, planes), weight, room);
    let inputs = windows.axes.map(|axis| axis.input);
    for (first, x) in groups(x, windows.input_len(), planes) {
        let rows = x.len() / windows.input_len();
        planes.copy(x, windows.channels, inputs, &mut room.x);
        outputs((windows, planes), rows, room);
        take([first, rows], &room.z);
    }
}

/// Some rows at a time, with the index of the first.
fn groups<'a>(
    rows: &'a [f32],
    len: usize,
    planes: &Planes,
) -> impl Iterator<Item = (usize, &'a [f32])> {
    (0..).step_by(planes.rows).zip(rows.chunks(planes.rows * len))
}

/// The weights of a convolution as its product takes them, and where its taps read.
fn prepare((windows, planes): (&Windows, &Planes), weight: &[f32], room: &mut Room) {
    planes.places(windows.channels, &windows.axes, &mut room.places);
    room.weights.resize(weight.len(), 0.0);
    run(room.set, PackRows { terms: windows.terms(), weight, to: &mut room.weights });
}

/// The planes of outputs, z, of so many rows, whose planes of inputs are in x.
fn outputs((windows, planes): (&Windows, &Planes), rows: usize, room: &mut Room) {
    let all = windows.filters * planes.channel;
    if room.z.len() < all {
        room.z.resize(all, 0.0);
    }
    let size = [windows.filters, planes.used(rows, windows)];
    run(room.set, Convolve { size, taps: windows.taps(), planes, room });
}

/// Adds Σ of rows of delta · x to the gradient of a kernel.
pub(super) fn add_kernel_gradient(
    (windows, planes): (&Windows, &Planes),
    delta: &[f32],
    x: &[f32],
    gradient: &mut [f32],
    room: &mut Room,
) {
    planes.places(windows.channels, &windows.axes, &mut room.taps);
    let x = groups(x, windows.input_len(), planes);
    for ((_, x), (_, delta)) in x.zip(groups(delta, windows.output_len(), planes)) {
        add_products((windows, planes), delta, x, gradient, room);
    }
}

/// The same of a few rows, whose planes of delta are in z afterwards.
fn add_products(
    (windows, planes): (&Windows, &Planes),
    delta: &[f32],
    x: &[f32],
    gradient: &mut [f32],
    room: &mut Room,
) {
    planes.copy(x, windows.channels, windows.axes.map(|axis| axis.input), &mut room.x);
    planes.copy(delta, windows.filters, windows.axes.map(|axis| axis.positions), &mut room.z);
    let size = [windows.filters, planes.used(x.len() / windows.input_len(), windows)];
    run(room.set, AddProducts { size, taps: windows.taps(), planes, gradient, room });
}

/// The gradient of x, by rows of delta, as [`convolve`] has it: (channels, height, width) are its outputs.
pub(super) fn input_gradient(
    (windows, planes): (&Windows, &Planes),
    delta: &[f32],
    weight: &[f32],
    room: &mut Room,
    take: impl FnMut([usize; 2], &[f32]),
) {
    let kernel = turned_kernel(windows, weight, room);
    convolve((&turned(windows), planes), delta, &kernel, room, take);
    room.turned = kernel;
}

/// Both gradients of a convolution, as [`add_kernel_gradient`] and [`input_gradient`] have them, of the same planes of
/// delta.
pub(super) fn gradients(
    (windows, planes): (&Windows, &Planes),
    [delta, x, weight]: [&[f32]; 3],
    gradient: &mut [f32],
    room: &mut Room,
    mut take: impl FnMut([usize; 2], &[f32]),
) {
    let kernel = turned_kernel(windows, weight, room);
    let back = turned(windows);
    prepare((&back, planes), &kernel, room);
    planes.places(windows.channels, &windows.axes, &mut room.taps);
    let x = groups(x, windows.input_len(), planes);
    for ((first, x), (_, delta)) in x.zip(groups(delta, windows.output_len(), planes)) {
        add_products((windows, planes), delta, x, gradient, room);
        std::mem::swap(&mut room.x, &mut room.z);
        let rows = x.len() / windows.input_len();
        outputs((&back, planes), rows, room);
        take([first, rows], &room.z);
    }
    room.turned = kernel;
}

/// The kernel of [`turned`] windows: (channels, filters, taps), the taps from the last to the first.
fn turned_kernel(windows: &Windows, weight: &[f32], room: &mut Room) -> Vec<f32> {
    let taps = windows.taps();
    let mut kernel = std::mem::take(&mut room.turned);
    kernel.resize(weight.len(), 0.0);
    for (o, filter) in weight.chunks_exact(windows.terms()).enumerate() {
        for (c, from) in filter.chunks_exact(taps).enumerate() {
            let to = &mut kernel[(c * windows.filters + o) * taps..][..taps];
            to.iter_mut().zip(from.iter().rev()).for_each(|(to, from)| *to = *from);
        }
    }
    kernel
}

/// Packs rows of terms as [`product_of_shifted`] takes them.
struct PackRows<'a> {
    terms: usize,
    weight: &'a [f32],
    to: &'a mut [f32],
}

impl Part for PackRows<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, _: S) {
        let PackRows { terms, weight, to } = self;
        let (mut weight, mut to) = (weight, to);
        while !weight.is_empty() {
            let rows = block_of::<S>(weight.len() / terms);
            let (block, rest) = weight.split_at(rows * terms);
            let (own, others) = std::mem::take(&mut to).split_at_mut(rows * terms);
            for (r, row) in block.chunks_exact(terms).enumerate() {
                own[r..].iter_mut().step_by(rows).zip(row).for_each(|(to, from)| *to = *from);
            }
            (weight, to) = (rest, others);
        }
    }
}

/// The outputs of the planes in a room.
struct Convolve<'a> {
    size: [usize; 2],
    taps: usize,
    planes: &'a Planes,
    room: &'a mut Room,
}

impl Part for Convolve<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let Room { x, z, weights, places, .. } = self.room;
        let mut out = RowsMut { values: z, row: self.planes.channel };
        let x = Shifted { values: x, places, taps: self.taps };
        product_of_shifted(s, self.size, weights, x, &mut out);
    }
}

/// The products of the planes of delta, in z, with those of x.
struct AddProducts<'a> {
    size: [usize; 2],
    taps: usize,
    planes: &'a Planes,
    gradient: &'a mut [f32],
    room: &'a mut Room,
}

impl Part for AddProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let Room { x, z, taps: places, .. } = self.room;
        let a = Rows { values: &z[self.planes.lead..], row: self.planes.channel };
        let x = Shifted { values: x, places, taps: self.taps };
        add_products_with_shifted(s, self.size, a, x, self.gradient);
    }
}
