//! Products with planes: one, or as many as there are factors, one behind the other.

use super::planes::Planes;
use crate::cpu::matrix::{Rows, RowsMut};
use crate::cpu::part::{Part, run};
use crate::cpu::products::shifted::{Shifted, add_products_with_shifted, product_of_shifted};
use crate::cpu::room::Room;
use crate::cpu::simd::operations::Simd;
use crate::plan::Windows;

/// The planes of outputs, z, of so many rows: the products of each packed kernel in the weights with its planes of inputs
/// in x.
pub(super) fn outputs((windows, planes): (&Windows, &Planes), rows: usize, room: &mut Room) {
    let kernels = room.weights.len() / (windows.filters * windows.terms());
    let all = kernels * windows.filters * planes.channel;
    if room.z.len() < all {
        room.z.resize(all, 0.0);
    }
    run(room.set, Outputs { windows, planes, rows, room });
}

struct Outputs<'a> {
    windows: &'a Windows,
    planes: &'a Planes,
    rows: usize,
    room: &'a mut Room,
}

impl Part for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let Outputs { windows, planes, rows, room } = self;
        let Room { x, z, weights, places, .. } = room;
        let size = [windows.filters, planes.used(rows, windows)];
        let x = x.chunks_exact(planes.len(windows.channels));
        let z = z.chunks_exact_mut(windows.filters * planes.channel);
        let weights = weights.chunks_exact(windows.filters * windows.terms());
        for ((x, z), weights) in x.zip(z).zip(weights) {
            let x = Shifted { values: x, places, taps: windows.taps() };
            let mut out = RowsMut { values: z, row: planes.channel };
            product_of_shifted(s, size, weights, x, &mut out);
        }
    }
}

/// Adds the products of the planes of gradients, in z, of so many rows with those of inputs, in x, to the sums of each
/// kernel.
pub(super) struct AddProducts<'a> {
    pub windows: &'a Windows,
    pub planes: &'a Planes,
    pub rows: usize,
    pub sums: &'a mut [f32],
    pub room: &'a Room,
}

impl Part for AddProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let AddProducts { windows, planes, rows, sums, room } = self;
        let Room { x, z, taps: places, .. } = room;
        let size = [windows.filters, planes.used(rows, windows)];
        let x = x.chunks_exact(planes.len(windows.channels));
        let z = z.chunks_exact(planes.len(windows.filters));
        let sums = sums.chunks_exact_mut(windows.filters * windows.terms());
        for ((x, z), sums) in x.zip(z).zip(sums) {
            let a = Rows { values: &z[planes.lead..], row: planes.channel };
            let x = Shifted { values: x, places, taps: windows.taps() };
            add_products_with_shifted(s, size, a, x, sums);
        }
    }
}
