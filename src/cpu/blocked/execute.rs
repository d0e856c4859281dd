//! The operations of a plan in tiles.

use super::convolution::{add_kernel_gradient, convolve, input_gradient};
use super::planes::{Planes, turned};
use super::products::{multiply, multiply_packed, pack};
use crate::cpu::ops::matmul::Matrix;
use crate::cpu::ops::site::Site;
use crate::cpu::room::Room;
use crate::cpu::workspace::Workspace;
use crate::expr::Scratch;
use crate::plan::access::Mode;
use crate::plan::ops::bias_activation::BiasActivation;
use crate::plan::ops::convolution::Convolution;
use crate::plan::ops::convolution_input_gradient::ConvolutionInputGradient;
use crate::plan::ops::convolution_kernel_gradient::ConvolutionKernelGradient;
use crate::plan::ops::matmul::MatMul;
use crate::plan::ops::recurrent::Recurrent;
use crate::plan::ops::recurrent_backward::RecurrentBackward;
use crate::plan::{Operation, Windows};

/// Numbers of a layer that an activation takes at a time: they stay in the first cache.
const ACTIVATED: usize = 2048;

/// Executes a list of operations on the rows of a site.
pub(crate) fn execute(operations: &[Operation], site: &mut Site<f32>) {
    let mut rest = operations;
    while let [operation, others @ ..] = rest {
        rest = in_tiles(operation, others, site).unwrap_or_else(|| {
            crate::cpu::ops::execute(operation, site);
            others
        });
    }
}

/// Executes an operation in tiles, with those behind it that it takes along; what is left of the list. None, and nothing
/// done, where it has no tiles.
fn in_tiles<'a>(
    operation: &Operation,
    rest: &'a [Operation],
    site: &mut Site<f32>,
) -> Option<&'a [Operation]> {
    let rows = site.workspace.rows;
    match operation {
        Operation::Convolution(own) => {
            return Some(convolution(own, &Planes::of(&own.windows, rows)?, rest, site));
        }
        Operation::ConvolutionKernelGradient(own) => {
            kernel_gradient_of(own, &Planes::of(&own.windows, rows)?, site);
        }
        Operation::ConvolutionInputGradient(own) => {
            input_gradient_of(own, &Planes::of(&own.windows, rows)?, site);
        }
        Operation::MatMul(own) => product_of(own, site),
        Operation::Recurrent(own) => recurrent(own, site),
        Operation::RecurrentBackward(own) => recurrent_backward(own, site),
        _ => return None,
    }
    Some(rest)
}

/// Room for products, with the rest of a workspace beside it.
fn with_room(workspace: &mut Workspace<f32>, work: impl FnOnce(&mut Room, &mut Workspace<f32>)) {
    let mut room = std::mem::take(&mut workspace.room);
    work(&mut room, workspace);
    workspace.room = room;
}

/// A convolution, with the activation behind it if there is one that takes nothing else: then only that is kept. What
/// is left of the list.
fn convolution<'a>(
    own: &Convolution,
    planes: &Planes,
    rest: &'a [Operation],
    site: &mut Site<f32>,
) -> &'a [Operation] {
    let Site { layout, tensors, workspace, .. } = site;
    let (windows, weight) = (&own.windows, tensors.of(layout, own.weight));
    if let [Operation::BiasActivation(next), others @ ..] = rest
        && next.z == own.z
        && next.parameter.is_none()
    {
        let bias = next.bias.map(|bias| tensors.of(layout, bias));
        with_room(workspace, |room, workspace| {
            workspace.with(next.a, |a, workspace| {
                workspace.with_optional(next.slope, |slope, workspace| {
                    let to = Activated { next, windows, planes, bias, a, slope };
                    let mut scratch = std::mem::take(&mut workspace.scratch);
                    to.convolve(workspace.of(own.x), weight, room, &mut scratch);
                    workspace.scratch = scratch;
                });
            });
        });
        return others;
    }
    with_room(workspace, |room, workspace| {
        workspace.with(own.z, |z, workspace| {
            convolve((windows, planes), workspace.of(own.x), weight, room, |rows, from| {
                take_lines(windows, planes, rows, from, z, |to, from| to.copy_from_slice(from));
            });
        });
    });
    rest
}

/// Where the activation of a convolution goes.
struct Activated<'a> {
    next: &'a BiasActivation,
    windows: &'a Windows,
    planes: &'a Planes,
    bias: Option<&'a [f32]>,
    a: &'a mut [f32],
    slope: Option<&'a mut [f32]>,
}

