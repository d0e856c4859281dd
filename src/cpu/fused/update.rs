//! The optimizers on whole vectors: clip, L2 and step in one pass.

use crate::cpu::adam::AdamStep;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::{Simd, Sums};

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

/// NaN stays NaN: the second operand is what min and max give then.
#[inline(always)]
fn clipped<S: Simd, const CLIP: u8>(s: S, g: S::V, scale: S::V, [low, high]: [S::V; 2]) -> S::V {
    match CLIP {
        SCALED => s.mul(g, scale),
        BOUNDED => s.max(low, s.min(high, g)),
        _ => g,
    }
}

/// `w -= learning rate · (clip(g) + decay · w)`, or Adam's step, on whole vectors. Only Adam has moments.
#[inline(always)]
pub(super) fn update<S: Simd>(
    s: S,
    rule: &Rule,
    decay: f32,
    weights: &mut [f32],
    gradient: &[f32],
    [first, second]: [&mut [f32]; 2],
) {
    let arrays = Arrays {
        weights: weights.as_chunks_mut().0,
        gradient: gradient.as_chunks().0,
        first: first.as_chunks_mut().0,
        second: second.as_chunks_mut().0,
    };
    if rule.t.is_multiple_of(S::LOOKS_EVERY) {
        clipped_step::<S, true>(s, rule, decay, arrays);
    } else {
        clipped_step::<S, false>(s, rule, decay, arrays);
    }
}

/// What an update reads and writes.
struct Arrays<'a> {
    weights: &'a mut [[f32; LANES]],
    gradient: &'a [[f32; LANES]],
    first: &'a mut [[f32; LANES]],
    second: &'a mut [[f32; LANES]],
}

/// `LOOKS` is whether what faded is flushed.
#[inline(always)]
fn clipped_step<S: Simd, const LOOKS: bool>(s: S, rule: &Rule, decay: f32, arrays: Arrays<'_>) {
    if rule.bound < f32::INFINITY {
        step::<S, LOOKS, BOUNDED>(s, rule, decay, arrays);
    } else if rule.scale == 1.0 {
        step::<S, LOOKS, UNCLIPPED>(s, rule, decay, arrays);
    } else {
        step::<S, LOOKS, SCALED>(s, rule, decay, arrays);
    }
}

/// `CLIP` is what the rule has of scale and bound.
#[inline(always)]
fn step<S: Simd, const LOOKS: bool, const CLIP: u8>(
    s: S,
    rule: &Rule,
    decay: f32,
    arrays: Arrays<'_>,
) {
    let Some(adam) = rule.adam else {
        let (scale, decay) = (s.splat(rule.scale), s.splat(decay));
        let bounds = [s.splat(-rule.bound), s.splat(rule.bound)];
        let back = s.splat(-rule.learning_rate);
        for (weights, gradient) in arrays.weights.iter_mut().zip(arrays.gradient) {
            let w = looked_at::<S, LOOKS>(s, s.load(weights));
            let g = clipped::<S, CLIP>(s, s.load(gradient), scale, bounds);
            s.store(weights, s.mul_add(back, s.mul_add(decay, w, g), w));
        }
        return;
    };
    let factors = Factors::new(s, rule, adam, decay);
    let arrays = match S::SUMS {
        Sums::TwentyFour => adam_steps::<S, LOOKS, CLIP, TOGETHER>(s, &factors, arrays),
        Sums::Six | Sums::Three => arrays,
    };
    adam_steps::<S, LOOKS, CLIP, 1>(s, &factors, arrays);
}

#[inline(always)]
fn looked_at<S: Simd, const LOOKS: bool>(s: S, v: S::V) -> S::V {
    if LOOKS { s.flushed(v) } else { v }
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
    #[inline(always)]
    fn new(s: S, rule: &Rule, adam: AdamStep<f32>, decay: f32) -> Self {
        // √(v·c2) + ε = √c2/2 · (2√v + 2ε/√c2): the correction of v costs nothing a weight, and 2√v is less
        // work than √v.
        let root = adam.correction2.sqrt();
        Factors {
            scale: s.splat(rule.scale),
            bounds: [s.splat(-rule.bound), s.splat(rule.bound)],
            decay: s.splat(decay),
            rest1: s.splat(adam.rest1),
            rest2: s.splat(adam.rest2),
            epsilon: s.splat(2.0 * adam.epsilon / root),
            back: s.splat(-2.0 * rule.learning_rate * adam.correction1 / root),
        }
    }
}

/// Adam's step on `N` vectors at a time; what is left over.
#[inline(always)]
fn adam_steps<'a, S: Simd, const LOOKS: bool, const CLIP: u8, const N: usize>(
    s: S,
    factors: &Factors<S>,
    arrays: Arrays<'a>,
) -> Arrays<'a> {
    let (all_weights, weights) = arrays.weights.as_chunks_mut::<N>();
    let (all_gradient, gradient) = arrays.gradient.as_chunks::<N>();
    let (all_first, first) = arrays.first.as_chunks_mut::<N>();
    let (all_second, second) = arrays.second.as_chunks_mut::<N>();
    let len = all_weights.len();
    let all_gradient = &all_gradient[..len];
    let (all_first, all_second) = (&mut all_first[..len], &mut all_second[..len]);
    for i in 0..len {
        let moments = (&mut all_first[i], &mut all_second[i]);
        adam_step::<S, LOOKS, CLIP, N>(s, factors, &mut all_weights[i], &all_gradient[i], moments);
    }
    Arrays { weights, gradient, first, second }
}

