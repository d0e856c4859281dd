//! The optimizers on whole vectors: clip, L2 and step in one pass.

use super::products::Sink;
use super::simd::{LANES, Simd, Sums};
use crate::cpu::adam::AdamStep;

// What fades away must not reach the numbers below f32's normal ones, which take a hundred times as long:
// weights and first moments are looked at every few steps, and flushed, and second moments have a floor.

/// How a gradient is clipped: not at all, by a scale of all, or each between bounds.
const UNCLIPPED: u8 = 0;
const SCALED: u8 = 1;
const BOUNDED: u8 = 2;

/// The numbers of one step.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub learning_rate: f32,
    /// What clipping by norm multiplies the gradient with; 1 without it.
    pub scale: f32,
    /// What clipping by value bounds it to; infinite without it.
    pub bound: f32,
    pub adam: Option<AdamStep<f32>>,
    /// The number of the step, counted from 1.
    pub t: u64,
}

/// Plain SGD on weights whose gradient a product makes: `w -= learning rate · (scale · g + decay · w)`.
#[derive(Clone, Copy)]
pub(super) struct Descent<S: Simd> {
    /// Where the weights begin, and the numbers of a line.
    weights: (*mut f32, usize),
    scale: S::V,
    decay: S::V,
    back: S::V,
}

impl<S: Simd> Descent<S> {
    /// None if the rule is another, or the step one of those that look for what faded.
    ///
    /// # Safety
    /// The machine has `S`.
    #[inline(always)]
    pub unsafe fn new(rule: &Rule, decay: f32, weights: (*mut f32, usize)) -> Option<Self> {
        let is_plain = rule.adam.is_none() && rule.bound == f32::INFINITY;
        let looks = S::LOOKS_EVERY > 1 && rule.t.is_multiple_of(S::LOOKS_EVERY);
        if !is_plain || looks {
            return None;
        }
        // SAFETY: the caller's promise.
        unsafe {
            let [scale, decay, back] =
                [S::splat(rule.scale), S::splat(decay), S::splat(-rule.learning_rate)];
            Some(Descent { weights, scale, decay, back })
        }
    }
}

impl<S: Simd> Sink<S> for Descent<S> {
    #[inline(always)]
    unsafe fn take(self, row: usize, column: usize, sums: S::V) {
        // SAFETY: the caller's promise.
        unsafe {
            let weights = self.weights.0.add(row * self.weights.1 + column);
            let mut w = S::load(weights);
            if S::LOOKS_EVERY == 1 {
                w = S::flushed(w);
            }
            let g = S::mul(sums, self.scale);
            S::store(weights, S::mul_add(self.back, S::mul_add(self.decay, w, g), w));
        }
    }
}

/// NaN stays NaN: the second operand is what min and max give then.
///
/// # Safety
/// The machine has `S`.
#[inline(always)]
unsafe fn clipped<S: Simd, const CLIP: u8>(g: S::V, scale: S::V, [low, high]: [S::V; 2]) -> S::V {
    // SAFETY: the caller's promise.
    unsafe {
        match CLIP {
            SCALED => S::mul(g, scale),
            BOUNDED => S::max(low, S::min(high, g)),
            _ => g,
        }
    }
}

/// `w -= learning rate · (clip(g) + decay · w)`, or Adam's step, on `len` numbers, whole vectors.
///
/// # Safety
/// The machine has `S`; weights, gradient, and for Adam both moments have `len` factors.
#[inline(always)]
pub(super) unsafe fn update<S: Simd>(
    rule: &Rule,
    decay: f32,
    len: usize,
    weights: *mut f32,
    gradient: *const f32,
    [first, second]: [*mut f32; 2],
) {
    let arrays = Arrays { len, weights, gradient, first, second };
    // SAFETY: the caller's promise.
    unsafe {
        if rule.t.is_multiple_of(S::LOOKS_EVERY) {
            clipped_step::<S, true>(rule, decay, arrays);
        } else {
            clipped_step::<S, false>(rule, decay, arrays);
        }
    }
}

/// What an update reads and writes: `len` numbers each, the moments null but for Adam.
#[derive(Clone, Copy)]
struct Arrays {
    len: usize,
    weights: *mut f32,
    gradient: *const f32,
    first: *mut f32,
    second: *mut f32,
}

