//! The optimizers on whole vectors: clip, L2 and step in one pass.

use super::simd::{LANES, Simd};
use crate::cpu::adam::AdamStep;

/// Weights and moments below it are 0.
const LEAST: f32 = 1e-30;
/// Gradients below it add nothing to their second moment: their squares are beside its floor of 1e-36 what
/// rounding is, and take a hundred times as long.
const LEAST_SQUARED: f32 = 1e-17;

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
unsafe fn clipped<S: Simd, const BOUNDED: bool>(
    g: S::V,
    scale: S::V,
    [low, high]: [S::V; 2],
) -> S::V {
    // SAFETY: the caller's promise.
    unsafe {
        let g = S::mul(g, scale);
        if BOUNDED { S::max(low, S::min(high, g)) } else { g }
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
        if rule.bound == f32::INFINITY {
            return step::<S, false>(rule, decay, len, weights, gradient, [first, second]);
        }
        step::<S, true>(rule, decay, len, weights, gradient, [first, second]);
    }
}

/// # Safety
/// As [`update`]; `BOUNDED` where the rule has a bound.
#[inline(always)]
unsafe fn step<S: Simd, const BOUNDED: bool>(
    rule: &Rule,
    decay: f32,
    len: usize,
    weights: *mut f32,
    gradient: *const f32,
    [first, second]: [*mut f32; 2],
) {
    // SAFETY: the caller's promise.
    unsafe {
        let (scale, decay) = (S::splat(rule.scale), S::splat(decay));
        let (low, high) = (S::splat(-rule.bound), S::splat(rule.bound));
        let back = S::splat(-rule.learning_rate);
        let least = S::splat(LEAST);
        let Some(adam) = rule.adam else {
            for at in (0..len).step_by(LANES) {
                let w = S::load(weights.add(at));
                let g = clipped::<S, BOUNDED>(S::load(gradient.add(at)), scale, [low, high]);
                let w = S::mul_add(back, S::mul_add(decay, w, g), w);
                S::store(weights.add(at), S::flushed(w, least));
            }
            return;
        };
        let (beta1, rest1) = (S::splat(adam.beta1), S::splat(adam.rest1));
        let (beta2, rest2) = (S::splat(adam.beta2), S::splat(adam.rest2));
        // √(v·c2) + ε = √c2 · (√v + ε/√c2): the correction of v costs nothing a weight.
        let root = adam.correction2.sqrt();
        let epsilon = S::splat(adam.epsilon / root);
        let back = S::splat(-rule.learning_rate * adam.correction1 / root);
        for at in (0..len).step_by(LANES) {
            let w = S::load(weights.add(at));
            let g = clipped::<S, BOUNDED>(S::load(gradient.add(at)), scale, [low, high]);
            let g = S::mul_add(decay, w, g);
            let m = S::mul_add(beta1, S::load(first.add(at)), S::mul(rest1, g));
            let g = S::flushed(g, S::splat(LEAST_SQUARED));
            let v = S::mul_add(beta2, S::load(second.add(at)), S::mul(rest2, S::mul(g, g)));
            // What fades away must not reach the numbers that take a hundred times as long; of v the
            // root of this floor is nothing beside any epsilon in use.
            let (m, v) = (S::flushed(m, least), S::max(S::splat(1e-36), v));
            S::store(first.add(at), m);
            S::store(second.add(at), v);
            let step = S::over_root(m, v, epsilon);
            S::store(weights.add(at), S::mul_add(back, step, w));
        }
    }
}
