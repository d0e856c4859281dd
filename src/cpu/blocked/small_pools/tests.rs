//! Small pools beside the reference.

use super::{SmallGradients, SmallPools, SmallWindows};
use crate::cpu::ops::max_pool::max_pool;
use crate::cpu::ops::max_pool_backward::max_pool_backward;
use crate::cpu::part::run;
use crate::instruction_set::InstructionSet;
use crate::plan::{Axis, Padding, Windows};

/// Windows of a size on 3 planes of lines and columns, if vectors take them.
fn pools([lines, columns]: [usize; 2], plane: [usize; 2]) -> Option<(Windows, SmallWindows)> {
    let axis = |input, kernel| Axis::new(input, kernel, kernel, 1, Padding::Each(0)).ok();
    let axes = [axis(plane[0], lines)?, axis(plane[1], columns)?];
    let windows = Windows { channels: 3, filters: 3, axes };
    Some((windows, SmallWindows::of(&windows)?))
}

fn bits(all: &[f32]) -> Vec<u32> {
    all.iter().map(|own| own.to_bits()).collect()
}

#[test]
fn small_pools_and_their_gradients_are_those_of_the_reference() {
    let mut count = 0;
    let sizes = [[1, 2], [1, 4], [2, 2]];
    let planes = (1..6).flat_map(|height| (1..150).map(move |width| [height, width]));
    for (size, plane) in sizes.into_iter().flat_map(|size| planes.clone().map(move |p| (size, p))) {
        let Some((windows, small)) = pools(size, plane) else { continue };
        let number = |i: usize| (i * 7 % 11) as f32 - 5.0;
        let x: Vec<f32> = (0..windows.input_len()).map(number).collect();
        let delta: Vec<f32> = (1..=windows.output_len()).map(|i| i as f32).collect();
        let slope: Vec<f32> = x.iter().map(|x| x * 0.5 + 1.0).collect();
        let (mut y, mut winners) = (vec![0.0; delta.len()], vec![0; delta.len()]);
        let mut below = vec![0.0; x.len()];
        max_pool(&windows, &x, &mut y, &mut winners);
        max_pool_backward(&windows, &delta, &winners, &mut below);
        let times: Vec<f32> = below.iter().zip(&slope).map(|(own, slope)| own * slope).collect();
        for &set in InstructionSet::all() {
            let (mut of_y, mut of_winners) = (vec![7.0; y.len()], vec![7; y.len()]);
            let of_pools =
                SmallPools { windows: small, x: &x, y: &mut of_y, winners: &mut of_winners };
            assert!(run(set, of_pools));
            assert_eq!((bits(&of_y), &of_winners), (bits(&y), &winners), "{windows:?}");
            for (slope, expected) in [(None, &below), (Some(&slope[..]), &times)] {
                let mut found = vec![7.0; x.len()];
                let (delta, winners) = (&delta, &winners);
                let below = &mut found;
                run(set, SmallGradients { windows: small, delta, winners, slope, below });
                assert_eq!(&found, expected, "{windows:?}");
            }
        }
        count += 1;
    }
    assert_eq!(count, 5 * (140 + 130) + 4 * 140);
}

/// Wherever it is in a window.
#[test]
fn a_number_that_is_not_finite_is_told() {
    for (size, plane) in
        [([1, 2], [1, 23]), ([1, 4], [2, 70]), ([2, 2], [4, 33]), ([2, 2], [3, 14])]
    {
        let (all, windows) = pools(size, plane).unwrap();
        let in_window = |at: usize| {
            let [line, column] = [at / plane[1] % plane[0], at % plane[1]];
            line / size[0] < all.axes[0].positions && column / size[1] < all.axes[1].positions
        };
        for at in (0..all.input_len()).filter(|at| in_window(*at)) {
            for fault in [f32::NAN, f32::INFINITY] {
                let mut x = vec![1.0; all.input_len()];
                x[at] = fault;
                for &set in InstructionSet::all() {
                    let len = all.output_len();
                    let (y, winners) = (&mut vec![0.0; len][..], &mut vec![0; len][..]);
                    assert!(!run(set, SmallPools { windows, x: &x, y, winners }), "{at}");
                }
            }
        }
    }
}
