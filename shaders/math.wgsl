// Elementary functions of one f32, with the formulas of src/math.rs line by line.
//
// Angles are in radians. They call no built-in exp, log, tanh, pow, sin or cos, in which drivers differ by 1e-5. Every
// finite x gives a finite result; NaN is not handled, because WGSL may assume that it does not occur. src/math.rs states
// the sources and the errors.

const LOG2_E: f32 = 1.4426950408889634;
const LN_2_HIGH: f32 = 0.693359375;
const LN_2_LOW: f32 = -2.12194440e-4;
const LARGEST_EXPONENT: f32 = 88.37626;
const SMALLEST_EXPONENT: f32 = -87.33654;
const LARGEST_TANGENT: f32 = 9.1;
const SMALLEST_NORMAL: f32 = 1.17549435e-38;
const LARGEST: f32 = 0x1.fffffep+127;
const SQRT_HALF_BITS: i32 = 0x3f3504f3;
const ONE_OVER_PI: f32 = 0.3183098861837907;
const HALF_PI_HIGH: f32 = 1.5703125;
const HALF_PI_MIDDLE: f32 = 4.837512969970703125e-4;
const HALF_PI_LOW: f32 = 7.54978995489188216e-8;
const LARGEST_ANGLE: f32 = 100000.0;

// e^r - 1 for |r| <= ln(2) / 2
fn exponential_tail(r: f32) -> f32 {
    var p = 1.9875691500e-4;
    p = p * r + 1.3981999507e-3;
    p = p * r + 8.3334519073e-3;
    p = p * r + 4.1665795894e-2;
    p = p * r + 1.6666665459e-1;
    p = p * r + 5.0000001201e-1;
    return p * (r * r) + r;
}

// e^x
fn exponential(x: f32) -> f32 {
    let limited = clamp(x, SMALLEST_EXPONENT, LARGEST_EXPONENT);
    let power = i32(round(limited * LOG2_E));
    let k = f32(power);
    let r = (limited - k * LN_2_HIGH) - k * LN_2_LOW;
    let two_to_k = bitcast<f32>(u32(power + 127) << 23u);
    return (exponential_tail(r) + 1.0) * two_to_k;
}

// ln(x)
fn logarithm(x: f32) -> f32 {
    let bits = bitcast<i32>(max(x, SMALLEST_NORMAL));
    let power = (bits - SQRT_HALF_BITS) >> 23u;
    let k = f32(power);
    let m = bitcast<f32>(bits - (power << 23u)) - 1.0;
    var p = 7.0376836292e-2;
    p = p * m + -1.1514610310e-1;
    p = p * m + 1.1676998740e-1;
    p = p * m + -1.2420140846e-1;
    p = p * m + 1.4249322787e-1;
    p = p * m + -1.6668057665e-1;
    p = p * m + 2.0000714765e-1;
    p = p * m + -2.4999993993e-1;
    p = p * m + 3.3333331174e-1;
    let square = m * m;
    let tail = p * m * square + k * LN_2_LOW - 0.5 * square;
    let result = (m + tail) + k * LN_2_HIGH;
    return select(x, result, x <= LARGEST);
}

// e^x - 1 for |x| <= 40
fn exponential_minus_1(x: f32) -> f32 {
    let power = i32(round(x * LOG2_E));
    let k = f32(power);
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let two_to_k = bitcast<f32>(u32(power + 127) << 23u);
    return exponential_tail(r) * two_to_k + (two_to_k - 1.0);
}

// (e^x - e^-x) / (e^x + e^-x)
fn hyperbolic_tangent(x: f32) -> f32 {
    let e = exponential_minus_1(2.0 * min(abs(x), LARGEST_TANGENT));
    let tangent = e / (e + 2.0);
    return select(tangent, -tangent, x < 0.0);
}

// 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x
fn error_function(x: f32) -> f32 {
    let t = min(abs(x), 4.0);
    var p = -9.256227733e-6;
    p = p * t + 1.17640968e-4;
    p = p * t + -6.32835898e-4;
    p = p * t + 1.667025972e-3;
    p = p * t + -1.603948904e-4;
    p = p * t + -1.915306433e-2;
    p = p * t + 1.027778306e-1;
    p = p * t + 6.36619382e-1;
    p = p * t + 1.128379172;
    let e = exponential_minus_1(-t * p);
    return select(-e, e, x < 0.0);
}

// 1 / (1 + e^-x)
fn sigmoid(x: f32) -> f32 {
    return 1.0 / (1.0 + exponential(-x));
}

// ln(1 + e^x)
fn softplus(x: f32) -> f32 {
    let u = exponential(-abs(x));
    let s = u / (2.0 + u);
    let square = s * s;
    var p = 2.322432922e-1;
    p = p * square + 2.17065758e-1;
    p = p * square + 2.859235799e-1;
    p = p * square + 3.999970633e-1;
    p = p * square + 6.666666732e-1;
    return max(x, 0.0) + (p * square * s + (s + s));
}

// sin(r) for |r| <= pi / 2
fn sine_of_reduced(r: f32) -> f32 {
    let square = r * r;
    var p = 2.63469721223e-6;
    p = p * square + -1.98227212171e-4;
    p = p * square + 8.33324199965e-3;
    p = p * square + -1.66666659624e-1;
    return p * square * r + r;
}

// sin(x)
fn sine(x: f32) -> f32 {
    let limited = clamp(x, -LARGEST_ANGLE, LARGEST_ANGLE);
    let half_turn = i32(round(limited * ONE_OVER_PI));
    let k = f32(2 * half_turn);
    let r = ((limited - k * HALF_PI_HIGH) - k * HALF_PI_MIDDLE) - k * HALF_PI_LOW;
    let s = sine_of_reduced(r);
    return select(s, -s, (half_turn & 1) == 1);
}

// cos(x)
fn cosine(x: f32) -> f32 {
    let limited = clamp(x, -LARGEST_ANGLE, LARGEST_ANGLE);
    let half_turn = i32(round(limited * ONE_OVER_PI - 0.5));
    let k = f32(2 * half_turn + 1);
    let r = ((limited - k * HALF_PI_HIGH) - k * HALF_PI_MIDDLE) - k * HALF_PI_LOW;
    let s = sine_of_reduced(r);
    return select(-s, s, (half_turn & 1) == 1);
}
