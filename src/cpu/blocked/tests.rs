//! Products and convolutions in tiles beside the reference: on whole numbers, which f32 adds without rounding.

use proptest::prelude::*;

use super::convolution::{Method, add_kernel_gradient, convolve, gradients, input_gradient};
use super::lanes::Blocks;
use super::planes::{Planes, turned};
use super::products::{multiply, multiply_packed, pack};
use super::winograd::{Taps, Tiles};
use crate::cpu::ops::convolution::convolution;
use crate::cpu::ops::convolution_input_gradient::input_gradient as reference_input_gradient;
use crate::cpu::ops::convolution_kernel_gradient::kernel_gradient;
use crate::cpu::ops::matmul::{Matrix, matmul};
use crate::cpu::room::Room;
use crate::instruction_set::InstructionSet;
use crate::plan::{Axis, Padding, Windows};

/// Small whole numbers.
fn numbers(len: usize, seed: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * 7919 + seed * 31) % 7) as f32 - 3.0).collect()
}

/// An axis whose windows fit it, one apart.
fn axes(most: usize) -> impl Strategy<Value = Axis> {
    (1..most, 1..9usize, 1..4usize, 0..9usize).prop_filter_map(
        "a kernel longer than its input",
        |(input, kernel, dilation, zeros)| {
            let zeros = zeros.min(dilation * (kernel - 1));
            let padding = if zeros % 3 == 2 { Padding::Same } else { Padding::Each(zeros) };
            Axis::new(input, kernel, 1, dilation, padding).ok()
        },
    )
}

fn windows() -> impl Strategy<Value = Windows> {
    let height = prop_oneof![Just(Axis::ONE), axes(9)];
    (1..6usize, 1..15usize, height, axes(90)).prop_map(|(channels, filters, height, width)| {
        Windows { channels, filters, axes: [height, width] }
    })
}

/// The lines of planes, as rows of (channels, positions).
fn lines(windows: &Windows, planes: &Planes, rows: usize, from: &[f32]) -> Vec<f32> {
    let [height, width] = windows.axes.map(|axis| axis.positions);
    let mut to = vec![];
    for row in 0..rows {
        for channel in 0..windows.filters {
            for line in 0..height {
                to.extend(&from[planes.line(channel, row, line)..][..width]);
            }
        }
    }
    to
}

/// Checks a convolution and its gradients by a method against the reference, on numbers that are added exactly.
fn check(method: &Method, windows: &Windows, rows: usize, [x, w, delta]: [&[f32]; 3]) {
    let (mut z, mut dx) = (vec![0.0; delta.len()], vec![0.0; x.len()]);
    let (mut dw, mut columns) = (vec![1.0; w.len()], vec![]);
    convolution(windows, x, w, &mut z, &mut columns);
    kernel_gradient(windows, delta, x, &mut dw, &mut columns);
    reference_input_gradient(windows, delta, w, &mut dx, &mut columns);
    let back = turned(windows);
    for &set in InstructionSet::all() {
        let mut found = vec![];
        convolve(method, x, w, &mut used(set), |[_, some], planes, from| {
            found.extend(lines(windows, planes, some, from));
        });
        assert_eq!(found, z, "outputs of {rows} rows on {set:?}");
        found.clear();
        input_gradient(method, delta, w, &mut used(set), |[_, some], planes, from| {
            found.extend(lines(&back, planes, some, from));
        });
        assert_eq!(found, dx, "gradient of inputs on {set:?}");
        let mut found = vec![1.0; w.len()];
        add_kernel_gradient(method, delta, x, &mut found, &mut used(set));
        assert_eq!(found, dw, "gradient of the kernel on {set:?}");
        let (mut both, mut below) = (vec![1.0; w.len()], vec![]);
        let room = &mut used(set);
        gradients(method, [delta, x, w], &mut both, room, |[_, some], planes, from| {
            below.extend(lines(&back, planes, some, from));
        });
        assert_eq!((both, below), (found, dx.clone()), "both on {set:?}");
    }
}

