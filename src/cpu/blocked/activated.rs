//! Convolutions and the activations behind them, in one pass over what a few rows make.

use super::convolution::{Method, convolve};
use super::planes::Planes;
use crate::cpu::lines::{OnLine, on_line};
use crate::cpu::part::{Part, run};
use crate::cpu::room::Room;
use crate::cpu::simd::operations::Simd;
use crate::expr::Scratch;
use crate::plan::Windows;
use crate::plan::ops::bias_activation::BiasActivation;

/// Numbers of a layer that an activation takes at a time: they stay in the first cache.
const ACTIVATED: usize = 2048;

/// The function that needs no expression.
const RELU: &str = "relu";

/// Where the activation of a convolution goes.
pub(super) struct Activated<'a> {
    pub next: &'a BiasActivation,
    pub windows: &'a Windows,
    pub bias: Option<&'a [f32]>,
    pub a: &'a mut [f32],
    pub slope: Option<&'a mut [f32]>,
}

impl Activated<'_> {
    /// a and its slope of all rows of x.
    pub fn convolve(
        mut self,
        method: &Method,
        x: &[f32],
        weight: &[f32],
        room: &mut Room,
        scratch: &mut Scratch<f32>,
    ) {
        let set = room.set;
        let mut lines = std::mem::take(&mut room.lines);
        // As an expression, in chunks, it takes three times as long.
        let is_relu = self.next.function.name == RELU;
        convolve(method, x, weight, room, |[first, rows], planes, z| {
            if is_relu {
                return run(set, Rectify { rows: [first, rows], planes, z, to: &mut self });
            }
            for row in 0..rows {
                self.activate([first + row, row], (planes, z), &mut lines, scratch);
            }
        });
        room.lines = lines;
    }

    /// A row, by its index in the block and in its planes, some channels at a time: bias, activation and slope.
    fn activate(
        &mut self,
        [row, of_planes]: [usize; 2],
        (planes, z): (&Planes, &[f32]),
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
                    let from = &z[planes.line(channel, of_planes, line)..][..width];
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

/// max(z + b, 0) of some rows, the first and how many, and its slope: 0 where that is 0.
struct Rectify<'a, 'b> {
    rows: [usize; 2],
    planes: &'a Planes,
    z: &'a [f32],
    to: &'a mut Activated<'b>,
}

impl Part for Rectify<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, _: S) {
        let Rectify { rows: [first, rows], planes, z, to } = self;
        let (filters, len) = (to.windows.filters, to.windows.output_len());
        let [height, width] = planes.outputs(to.windows);
        let place = first * len..(first + rows) * len;
        let mut a = to.a[place.clone()].chunks_exact_mut(width);
        let mut slope = to.slope.as_mut().map(|slope| slope[place].chunks_exact_mut(width));
        for row in 0..rows {
            for channel in 0..filters {
                let bias = to.bias.map_or(0.0, |bias| bias[channel]);
                for line in 0..height {
                    let z = &z[planes.line(channel, row, line)..][..width];
                    let a = a.next().unwrap_or_default();
                    match &mut slope {
                        Some(slope) => {
                            let slope = slope.next().unwrap_or_default();
                            on_line(width, &mut Rectified { z, bias, a, slope });
                        }
                        None => on_line(width, &mut Positive { z, bias, a }),
                    }
                }
            }
        }
    }
}

/// A line with its slope.
struct Rectified<'a> {
    z: &'a [f32],
    bias: f32,
    a: &'a mut [f32],
    slope: &'a mut [f32],
}

impl OnLine for Rectified<'_> {
    #[inline(always)]
    fn take<const N: usize>(&mut self, at: usize) {
        let z = numbers::<N>(self.z, at);
        // In arrays of their own, which a compiler makes vectors of: what it stores might be what it reads next.
        let (mut a, mut slope) = ([0.0; N], [0.0; N]);
        for k in 0..N {
            let sum = z[k] + self.bias;
            // NaN stays, as it does in relu's expression: a run that lost its numbers is seen.
            a[k] = if sum <= 0.0 { 0.0 } else { sum };
            slope[k] = if sum <= 0.0 { 0.0 } else { 1.0 };
        }
        self.a[at..][..N].copy_from_slice(&a);
        self.slope[at..][..N].copy_from_slice(&slope);
    }
}

/// A line without.
struct Positive<'a> {
    z: &'a [f32],
    bias: f32,
    a: &'a mut [f32],
}

impl OnLine for Positive<'_> {
    #[inline(always)]
    fn take<const N: usize>(&mut self, at: usize) {
        let z = numbers::<N>(self.z, at);
        let mut a = [0.0; N];
        for k in 0..N {
            let sum = z[k] + self.bias;
            a[k] = if sum <= 0.0 { 0.0 } else { sum };
        }
        self.a[at..][..N].copy_from_slice(&a);
    }
}

/// N numbers of a line.
#[inline(always)]
fn numbers<const N: usize>(line: &[f32], at: usize) -> [f32; N] {
    let mut own = [0.0; N];
    own.copy_from_slice(&line[at..][..N]);
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Function;

    #[test]
    fn a_rectified_line_has_the_numbers_of_the_expression() {
        let relu = Function::of(RELU, "if(x <= 0, 0, x)", None).unwrap().expression;
        let numbers = [1.5, -2.0, 0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e-40];
        let bits = |all: &[f32]| all.iter().map(|own| own.to_bits()).collect::<Vec<_>>();
        for len in 1..40 {
            let z: Vec<f32> = numbers.iter().cycle().copied().take(len).collect();
            let [mut a, mut slope, mut expected, mut of_slope] = [(); 4].map(|()| vec![7.0; len]);
            let of_expression = Some(&mut of_slope[..]);
            relu.evaluate_block(&z, &[], &mut expected, of_expression, &mut Scratch::default());
            on_line(len, &mut Positive { z: &z, bias: 0.0, a: &mut a });
            assert_eq!(bits(&a), bits(&expected));
            a.fill(7.0);
            on_line(len, &mut Rectified { z: &z, bias: 0.0, a: &mut a, slope: &mut slope });
            assert_eq!((bits(&a), bits(&slope)), (bits(&expected), bits(&of_slope)));
        }
    }
}
