//! From gradients to weights, by the launcher that ships.

use super::bench::{Bench, Shape, tolerance, wide, words};
use crate::cpu::clip::Clipping;
use crate::cpu::update::{Arrays, Update as Twin};
use crate::gpu::ops::update::Update;
use crate::gpu::session::steps::{Step, numbers_of};
use crate::run::{Clip, Optimizer, StepNumbers};

/// The buffers of an update, each of a trial's numbers.
struct Buffers {
    gradients: wgpu::Buffer,
    decays: wgpu::Buffer,
    scales: wgpu::Buffer,
    weights: wgpu::Buffer,
    slots: Vec<wgpu::Buffer>,
}

impl Buffers {
    fn update(&self, optimizer: Optimizer, shape: &Shape) -> Update<'_> {
        Update {
            optimizer,
            total: shape.capacity,
            gradients: &self.gradients,
            decays: &self.decays,
            scales: &self.scales,
            weights: &self.weights,
            slots: &self.slots,
        }
    }
}

pub(super) fn clip(bench: &mut Bench, shape: &Shape) {
    let (weights, replicas) = (shape.capacity, shape.replicas());
    for stretches in [1, weights.div_ceil(4096), 5, 67] {
        let gradients = bench.normal(replicas * weights, 1.0);
        let norm = wide(&gradients[..weights]).iter().map(|g| g * g).sum::<f64>().sqrt();
        // The norm of the first replica is above, then below; those of the others are so now and then.
        for bound in [0.7 * norm, 1.3 * norm].map(|bound| f64::from(bound as f32)) {
            let clip = Some(Clip::Norm(bound));
            let squares = bench.upload(&words(&vec![f32::MAX; replicas * stretches]));
            let unused = words(&bench.normal(replicas, 1.0));
            let buffers = Buffers {
                gradients: bench.upload(&words(&gradients)),
                decays: bench.upload::<u32>(&[]),
                scales: bench.upload(&unused),
                weights: bench.upload::<u32>(&[]),
                slots: vec![],
            };
            let update = buffers.update(Optimizer::Sgd, shape);
            let dispatcher = &mut bench.dispatcher(replicas);
            let dispatches = update.clip(dispatcher, stretches, &squares);
            let steps = shape.steps().into_iter();
            let bounded = steps.map(|step| Step { norm_bound: bound as f32, ..step });
            bench.submit(&dispatches, bounded.collect());
            let scales = bench.read(&buffers.scales, replicas);
            for replica in 0..replicas {
                let own = wide(&gradients[replica * weights..][..weights]);
                let expected = match Clipping::of(clip, &own) {
                    Clipping::Scale(scale) => scale,
                    _ => 1.0,
                };
                let what = format!("scale[{replica}] of {stretches} stretches, bound {bound}");
                bench.near(what, scales[replica], expected, tolerance(weights, expected));
            }
        }
    }
}

/// What every optimizer reads in a step.
struct Inputs {
    gradients: Vec<f32>,
    decays: Vec<f32>,
    scales: Vec<f32>,
    bound: Option<f32>,
    steps: Vec<Step>,
}

impl Inputs {
    /// Step `t`: even ones have a bound that some exceed, odd ones a scale. Every third weight is not decayed.
    fn new(bench: &mut Bench, shape: &Shape, optimizer: Optimizer, t: u64) -> Self {
        let (replicas, by_value) = (shape.replicas(), t.is_multiple_of(2));
        let [correction1, correction2] = optimizer.corrections(t).map(|c| c as f32);
        let mut steps = shape.steps();
        for (replica, step) in steps.iter_mut().enumerate() {
            step.learning_rate = 0.05 * (replica + 1) as f32;
            step.decay = 0.01 * replica as f32;
            [step.correction1, step.correction2] = [correction1, correction2];
            step.bound = if by_value { 0.8 } else { f32::INFINITY };
            step.numbers = numbers_of(optimizer);
        }
        Inputs {
            gradients: bench.normal(replicas * shape.capacity, 1.0),
            decays: (0..shape.capacity).map(|i| f32::from(u8::from(i % 3 != 1))).collect(),
            scales: vec![if by_value { 1.0 } else { 0.37 }; replicas],
            bound: by_value.then_some(0.8),
            steps,
        }
    }

    /// The twin of step `t` of a replica.
    fn twin(&self, optimizer: Optimizer, t: u64, replica: usize) -> Twin<f64> {
        let step = &self.steps[replica];
        Twin {
            optimizer,
            numbers: StepNumbers {
                learning_rate: step.learning_rate.into(),
                decay: step.decay.into(),
                corrections: optimizer.corrections(t),
            },
            clipping: match self.bound {
                Some(bound) => Clipping::Bound(bound.into()),
                None => Clipping::Scale(self.scales[replica].into()),
            },
        }
    }
}

/// A weight and its slots after a step, and Σ|terms| of each.
type Expected = Vec<(f64, f64)>;

/// What a tolerance is made of: the twin of a step, what it makes of one weight, and g with its Σ|terms|.
struct Made<'a> {
    twin: &'a Twin<f64>,
    /// The weight and its slots before the step and after it.
    before: &'a [f64],
    after: &'a [f64],
    g: f64,
    g_terms: f64,
}

