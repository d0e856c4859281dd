//! A recurrence, a time step at a time: the products of its inputs, those of h, and its gates, all near the core.

use super::gates::{Advance, TANGENT};
use super::products::{multiply_packed, pack};
use crate::cpu::lines::copy_line;
use crate::cpu::ops::matmul::Matrix;
use crate::cpu::ops::outputs::Out;
use crate::cpu::ops::site::Site;
use crate::cpu::part::run;
use crate::cpu::room::Room;
use crate::expr::Scratch;
use crate::plan::access::Mode;
use crate::plan::ops::matmul::{Factor, MatMul, Matrix as Read, Out as To};
use crate::plan::ops::recurrent::Recurrent;
use crate::plan::{Cell, Recurrence, TensorId, View};

/// The inputs of a recurrence, and the weights W that its sums have of them.
#[derive(Clone, Copy)]
pub(super) struct Inputs {
    x: View,
    weight: TensorId,
}

impl Inputs {
    /// Those that a product makes the sums of a recurrence of, time step by time step; None if it is another one. Where
    /// they are taken along, the buffer of the products stays as it is: nothing else reads it.
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

/// What the sums of a time step are made of.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// Inputs and h, side by side: one product, W of it given.
    Both(&'a [f32]),
    /// Inputs, and h apart, as a gru multiplies a part of its products; W.
    Inputs(&'a [f32]),
    /// The products of the inputs, made before.
    Products,
}

/// h of all time steps, of inputs, or of their products where they are made.
pub(super) fn recurrent(own: &Recurrent, inputs: Option<Inputs>, site: &mut Site<f32>) {
    let Site { plan, layout, tensors, workspace, .. } = site;
    let of = |tensor| tensors.of(layout, tensor);
    let mut room = std::mem::take(&mut workspace.room);
    let mut scratch = std::mem::take(&mut workspace.scratch);
    let source = match (inputs, &own.recurrence.cell) {
        (None, _) => Source::Products,
        (Some(inputs), Cell::Gru) => Source::Inputs(of(inputs.weight)),
        (Some(inputs), Cell::Simple(_) | Cell::Lstm) => Source::Both(of(inputs.weight)),
    };
    let gates = own.recurrence.cell.gates();
    let x = inputs.map_or(own.recurrence.part(own.z, 0, gates), |inputs| inputs.x);
    pack_weights(&own.recurrence, of(own.weight), (source, x.columns), &mut room);
    let bias = of(own.bias);
    let recurrent_bias = own.recurrent_bias.map(of).unwrap_or_default();
    let out = Out { view: own.h, row_len: plan.row_len(own.h.buffer) };
    workspace.with(own.state, |state, workspace| {
        workspace.with(own.h.buffer, |h, workspace| {
            workspace.with_optional(own.saved, |saved, workspace| {
                state.fill(0.0);
                let recurrence = &own.recurrence;
                let lengths = recurrence.lengths.map(|own| workspace.indices_of(own));
                let scan = Scan { recurrence, source, bias, recurrent_bias, lengths, state, saved };
                let row_len = plan.row_len(x.buffer);
                let rows = Matrix {
                    stride: row_len,
                    ..Matrix::new(workspace.of(x.buffer), workspace.rows, x.columns)
                };
                scan.run((rows, [x.offset, x.stride(row_len)]), (h, out), &mut room, &mut scratch);
            });
        });
    });
    workspace.room = room;
    workspace.scratch = scratch;
}

/// Packs U, or U beside W, or both apart.
fn pack_weights(
    recurrence: &Recurrence,
    weight: &[f32],
    (source, columns): (Source, usize),
    room: &mut Room,
) {
    let (units, width) = (recurrence.units, recurrence.width());
    let weight = Matrix::new(weight, width, units);
    match source {
        Source::Both(inputs) => {
            join(weight, Matrix::new(inputs, width, columns), &mut room.weights);
            let both = Matrix::new(&room.weights, width, units + columns);
            return pack(both.transpose(), (room.set, &mut room.panels));
        }
        Source::Inputs(inputs) => {
            let inputs = Matrix::new(inputs, width, columns).transpose();
            pack(inputs, (room.set, &mut room.inputs));
        }
        Source::Products => {}
    }
    pack(weight.transpose(), (room.set, &mut room.panels));
}

/// A batch, on its way through the time steps.
struct Scan<'a> {
    recurrence: &'a Recurrence,
    source: Source<'a>,
    bias: &'a [f32],
    recurrent_bias: &'a [f32],
    lengths: Option<&'a [u32]>,
    state: &'a mut [f32],
    saved: Option<&'a mut [f32]>,
}

impl Scan<'_> {
    /// All of them. `x` are the inputs of all rows, or their products; a time step's begin a distance from the one
    /// before, the first at `first`.
    fn run(
        mut self,
        (x, [first, distance]): (Matrix<f32>, [usize; 2]),
        (h, out): (&mut [f32], Out),
        room: &mut Room,
        scratch: &mut Scratch<f32>,
    ) {
        let recurrence = self.recurrence;
        let is_sequence = recurrence.is_sequence(out.view);
        for place in 0..recurrence.steps {
            let t = recurrence.step(place);
            let x = Matrix { values: &x.values[first + t * distance..], ..x };
            self.sums(x, room);
            self.values(room, scratch);
            self.advance(t, room);
            if is_sequence {
                out.give(recurrence, (Some(t), self.lengths), self.state, h);
            }
        }
        if !is_sequence {
            out.give(recurrence, (None, self.lengths), self.state, h);
        }
    }