/// Room in which others left what is no number.
fn used(set: InstructionSet) -> Room {
    let [x, z, outputs] = [(); 3].map(|()| vec![f32::NAN; 1 << 14]);
    Room { x, z, outputs, ..Room::on(set) }
}

/// Windows that tiles can have: three taps or five along the lines of an image, or the samples of a signal.
fn tiled() -> impl Strategy<Value = Windows> {
    let cut = |most: usize| {
        (1..most, prop_oneof![Just(3), Just(5)], 0..5usize).prop_filter_map(
            "a kernel longer than its input",
            |(input, kernel, zeros)| {
                Axis::new(input, kernel, 1, 1, Padding::Each(zeros.min(kernel - 1))).ok()
            },
        )
    };
    let of_images = (cut(14), axes(40)).prop_map(|(height, width)| [height, width]);
    let of_signals = cut(90).prop_map(|width| [Axis::ONE, width]);
    (1..5usize, 1..9usize, prop_oneof![of_images, of_signals])
        .prop_map(|(channels, filters, axes)| Windows { channels, filters, axes })
}

proptest! {
    #[test]
    fn convolutions_and_their_gradients_are_those_of_the_reference(
        windows in windows(), rows in 1..6usize, seed in 0..100usize,
    ) {
        let x = numbers(rows * windows.input_len(), seed);
        let w = numbers(windows.filters * windows.terms(), seed + 1);
        let delta = numbers(rows * windows.output_len(), seed + 2);
        let method = Method::Shifted(windows, Planes::of(&windows, rows).unwrap());
        check(&method, &windows, rows, [&x, &w, &delta]);
    }

    #[test]
    fn tiles_are_those_of_the_reference(
        windows in tiled(), rows in 1..6usize, seed in 0..100usize,
    ) {
        // What tiles divide by 24 is a whole number still.
        let times = |all: Vec<f32>| all.iter().map(|own| 24.0 * own).collect::<Vec<_>>();
        let x = numbers(rows * windows.input_len(), seed);
        let w = times(numbers(windows.filters * windows.terms(), seed + 1));
        let delta = times(numbers(rows * windows.output_len(), seed + 2));
        let [tiles, back] =
            [windows, turned(&windows)].map(|own| Tiles::of_any(&own, rows).unwrap());
        let method = Method::Tiles(Box::new([tiles, back]));
        check(&method, &windows, rows, [&x, &w, &delta]);
    }

    #[test]
    fn products_of_matrices_are_those_of_the_reference(
        m in 1..120usize, k in 1..600usize, n in 1..150usize, how in 0..8usize, gap in 0..3usize,
    ) {
        let factor = |values, rows, columns, is_transposed: bool| {
            let matrix = if is_transposed {
                Matrix::new(values, columns, rows).transpose()
            } else {
                Matrix::new(values, rows, columns)
            };
            Matrix { stride: matrix.columns, ..matrix }
        };
        let (a, b) = (numbers(m * k, how), numbers(k * n, how + 1));
        let (left, right) = (factor(&a, m, k, how & 1 == 1), factor(&b, k, n, how & 2 == 2));
        let mut product = vec![0.0; m * n];
        matmul(left, right, &mut product);
        let adds = how & 4 == 4;
        let stride = n + gap;
        let of = |i: usize, j: usize, found: f32| {
            let expected = if j < n { product[i * n + j] } else { 0.0 };
            let before = if adds || j >= n { 2.0 } else { 0.0 };
            (found, expected + before)
        };
        for &set in InstructionSet::all() {
            let room = &mut Room::on(set);
            let (mut out, mut packed) = (vec![2.0; m * stride], vec![2.0; m * stride]);
            multiply(left, right, adds, (&mut out, stride), room);
            pack(right, (room.set, &mut room.panels));
            let Room { set, panels, product, .. } = room;
            multiply_packed(left, panels, adds, (&mut packed, stride), (*set, product));
            for (at, found) in out.iter().enumerate().chain(packed.iter().enumerate()) {
                let (found, expected) = of(at / stride, at % stride, *found);
                prop_assert_eq!(found, expected, "{} on {:?}", at, set);
            }
        }
    }
}