/// # Safety
/// As [`update`]; `LOOKS` is whether what faded is flushed.
#[inline(always)]
unsafe fn clipped_step<S: Simd, const LOOKS: bool>(rule: &Rule, decay: f32, arrays: Arrays) {
    // SAFETY: the caller's promise.
    unsafe {
        if rule.bound < f32::INFINITY {
            step::<S, LOOKS, BOUNDED>(rule, decay, arrays);
        } else if rule.scale == 1.0 {
            step::<S, LOOKS, UNCLIPPED>(rule, decay, arrays);
        } else {
            step::<S, LOOKS, SCALED>(rule, decay, arrays);
        }
    }
}

/// # Safety
/// As [`clipped_step`]; `CLIP` is what the rule has of scale and bound.
#[inline(always)]
unsafe fn step<S: Simd, const LOOKS: bool, const CLIP: u8>(
    rule: &Rule,
    decay: f32,
    arrays: Arrays,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(adam) = rule.adam else {
            let (scale, decay) = (S::splat(rule.scale), S::splat(decay));
            let bounds = [S::splat(-rule.bound), S::splat(rule.bound)];
            let back = S::splat(-rule.learning_rate);
            for at in (0..arrays.len).step_by(LANES) {
                let weights = arrays.weights.add(at);
                let w = looked_at::<S, LOOKS>(S::load(weights));
                let g = clipped::<S, CLIP>(S::load(arrays.gradient.add(at)), scale, bounds);
                S::store(weights, S::mul_add(back, S::mul_add(decay, w, g), w));
            }
            return;
        };
        let factors = Factors::<S>::new(rule, adam, decay);
        let mut at = 0;
        if S::SUMS == Sums::TwentyFour {
            while at + TOGETHER * LANES <= arrays.len {
                adam_step::<S, LOOKS, CLIP, TOGETHER>(&factors, arrays, at);
                at += TOGETHER * LANES;
            }
        }
        for at in (at..arrays.len).step_by(LANES) {
            adam_step::<S, LOOKS, CLIP, 1>(&factors, arrays, at);
        }
    }
}

/// # Safety
/// The machine has `S`.
#[inline(always)]
unsafe fn looked_at<S: Simd, const LOOKS: bool>(v: S::V) -> S::V {
    // SAFETY: the caller's promise.
    if LOOKS { unsafe { S::flushed(v) } } else { v }
}

/// Vectors that take Adam's step together where registers are enough. A vector's step is a chain of some fifteen
/// operations, each of which waits for the one before: those of one vector fill the gaps of another.
const TOGETHER: usize = 4;

/// The numbers of Adam's step, one in every lane.
struct Factors<S: Simd> {
    scale: S::V,
    bounds: [S::V; 2],
    decay: S::V,
    rest1: S::V,
    rest2: S::V,
    epsilon: S::V,
    back: S::V,
}

impl<S: Simd> Factors<S> {
    /// # Safety
    /// The machine has `S`.
    #[inline(always)]
    unsafe fn new(rule: &Rule, adam: AdamStep<f32>, decay: f32) -> Self {
        // √(v·c2) + ε = √c2/2 · (2√v + 2ε/√c2): the correction of v costs nothing a weight, and 2√v is less
        // work than √v.
        let root = adam.correction2.sqrt();
        // SAFETY: the caller's promise.
        unsafe {
            Factors {
                scale: S::splat(rule.scale),
                bounds: [S::splat(-rule.bound), S::splat(rule.bound)],
                decay: S::splat(decay),
                rest1: S::splat(adam.rest1),
                rest2: S::splat(adam.rest2),
                epsilon: S::splat(2.0 * adam.epsilon / root),
                back: S::splat(-2.0 * rule.learning_rate * adam.correction1 / root),
            }
        }
    }
}

