//! From gradients to weights.

use super::bench::{Argument, Bench, Shape, read, tolerance, wide, words};
use crate::cpu::adam::AdamStep;
use crate::cpu::clip::Clipping;
use crate::cpu::sgd::sgd as sgd_twin;
use crate::gpu::device::kernel::Variant;
use crate::gpu::session::steps::Step;
use crate::run::{Clip, Optimizer};

pub(super) fn clip(bench: &mut Bench, shape: &Shape) {
    let (weights, replicas) = (shape.capacity, shape.replicas());
    for stretches in [1, weights.div_ceil(4096), 5, 67] {
        let gradients = bench.normal(replicas * weights, 1.0);
        let norm = wide(&gradients[..weights]).iter().map(|g| g * g).sum::<f64>().sqrt();
        // Of the first replica the norm is above, then below; of the others sometimes so.
        for bound in [0.7 * norm, 1.3 * norm].map(|bound| bound as f32) {
            let mut squares = words(&vec![f32::MAX; replicas * stretches]);
            let mut scales = words(&bench.normal(replicas, 1.0));
            let numbers = [weights as u32, stretches as u32, bound.to_bits()];
            for (entry, workgroups) in [("partial", stretches), ("finish", 1)] {
                bench.launch(
                    ("clip", Variant { entry: Some(entry), ..Variant::default() }),
                    &numbers,
                    &mut [
                        read(&gradients),
                        Argument::Write(&mut squares),
                        Argument::Write(&mut scales),
                    ],
                    [workgroups, 1],
                    shape.steps(),
                );
            }
            for replica in 0..replicas {
                let own = wide(&gradients[replica * weights..][..weights]);
                let expected = match Clipping::of(Some(Clip::Norm(f64::from(bound))), &own) {
                    Clipping::Scale(scale) => scale,
                    _ => 1.0,
                };
                let what = format!("scale[{replica}] of {stretches} stretches, bound {bound}");
                bench.near(what, scales[replica], expected, tolerance(weights, expected));
            }
        }
    }
}

/// What both optimizers read.
struct Inputs {
    gradients: Vec<f32>,
    decays: Vec<f32>,
    scales: Vec<f32>,
    bound: f32,
    steps: Vec<Step>,
}

impl Inputs {
    /// By value: a bound that some exceed. By norm: a scale. Every third weight is not decayed.
    fn new(bench: &mut Bench, shape: &Shape, by_value: bool) -> Self {
        let replicas = shape.replicas();
        let step = |(replica, step): (usize, Step)| Step {
            learning_rate: 0.05 * (replica + 1) as f32,
            decay: 0.01 * replica as f32,
            ..step
        };
        Inputs {
            gradients: bench.normal(replicas * shape.capacity, 1.0),
            decays: (0..shape.capacity).map(|i| f32::from(u8::from(i % 3 != 1))).collect(),
            scales: vec![if by_value { 1.0 } else { 0.37 }; replicas],
            bound: if by_value { 0.8 } else { f32::MAX },
            steps: shape.steps().into_iter().enumerate().map(step).collect(),
        }
    }

    /// The twin's clipping, its decay of a weight and its learning rate.
    fn rule(&self, replica: usize, i: usize) -> (Clipping<f64>, f64, f64) {
        let clipping = if self.bound < f32::MAX {
            Clipping::Bound(f64::from(self.bound))
        } else {
            Clipping::Scale(f64::from(self.scales[replica]))
        };
        let step = &self.steps[replica];
        let decay = f64::from(step.decay) * f64::from(self.decays[i]);
        (clipping, decay, f64::from(step.learning_rate))
    }
}

pub(super) fn sgd(bench: &mut Bench, shape: &Shape) {
    let (len, replicas) = (shape.capacity, shape.replicas());
    for by_value in [false, true] {
        let inputs = Inputs::new(bench, shape, by_value);
        let before = bench.normal(replicas * len, 1.0);
        let mut weights = words(&before);
        bench.launch(
            ("sgd", Variant::default()),
            &[len as u32, inputs.bound.to_bits()],
            &mut [
                read(&inputs.gradients),
                read(&inputs.decays),
                read(&inputs.scales),
                Argument::Write(&mut weights),
            ],
            shape.grid(1),
            inputs.steps.clone(),
        );
        for replica in 0..replicas {
            let all = replica * len..(replica + 1) * len;
            if shape.rows[replica] == 0 {
                let before = words(&before);
                bench.same("weights without rows", &weights[all.clone()], &before[all]);
                continue;
            }
            for (i, at) in all.enumerate() {
                let (clipping, decay, rate) = inputs.rule(replica, i);
                let (w, g) = (f64::from(before[at]), f64::from(inputs.gradients[at]));
                let mut expected = [w];
                sgd_twin(&mut expected, &[g], clipping, decay, rate);
                let terms = w.abs() + rate * (clipping.apply(g).abs() + decay * w.abs());
                bench.near(format!("w[{at}]"), weights[at], expected[0], tolerance(3, terms));
            }
        }
    }
}

