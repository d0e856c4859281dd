//! Max pools of signals whose windows are many vectors long.

use crate::cpu::ops::larger::largest_of_few;
use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;
use crate::plan::{Axis, Windows};

/// Whether windows are long enough.
pub(super) fn are_long(windows: &Windows) -> bool {
    let [vertical, horizontal] = &windows.axes;
    vertical.kernel == 1 && vertical.stride == 1 && horizontal.kernel >= 2 * LANES
}

/// The pools of all lines: each window's largest number, and its index in the plane, the first on a tie.
pub(super) struct LongPools<'a> {
    pub windows: &'a Windows,
    pub x: &'a [f32],
    pub y: &'a mut [f32],
    pub winners: &'a mut [u32],
}

impl Part for LongPools<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, s: S) {
        let LongPools { windows, x, y, winners } = self;
        let [vertical, Axis { input, kernel, stride, positions, .. }] = windows.axes;
        let lines = y.chunks_exact_mut(positions).zip(winners.chunks_exact_mut(positions));
        for (line, ((y, winners), x)) in lines.zip(x.chunks_exact(input)).enumerate() {
            let first = line % vertical.positions * input;
            for (window, (y, winner)) in y.iter_mut().zip(winners).enumerate() {
                let own = &x[window * stride..][..kernel];
                let index = largest(s, own);
                *y = own[index];
                *winner = (first + window * stride + index) as u32;
            }
        }
    }
}

/// The index of the largest number of two vectors or more, the first on a tie; NaN is larger than all.
#[inline(always)]
fn largest<S: Simd>(s: S, x: &[f32]) -> usize {
    let (chunks, _) = x.as_chunks::<LANES>();
    let (mut best, mut faults) = (s.splat(f32::NEG_INFINITY), s.splat(0.0));
    // The last vector may begin among the numbers of the one before.
    for chunk in chunks.iter().chain(x.last_chunk()) {
        let own = s.load(chunk);
        best = s.max(own, best);
        // NaN, and infinity.
        faults = s.mul_add(own, s.splat(0.0), faults);
    }
    let (mut values, mut of_faults) = ([0.0; LANES], [0.0; LANES]);
    s.store(&mut values, best);
    s.store(&mut of_faults, faults);
    let mut value = values[0];
    for other in &values[1..] {
        value = if *other > value { *other } else { value };
    }
    let is_faulty = of_faults.iter().any(|fault| *fault != 0.0);
    match x.iter().position(|own| *own == value) {
        Some(index) if !is_faulty => index,
        _ => largest_of_few((x[0], 0), &x[1..], 1).1 as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::part::run;
    use crate::instruction_set::InstructionSet;
    use crate::plan::Padding;

    #[test]
    fn a_long_window_has_the_first_of_its_largest() {
        for kernel in 32..70 {
            for seed in 0..10 {
                let axis =
                    Axis::new(2 * kernel + 3, kernel, kernel - 5, 1, Padding::Each(0)).unwrap();
                let windows = Windows::of_signal(2, 2, axis);
                assert!(are_long(&windows));
                let number = |i: usize| ((i * 7 + seed * 13) % 11) as f32 - 5.0;
                let mut x: Vec<f32> = (0..windows.input_len()).map(number).collect();
                let (middle, last) = (x.len() / 2, x.len() - 1);
                match seed {
                    7 => (x[middle], x[last]) = (f32::NAN, f32::NAN),
                    8 => (x[middle], x[last]) = (f32::INFINITY, f32::NAN),
                    9 => x.fill(f32::NEG_INFINITY),
                    _ => {}
                }
                for &set in InstructionSet::all() {
                    let len = windows.output_len();
                    let (mut y, mut winners) = (vec![0.0; len], vec![0; len]);
                    let (y, winners) = (&mut y[..], &mut winners[..]);
                    run(
                        set,
                        LongPools { windows: &windows, x: &x, y: &mut *y, winners: &mut *winners },
                    );
                    for (i, (y, winner)) in y.iter().zip(winners).enumerate() {
                        let [plane, window] = [i / axis.positions, i % axis.positions];
                        let first = window * axis.stride;
                        let own = &x[plane * axis.input + first..][..kernel];
                        let (value, index) = largest_of_few((own[0], 0), &own[1..], 1);
                        let found = (y.to_bits(), *winner);
                        assert_eq!(
                            found,
                            (value.to_bits(), first as u32 + index),
                            "{kernel} {seed}"
                        );
                    }
                }
            }
        }
    }
}
