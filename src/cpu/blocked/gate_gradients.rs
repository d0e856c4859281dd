//! A time step of all rows backward: from the gradient with respect to h to those with respect to the sums, in one pass.

use super::units::Vector;
use crate::cpu::fetch::fetch_row;
use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::functions::tangent;
use crate::cpu::simd::operations::Simd;
use crate::plan::{Cell, Recurrence};

/// A time step.
pub(super) struct GoBack<'a> {
    pub recurrence: &'a Recurrence,
    /// Its place in the scan.
    pub place: usize,
    /// The time steps that each row has; None if it has all.
    pub lengths: Option<&'a [u32]>,
    /// (rows, steps, saved, units)
    pub saved: &'a [f32],
    /// The gradients with respect to h and c that are carried, (rows, 2, units).
    pub state: &'a mut [f32],
    /// D of this time step, (rows, deltas, units).
    pub deltas: &'a mut [f32],
}

/// One row of it: what it saved, and the step before it in the scan, if there is one.
struct Row<'a> {
    saved: &'a [f32],
    before: Option<&'a [f32]>,
    state: &'a mut [f32],
    deltas: &'a mut [f32],
}

impl Part for GoBack<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let Recurrence { ref cell, steps, units, .. } = *self.recurrence;
        let (saved, numbers) = (cell.saved() * units, cell.deltas() * units);
        let t = self.recurrence.step(self.place);
        let before = self.place.checked_sub(1).map(|place| self.recurrence.step(place));
        let rows =
            self.state.chunks_exact_mut(2 * units).zip(self.deltas.chunks_exact_mut(numbers));
        for (i, (state, deltas)) in rows.enumerate() {
            let first = i * steps;
            // The next row's numbers of the time step lie a sequence away.
            fetch_row(self.saved, first + steps + t, saved);
            if self.lengths.is_some_and(|lengths| t >= lengths[i] as usize) {
                deltas.fill(0.0);
                continue;
            }
            let mut row = Row {
                saved: &self.saved[(first + t) * saved..][..saved],
                before: before.map(|t| &self.saved[(first + t) * saved..][..saved]),
                state,
                deltas,
            };
            for first in (0..units).step_by(LANES) {
                let at = Vector { units, first };
                match cell {
                    Cell::Simple(_) => row.simple(s, at),
                    Cell::Gru => row.gru(s, at),
                    Cell::Lstm => row.lstm(s, at),
                }
            }
        }
    }
}

impl Row<'_> {
    #[inline(always)]
    fn simple<S: Simd>(&mut self, s: S, at: Vector) {
        let d = s.mul(at.get(s, self.state, 0), at.get(s, self.saved, 0));
        at.put(s, self.deltas, 0, d);
        at.put(s, self.state, 0, s.splat(0.0));
    }

    #[inline(always)]
    fn gru<S: Simd>(&mut self, s: S, at: Vector) {
        let (r, z) = (at.get(s, self.saved, 0), at.get(s, self.saved, 1));
        let (n, q) = (at.get(s, self.saved, 2), at.get(s, self.saved, 3));
        let h = at.get(s, self.saved, 4);
        let (e, one) = (at.get(s, self.state, 0), s.splat(1.0));
        let of_n = s.mul(s.mul(e, s.sub(one, z)), s.sub(one, s.mul(n, n)));
        let of_r = s.mul(s.mul(s.mul(of_n, q), r), s.sub(one, r));
        let of_z = s.mul(s.mul(s.mul(e, s.sub(h, n)), z), s.sub(one, z));
        at.put(s, self.deltas, 0, of_r);
        at.put(s, self.deltas, 1, of_z);
        at.put(s, self.deltas, 2, of_n);
        at.put(s, self.deltas, 3, of_r);
        at.put(s, self.deltas, 4, of_z);
        at.put(s, self.deltas, 5, s.mul(of_n, r));
        at.put(s, self.state, 0, s.mul(e, z));
    }

    #[inline(always)]
    fn lstm<S: Simd>(&mut self, s: S, at: Vector) {
        let (i, f) = (at.get(s, self.saved, 0), at.get(s, self.saved, 1));
        let (g, o) = (at.get(s, self.saved, 2), at.get(s, self.saved, 3));
        let squashed = tangent(s, at.get(s, self.saved, 4));
        let before = match self.before {
            Some(before) => at.get(s, before, 4),
            None => s.splat(0.0),
        };
        let (e, one) = (at.get(s, self.state, 0), s.splat(1.0));
        let of_h = s.mul(s.mul(e, o), s.sub(one, s.mul(squashed, squashed)));
        let d = s.add(at.get(s, self.state, 1), of_h);
        at.put(s, self.deltas, 0, s.mul(s.mul(s.mul(d, g), i), s.sub(one, i)));
        at.put(s, self.deltas, 1, s.mul(s.mul(s.mul(d, before), f), s.sub(one, f)));
        at.put(s, self.deltas, 2, s.mul(s.mul(d, i), s.sub(one, s.mul(g, g))));
        at.put(s, self.deltas, 3, s.mul(s.mul(s.mul(e, squashed), o), s.sub(one, o)));
        at.put(s, self.state, 0, s.splat(0.0));
        at.put(s, self.state, 1, s.mul(d, f));
    }
}
