//! A time step of all rows: from the sums of the gates to h, in one pass.

use super::units::Vector;
use crate::cpu::fetch::fetch_row;
use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::functions::{sigmoid, tangent};
use crate::cpu::simd::operations::Simd;
use crate::plan::{Cell, Recurrence};

/// The function of a simple cell that needs no expression.
pub(super) const TANGENT: &str = "tanh";

/// A time step, after its products.
pub(super) struct Advance<'a> {
    pub recurrence: &'a Recurrence,
    pub t: usize,
    /// (rows, gates · units): the products of the inputs, and those of h added; of a gru without those.
    pub sums: &'a [f32],
    /// The products of h of a gru; of a simple cell its values and its slopes, (2, rows, units), unused for [`TANGENT`].
    pub products: &'a [f32],
    /// (gates, units), and (units)
    pub bias: &'a [f32],
    pub recurrent_bias: &'a [f32],
    /// The time steps that each row has; None if it has all.
    pub lengths: Option<&'a [u32]>,
    /// (rows, states, units)
    pub state: &'a mut [f32],
    /// (rows, steps, saved, units); None in inference.
    pub saved: Option<&'a mut [f32]>,
}

/// One row of it.
struct Row<'a> {
    sums: &'a [f32],
    products: &'a [f32],
    bias: &'a [f32],
    recurrent_bias: &'a [f32],
    state: &'a mut [f32],
    saved: Option<&'a mut [f32]>,
}

impl Part for Advance<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(mut self, s: S) {
        let Recurrence { ref cell, steps, units, .. } = *self.recurrence;
        let (width, states, saved) =
            (self.recurrence.width(), cell.states() * units, cell.saved() * units);
        let values = self.products.len() / 2;
        for (i, state) in self.state.chunks_exact_mut(states).enumerate() {
            let place = i * steps + self.t;
            let own = i * width..(i + 1) * width;
            if let Some(all) = &self.saved {
                // The next row's numbers of the time step lie a sequence away.
                fetch_row(all, place + steps, saved);
            }
            let mut row = Row {
                sums: &self.sums[own.clone()],
                products: &[],
                bias: self.bias,
                recurrent_bias: self.recurrent_bias,
                state,
                saved: self.saved.as_mut().map(|all| &mut all[place * saved..][..saved]),
            };
            if self.lengths.is_some_and(|lengths| self.t >= lengths[i] as usize) {
                row.pass(cell, units);
                continue;
            }
            for first in (0..units).step_by(LANES) {
                let at = Vector { units, first };
                match cell {
                    Cell::Simple(function) if function.name == TANGENT => row.tangent(s, at),
                    Cell::Simple(_) => {
                        let value = at.get(s, &self.products[own.start..], 0);
                        let slope = at.get(s, &self.products[values + own.start..], 0);
                        row.save(s, at, 1, at.get(s, row.state, 0));
                        row.save(s, at, 0, slope);
                        at.put(s, row.state, 0, value);
                    }
                    Cell::Gru => {
                        row.products = &self.products[own.clone()];
                        row.gru(s, at);
                    }
                    Cell::Lstm => row.lstm(s, at),
                }
            }
        }
    }
}

impl Row<'_> {
    /// The sum of a gate, with its bias.
    #[inline(always)]
    fn sum<S: Simd>(&self, s: S, at: Vector, gate: usize) -> S::V {
        s.add(at.get(s, self.sums, gate), at.get(s, self.bias, gate))
    }

    #[inline(always)]
    fn save<S: Simd>(&mut self, s: S, at: Vector, part: usize, v: S::V) {
        if let Some(saved) = &mut self.saved {
            at.put(s, saved, part, v);
        }
    }

    #[inline(always)]
    fn tangent<S: Simd>(&mut self, s: S, at: Vector) {
        let value = tangent(s, self.sum(s, at, 0));
        let slope = s.sub(s.splat(1.0), s.mul(value, value));
        self.save(s, at, 1, at.get(s, self.state, 0));
        self.save(s, at, 0, slope);
        at.put(s, self.state, 0, value);
    }

    #[inline(always)]
    fn gru<S: Simd>(&mut self, s: S, at: Vector) {
        let r = sigmoid(s, s.add(self.sum(s, at, 0), at.get(s, self.products, 0)));
        let z = sigmoid(s, s.add(self.sum(s, at, 1), at.get(s, self.products, 1)));
        let q = s.add(at.get(s, self.products, 2), at.get(s, self.recurrent_bias, 0));
        let n = tangent(s, s.mul_add(r, q, self.sum(s, at, 2)));
        let before = at.get(s, self.state, 0);
        let next = s.mul_add(z, before, s.mul(s.sub(s.splat(1.0), z), n));
        self.save(s, at, 0, r);
        self.save(s, at, 1, z);
        self.save(s, at, 2, n);
        self.save(s, at, 3, q);
        self.save(s, at, 4, before);
        at.put(s, self.state, 0, next);
    }

    #[inline(always)]
    fn lstm<S: Simd>(&mut self, s: S, at: Vector) {
        let i = sigmoid(s, self.sum(s, at, 0));
        let f = sigmoid(s, self.sum(s, at, 1));
        let g = tangent(s, self.sum(s, at, 2));
        let o = sigmoid(s, self.sum(s, at, 3));
        let c = s.mul_add(f, at.get(s, self.state, 2), s.mul(i, g));
        let before = at.get(s, self.state, 0);
        self.save(s, at, 0, i);
        self.save(s, at, 1, f);
        self.save(s, at, 2, g);
        self.save(s, at, 3, o);
        self.save(s, at, 4, c);
        self.save(s, at, 5, before);
        at.put(s, self.state, 2, c);
        at.put(s, self.state, 0, s.mul(o, tangent(s, c)));
    }

    /// A time step that the row does not have: h and c stay.
    #[inline(always)]
    fn pass(&mut self, cell: &Cell, units: usize) {
        let Some(saved) = &mut self.saved else { return };
        saved.fill(0.0);
        if let Cell::Lstm = cell {
            saved[4 * units..5 * units].copy_from_slice(&self.state[2 * units..]);
        }
    }
}
