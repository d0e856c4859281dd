//! Room for what products in tiles are made of.

use crate::cpu::products::panels::{Panels, ProductRoom};
use crate::instruction_set::InstructionSet;

/// Reused from operation to operation.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    /// What computes.
    pub(super) set: InstructionSet,
    /// Planes of inputs, and of outputs.
    pub(super) x: Vec<f32>,
    pub(super) z: Vec<f32>,
    /// A kernel as its product takes it, and one turned around.
    pub(super) weights: Vec<f32>,
    pub(super) turned: Vec<f32>,
    /// A kernel, or the gradient of one, transformed for tiles; which samples of tiles exist; and what tiles make of some
    /// rows.
    pub(super) kernel: Vec<f32>,
    pub(super) exists: Vec<f32>,
    pub(super) outputs: Vec<f32>,
    /// Where the taps of a kernel read: of a convolution, and for the gradient of one.
    pub(super) places: Vec<usize>,
    pub(super) taps: Vec<usize>,
    /// A right factor, and room for its product.
    pub(super) panels: Panels,
    pub(super) product: ProductRoom,
    /// The weights of a recurrence's inputs, or those of h backward, as a right factor.
    pub(super) inputs: Panels,
    /// h of all rows, and their inputs beside it.
    pub(super) joined: Vec<f32>,
    /// The sums of a time step, its products of h, and the gradients with respect to sums of a few.
    pub(super) sums: Vec<f32>,
    pub(super) products: Vec<f32>,
    pub(super) deltas: Vec<f32>,
    /// Outputs of some channels, without the zeros between their lines.
    pub(super) lines: Vec<f32>,
}

impl Room {
    /// Room on an instruction set.
    pub fn on(set: InstructionSet) -> Self {
        Room {
            set,
            x: vec![],
            z: vec![],
            weights: vec![],
            turned: vec![],
            kernel: vec![],
            exists: vec![],
            outputs: vec![],
            places: vec![],
            taps: vec![],
            panels: Panels::default(),
            product: ProductRoom::default(),
            inputs: Panels::default(),
            joined: vec![],
            sums: vec![],
            products: vec![],
            deltas: vec![],
            lines: vec![],
        }
    }
}

impl Default for Room {
    fn default() -> Self {
        Room::on(InstructionSet::best())
    }
}