    /// h of all rows.
    fn h(&self) -> Matrix<'_, f32> {
        let units = self.recurrence.units;
        let stride = self.recurrence.cell.states() * units;
        Matrix { stride, ..Matrix::new(&*self.state, self.state.len() / stride, units) }
    }

    /// The sums of a time step, and a gru's products of h.
    fn sums(&self, x: Matrix<f32>, room: &mut Room) {
        let (h, width) = (self.h(), self.recurrence.width());
        let Room { set, panels, inputs, sums, products, product, joined, .. } = room;
        sums.resize(h.rows * width, 0.0);
        match self.source {
            Source::Both(_) => {
                join(h, x, joined);
                let both = Matrix::new(joined, h.rows, h.columns + x.columns);
                return multiply_packed(both, panels, false, (sums, width), (*set, product));
            }
            Source::Inputs(_) => multiply_packed(x, inputs, false, (sums, width), (*set, product)),
            Source::Products => {
                for (row, sums) in sums.chunks_exact_mut(width).enumerate() {
                    sums.copy_from_slice(&x.values[row * x.stride..][..width]);
                }
            }
        }
        if let Cell::Gru = self.recurrence.cell {
            products.resize(sums.len(), 0.0);
            multiply_packed(h, panels, false, (products, width), (*set, product));
        } else {
            multiply_packed(h, panels, true, (sums, width), (*set, product));
        }
    }

    /// What the function of a simple cell makes of its sums, and the slopes, of all rows at once.
    fn values(&self, room: &mut Room, scratch: &mut Scratch<f32>) {
        let Cell::Simple(function) = &self.recurrence.cell else { return };
        if function.name == TANGENT {
            return;
        }
        let Room { sums, products, .. } = room;
        for sums in sums.chunks_exact_mut(self.bias.len()) {
            sums.iter_mut().zip(self.bias).for_each(|(sum, bias)| *sum += bias);
        }
        products.resize(2 * sums.len(), 0.0);
        let (values, slopes) = products.split_at_mut(sums.len());
        function.expression.evaluate_block(sums, &[], values, Some(slopes), scratch);
    }

    /// The gates of a time step.
    fn advance(&mut self, t: usize, room: &Room) {
        let step = Advance {
            recurrence: self.recurrence,
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

/// The rows of two matrices side by side.
fn join(left: Matrix<f32>, right: Matrix<f32>, to: &mut Vec<f32>) {
    let len = left.columns + right.columns;
    to.resize(left.rows * len, 0.0);
    for (row, to) in to.chunks_exact_mut(len).enumerate() {
        let (first, second) = to.split_at_mut(left.columns);
        copy_line(&left.values[row * left.stride..], first);
        copy_line(&right.values[row * right.stride..], second);
    }
}
