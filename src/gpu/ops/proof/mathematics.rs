//! The functions of `shaders/math.wgsl` against those of `src/math.rs`, both in f32.

use super::bench::{Bench, Shape};
use crate::expr::Expression;
use crate::gpu::device::dispatch::Size;
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::BIAS_ACTIVATION;
use crate::gpu::ops::bias_activation::Parameters;
use crate::gpu::session::steps::Step;
use crate::math::Real;

/// The largest difference of device and CPU: the device may fuse a·b + c where the CPU does not.
#[derive(Clone, Copy)]
enum Apart {
    /// Two units in the last place.
    Ulps,
    /// Two units of 1: angles are reduced by whole iterations, so that near a zero the error is absolute.
    UlpsOfOne,
    /// Roundings that may go either way, 2^-23 each: 1 for e^x, and 1 for each operation after it.
    Roundings(f64),
}

impl Apart {
    fn bound(self, x: f32) -> f64 {
        match self {
            Apart::Ulps => 2.0 * unit_in_last_place(x),
            Apart::UlpsOfOne => 2.0 * unit_in_last_place(1.0),
            Apart::Roundings(count) => {
                count * f64::from(f32::EPSILON) * f64::from(x.abs()) + unit_in_last_place(0.0)
            }
        }
    }
}

/// A function's text, its twin, the range of its arguments, and the largest difference of the two.
type Sweep = (&'static str, fn(f32) -> f32, (f32, f32), Apart);

/// 1 + e and a reciprocal.
const SIGMOID: Apart = Apart::Roundings(3.0);
/// 2 + u, a quotient, a sum.
const SOFTPLUS: Apart = Apart::Roundings(4.0);

const SWEEPS: &[Sweep] = &[
    ("exp(x)", <f32 as Real>::exp, (-100.0, 100.0), Apart::Ulps),
    ("ln(x)", <f32 as Real>::ln, (1e-3, 100.0), Apart::Ulps),
    ("ln(x)", <f32 as Real>::ln, (0.5, 2.0), Apart::Ulps),
    ("ln(x)", <f32 as Real>::ln, (1e30, 3e38), Apart::Ulps),
    ("tanh(x)", <f32 as Real>::tanh, (-12.0, 12.0), Apart::Ulps),
    ("tanh(x)", <f32 as Real>::tanh, (-0.01, 0.01), Apart::Ulps),
    ("erf(x)", <f32 as Real>::erf, (-5.0, 5.0), Apart::Ulps),
    ("erf(x)", <f32 as Real>::erf, (-0.01, 0.01), Apart::Ulps),
    ("sigmoid(x)", <f32 as Real>::sigmoid, (-80.0, 100.0), SIGMOID),
    ("softplus(x)", <f32 as Real>::softplus, (-80.0, 100.0), SOFTPLUS),
    ("sin(x)", <f32 as Real>::sin, (-7.0, 7.0), Apart::UlpsOfOne),
    ("sin(x)", <f32 as Real>::sin, (-1e4, 1e4), Apart::UlpsOfOne),
    ("cos(x)", <f32 as Real>::cos, (-7.0, 7.0), Apart::UlpsOfOne),
    ("cos(x)", <f32 as Real>::cos, (-1e4, 1e4), Apart::UlpsOfOne),
];

/// Points of a sweep, a prime.
const POINTS: usize = 99_991;

/// Runs on the first shape only: a sweep has its own size.
pub(super) fn functions(bench: &mut Bench, shape: &Shape) {
    if shape.capacity > 1 || shape.replicas() > 1 {
        return;
    }
    for (text, twin, (low, high), apart) in SWEEPS {
        let points: Vec<f32> =
            (0..POINTS).map(|i| low + (high - low) * (i as f32 / (POINTS - 1) as f32)).collect();
        let expression = Expression::parse(text).unwrap();
        let [z, values, slopes] = [0; 3].map(|_| bench.upload(&points));
        let variant = Variant { function: Some(&expression), ..Variant::default() };
        let parameters = Parameters {
            capacity: POINTS as u32,
            units: 1,
            positions: 1,
            bias: 0,
            weights: 1,
            parameter: 0,
        };
        let bias = bench.upload(&[0.0f32]);
        let buffers = [(&bias, Read), (&z, Write), (&values, Write), (&slopes, Write)];
        let size = Size::threads(POINTS);
        let dispatch =
            bench.dispatcher(1).dispatch(BIAS_ACTIVATION, variant, parameters, &buffers, size);
        bench.submit(&[dispatch], vec![Step { rows: POINTS as u32, ..Step::default() }]);
        let values = bench.read(&values, POINTS);
        let mut worst: f64 = 0.0;
        for (&x, &word) in points.iter().zip(&values) {
            let expected = twin(x);
            let value = f64::from(f32::from_bits(word));
            let ulps = (value - f64::from(expected)).abs() / unit_in_last_place(expected);
            worst = worst.max(ulps);
            let what = format!("{text} at {x:e}");
            bench.near(what, word, f64::from(expected), apart.bound(expected));
        }
        println!("{text} from {low:e} to {high:e}: {worst} ulp apart at most");
    }
}

/// The distance from x to the next f32.
fn unit_in_last_place(x: f32) -> f64 {
    let x = x.abs().max(f32::MIN_POSITIVE);
    f64::from(f32::from_bits(x.to_bits() + 1)) - f64::from(x)
}
