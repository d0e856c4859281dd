//! The gradients by the sums of a recurrence, from its last time step to its first. Twin of
//! `shaders/recurrent_backward.wgsl`.

use super::execute::Execute;
use super::matmul::{Matrix, matmul_add_rows};
use super::product::Product;
use super::site::Site;
use crate::plan::ops::recurrent_backward::RecurrentBackward;
use crate::plan::{Cell, Recurrence};

/// One time step of one row.
struct RowStep<'a, T> {
    units: usize,
    /// What it saved, (saved, units), and what the step before it in the scan saved, if there is one.
    saved: &'a [T],
    before: Option<&'a [T]>,
    /// The gradients with respect to h and c that are carried, (2, units).
    state: &'a mut [T],
    /// (deltas, units)
    deltas: &'a mut [T],
}

impl Execute for RecurrentBackward {
    fn execute<T: Product>(&self, site: &mut Site<T>) {
        let Site { plan, layout, tensors, workspace, .. } = site;
        let weight = tensors.of(layout, self.weight);
        let row_len = plan.row_len(self.delta.buffer);
        workspace.with(self.state, |state, workspace| {
            workspace.with(self.deltas, |deltas, workspace| {
                state.fill(T::ZERO);
                let lengths = self.recurrence.lengths.map(|own| workspace.indices_of(own));
                let (delta, saved) = (workspace.of(self.delta.buffer), workspace.of(self.saved));
                let is_sequence = self.recurrence.is_sequence(self.delta);
                if !is_sequence {
                    self.add_delta(0, None, delta, row_len, state);
                }
                for place in (0..self.recurrence.steps).rev() {
                    let t = self.recurrence.step(place);
                    if is_sequence {
                        self.add_delta(t, lengths, delta, row_len, state);
                    }
                    self.step(place, lengths, saved, state, deltas);
                    self.carry(t, weight, deltas, state);
                }
            });
        });
    }
}

impl RecurrentBackward {
    /// Adds the gradient with respect to h of a row of the view.
    fn add_delta<T: Product>(
        &self,
        t: usize,
        lengths: Option<&[u32]>,
        delta: &[T],
        row_len: usize,
        state: &mut [T],
    ) {
        let units = self.recurrence.units;
        let first = self.delta.offset + t * self.delta.stride(row_len);
        for (i, state) in state.chunks_exact_mut(2 * units).enumerate() {
            if lengths.is_none_or(|lengths| t < lengths[i] as usize) {
                let delta = &delta[i * row_len + first..][..units];
                state.iter_mut().zip(delta).for_each(|(state, delta)| *state += *delta);
            }
        }
    }

    /// The deltas of a time step of all rows.
    fn step<T: Product>(
        &self,
        place: usize,
        lengths: Option<&[u32]>,
        saved: &[T],
        state: &mut [T],
        deltas: &mut [T],
    ) {
        let Recurrence { ref cell, steps, units, .. } = self.recurrence;
        let (saved_len, numbers) = (cell.saved() * units, cell.deltas() * units);
        let t = self.recurrence.step(place);
        for (i, state) in state.chunks_exact_mut(2 * units).enumerate() {
            let saved_at = |t: usize| &saved[(i * steps + t) * saved_len..][..saved_len];
            let mut row = RowStep {
                units,
                saved: saved_at(t),
                before: (place > 0).then(|| saved_at(self.recurrence.step(place - 1))),
                state,
                deltas: &mut deltas[(i * steps + t) * numbers..][..numbers],
            };
            if lengths.is_some_and(|lengths| t >= lengths[i] as usize) {
                row.deltas.fill(T::ZERO);
                continue;
            }
            match cell {
                Cell::Simple(_) => (0..units).for_each(|u| row.simple(u)),
                Cell::Gru => (0..units).for_each(|u| row.gru(u)),
                Cell::Lstm => (0..units).for_each(|u| row.lstm(u)),
            }
        }
    }

    /// Adds Uᵀ D to what is carried.
    fn carry<T: Product>(&self, t: usize, weight: &[T], deltas: &[T], state: &mut [T]) {
        let Recurrence { ref cell, steps, units, .. } = self.recurrence;
        let (numbers, width) = (cell.deltas() * units, cell.gates() * units);
        let rows = state.len() / (2 * units);
        let first = (t * numbers + numbers - width).min(deltas.len());
        let deltas =
            Matrix { stride: steps * numbers, ..Matrix::new(&deltas[first..], rows, width) };
        matmul_add_rows(deltas, Matrix::new(weight, width, units), state, 2 * units);
    }
}

impl<T: Product> RowStep<'_, T> {
    fn simple(&mut self, u: usize) {
        self.deltas[u] = self.state[u] * self.saved[u];
        self.state[u] = T::ZERO;
    }

    fn gru(&mut self, u: usize) {
        let units = self.units;
        let [r, z, n, q, h] = [0, 1, 2, 3, 4].map(|place| self.saved[place * units + u]);
        let e = self.state[u];
        let of_n = e * (T::ONE - z) * (T::ONE - n * n);
        let of_r = of_n * q * r * (T::ONE - r);
        let of_z = e * (h - n) * z * (T::ONE - z);
        for (place, value) in [of_r, of_z, of_n, of_r, of_z, of_n * r].into_iter().enumerate() {
            self.deltas[place * units + u] = value;
        }
        self.state[u] = e * z;
    }

    fn lstm(&mut self, u: usize) {
        let units = self.units;
        let [i, f, g, o, c] = [0, 1, 2, 3, 4].map(|place| self.saved[place * units + u]);
        let before = self.before.map_or(T::ZERO, |before| before[4 * units + u]);
        let (e, squashed) = (self.state[u], c.tanh());
        let d = self.state[units + u] + e * o * (T::ONE - squashed * squashed);
        let deltas = [
            d * g * i * (T::ONE - i),
            d * before * f * (T::ONE - f),
            d * i * (T::ONE - g * g),
            e * squashed * o * (T::ONE - o),
        ];
        for (place, value) in deltas.into_iter().enumerate() {
            self.deltas[place * units + u] = value;
        }
        self.state[u] = T::ZERO;
        self.state[units + u] = d * f;
    }
}
