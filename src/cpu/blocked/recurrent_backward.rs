//! The gradients through a recurrence, and those of its weights, some time steps at a time: what a step makes is added
//! to them while it is near the core.

use std::ops::Range;

use super::gate_gradients::GoBack;
use super::products::{multiply, multiply_packed, pack};
use crate::cpu::ops::matmul::Matrix;
use crate::cpu::ops::site::{Site, set};
use crate::cpu::part::run;
use crate::cpu::products::panels::Panels;
use crate::cpu::room::Room;
use crate::cpu::workspace::Workspace;
use crate::plan::access::Place;
use crate::plan::ops::bias_gradient::BiasGradient;
use crate::plan::ops::matmul::{Factor, MatMul, Matrix as Read, Out};
use crate::plan::ops::recurrent_backward::RecurrentBackward;
use crate::plan::{BufferId, Layout, Operation, Recurrence, TensorId, View};

/// Terms that a gradient takes at a time, rows by time steps: they stay in the second cache.
const TERMS: usize = 128;

/// A gradient that is a sum over the rows and time steps of D.
#[derive(Clone, Copy)]
enum Gradient {
    /// Dᵀ x of a weight, of some columns of D.
    Weight { deltas: View, x: View, weight: TensorId },
    /// The sum of some columns.
    Bias { deltas: View, bias: TensorId },
}

impl Gradient {
    /// What an operation makes of D; None if it is something else.
    fn of(operation: &Operation, recurrence: &Recurrence, d: BufferId) -> Option<Self> {
        let is_part = |view: View| view.rows == recurrence.steps;
        match *operation {
            Operation::MatMul(MatMul {
                left: Factor { matrix: Read::View(deltas), transposed: true },
                right: Factor { matrix: Read::View(x), transposed: false },
                out: Out::Gradient(weight),
                ..
            }) if deltas.buffer == d && x.buffer != d && is_part(deltas) && is_part(x) => {
                Some(Gradient::Weight { deltas, x, weight })
            }
            Operation::BiasGradient(BiasGradient { delta: deltas, bias, .. })
                if deltas.buffer == d && is_part(deltas) =>
            {
                Some(Gradient::Bias { deltas, bias })
            }
            _ => None,
        }
    }
}

/// D of all time steps, and the gradients right behind that are sums of it. What is left of the list.
pub(super) fn recurrent_backward<'a>(
    own: &RecurrentBackward,
    rest: &'a [Operation],
    site: &mut Site<f32>,
) -> &'a [Operation] {
    let recurrence = &own.recurrence;
    let gradients: Vec<Gradient> =
        rest.iter().map_while(|next| Gradient::of(next, recurrence, own.deltas)).collect();
    let (taken, others) = rest.split_at(gradients.len());
    for operation in taken {
        zero(operation, site);
    }
    let is_kept = others.iter().any(|next| next.reads().contains(&Place::Buffer(own.deltas)));
    let Site { layout, tensors, workspace, gradients: to, .. } = site;
    let mut room = std::mem::take(&mut workspace.room);
    // The gradients' own factors are packed beside it.
    let mut panels = std::mem::take(&mut room.inputs);
    let weight = tensors.of(layout, own.weight);
    pack(Matrix::new(weight, recurrence.width(), recurrence.units), (room.set, &mut panels));
    workspace.with(own.state, |state, workspace| {
        workspace.with(own.deltas, |all, workspace| {
            state.fill(0.0);
            let lengths = recurrence.lengths.map(|own| workspace.indices_of(own));
            let all = is_kept.then_some(all);
            let mut scan = Scan { own, workspace, lengths, panels: &panels, state, all };
            if !recurrence.is_sequence(own.delta) {
                scan.add_delta(0, None);
            }
            let some = (TERMS / workspace.rows.max(1)).clamp(1, recurrence.steps);
            let mut end = recurrence.steps;
            while end > 0 {
                let places = end.saturating_sub(some)..end;
                end = places.start;
                let terms = scan.terms(places, &mut room);
                for gradient in &gradients {
                    terms.add(*gradient, workspace, (layout, to), &mut room);
                }
                room.deltas = terms.deltas;
            }
        });
    });
    room.inputs = panels;
    workspace.room = room;
    others
}

/// A batch, on its way back through the time steps.
struct Scan<'a> {
    own: &'a RecurrentBackward,
    workspace: &'a Workspace<f32>,
    lengths: Option<&'a [u32]>,
    /// U
    panels: &'a Panels,
    /// The gradients with respect to h and c that are carried, (rows, 2, units).
    state: &'a mut [f32],
    /// D of all time steps, where others read it.
    all: Option<&'a mut [f32]>,
}

