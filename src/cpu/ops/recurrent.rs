//! h(t) = cell(z(t), h(t-1)) over all time steps. Twin of `shaders/recurrent.wgsl`.

use super::execute::Execute;
use super::matmul::{Matrix, matmul};
use super::product::Product;
use super::site::Site;
use crate::expr::Scratch;
use crate::plan::ops::recurrent::Recurrent;
use crate::plan::{Cell, Recurrence, View};

/// A batch, on its way through the time steps.
struct Scan<'a, T> {
    recurrence: &'a Recurrence,
    /// U, (gates · units, units), as its transpose.
    weight: Matrix<'a, T>,
    bias: &'a [T],
    recurrent_bias: &'a [T],
    /// The products of the inputs, (rows, steps, gates · units).
    z: &'a [T],
    /// The time steps that each row has; None if it has all.
    lengths: Option<&'a [u32]>,
    /// The products of h, (rows, gates · units).
    products: &'a mut [T],
    /// (rows, states, units)
    state: &'a mut [T],
    /// (rows, steps, saved, units), or room for one step of one row in inference.
    saved: &'a mut [T],
    saves: bool,
}

/// One time step of one row.
struct RowStep<'a, T> {
    units: usize,
    /// (gates, units), both
    z: &'a [T],
    products: &'a mut [T],
    bias: &'a [T],
    recurrent_bias: &'a [T],
    /// (states, units)
    state: &'a mut [T],
    /// (saved, units)
    saved: &'a mut [T],
}

impl Execute for Recurrent {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let Site { plan, layout, tensors, workspace, .. } = site;
        let recurrence = &self.recurrence;
        let (cell, units) = (&recurrence.cell, recurrence.units);
        let of = |tensor| tensors.of(layout, tensor);
        let weight = Matrix::new(of(self.weight), cell.gates() * units, units).transpose();
        let spare = if self.saved.is_none() { cell.saved() * units } else { 0 };
        let mut spare = vec![T::ZERO; spare];
        let out = Out { view: self.h, row_len: plan.row_len(self.h.buffer) };
        workspace.with_columns(|products, workspace| {
            products.resize(workspace.rows * cell.gates() * units, T::ZERO);
            workspace.with(self.state, |state, workspace| {
                workspace.with(self.h.buffer, |h, workspace| {
                    workspace.with_optional(self.saved, |saved, workspace| {
                        let mut scratch = std::mem::take(&mut workspace.scratch);
                        state.fill(T::ZERO);
                        let scan = Scan {
                            recurrence,
                            weight,
                            bias: of(self.bias),
                            recurrent_bias: self.recurrent_bias.map(of).unwrap_or_default(),
                            z: workspace.of(self.z),
                            lengths: recurrence.lengths.map(|own| workspace.indices_of(own)),
                            products: &mut products[..],
                            state,
                            saves: saved.is_some(),
                            saved: saved.unwrap_or(&mut spare),
                        };
                        scan.run(h, out, &mut scratch);
                        workspace.scratch = scratch;
                    });
                });
            });
        });
    }
}

/// Where h goes.
#[derive(Clone, Copy)]
struct Out {
    view: View,
    row_len: usize,
}

