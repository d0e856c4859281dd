//! The gradients by the sums of a recurrence, from its last time step to its first. Twin of
//! `shaders/recurrent_backward.wgsl`.

use super::execute::Execute;
use super::matmul::{Matrix, matmul_add_rows};
use super::product::Product;
use super::site::Site;
use super::units::{each, parts, read_parts};
use crate::instruction_set::{Compiled, InstructionSet};
use crate::math::Real;
use crate::plan::ops::recurrent_backward::RecurrentBackward;
use crate::plan::{Cell, Recurrence};

/// One time step of all rows.
struct Step<'a, T> {
    recurrence: &'a Recurrence,
    /// Its place in the scan.
    place: usize,
    lengths: Option<&'a [u32]>,
    saved: &'a [T],
    state: &'a mut [T],
    deltas: &'a mut [T],
}

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
        let (units, width) = (self.recurrence.units, self.recurrence.width());
        let weight = Matrix::new(tensors.of(layout, self.weight), width, units);
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
                    InstructionSet::best().run(Step {
                        recurrence: &self.recurrence,
                        place,
                        lengths,
                        saved,
                        state: &mut *state,
                        deltas: &mut *deltas,
                    });
                    let deltas = self.deltas_of(t, deltas, state);
                    matmul_add_rows(deltas, weight, state, 2 * units);
                }
            });
        });
    }
}

impl RecurrentBackward {
    /// Adds the gradient with respect to h of a row of the view.
    pub(crate) fn add_delta<T: Product>(
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

    /// D of a time step of all rows.
    fn deltas_of<'a, T: Product>(&self, t: usize, deltas: &'a [T], state: &[T]) -> Matrix<'a, T> {
        let Recurrence { ref cell, steps, units, .. } = self.recurrence;
        let (numbers, width) = (cell.deltas() * units, self.recurrence.width());
        let rows = state.len() / (2 * units);
        let first = (t * numbers + numbers - width).min(deltas.len());
        Matrix { stride: steps * numbers, ..Matrix::new(&deltas[first..], rows, width) }
    }
}

impl<T: Real> Compiled for Step<'_, T> {
    type Output = ();

    /// Its deltas.
    #[inline(always)]
    fn run(self) {
        let Step { recurrence, place, lengths, saved, state, deltas } = self;
        let &Recurrence { ref cell, steps, units, .. } = recurrence;
        let (saved_len, numbers) = (cell.saved() * units, cell.deltas() * units);
        let t = recurrence.step(place);
        // The step before it in the scan.
        let before = place.checked_sub(1).map(|place| recurrence.step(place));
        for (i, state) in state.chunks_exact_mut(2 * units).enumerate() {
            let first = i * steps;
            let mut row = RowStep {
                units,
                saved: &saved[(first + t) * saved_len..][..saved_len],
                before: before.map(|t| &saved[(first + t) * saved_len..][..saved_len]),
                state,
                deltas: &mut deltas[(first + t) * numbers..][..numbers],
            };
            if lengths.is_some_and(|lengths| t >= lengths[i] as usize) {
                row.deltas.fill(T::ZERO);
                continue;
            }
            match cell {
                Cell::Simple(_) => row.simple(),
                Cell::Gru => row.gru(),
                Cell::Lstm => row.lstm(),
            }
        }
    }
}

impl<T: Real> RowStep<'_, T> {
    #[inline(always)]
    fn simple(&mut self) {
        let (e, slope) = (&mut self.state[..self.units], &self.saved[..self.units]);
        each(self.deltas, [e, slope], product);
        e.fill(T::ZERO);
    }

    #[inline(always)]
    fn gru(&mut self) {
        let units = self.units;
        let [r, z, n, q, h] = read_parts(self.saved, units);
        let e = &mut self.state[..units];
        let [of_r, of_z, of_n, carried_r, carried_z, of_q] = parts(self.deltas, units);
        each(of_n, [e, z, n], delta_of_candidate);
        each(of_r, [of_n, q, r], delta_of_reset);
        each(of_z, [e, h, n, z], delta_of_update);
        carried_r.copy_from_slice(of_r);
        carried_z.copy_from_slice(of_z);
        each(of_q, [of_n, r], product);
        each(e, [z], times);
    }

    #[inline(always)]
    fn lstm(&mut self) {
        let units = self.units;
        let [i, f, g, o, c] = read_parts(self.saved, units);
        let (e, d) = self.state.split_at_mut(units);
        let [of_i, of_f, of_g, of_o] = parts(self.deltas, units);
        // tanh(c), until it is used up.
        each(of_o, [c], tangent);
        each(d, [e, o, of_o], delta_of_cell);
        each(of_i, [d, g, i], delta_of_gate);
        match self.before {
            Some(before) => each(of_f, [d, &before[4 * units..], f], delta_of_gate),
            None => each(of_f, [d, f], delta_of_first_gate),
        }
        each(of_g, [d, i, g], delta_of_tangent);
        each(of_o, [e, o], delta_of_output);
        e.fill(T::ZERO);
        each(d, [f], times);
    }
}

#[inline(always)]
fn product<T: Real>(_: T, [one, other]: [T; 2]) -> T {
    one * other
}

#[inline(always)]
fn times<T: Real>(value: T, [other]: [T; 1]) -> T {
    value * other
}

#[inline(always)]
fn tangent<T: Real>(_: T, [x]: [T; 1]) -> T {
    x.tanh()
}

/// With respect to the sum of n of a gru, of e that with respect to h.
#[inline(always)]
fn delta_of_candidate<T: Real>(_: T, [e, z, n]: [T; 3]) -> T {
    e * (T::ONE - z) * (T::ONE - n * n)
}

/// With respect to the sum of r.
#[inline(always)]
fn delta_of_reset<T: Real>(_: T, [of_n, q, r]: [T; 3]) -> T {
    of_n * q * r * (T::ONE - r)
}

/// With respect to the sum of z.
#[inline(always)]
fn delta_of_update<T: Real>(_: T, [e, h, n, z]: [T; 4]) -> T {
    e * (h - n) * z * (T::ONE - z)
}

/// With respect to c of an lstm: d, and what comes from h = o · squashed.
#[inline(always)]
fn delta_of_cell<T: Real>(d: T, [e, o, squashed]: [T; 3]) -> T {
    d + e * o * (T::ONE - squashed * squashed)
}

/// With respect to the sum of a gate that is a sigmoid, whose product with `other` is in c.
#[inline(always)]
fn delta_of_gate<T: Real>(_: T, [d, other, gate]: [T; 3]) -> T {
    d * other * gate * (T::ONE - gate)
}

/// With respect to the sum of f before which there is no c.
#[inline(always)]
fn delta_of_first_gate<T: Real>(_: T, [d, gate]: [T; 2]) -> T {
    d * T::ZERO * gate * (T::ONE - gate)
}

/// With respect to the sum of g.
#[inline(always)]
fn delta_of_tangent<T: Real>(_: T, [d, i, g]: [T; 3]) -> T {
    d * i * (T::ONE - g * g)
}

/// With respect to the sum of o, in place of tanh(c).
#[inline(always)]
fn delta_of_output<T: Real>(squashed: T, [e, o]: [T; 2]) -> T {
    e * squashed * o * (T::ONE - o)
}