/// Every output and every gradient that a number in the inputs makes not a number by the reference.
#[test]
fn what_is_not_a_number_is_seen_through_tiles() {
    let axis = |input, kernel| Axis::new(input, kernel, 1, 1, Padding::Same).unwrap();
    for axes in [[axis(6, 3), axis(7, 3)], [axis(5, 5), axis(18, 2)], [Axis::ONE, axis(40, 5)]] {
        let windows = Windows { channels: 2, filters: 3, axes };
        let [tiles, back] = [windows, turned(&windows)].map(|own| Tiles::of_any(&own, 2).unwrap());
        let method = Method::Tiles(Box::new([tiles, back]));
        let w = numbers(windows.filters * windows.terms(), 1);
        let delta = numbers(2 * windows.output_len(), 2);
        for at in (0..2 * windows.input_len()).step_by(5) {
            let mut x = numbers(2 * windows.input_len(), 3);
            x[at] = f32::NAN;
            let (mut z, mut dw) = (vec![0.0; delta.len()], vec![0.0; w.len()]);
            convolution(&windows, &x, &w, &mut z, &mut vec![]);
            kernel_gradient(&windows, &delta, &x, &mut dw, &mut vec![]);
            let are_seen = |expected: &[f32], found: &[f32]| {
                expected.iter().zip(found).all(|(own, found)| !own.is_nan() || found.is_nan())
            };
            for &set in InstructionSet::all() {
                let (room, mut found) = (&mut Room::on(set), vec![]);
                convolve(&method, &x, &w, room, |[_, some], planes, from| {
                    found.extend(lines(&windows, planes, some, from));
                });
                assert!(are_seen(&z, &found), "{at}");
                let mut found = vec![0.0; w.len()];
                add_kernel_gradient(&method, &delta, &x, &mut found, room);
                assert!(are_seen(&dw, &found), "{at}");
            }
        }
    }
}

/// Many channels, and more than a tile's outputs along the axis.
#[test]
fn tiles_are_taken_where_they_pay() {
    let axis = |input, kernel| Axis::new(input, kernel, 1, 1, Padding::Same).unwrap();
    let of = |channels, filters, axes| {
        Tiles::of(&Windows { channels, filters, axes }, 16).map(|tiles| tiles.taps)
    };
    assert_eq!(of(32, 64, [axis(14, 3), axis(14, 3)]), Some(Taps::Three));
    assert_eq!(of(16, 32, [axis(4, 3), axis(4, 3)]), Some(Taps::Three));
    assert_eq!(of(20, 20, [axis(9, 5), axis(9, 2)]), Some(Taps::Five));
    assert_eq!(of(48, 48, [Axis::ONE, axis(61, 5)]), Some(Taps::Five));
    assert_eq!(of(16, 32, [Axis::ONE, axis(75, 5)]), None);
    assert_eq!(of(1, 32, [axis(28, 3), axis(28, 3)]), None);
    assert_eq!(of(32, 64, [axis(2, 3), axis(14, 3)]), None);
    assert_eq!(of(32, 64, [axis(1, 3), axis(14, 3)]), None);
    assert_eq!(of(32, 64, [axis(14, 4), axis(14, 3)]), None);
    assert_eq!(of(32, 64, [Axis::new(14, 3, 1, 2, Padding::Same).unwrap(), axis(14, 3)]), None);
}

#[test]
fn windows_more_than_one_apart_have_no_planes() {
    let axis = Axis::new(9, 3, 2, 1, Padding::Same).unwrap();
    assert_eq!(Planes::of(&Windows::of_signal(1, 1, axis), 4), None);
}

#[test]
fn every_row_of_a_batch_is_in_one_block() {
    for rows in 1..70 {
        for block in 1..20 {
            let blocks = Blocks::new(rows, block);
            let of_lanes = (0..blocks.lanes()).flat_map(|lane| blocks.of_lane(lane));
            let all: Vec<usize> = of_lanes.flatten().collect();
            assert_eq!(all, (0..rows).collect::<Vec<_>>());
        }
    }
}
