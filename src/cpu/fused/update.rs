//! The optimizers on whole vectors: clip, L2 and step in one pass.

use super::simd::{LANES, Simd};
use crate::cpu::adam::AdamStep;

/// What fades away must not reach the numbers below f32's normal ones, which take a hundred times as long:
/// weights of SGD and first moments of Adam below this are 0.
const LEAST: f32 = 1e-30;
/// The least that a step adds to a second moment. Its root is nothing beside any epsilon in use.
const LEAST_SQUARE: f32 = 1e-36;

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
/// The machine has `S`; weights, gradient, and for Adam both moments have `len` numbers.
#[inline(always)]
pub(super) unsafe fn update<S: Simd>(
    rule: &Rule,
    decay: f32,
    len: usize,
    weights: *mut f32,
    gradient: *const f32,
    [first, second]: [*mut f32; 2],
) {
    // SAFETY: the caller's promise.
    unsafe {
        let slots = [first, second];
        if rule.bound < f32::INFINITY {
            step::<S, BOUNDED>(rule, decay, len, weights, gradient, slots);
        } else if rule.scale == 1.0 {
            step::<S, UNCLIPPED>(rule, decay, len, weights, gradient, slots);
        } else {
            step::<S, SCALED>(rule, decay, len, weights, gradient, slots);
        }
    }
}

/// # Safety
/// As [`update`]; `CLIP` is what the rule has of scale and bound.
#[inline(always)]
unsafe fn step<S: Simd, const CLIP: u8>(
    rule: &Rule,
    decay: f32,
    len: usize,
    weights: *mut f32,
    gradient: *const f32,
    [first, second]: [*mut f32; 2],
) {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(adam) = rule.adam else {
            let (scale, decay) = (S::splat(rule.scale), S::splat(decay));
            let bounds = [S::splat(-rule.bound), S::splat(rule.bound)];
            let (back, least) = (S::splat(-rule.learning_rate), S::splat(LEAST));
            for at in (0..len).step_by(LANES) {
                let w = S::load(weights.add(at));
                let g = clipped::<S, CLIP>(S::load(gradient.add(at)), scale, bounds);
                let w = S::mul_add(back, S::mul_add(decay, w, g), w);
                S::store(weights.add(at), S::flushed(w, least));
            }
            return;
        };
        let (scale, decay) = (S::splat(rule.scale), S::splat(decay));
        let bounds = [S::splat(-rule.bound), S::splat(rule.bound)];
        let (beta1, rest1) = (S::splat(adam.beta1), S::splat(adam.rest1));
        let (beta2, rest2) = (S::splat(adam.beta2), S::splat(adam.rest2));
        // √(v·c2) + ε = √c2 · (√v + ε/√c2): the correction of v costs nothing a weight.
        let root = adam.correction2.sqrt();
        let epsilon = S::splat(adam.epsilon / root);
        let back = S::splat(-rule.learning_rate * adam.correction1 / root);
        let (least, least_gradient) =
            (S::splat(LEAST), S::splat((LEAST_SQUARE / adam.rest2).sqrt()));
        for at in (0..len).step_by(LANES) {
            let w = S::load(weights.add(at));
            let g = clipped::<S, CLIP>(S::load(gradient.add(at)), scale, bounds);
            let g = S::mul_add(decay, w, g);
            let m = S::mul_add(beta1, S::load(first.add(at)), S::mul(rest1, g));
            // 0 stays 0: padding that is not would begin to learn.
            let m = S::flushed(m, least);
            let g = S::max(least_gradient, S::abs(g));
            let v = S::mul_add(beta2, S::load(second.add(at)), S::mul(rest2, S::mul(g, g)));
            S::store(first.add(at), m);
            S::store(second.add(at), v);
            let step = S::over_root(m, v, epsilon);
            S::store(weights.add(at), S::mul_add(back, step, w));
        }
    }
}