pub(super) fn adam(bench: &mut Bench, shape: &Shape) {
    let (beta1, beta2, epsilon) = (0.9, 0.999, 1e-7);
    let optimizer = Optimizer::Adam { beta1, beta2, epsilon };
    let (len, replicas) = (shape.capacity, shape.replicas());
    // Every step begins from what the device made of the one before.
    let mut state =
        [bench.normal(replicas * len, 1.0), vec![0.0; replicas * len]].map(|v| words(&v));
    let mut second = state[1].clone();
    for t in [1, 2, 3, 4, 5, 1000] {
        let mut inputs = Inputs::new(bench, shape, t % 2 == 0);
        let corrections = optimizer.corrections(t);
        for step in &mut inputs.steps {
            [step.correction1, step.correction2] = corrections.map(|correction| correction as f32);
        }
        let mut numbers = vec![len as u32, inputs.bound.to_bits()];
        let others = [beta1, beta2, 1.0 - beta1, 1.0 - beta2, epsilon];
        numbers.extend(others.map(|number| (number as f32).to_bits()));
        let before = [state[0].clone(), state[1].clone(), second.clone()];
        let [weights, first] = &mut state;
        bench.launch(
            ("adam", Variant::default()),
            &numbers,
            &mut [
                read(&inputs.gradients),
                read(&inputs.decays),
                read(&inputs.scales),
                Argument::Write(weights),
                Argument::Write(first),
                Argument::Write(&mut second),
            ],
            shape.grid(1),
            inputs.steps.clone(),
        );
        let after = [&state[0], &state[1], &second];
        for replica in 0..replicas {
            let all = replica * len..(replica + 1) * len;
            if shape.rows[replica] == 0 {
                for (after, before) in after.iter().zip(&before) {
                    let own = all.clone();
                    bench.same("a replica without rows", &after[own.clone()], &before[own]);
                }
                continue;
            }
            for (i, at) in all.enumerate() {
                let old = [0, 1, 2].map(|j| f64::from(f32::from_bits(before[j][at])));
                let expected = one_weight(&inputs, (replica, i), optimizer, t, old, at);
                for (j, name) in ["w", "m", "v"].into_iter().enumerate() {
                    let (value, terms) = expected[j];
                    let what = format!("{name}[{at}] of step {t}");
                    bench.near(what, after[j][at], value, tolerance(3, terms));
                }
            }
        }
    }
}

/// w, m and v of one weight after a step, each with its Σ|terms|.
fn one_weight(
    inputs: &Inputs,
    (replica, i): (usize, usize),
    optimizer: Optimizer,
    t: u64,
    [w, m, v]: [f64; 3],
    at: usize,
) -> [(f64, f64); 3] {
    let Optimizer::Adam { beta1, beta2, epsilon } = optimizer else { return [(0.0, 0.0); 3] };
    let (clipping, decay, rate) = inputs.rule(replica, i);
    let gradient = f64::from(inputs.gradients[at]);
    let (mut new_w, mut new_m, mut new_v) = ([w], [m], [v]);
    let step = AdamStep::new(optimizer, t).unwrap();
    let tensors = (&mut new_w[..], &mut new_m[..], &mut new_v[..]);
    step.update(tensors, &[gradient], clipping, decay, rate);
    // g is a sum of two; its square doubles what they err by.
    let g = clipping.apply(gradient) + decay * w;
    let made_of = clipping.apply(gradient).abs() + decay * w.abs();
    let m_terms = beta1 * m.abs() + (1.0 - beta1) * made_of;
    let v_terms = beta2 * v + (1.0 - beta2) * (g * g + 2.0 * g.abs() * made_of);
    let [correction1, correction2] = optimizer.corrections(t);
    let root = (new_v[0] * correction2).sqrt() + epsilon;
    let moved = rate * correction1 / root;
    // A root halves what its argument errs by.
    let w_terms = w.abs() + moved * (m_terms + new_m[0].abs() * (1.0 + 0.5 * v_terms / new_v[0]));
    [(new_w[0], w_terms), (new_m[0], m_terms), (new_v[0], v_terms)]
}
