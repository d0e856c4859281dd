//! Convolutions and their gradients as products with shifted planes, or of tiles.

use super::plane_products::{AddProducts, outputs};
use super::planes::{Planes, groups, turned};
use super::weights::{PackRows, turned_kernel};
use super::winograd::{self, Tiles};
use crate::cpu::part::run;
use crate::cpu::room::Room;
use crate::plan::Windows;

/// How a convolution is made of products.
pub(super) enum Method {
    /// One for each tap of the kernel, with the inputs shifted.
    Shifted(Windows, Planes),
    /// Six for each tile of outputs: the tiles of the convolution, and those of the gradient of its inputs.
    Tiles(Box<[Tiles; 2]>),
}

impl Method {
    /// That of windows for at most so many rows; None where windows are more than one apart.
    pub fn of(windows: &Windows, rows: usize) -> Option<Self> {
        match (Tiles::of(windows, rows), Tiles::of(&turned(windows), rows)) {
            (Some(tiles), Some(back)) => Some(Method::Tiles(Box::new([tiles, back]))),
            _ => Some(Method::Shifted(*windows, Planes::of(windows, rows)?)),
        }
    }

    /// Its windows.
    fn windows(&self) -> &Windows {
        match self {
            Method::Shifted(windows, _) => windows,
            Method::Tiles(tiles) => &tiles[0].windows,
        }
    }
}

/// z of rows of x, a few at a time, to `take`: the index of the first row, their number, and the planes of their outputs,
/// which begin with the first number of the first channel.
pub(super) fn convolve(
    method: &Method,
    x: &[f32],
    weight: &[f32],
    room: &mut Room,
    take: impl FnMut([usize; 2], &Planes, &[f32]),
) {
    match method {
        Method::Shifted(windows, planes) => {
            shifted_outputs((windows, planes), x, weight, room, take);
        }
        Method::Tiles(tiles) => winograd::convolve(&tiles[0], x, weight, room, take),
    }
}

fn shifted_outputs(
    (windows, planes): (&Windows, &Planes),
    x: &[f32],
    weight: &[f32],
    room: &mut Room,
    mut take: impl FnMut([usize; 2], &Planes, &[f32]),
) {
    prepare((windows, planes), weight, room);
    let inputs = windows.axes.map(|axis| axis.input);
    for (first, x) in groups(x, windows.input_len(), planes) {
        let rows = x.len() / windows.input_len();
        planes.copy(x, windows.channels, inputs, &mut room.x);
        outputs((windows, planes), rows, room);
        take([first, rows], planes, &room.z);
    }
}

/// The weights of a convolution as its product takes them, and where its taps read.
fn prepare((windows, planes): (&Windows, &Planes), weight: &[f32], room: &mut Room) {
    planes.places(windows.channels, &windows.axes, &mut room.places);
    room.weights.resize(weight.len(), 0.0);
    run(room.set, PackRows { terms: windows.terms(), weight, to: &mut room.weights });
}

/// Adds Σ of rows of delta · x to the gradient of a kernel.
pub(super) fn add_kernel_gradient(
    method: &Method,
    delta: &[f32],
    x: &[f32],
    gradient: &mut [f32],
    room: &mut Room,
) {
    match method {
        Method::Shifted(windows, planes) => {
            planes.places(windows.channels, &windows.axes, &mut room.taps);
            let x = groups(x, windows.input_len(), planes);
            for ((_, x), (_, delta)) in x.zip(groups(delta, windows.output_len(), planes)) {
                add_products((windows, planes), delta, x, gradient, room);
            }
        }
        Method::Tiles(tiles) => winograd::add_kernel_gradient(&tiles[0], delta, x, gradient, room),
    }
}

/// The sums of a few rows, whose planes of delta are in z afterwards.
fn add_products(
    (windows, planes): (&Windows, &Planes),
    delta: &[f32],
    x: &[f32],
    gradient: &mut [f32],
    room: &mut Room,
) {
    planes.copy(x, windows.channels, windows.axes.map(|axis| axis.input), &mut room.x);
    planes.copy(delta, windows.filters, windows.axes.map(|axis| axis.positions), &mut room.z);
    let rows = x.len() / windows.input_len();
    run(room.set, AddProducts { windows, planes, rows, sums: gradient, room });
}

/// The gradient of x, by rows of delta, as [`convolve`] has it: (channels, height, width) are its outputs.
pub(super) fn input_gradient(
    method: &Method,
    delta: &[f32],
    weight: &[f32],
    room: &mut Room,
    take: impl FnMut([usize; 2], &Planes, &[f32]),
) {
    let kernel = turned_kernel(method.windows(), weight, room);
    match method {
        Method::Shifted(windows, planes) => {
            shifted_outputs((&turned(windows), planes), delta, &kernel, room, take);
        }
        Method::Tiles(tiles) => winograd::convolve(&tiles[1], delta, &kernel, room, take),
    }
    room.turned = kernel;
}

/// Both gradients of a convolution, as [`add_kernel_gradient`] and [`input_gradient`] have them.
pub(super) fn gradients(
    method: &Method,
    [delta, x, weight]: [&[f32]; 3],
    gradient: &mut [f32],
    room: &mut Room,
    mut take: impl FnMut([usize; 2], &Planes, &[f32]),
) {
    let Method::Shifted(windows, planes) = method else {
        add_kernel_gradient(method, delta, x, gradient, room);
        return input_gradient(method, delta, weight, room, take);
    };
    // Of the same planes of delta.
    let kernel = turned_kernel(windows, weight, room);
    let back = turned(windows);
    prepare((&back, planes), &kernel, room);
    planes.places(windows.channels, &windows.axes, &mut room.taps);
    let x = groups(x, windows.input_len(), planes);
    for ((first, x), (_, delta)) in x.zip(groups(delta, windows.output_len(), planes)) {
        add_products((windows, planes), delta, x, gradient, room);
        std::mem::swap(&mut room.x, &mut room.z);
        let rows = x.len() / windows.input_len();
        outputs((&back, planes), rows, room);
        take([first, rows], planes, &room.z);
    }
    room.turned = kernel;
}