/// Adam's step on `N` vectors. The moments of a single one are stored as they are made, before more is loaded: where
/// registers are few, what waits for the end is put away until then.
#[inline(always)]
fn adam_step<S: Simd, const LOOKS: bool, const CLIP: u8, const N: usize>(
    s: S,
    factors: &Factors<S>,
    weights: &mut [[f32; LANES]; N],
    gradient: &[[f32; LANES]; N],
    (first, second): (&mut [[f32; LANES]; N], &mut [[f32; LANES]; N]),
) {
    let zero = s.splat(0.0);
    let (mut w, mut m, mut v) = ([zero; N], [zero; N], [zero; N]);
    for i in 0..N {
        w[i] = looked_at::<S, LOOKS>(s, s.load(&weights[i]));
        let g = clipped::<S, CLIP>(s, s.load(&gradient[i]), factors.scale, factors.bounds);
        let g = s.mul_add(factors.decay, w[i], g);
        let before = looked_at::<S, LOOKS>(s, s.load(&first[i]));
        m[i] = s.mul_add(factors.rest1, s.sub(g, before), before);
        if N == 1 {
            s.store(&mut first[i], m[i]);
        }
        let before = s.load(&second[i]);
        v[i] = s.mul_add(factors.rest2, s.sub(s.bounded_square(g), before), before);
        if N == 1 {
            s.store(&mut second[i], v[i]);
        }
    }
    if N > 1 {
        for i in 0..N {
            s.store(&mut first[i], m[i]);
            s.store(&mut second[i], v[i]);
        }
    }
    for i in 0..N {
        let step = s.over_two_roots(m[i], v[i], factors.epsilon);
        s.store(&mut weights[i], s.mul_add(factors.back, step, w[i]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::fused::optimizer::FusedOptimizer;
    use crate::cpu::part::{Part, run};
    use crate::cpu::simd::portable::Portable;
    use crate::instruction_set::InstructionSet;
    use crate::run::{Optimizer, StepNumbers};

    /// Step `t` of this optimizer, without a clip.
    fn rule(optimizer: Optimizer, learning_rate: f64, t: u64) -> Rule {
        let corrections = optimizer.corrections(t);
        let numbers = StepNumbers { learning_rate, decay: 0.0, corrections };
        let adam = FusedOptimizer::of(optimizer).unwrap().adam(&numbers);
        let learning_rate = learning_rate as f32;
        Rule { learning_rate, scale: 1.0, bound: f32::INFINITY, adam, t }
    }

    struct FadesWithoutSubnormals;

    impl Part for FadesWithoutSubnormals {
        type Output = ();

        fn on<S: Simd>(self, s: S) {
            fades_without_subnormals(s);
        }
    }

    fn fades_without_subnormals<S: Simd>(s: S) {
        let adam = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let steps = if cfg!(miri) { 30 } else { 100_000 };
        for (optimizer, learning_rate) in [(Optimizer::Sgd, 1.0), (adam, 1e-3)] {
            // Adam's weights swing where decay is strong, and fade by a tenth a step where it is weak.
            for decay in [0.0, 0.02, 1e-6] {
                let mut w: [f32; LANES] = std::array::from_fn(|i| 0.1f32.powi(i as i32));
                let (mut m, mut v) = (w.map(|w| -w), w.map(|w| w * w));
                for t in 1..steps {
                    let rule = rule(optimizer, learning_rate, t);
                    update(s, &rule, decay, &mut w, &[0.0; LANES], [&mut m, &mut v]);
                    let subnormal = [&w, &m, &v].into_iter().flatten().any(|x| x.is_subnormal());
                    let state = format_args!("{w:?} {m:?} {v:?}");
                    assert!(!subnormal, "{optimizer:?}, decay {decay}, step {t}: {state}");
                }
            }
        }
    }

    #[test]
    fn what_fades_never_is_subnormal() {
        for &set in InstructionSet::all() {
            run(set, FadesWithoutSubnormals);
        }
    }

    #[test]
    fn a_gradient_whose_square_is_beyond_f32_leaves_weights_finite() {
        let optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
        let (mut w, mut m, mut v) = ([1.0f32; LANES], [0.0; LANES], [0.0; LANES]);
        for (t, gradient) in [(1, 1e25), (2, 1.0), (3, -1e25), (4, 0.0)] {
            let rule = rule(optimizer, 1e-3, t);
            update(Portable, &rule, 0.0, &mut w, &[gradient; LANES], [&mut m, &mut v]);
            assert!([&w, &m, &v].into_iter().flatten().all(|x| x.is_finite()), "{w:?} {v:?}");
        }
    }
}