impl<T: Product> Scan<'_, T> {
    fn run(mut self, h: &mut [T], out: Out, scratch: &mut Scratch<T>) {
        for place in 0..self.recurrence.steps {
            let t = self.recurrence.step(place);
            self.advance(t, scratch);
            if self.recurrence.is_sequence(out.view) {
                self.give(Some(t), h, out);
            }
        }
        if !self.recurrence.is_sequence(out.view) {
            self.give(None, h, out);
        }
    }

    /// One time step of all rows.
    fn advance(&mut self, t: usize, scratch: &mut Scratch<T>) {
        let Recurrence { ref cell, steps, units, .. } = *self.recurrence;
        let (width, states, saved) =
            (cell.gates() * units, cell.states() * units, cell.saved() * units);
        let before = Matrix {
            stride: states,
            ..Matrix::new(&*self.state, self.state.len() / states, units)
        };
        matmul(before, self.weight, self.products);
        for (i, state) in self.state.chunks_exact_mut(states).enumerate() {
            let at = i * steps + t;
            let place = if self.saves { at * saved } else { 0 };
            let row = RowStep {
                units,
                z: &self.z[at * width..][..width],
                products: &mut self.products[i * width..][..width],
                bias: self.bias,
                recurrent_bias: self.recurrent_bias,
                state,
                saved: &mut self.saved[place..][..saved],
            };
            match self.lengths {
                Some(lengths) if t >= lengths[i] as usize => row.pass(cell),
                _ => row.step(cell, scratch),
            }
        }
    }

    /// Writes h of a time step, or of the last; 0 at a time step that a row does not have.
    fn give(&self, t: Option<usize>, h: &mut [T], out: Out) {
        let units = self.recurrence.units;
        let states = self.recurrence.cell.states() * units;
        let first = out.view.offset + t.unwrap_or(0) * out.view.stride(out.row_len);
        for (i, state) in self.state.chunks_exact(states).enumerate() {
            let h = &mut h[i * out.row_len + first..][..units];
            match (t, self.lengths) {
                (Some(t), Some(lengths)) if t >= lengths[i] as usize => h.fill(T::ZERO),
                _ => h.copy_from_slice(&state[..units]),
            }
        }
    }
}

impl<T: Product> RowStep<'_, T> {
    /// z + U h + b of a unit of a gate.
    fn sum(&self, gate: usize, u: usize) -> T {
        let at = gate * self.units + u;
        self.products[at] + self.z[at] + self.bias[at]
    }

    /// A time step.
    fn step(mut self, cell: &Cell, scratch: &mut Scratch<T>) {
        let units = self.units;
        let last = (cell.saved() - 1) * units;
        self.saved[last..].copy_from_slice(&self.state[..units]);
        match cell {
            Cell::Simple(function) => {
                (0..units).for_each(|u| self.products[u] = self.sum(0, u));
                let sums = &self.products[..units];
                let (next, slope) = (&mut self.state[units..], &mut self.saved[..units]);
                function.expression.evaluate_block(sums, &[], next, Some(slope), scratch);
            }
            Cell::Gru => (0..units).for_each(|u| self.gru(u)),
            Cell::Lstm => (0..units).for_each(|u| self.lstm(u)),
        }
        self.state.copy_within(units..2 * units, 0);
    }

    fn gru(&mut self, u: usize) {
        let units = self.units;
        let (r, z) = (self.sum(0, u).sigmoid(), self.sum(1, u).sigmoid());
        let q = self.products[2 * units + u] + self.recurrent_bias[u];
        let n = (self.z[2 * units + u] + self.bias[2 * units + u] + r * q).tanh();
        self.state[units + u] = (T::ONE - z) * n + z * self.state[u];
        for (place, value) in [r, z, n, q].into_iter().enumerate() {
            self.saved[place * units + u] = value;
        }
    }

    fn lstm(&mut self, u: usize) {
        let units = self.units;
        let (i, f) = (self.sum(0, u).sigmoid(), self.sum(1, u).sigmoid());
        let (g, o) = (self.sum(2, u).tanh(), self.sum(3, u).sigmoid());
        let c = f * self.state[2 * units + u] + i * g;
        self.state[2 * units + u] = c;
        self.state[units + u] = o * c.tanh();
        for (place, value) in [i, f, g, o, c].into_iter().enumerate() {
            self.saved[place * units + u] = value;
        }
    }

    /// A time step that the row does not have: h and c stay.
    fn pass(self, cell: &Cell) {
        let units = self.units;
        self.saved.fill(T::ZERO);
        if let Cell::Lstm = cell {
            self.saved[4 * units..5 * units].copy_from_slice(&self.state[2 * units..]);
        }
    }
}