/// Adam's step on `N` vectors from `at` on.
///
/// # Safety
/// The machine has `S`; the arrays have those vectors.
#[inline(always)]
unsafe fn adam_step<S: Simd, const LOOKS: bool, const CLIP: u8, const N: usize>(
    factors: &Factors<S>,
    arrays: Arrays,
    at: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let (weights, gradient) = (arrays.weights.add(at), arrays.gradient.add(at));
        let (first, second) = (arrays.first.add(at), arrays.second.add(at));
        let zero = S::splat(0.0);
        let (mut w, mut m, mut v) = ([zero; N], [zero; N], [zero; N]);
        for i in 0..N {
            w[i] = looked_at::<S, LOOKS>(S::load(weights.add(i * LANES)));
            let g = S::load(gradient.add(i * LANES));
            let g = clipped::<S, CLIP>(g, factors.scale, factors.bounds);
            let g = S::mul_add(factors.decay, w[i], g);
            let before = looked_at::<S, LOOKS>(S::load(first.add(i * LANES)));
            m[i] = S::mul_add(factors.rest1, S::sub(g, before), before);
            let before = S::load(second.add(i * LANES));
            v[i] = S::mul_add(factors.rest2, S::sub(S::bounded_square(g), before), before);
        }
        for i in 0..N {
            S::store(first.add(i * LANES), m[i]);
            S::store(second.add(i * LANES), v[i]);
        }
        for i in 0..N {
            let step = S::over_two_roots(m[i], v[i], factors.epsilon);
            S::store(weights.add(i * LANES), S::mul_add(factors.back, step, w[i]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dispatch::on_every_instruction_set;
    use super::super::optimizer::FusedOptimizer;
    use super::super::simd::Portable;
    use super::*;
    use crate::run::{Optimizer, StepNumbers};

    /// Step `t` of this optimizer, without a clip.
    fn rule(optimizer: Optimizer, learning_rate: f64, t: u64) -> Rule {
        let corrections = optimizer.corrections(t);
        let numbers = StepNumbers { learning_rate, decay: 0.0, corrections };
        let adam = FusedOptimizer::of(optimizer).unwrap().adam(&numbers);
        let learning_rate = learning_rate as f32;
        Rule { learning_rate, scale: 1.0, bound: f32::INFINITY, adam, t }
    }

    /// # Safety
    /// The machine has `S`.
    unsafe fn fades_without_subnormals<S: Simd>() {
        let adam = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        for (optimizer, learning_rate) in [(Optimizer::Sgd, 1.0), (adam, 1e-3)] {
            // Adam's weights swing where decay is strong, and fade by a tenth a step where it is weak.
            for decay in [0.0, 0.02, 1e-6] {
                let mut w: [f32; LANES] = std::array::from_fn(|i| 0.1f32.powi(i as i32));
                let (mut m, mut v) = (w.map(|w| -w), w.map(|w| w * w));
                for t in 1..100_000 {
                    let rule = rule(optimizer, learning_rate, t);
                    let moments = [m.as_mut_ptr(), v.as_mut_ptr()];
                    // SAFETY: all arrays are a vector; the caller's promise.
                    unsafe {
                        let (w, gradient) = (w.as_mut_ptr(), [0.0; LANES]);
                        update::<S>(&rule, decay, LANES, w, gradient.as_ptr(), moments);
                    }
                    let subnormal = [&w, &m, &v].into_iter().flatten().any(|x| x.is_subnormal());
                    let state = format_args!("{w:?} {m:?} {v:?}");
                    assert!(!subnormal, "{optimizer:?}, decay {decay}, step {t}: {state}");
                }
            }
        }
    }

    #[test]
    fn what_fades_never_is_subnormal() {
        on_every_instruction_set!(fades_without_subnormals);
    }

    #[test]
    fn a_gradient_whose_square_is_beyond_f32_leaves_weights_finite() {
        let optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let (mut w, mut m, mut v) = ([1.0f32; LANES], [0.0; LANES], [0.0; LANES]);
        for (t, gradient) in [(1, 1e25), (2, 1.0), (3, -1e25), (4, 0.0)] {
            let rule = rule(optimizer, 1e-3, t);
            let (gradient, moments) = ([gradient; LANES], [m.as_mut_ptr(), v.as_mut_ptr()]);
            // SAFETY: plain Rust; all arrays are a vector.
            unsafe {
                let (w, gradient) = (w.as_mut_ptr(), gradient.as_ptr());
                update::<Portable>(&rule, 0.0, LANES, w, gradient, moments);
            }
            assert!([&w, &m, &v].into_iter().flatten().all(|x| x.is_finite()), "{w:?} {v:?}");
        }
    }
}
