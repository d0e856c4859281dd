//! Launches `shaders/gather.wgsl`.

use bytemuck::{Pod, Zeroable};

use crate::gpu::device::dispatch::{Dispatch, Dispatcher, Size, word};
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::GATHER;
use crate::gpu::session::data::Part;
use crate::gpu::session::workspace::Gathered;
use crate::run::Augmentation;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    inputs: u32,
    first_row: u32,
    part_rows: u32,
    sizes: [u32; 2],
    shift: [u32; 2],
    flips: [u32; 2],
    fold: u32,
    bytes: u32,
    moves: u32,
    window: u32,
    coded: u32,
    unused: u32,
}

/// `ALL_FOLDS` of the kernel.
const ALL_FOLDS: u32 = u32::MAX;

/// The inputs of a batch, whose rows are listed.
pub(in crate::rooms::gpu) struct Gather<'a> {
    /// Inputs per row.
    pub inputs: usize,
    /// (fold, shifts and then scales).
    pub scaling: &'a wgpu::Buffer,
    /// (input, its column and its code), for a coded table.
    pub sources: &'a wgpu::Buffer,
    /// How rows are moved in training.
    pub augmentation: Option<Augmentation>,
}

impl Gather<'_> {
    /// Fills in the rows that lie in this part of the table.
    pub fn launch(&self, dispatcher: &mut Dispatcher, part: &Part, to: &Gathered) -> Dispatch {
        let stay = Augmentation { sizes: [1; 2], shift: [0; 2], flips: [false; 2] };
        let augmentation = self.augmentation.unwrap_or(stay);
        let parameters = Parameters {
            capacity: word(to.capacity),
            inputs: word(self.inputs),
            first_row: word(part.first_row),
            part_rows: word(part.rows),
            fold: part.fold.map_or(ALL_FOLDS, word),
            bytes: part.is_of_bytes.into(),
            moves: self.augmentation.is_some().into(),
            window: word(part.window),
            coded: part.coded_columns.map_or(0, word),
            unused: 0,
            sizes: augmentation.sizes,
            shift: augmentation.shift,
            flips: augmentation.flips.map(u32::from),
        };
        let buffers = [
            (&part.buffer, Read),
            (self.scaling, Read),
            (self.sources, Read),
            (&to.rows, Read),
            (&to.inputs, Write),
        ];
        let size = Size::threads(to.capacity * self.inputs);
        dispatcher.dispatch(GATHER, Variant::default(), parameters, &buffers, size)
    }
}