impl Scan<'_> {
    /// Adds the gradient with respect to h of a time step.
    fn add_delta(&mut self, t: usize, lengths: Option<&[u32]>) {
        let buffer = self.own.delta.buffer;
        let (delta, row_len) = (self.workspace.of(buffer), self.workspace.row_len(buffer));
        self.own.add_delta(t, lengths, delta, row_len, self.state);
    }

    /// D of some places of the scan, from the last to the first.
    fn terms(&mut self, places: Range<usize>, room: &mut Room) -> Terms {
        let recurrence = &self.own.recurrence;
        let numbers = recurrence.cell.deltas() * recurrence.units;
        let of_step = self.workspace.rows * numbers;
        let mut all = std::mem::take(&mut room.deltas);
        all.resize(places.len() * of_step, 0.0);
        let mut times = vec![];
        for (place, deltas) in places.rev().zip(all.chunks_exact_mut(of_step)) {
            self.step(place, numbers, deltas, room);
            times.push(recurrence.step(place));
        }
        Terms { deltas: all, numbers, times }
    }

    /// D of a place, and what the one before it gets.
    fn step(&mut self, place: usize, numbers: usize, deltas: &mut [f32], room: &mut Room) {
        let recurrence = &self.own.recurrence;
        let (t, lengths) = (recurrence.step(place), self.lengths);
        if recurrence.is_sequence(self.own.delta) {
            self.add_delta(t, lengths);
        }
        let saved = self.workspace.of(self.own.saved);
        let (state, width) = (&mut *self.state, recurrence.width());
        run(room.set, GoBack { recurrence, place, lengths, saved, state, deltas });
        let of_products = &deltas[numbers - width..];
        let d = Matrix::new(of_products, self.workspace.rows, width);
        let d = Matrix { stride: numbers, ..d };
        let to = (&mut *self.state, 2 * recurrence.units);
        multiply_packed(d, self.panels, true, to, (room.set, &mut room.product));
        if let Some(all) = &mut self.all {
            for (row, deltas) in deltas.chunks_exact(numbers).enumerate() {
                all[(row * recurrence.steps + t) * numbers..][..numbers].copy_from_slice(deltas);
            }
        }
    }
}

/// Zeroes the gradient of an operation that sets it.
fn zero(operation: &Operation, site: &mut Site<f32>) {
    let (tensor, mode) = match operation {
        Operation::MatMul(MatMul { out: Out::Gradient(weight), mode, .. }) => (*weight, *mode),
        Operation::BiasGradient(BiasGradient { bias, mode, .. }) => (*bias, *mode),
        _ => return,
    };
    let mode = site.mode(mode);
    set(&mut site.gradients[site.layout.of(tensor)], mode);
}

/// D of some time steps, (time steps, rows, numbers).
struct Terms {
    deltas: Vec<f32>,
    numbers: usize,
    times: Vec<usize>,
}

impl Terms {
    /// Adds the sum over them to a gradient.
    fn add(
        &self,
        gradient: Gradient,
        workspace: &Workspace<f32>,
        (layout, gradients): (&Layout, &mut [f32]),
        room: &mut Room,
    ) {
        let rows = self.deltas.len() / self.numbers;
        match gradient {
            Gradient::Weight { deltas, x, weight } => {
                let mut inputs = std::mem::take(&mut room.sums);
                self.inputs(x, workspace, &mut inputs);
                let left = Matrix {
                    stride: self.numbers,
                    transposed: true,
                    ..Matrix::new(&self.deltas[deltas.offset..], rows, deltas.columns)
                };
                let right = Matrix::new(&inputs, rows, x.columns);
                multiply(left, right, true, (&mut gradients[layout.of(weight)], x.columns), room);
                room.sums = inputs;
            }
            Gradient::Bias { deltas, bias } => {
                let gradient = &mut gradients[layout.of(bias)];
                for row in self.deltas.chunks_exact(self.numbers) {
                    let own = &row[deltas.offset..][..deltas.columns];
                    gradient.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
                }
            }
        }
    }

    /// The rows of x at these times, in the order of D.
    fn inputs(&self, x: View, workspace: &Workspace<f32>, to: &mut Vec<f32>) {
        let (from, row_len) = (workspace.of(x.buffer), workspace.row_len(x.buffer));
        let stride = x.stride(row_len);
        to.clear();
        for t in &self.times {
            for row in from.chunks_exact(row_len) {
                to.extend_from_slice(&row[x.offset + t * stride..][..x.columns]);
            }
        }
    }
}
