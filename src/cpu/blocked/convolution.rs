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
    let set = room.set;
    let terms = windows.terms();
    planes.places(windows.channels, &windows.axes, &mut room.places);
    room.weights.resize(weight.len(), 0.0);
    run(set, PackRows { terms, weight, to: &mut room.weights });
    room.z.resize(windows.filters * planes.channel, 0.0);
    let inputs = windows.axes.map(|axis| axis.input);
    let rows = x.len() / windows.input_len();
    for first in (0..rows).step_by(planes.rows) {
        let some = planes.rows.min(rows - first);
        let x = &x[first * windows.input_len()..][..some * windows.input_len()];
        planes.copy(x, windows.channels, inputs, &mut room.x);
        let size = [windows.filters, planes.used(some, windows)];
        run(set, Convolve { size, taps: windows.taps(), planes, room: &mut *room });
        take([first, some], &room.z);
    }
}

/// Adds Σ of rows of delta · x to the gradient of a kernel.
pub(super) fn add_kernel_gradient(
    (windows, planes): (&Windows, &Planes),
    delta: &[f32],
    x: &[f32],
    gradient: &mut [f32],
    room: &mut Room,
) {
    planes.places(windows.channels, &windows.axes, &mut room.places);
    let inputs = windows.axes.map(|axis| axis.input);
    let outputs = windows.axes.map(|axis| axis.positions);
    let x = x.chunks(planes.rows * windows.input_len());
    for (x, delta) in x.zip(delta.chunks(planes.rows * windows.output_len())) {
        planes.copy(x, windows.channels, inputs, &mut room.x);
        planes.copy(delta, windows.filters, outputs, &mut room.z);
        let size = [windows.filters, planes.used(x.len() / windows.input_len(), windows)];
        let taps = windows.taps();
        run(room.set, AddProducts { size, taps, planes, gradient, room: &mut *room });
    }
}

/// The gradient of x, by rows of delta, as [`convolve`] has it: (channels, height, width) are its outputs.
pub(super) fn input_gradient(
    (windows, planes): (&Windows, &Planes),
    delta: &[f32],
    weight: &[f32],
    room: &mut Room,
    take: impl FnMut([usize; 2], &[f32]),
) {
    let taps = windows.taps();
    let mut kernel = std::mem::take(&mut room.turned);
    kernel.resize(weight.len(), 0.0);
    for (o, filter) in weight.chunks_exact(windows.terms()).enumerate() {
        for (c, from) in filter.chunks_exact(taps).enumerate() {
            let to = &mut kernel[(c * windows.filters + o) * taps..][..taps];
            to.iter_mut().zip(from.iter().rev()).for_each(|(to, from)| *to = *from);
        }
    }
    convolve((&turned(windows), planes), delta, &kernel, room, take);
    room.turned = kernel;
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
        let Room { x, z, places, .. } = self.room;
        let a = Rows { values: &z[self.planes.lead..], row: self.planes.channel };
        let x = Shifted { values: x, places, taps: self.taps };
        add_products_with_shifted(s, self.size, a, x, self.gradient);
    }
}