impl Activated<'_> {
    fn convolve(mut self, x: &[f32], weight: &[f32], room: &mut Room, scratch: &mut Scratch<f32>) {
        let Activated { windows, planes, .. } = self;
        let mut lines = std::mem::take(&mut room.lines);
        convolve((windows, planes), x, weight, room, |[first, rows], z| {
            for row in 0..rows {
                self.activate([first + row, row], z, &mut lines, scratch);
            }
        });
        room.lines = lines;
    }

    /// A row, by its index in the block and in its planes, some channels at a time: bias, activation and slope.
    fn activate(
        &mut self,
        [row, of_planes]: [usize; 2],
        z: &[f32],
        lines: &mut Vec<f32>,
        scratch: &mut Scratch<f32>,
    ) {
        let (filters, positions) = (self.windows.filters, self.windows.positions());
        let [height, width] = self.windows.axes.map(|axis| axis.positions);
        let some = (ACTIVATED / positions).clamp(1, filters);
        for first in (0..filters).step_by(some) {
            let channels = first..(first + some).min(filters);
            lines.resize(channels.len() * positions, 0.0);
            let mut to = lines.chunks_exact_mut(width);
            for channel in channels {
                let bias = self.bias.map_or(0.0, |bias| bias[channel]);
                for (line, to) in (0..height).zip(&mut to) {
                    let from = &z[self.planes.line(channel, of_planes, line)..][..width];
                    to.iter_mut().zip(from).for_each(|(to, from)| *to = from + bias);
                }
            }
            let place = (row * filters + first) * positions;
            let place = place..place + lines.len();
            let slope = self.slope.as_mut().map(|slope| &mut slope[place.clone()]);
            let function = &self.next.function.expression;
            function.evaluate_block(lines, &[], &mut self.a[place], slope, scratch);
        }
    }
}

/// Hands over each line of some rows of planes, and where it goes in rows of (filters, positions).
fn take_lines(
    windows: &Windows,
    planes: &Planes,
    [first, rows]: [usize; 2],
    from: &[f32],
    to: &mut [f32],
    take: impl Fn(&mut [f32], &[f32]),
) {
    let [height, width] = windows.axes.map(|axis| axis.positions);
    let all = &mut to[first * windows.output_len()..][..rows * windows.output_len()];
    let mut lines = all.chunks_exact_mut(width);
    for row in 0..rows {
        for channel in 0..windows.filters {
            for line in 0..height {
                let Some(to) = lines.next() else { return };
                take(to, &from[planes.line(channel, row, line)..][..width]);
            }
        }
    }
}

fn kernel_gradient_of(own: &ConvolutionKernelGradient, planes: &Planes, site: &mut Site<f32>) {
    site.with_gradient(own.weight, own.mode, |gradient, site| {
        with_room(site.workspace, |room, workspace| {
            let (delta, x) = (workspace.of(own.delta), workspace.of(own.x));
            add_kernel_gradient((&own.windows, planes), delta, x, gradient, room);
        });
    });
}

fn input_gradient_of(own: &ConvolutionInputGradient, planes: &Planes, site: &mut Site<f32>) {
    let Site { layout, tensors, workspace, .. } = site;
    let weight = tensors.of(layout, own.weight);
    let windows = turned(&own.windows);
    with_room(workspace, |room, workspace| {
        workspace.with(own.below, |below, workspace| {
            let delta = workspace.of(own.delta);
            input_gradient((&own.windows, planes), delta, weight, room, |rows, from| {
                take_lines(&windows, planes, rows, from, below, |to, from| match own.mode {
                    Mode::Set => to.copy_from_slice(from),
                    Mode::Add => to.iter_mut().zip(from).for_each(|(to, from)| *to += from),
                });
            });
        });
    });
}

fn product_of(own: &MatMul, site: &mut Site<f32>) {
    let mut room = std::mem::take(&mut site.workspace.room);
    own.multiply(site, |left, right, mode, out, stride| {
        multiply(left, right, mode == Mode::Add, (out, stride), &mut room);
    });
    site.workspace.room = room;
}

fn recurrent(own: &Recurrent, site: &mut Site<f32>) {
    let (units, width) = (own.recurrence.units, own.recurrence.width());
    let mut room = std::mem::take(&mut site.workspace.room);
    let weight = site.tensors.of(site.layout, own.weight);
    pack(Matrix::new(weight, width, units).transpose(), &mut room);
    own.scan(site, |_, h, products| {
        multiply_packed(h, false, (products, width), &mut room);
    });
    site.workspace.room = room;
}

fn recurrent_backward(own: &RecurrentBackward, site: &mut Site<f32>) {
    let (units, width) = (own.recurrence.units, own.recurrence.width());
    let mut room = std::mem::take(&mut site.workspace.room);
    let weight = site.tensors.of(site.layout, own.weight);
    pack(Matrix::new(weight, width, units), &mut room);
    own.scan(site, |_, deltas, state| {
        multiply_packed(deltas, true, (state, 2 * units), &mut room);
    });
    site.workspace.room = room;
}
