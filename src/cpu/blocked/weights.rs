//! The weights of a convolution as its products take them.

use crate::cpu::part::Part;
use crate::cpu::products::shifted::block_of;
use crate::cpu::room::Room;
use crate::cpu::simd::operations::Simd;
use crate::plan::Windows;

/// The kernel of [`turned`](super::planes::turned) windows: (channels, filters, taps), the taps from the last to the first.
pub(super) fn turned_kernel(windows: &Windows, weight: &[f32], room: &mut Room) -> Vec<f32> {
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

/// Packs rows of terms as [`product_of_shifted`](crate::cpu::products::shifted::product_of_shifted) takes them.
pub(super) struct PackRows<'a> {
    pub terms: usize,
    pub weight: &'a [f32],
    pub to: &'a mut [f32],
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
