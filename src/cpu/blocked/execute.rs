//! The operations of a plan in tiles.

use super::activated::Activated;
use super::convolution::{Method, add_kernel_gradient, convolve, gradients, input_gradient};
use super::planes::{Planes, turned};
use super::pools::{LongPools, are_long};
use super::products::multiply;
use super::recurrent::{Inputs, recurrent};
use super::recurrent_backward::recurrent_backward;
use super::small_pools::{SmallGradients, SmallPools, SmallWindows};
use crate::cpu::lines::copy_line;
use crate::cpu::ops::site::Site;
use crate::cpu::part::run;
use crate::cpu::room::Room;
use crate::cpu::workspace::Workspace;
use crate::plan::access::Mode;
use crate::plan::ops::convolution::Convolution;
use crate::plan::ops::convolution_input_gradient::ConvolutionInputGradient;
use crate::plan::ops::convolution_kernel_gradient::ConvolutionKernelGradient;
use crate::plan::ops::matmul::MatMul;
use crate::plan::ops::max_pool::MaxPool;
use crate::plan::ops::max_pool_backward::MaxPoolBackward;
use crate::plan::{Operation, Windows};

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
/// done that the reference does not do anew, where it has no tiles.
fn in_tiles<'a>(
    operation: &Operation,
    rest: &'a [Operation],
    site: &mut Site<f32>,
) -> Option<&'a [Operation]> {
    let rows = site.workspace.rows;
    match operation {
        Operation::Convolution(own) => {
            return Some(convolution(own, &Method::of(&own.windows, rows)?, rest, site));
        }
        Operation::ConvolutionKernelGradient(own) => {
            return Some(kernel_gradient_of(own, &Method::of(&own.windows, rows)?, rest, site));
        }
        Operation::ConvolutionInputGradient(own) => {
            input_gradient_of(own, &Method::of(&own.windows, rows)?, site);
        }
        Operation::MatMul(own) => {
            if let [Operation::Recurrent(next), others @ ..] = rest
                && let Some(inputs) = Inputs::of(own, next)
            {
                recurrent(next, Some(inputs), site);
                return Some(others);
            }
            product_of(own, site);
        }
        Operation::MaxPool(own) if own.lengths.is_none() => match SmallWindows::of(&own.windows) {
            Some(small) => small_pools(own, small, site).then_some(())?,
            None if are_long(&own.windows) => pools(own, site),
            None => return None,
        },
        Operation::MaxPoolBackward(own) if own.mode == Mode::Set => {
            return Some(small_gradients(own, SmallWindows::of(&own.windows)?, rest, site));
        }
        Operation::Recurrent(own) => recurrent(own, None, site),
        Operation::RecurrentBackward(own) => return Some(recurrent_backward(own, rest, site)),
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
    method: &Method,
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
                    let to = Activated { next, windows, bias, a, slope };
                    let mut scratch = std::mem::take(&mut workspace.scratch);
                    to.convolve(method, workspace.of(own.x), weight, room, &mut scratch);
                    workspace.scratch = scratch;
                });
            });
        });
        return others;
    }
    with_room(workspace, |room, workspace| {
        workspace.with(own.z, |z, workspace| {
            convolve(method, workspace.of(own.x), weight, room, |rows, planes, from| {
                take_lines(windows, planes, rows, from, z, |to, from| copy_line(from, to));
            });
        });
    });
    rest
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
    let [height, width] = planes.outputs(windows);
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

/// The gradient of a kernel, with that of the inputs if it is next: both read delta. What is left of the list.
fn kernel_gradient_of<'a>(
    own: &ConvolutionKernelGradient,
    method: &Method,
    rest: &'a [Operation],
    site: &mut Site<f32>,
) -> &'a [Operation] {
    let next = match rest {
        [Operation::ConvolutionInputGradient(next), others @ ..] if next.delta == own.delta => {
            Some((next, others))
        }
        _ => None,
    };
    site.with_gradient(own.weight, own.mode, |gradient, site| {
        let Site { layout, tensors, workspace, .. } = site;
        with_room(workspace, |room, workspace| {
            let Some((next, _)) = next else {
                let (delta, x) = (workspace.of(own.delta), workspace.of(own.x));
                return add_kernel_gradient(method, delta, x, gradient, room);
            };
            let weight = tensors.of(layout, next.weight);
            let back = turned(&own.windows);
            workspace.with(next.below, |below, workspace| {
                let from = [workspace.of(own.delta), workspace.of(own.x), weight];
                gradients(method, from, gradient, room, |rows, planes, from| {
                    take_gradient(next.mode, (&back, planes), rows, from, below);
                });
            });
        });
    });
    next.map_or(rest, |(_, others)| others)
}

/// Sets or adds the gradients of the inputs of some rows.
fn take_gradient(
    mode: Mode,
    (windows, planes): (&Windows, &Planes),
    rows: [usize; 2],
    from: &[f32],
    below: &mut [f32],
) {
    take_lines(windows, planes, rows, from, below, |to, from| match mode {
        Mode::Set => copy_line(from, to),
        Mode::Add => to.iter_mut().zip(from).for_each(|(to, from)| *to += from),
    });
}

fn input_gradient_of(own: &ConvolutionInputGradient, method: &Method, site: &mut Site<f32>) {
    let Site { layout, tensors, workspace, .. } = site;
    let weight = tensors.of(layout, own.weight);
    let windows = turned(&own.windows);
    with_room(workspace, |room, workspace| {
        workspace.with(own.below, |below, workspace| {
            let delta = workspace.of(own.delta);
            input_gradient(method, delta, weight, room, |rows, planes, from| {
                take_gradient(own.mode, (&windows, planes), rows, from, below);
            });
        });
    });
}

fn pools(own: &MaxPool, site: &mut Site<f32>) {
    let set = site.workspace.room.set;
    site.workspace.with_indices(own.winners, |winners, workspace| {
        workspace.with(own.y, |y, workspace| {
            let x = workspace.of(own.x);
            run(set, LongPools { windows: &own.windows, x, y, winners });
        });
    });
}

/// Whether all is done: not where a number is not finite.
fn small_pools(own: &MaxPool, windows: SmallWindows, site: &mut Site<f32>) -> bool {
    let set = site.workspace.room.set;
    site.workspace.with_indices(own.winners, |winners, workspace| {
        workspace.with(own.y, |y, workspace| {
            run(set, SmallPools { windows, x: workspace.of(own.x), y, winners })
        })
    })
}

/// Gradients of pools, with the activation before them if that is next; what is left of the list.
fn small_gradients<'a>(
    own: &MaxPoolBackward,
    windows: SmallWindows,
    rest: &'a [Operation],
    site: &mut Site<f32>,
) -> &'a [Operation] {
    let (slope, rest) = match rest {
        [Operation::ActivationBackward(next), others @ ..] if next.delta == own.below => {
            (Some(next.slope), others)
        }
        _ => (None, rest),
    };
    let set = site.workspace.room.set;
    site.workspace.with(own.below, |below, workspace| {
        let (delta, winners) = (workspace.of(own.delta), workspace.indices_of(own.winners));
        let slope = slope.map(|slope| workspace.of(slope));
        run(set, SmallGradients { windows, delta, winners, slope, below });
    });
    rest
}

fn product_of(own: &MatMul, site: &mut Site<f32>) {
    let mut room = std::mem::take(&mut site.workspace.room);
    own.multiply(site, |left, right, mode, out, stride| {
        multiply(left, right, mode == Mode::Add, (out, stride), &mut room);
    });
    site.workspace.room = room;
}