/// Steps of an optimizer, each from what the device made of the one before; `terms` is Σ|terms| of a weight and of
/// each of its slots.
fn steps(
    bench: &mut Bench,
    shape: &Shape,
    optimizer: Optimizer,
    terms: impl Fn(&Made) -> Vec<f64>,
) {
    let len = shape.replicas() * shape.capacity;
    // The weight and its slots.
    let mut state = vec![words(&bench.normal(len, 1.0))];
    state.resize(1 + optimizer.slots(), vec![0; len]);
    for t in [1, 2, 3, 4, 5, 1000] {
        let inputs = Inputs::new(bench, shape, optimizer, t);
        let after = stepped(bench, shape, optimizer, &inputs, &state);
        for (replica, &rows) in shape.rows.iter().enumerate() {
            let twin = inputs.twin(optimizer, t, replica);
            for i in 0..shape.capacity {
                let at = replica * shape.capacity + i;
                if rows == 0 {
                    for (after, before) in after.iter().zip(&state) {
                        bench.same("a weight without rows", &after[at..=at], &before[at..=at]);
                    }
                    continue;
                }
                let before: Vec<f64> =
                    state.iter().map(|array| f32::from_bits(array[at]).into()).collect();
                let decays = inputs.decays[i] == 1.0;
                let expected =
                    one_weight(&twin, &before, inputs.gradients[at].into(), decays, &terms);
                for (j, (array, (value, terms))) in after.iter().zip(expected).enumerate() {
                    let what = format!("value {j} of weight {at} after step {t}");
                    bench.near(what, array[at], value, tolerance(3, terms));
                }
            }
        }
        state = after;
    }
}

/// The weights and slots after a step on the device.
fn stepped(
    bench: &mut Bench,
    shape: &Shape,
    optimizer: Optimizer,
    inputs: &Inputs,
    state: &[Vec<u32>],
) -> Vec<Vec<u32>> {
    let buffers = Buffers {
        gradients: bench.upload(&words(&inputs.gradients)),
        decays: bench.upload(&words(&inputs.decays)),
        scales: bench.upload(&words(&inputs.scales)),
        weights: bench.upload(&state[0]),
        slots: state[1..].iter().map(|slot| bench.upload(slot)).collect(),
    };
    let dispatch = buffers.update(optimizer, shape).step(&mut bench.dispatcher(shape.replicas()));
    bench.submit(&[dispatch], inputs.steps.clone());
    let written = std::iter::once(&buffers.weights).chain(&buffers.slots);
    written.map(|buffer| bench.read(buffer, state[0].len())).collect()
}

/// A weight and its slots by the twin.
fn one_weight(
    twin: &Twin<f64>,
    before: &[f64],
    gradient: f64,
    decays: bool,
    terms: impl Fn(&Made) -> Vec<f64>,
) -> Expected {
    let mut weights = [before[0]];
    let mut slots: Vec<Vec<f64>> = before[1..].iter().map(|&slot| vec![slot]).collect();
    let mut arrays = Arrays { weights: &mut weights, gradient: &[gradient], slots: &mut slots };
    twin.apply(&mut arrays, 0..1, decays);
    let after: Vec<f64> = weights.into_iter().chain(slots.into_iter().flatten()).collect();
    let clipped = twin.clipping.apply(gradient);
    let decay = if decays { twin.numbers.decay * before[0] } else { 0.0 };
    let (g, g_terms) = (clipped + decay, clipped.abs() + decay.abs());
    let terms = terms(&Made { twin, before, after: &after, g, g_terms });
    after.into_iter().zip(terms).collect()
}

pub(super) fn sgd(bench: &mut Bench, shape: &Shape) {
    steps(bench, shape, Optimizer::Sgd, |made| {
        vec![made.before[0].abs() + made.twin.numbers.learning_rate * made.g_terms]
    });
}

pub(super) fn momentum(bench: &mut Bench, shape: &Shape) {
    let momentum = 0.9;
    steps(bench, shape, Optimizer::Momentum { momentum }, |made| {
        let &[w, velocity] = made.before else { panic!("momentum keeps a velocity") };
        let velocity_terms = momentum * velocity.abs() + made.g_terms;
        vec![w.abs() + made.twin.numbers.learning_rate * velocity_terms, velocity_terms]
    });
}

pub(super) fn adam(bench: &mut Bench, shape: &Shape) {
    let (beta1, beta2, epsilon) = (0.9, 0.999, 1e-7);
    let optimizer = Optimizer::Adam { beta1, beta2, epsilon };
    steps(bench, shape, optimizer, |made| {
        let &[w, m, v] = made.before else { panic!("adam keeps two moments") };
        let (new_m, new_v) = (made.after[1], made.after[2]);
        let numbers = &made.twin.numbers;
        let [correction1, correction2] = numbers.corrections;
        // g is a sum of two; its square doubles their error.
        let m_terms = beta1 * m.abs() + (1.0 - beta1) * made.g_terms;
        let g_squared_terms = made.g * made.g + 2.0 * made.g.abs() * made.g_terms;
        let v_terms = beta2 * v + (1.0 - beta2) * g_squared_terms;
        let root = (new_v * correction2).sqrt() + epsilon;
        let moved = numbers.learning_rate * correction1 / root;
        // A root halves the error of its argument.
        let w_terms = w.abs() + moved * (m_terms + new_m.abs() * (1.0 + 0.5 * v_terms / new_v));
        vec![w_terms, m_terms, v_terms]
    });
}
