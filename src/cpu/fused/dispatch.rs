//! The parts of a step on the instruction set of this machine.

use super::activations::{Exponentials, ReluBackward};
use super::backward::{Transposed, Untransposed};
use super::descent::Descend;
use super::forward::Forward;
use super::gradient::Squares;
use super::lines::UpdateLines;
use super::memory::{Memory, PANEL, Place};
use super::update::Rule;
use crate::cpu::part::run;
use crate::instruction_set::InstructionSet;

/// The parts of a step on an instruction set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts(InstructionSet);

impl Parts {
    /// On an instruction set.
    pub fn on(set: InstructionSet) -> Self {
        Parts(set)
    }

    /// z = x W + b of a layer, or max(z, 0), for the first `rows` rows.
    pub fn forward(self, memory: &mut Memory, layer: usize, rows: usize, relu: bool) {
        run(self.0, Forward { memory, layer, rows, relu });
    }

    /// The gradient with respect to what the layer below makes, into that layer's delta.
    pub fn backward(self, memory: &mut Memory, layer: usize, rows: usize) {
        let Place { narrow, units, input_width, .. } = memory.map.places[layer];
        // Few rows of many units: to transpose the weights would take longer than the product.
        if narrow || (rows < 8 && units >= 64) {
            return run(self.0, Untransposed { memory, layer, rows });
        }
        let mut first = 0;
        while first < input_width {
            first += run(self.0, Transposed { memory, layer, rows, first });
        }
    }

    /// delta where a > 0, else 0.
    pub fn relu_backward(self, delta: &mut [f32], a: &[f32]) {
        run(self.0, ReluBackward { delta, a });
    }

    /// e^x of every number, in place.
    pub fn exponentials(self, values: &mut [f32]) {
        run(self.0, Exponentials(values));
    }

    /// Σ gradient² of a layer, stored or from the products of rows.
    pub fn squares(self, memory: &mut Memory, layer: usize, rows: usize) -> f64 {
        run(self.0, Squares { memory, layer, rows })
    }

    /// The gradient of a layer and its update; `decay` is that of its weights.
    pub fn update(self, memory: &mut Memory, layer: usize, rows: usize, rule: &Rule, decay: f32) {
        let place = memory.map.places[layer];
        let descends = rule.adam.is_none() && !place.stores;
        if descends && run(self.0, Descend { memory, layer, rows, rule, decay }) {
            return;
        }
        let (all, of_panel) = (place.lines(), (PANEL / place.line()).max(1));
        for first in (0..all).step_by(of_panel) {
            let lines = [first, of_panel.min(all - first)];
            run(self.0, UpdateLines { memory, layer, rows, lines, rule, decay });
        }
    }
}
