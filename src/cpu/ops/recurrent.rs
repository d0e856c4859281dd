//! h(t) = cell(z(t), h(t-1)) over all time steps. Twin of `shaders/recurrent.wgsl`.

use super::execute::Execute;
use super::matmul::{Matrix, matmul};
use super::outputs::Out;
use super::product::Product;
use super::site::Site;
use super::units::{each, parts};
use crate::expr::Scratch;
use crate::instruction_set::{Compiled, InstructionSet};
use crate::math::Real;
use crate::plan::ops::recurrent::Recurrent;
use crate::plan::{Cell, Recurrence};

/// A batch, on its way through the time steps.
struct Scan<'a, T> {
    recurrence: &'a Recurrence,
    /// U, (gates · units, units).
    weight: &'a [T],
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

/// A time step of all rows, after the products of h.
struct Advance<'a, 'b, T> {
    scan: &'a mut Scan<'b, T>,
    t: usize,
    scratch: &'a mut Scratch<T>,
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
        let spare = if self.saved.is_none() { cell.saved() * units } else { 0 };
        let mut spare = vec![T::ZERO; spare];
        let out = Out { view: self.h, row_len: plan.row_len(self.h.buffer) };
        workspace.with_columns(|products, workspace| {
            products.resize(workspace.rows * recurrence.width(), T::ZERO);
            workspace.with(self.state, |state, workspace| {
                workspace.with(self.h.buffer, |h, workspace| {
                    workspace.with_optional(self.saved, |saved, workspace| {
                        let mut scratch = std::mem::take(&mut workspace.scratch);
                        state.fill(T::ZERO);
                        let scan = Scan {
                            recurrence,
                            weight: of(self.weight),
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

impl<T: Product> Scan<'_, T> {
    fn run(mut self, h: &mut [T], out: Out, scratch: &mut Scratch<T>) {
        let recurrence = self.recurrence;
        let (units, stride) = (recurrence.units, recurrence.cell.states() * recurrence.units);
        let weight = Matrix::new(self.weight, recurrence.width(), units).transpose();
        for place in 0..recurrence.steps {
            let t = recurrence.step(place);
            let before = Matrix::new(&*self.state, self.state.len() / stride, units);
            matmul(Matrix { stride, ..before }, weight, self.products);
            InstructionSet::best().run(Advance { scan: &mut self, t, scratch });
            if recurrence.is_sequence(out.view) {
                out.give(recurrence, (Some(t), self.lengths), self.state, h);
            }
        }
        if !recurrence.is_sequence(out.view) {
            out.give(recurrence, (None, self.lengths), self.state, h);
        }
    }
}

impl<T: Product> Compiled for Advance<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Advance { scan, t, scratch } = self;
        let Recurrence { ref cell, steps, units, .. } = *scan.recurrence;
        let (width, states, saved) =
            (cell.gates() * units, cell.states() * units, cell.saved() * units);
        for (i, state) in scan.state.chunks_exact_mut(states).enumerate() {
            let at = i * steps + t;
            let place = if scan.saves { at * saved } else { 0 };
            let row = RowStep {
                units,
                z: &scan.z[at * width..][..width],
                products: &mut scan.products[i * width..][..width],
                bias: scan.bias,
                recurrent_bias: scan.recurrent_bias,
                state,
                saved: &mut scan.saved[place..][..saved],
            };
            match scan.lengths {
                Some(lengths) if t >= lengths[i] as usize => row.pass(cell),
                _ => row.step(cell, scratch),
            }
        }
    }
}

impl<T: Product> RowStep<'_, T> {
    /// A time step.
    #[inline(always)]
    fn step(mut self, cell: &Cell, scratch: &mut Scratch<T>) {
        let units = self.units;
        let last = (cell.saved() - 1) * units;
        self.saved[last..].copy_from_slice(&self.state[..units]);
        match cell {
            Cell::Simple(function) => {
                each(self.products, [self.z, self.bias], sum_of);
                let (next, slope) = (&mut self.state[units..], &mut self.saved[..units]);
                function.expression.evaluate_block(self.products, &[], next, Some(slope), scratch);
            }
            Cell::Gru => self.gru(),
            Cell::Lstm => self.lstm(),
        }
        self.state.copy_within(units..2 * units, 0);
    }

    /// U h, z and b of a gate.
    #[inline(always)]
    fn sums(&self, gate: usize) -> [&[T]; 3] {
        let own = gate * self.units..(gate + 1) * self.units;
        [&self.products[own.clone()], &self.z[own.clone()], &self.bias[own]]
    }

    #[inline(always)]
    fn gru(&mut self) {
        let units = self.units;
        let saved = std::mem::take(&mut self.saved);
        let [r, z, n, q] = parts(saved, units);
        let [products, sums, bias] = self.sums(2);
        each(r, self.sums(0), sigmoid_of_sum);
        each(z, self.sums(1), sigmoid_of_sum);
        each(q, [products, self.recurrent_bias], plain_sum);
        each(n, [sums, bias, r, q], candidate);
        let (h, next) = self.state.split_at_mut(units);
        each(next, [z, n, h], between);
    }

    #[inline(always)]
    fn lstm(&mut self) {
        let units = self.units;
        let saved = std::mem::take(&mut self.saved);
        let [i, f, g, o, c] = parts(saved, units);
        each(i, self.sums(0), sigmoid_of_sum);
        each(f, self.sums(1), sigmoid_of_sum);
        each(g, self.sums(2), tangent_of_sum);
        each(o, self.sums(3), sigmoid_of_sum);
        let (_, state) = self.state.split_at_mut(units);
        let (next, carried) = state.split_at_mut(units);
        each(carried, [f, i, g], cell_state);
        c.copy_from_slice(carried);
        each(next, [o, c], squashed);
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

/// (U h + z) + b, in place of U h.
#[inline(always)]
fn sum_of<T: Real>(product: T, [z, b]: [T; 2]) -> T {
    product + z + b
}

#[inline(always)]
fn plain_sum<T: Real>(_: T, [one, other]: [T; 2]) -> T {
    one + other
}

#[inline(always)]
fn sigmoid_of_sum<T: Real>(_: T, [product, z, b]: [T; 3]) -> T {
    (product + z + b).sigmoid()
}

#[inline(always)]
fn tangent_of_sum<T: Real>(_: T, [product, z, b]: [T; 3]) -> T {
    (product + z + b).tanh()
}

/// n of a gru.
#[inline(always)]
fn candidate<T: Real>(_: T, [z, b, r, q]: [T; 4]) -> T {
    (z + b + r * q).tanh()
}

/// The next h of a gru.
#[inline(always)]
fn between<T: Real>(_: T, [z, n, h]: [T; 3]) -> T {
    (T::ONE - z) * n + z * h
}

/// The next c of an lstm, in place of c.
#[inline(always)]
fn cell_state<T: Real>(c: T, [f, i, g]: [T; 3]) -> T {
    f * c + i * g
}

/// The next h of an lstm.
#[inline(always)]
fn squashed<T: Real>(_: T, [o, c]: [T; 2]) -> T {
    o * c.tanh()
}
