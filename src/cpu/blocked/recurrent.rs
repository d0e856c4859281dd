//! A recurrence, a time step at a time: the products of its inputs, those of h, and its gates, all near the core.

use super::gates::Advance;
use super::products::{multiply_packed, pack};
use crate::cpu::ops::matmul::Matrix;
use crate::cpu::ops::recurrent::Out;
use crate::cpu::ops::site::Site;
use crate::cpu::part::run;
use crate::cpu::room::Room;
use crate::expr::Scratch;
use crate::plan::access::Mode;
use crate::plan::ops::matmul::{Factor, MatMul, Matrix as Read, Out as To};
use crate::plan::ops::recurrent::Recurrent;
use crate::plan::{Cell, TensorId, View};

/// The inputs of a recurrence, and the weights W that its sums have of them.
#[derive(Clone, Copy)]
pub(super) struct Inputs {
    x: View,
    weight: TensorId,
}

impl Inputs {
    /// Those that a product makes the sums of a recurrence of, time step by time step; None if it is another one.
    pub fn of(product: &MatMul, next: &Recurrent) -> Option<Self> {
        let &MatMul { left, right, out, mode } = product;
        let sums = next.recurrence.part(next.z, 0, next.recurrence.cell.gates());
        match (left, right) {
            (
                Factor { matrix: Read::View(x), transposed: false },
                Factor { matrix: Read::Tensor(weight), transposed: true },
            ) if out == To::View(sums) && mode == Mode::Set => Some(Inputs { x, weight }),
            _ => None,
        }
    }
}

/// h of all time steps, of inputs, or of their products where they are made.
pub(super) fn recurrent(own: &Recurrent, inputs: Option<Inputs>, site: &mut Site<f32>) {
    let Site { plan, layout, tensors, workspace, .. } = site;
    let of = |tensor| tensors.of(layout, tensor);
    let (units, width) = (own.recurrence.units, own.recurrence.width());
    let mut room = std::mem::take(&mut workspace.room);
    let mut scratch = std::mem::take(&mut workspace.scratch);
    let set = room.set;
    pack(Matrix::new(of(own.weight), width, units).transpose(), (set, &mut room.panels));
    if let Some(Inputs { x, weight }) = inputs {
        let weight = Matrix::new(of(weight), width, x.columns);
        pack(weight.transpose(), (set, &mut room.inputs));
    }
    let from = inputs.map_or(own.recurrence.part(own.z, 0, 1), |inputs| inputs.x);
    let bias = of(own.bias);
    let recurrent_bias = own.recurrent_bias.map(of).unwrap_or_default();
    let out = Out { view: own.h, row_len: plan.row_len(own.h.buffer) };
    workspace.with(own.state, |state, workspace| {
        workspace.with(own.h.buffer, |h, workspace| {
            workspace.with_optional(own.saved, |saved, workspace| {
                state.fill(0.0);
                let lengths = own.recurrence.lengths.map(|own| workspace.indices_of(own));
                let scan = Scan { own, from, bias, recurrent_bias, lengths, state, saved };
                let x = workspace.of(from.buffer);
                let sizes = [workspace.rows, plan.row_len(from.buffer)];
                scan.run((inputs.is_some(), x, sizes), (h, out), &mut room, &mut scratch);
            });
        });
    });
    workspace.room = room;
    workspace.scratch = scratch;
}

/// A batch, on its way through the time steps.
struct Scan<'a> {
    own: &'a Recurrent,
    /// The inputs, or their products.
    from: View,
    bias: &'a [f32],
    recurrent_bias: &'a [f32],
    lengths: Option<&'a [u32]>,
    state: &'a mut [f32],
    saved: Option<&'a mut [f32]>,
}

impl Scan<'_> {
    /// All of them. `x` are inputs or their products, of so many rows, so many numbers a row.
    fn run(
        mut self,
        (are_inputs, x, [rows, row_len]): (bool, &[f32], [usize; 2]),
        (h, out): (&mut [f32], Out),
        room: &mut Room,
        scratch: &mut Scratch<f32>,
    ) {
        let recurrence = &self.own.recurrence;
        let is_sequence = recurrence.is_sequence(out.view);
        for place in 0..recurrence.steps {
            let t = recurrence.step(place);
            let x = &x[self.from.offset + t * self.from.stride(row_len)..];
            if are_inputs {
                let x = Matrix { stride: row_len, ..Matrix::new(x, rows, self.from.columns) };
                sum_of_inputs(x, recurrence.width(), room);
            } else {
                copy_sums(x, [rows, row_len], recurrence.width(), room);
            }
            self.products_of_h(room, scratch);
            self.advance(t, room);
            if is_sequence {
                out.give(recurrence, (Some(t), self.lengths), self.state, h);
            }
        }
        if !is_sequence {
            out.give(recurrence, (None, self.lengths), self.state, h);
        }
    }

    /// U h: a gru's apart from the other sums, and of a simple cell what its function makes of the whole.
    fn products_of_h(&self, room: &mut Room, scratch: &mut Scratch<f32>) {
        let recurrence = &self.own.recurrence;
        let (cell, units, width) = (&recurrence.cell, recurrence.units, recurrence.width());
        let stride = cell.states() * units;
        let h = Matrix::new(&*self.state, self.state.len() / stride, units);
        let h = Matrix { stride, ..h };
        let Room { set, panels, sums, products, product, .. } = room;
        if let Cell::Gru = cell {
            products.resize(sums.len(), 0.0);
            return multiply_packed(h, panels, false, (products, width), (*set, product));
        }
        multiply_packed(h, panels, true, (sums, width), (*set, product));
        if let Cell::Simple(function) = cell {
            for sums in sums.chunks_exact_mut(width) {
                sums.iter_mut().zip(self.bias).for_each(|(sum, bias)| *sum += bias);
            }
            products.resize(2 * sums.len(), 0.0);
            let (values, slopes) = products.split_at_mut(sums.len());
            function.expression.evaluate_block(sums, &[], values, Some(slopes), scratch);
        }
    }

    /// The gates of a time step.
    fn advance(&mut self, t: usize, room: &Room) {
        let step = Advance {
            recurrence: &self.own.recurrence,
            t,
            sums: &room.sums,
            products: &room.products,
            bias: self.bias,
            recurrent_bias: self.recurrent_bias,
            lengths: self.lengths,
            state: &mut *self.state,
            saved: self.saved.as_deref_mut(),
        };
        run(room.set, step);
    }
}

/// W x of a time step of all rows.
fn sum_of_inputs(x: Matrix<f32>, width: usize, room: &mut Room) {
    room.sums.resize(x.rows * width, 0.0);
    let out = (&mut room.sums[..], width);
    multiply_packed(x, &room.inputs, false, out, (room.set, &mut room.product));
}

/// The sums of a time step of all rows where they are made, beginning with `z`.
fn copy_sums(z: &[f32], [rows, stride]: [usize; 2], width: usize, room: &mut Room) {
    room.sums.resize(rows * width, 0.0);
    for (row, sums) in room.sums.chunks_exact_mut(width).enumerate() {
        sums.copy_from_slice(&z[row * stride..][..width]);
    }
}
