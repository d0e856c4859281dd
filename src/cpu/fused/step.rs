//! A step of the schedule `fused`.

use std::sync::Arc;

use super::chain::{Chain, LinkActivation};
use super::dispatch::Parts;
use super::loss::losses;
use super::memory::{Memory, Training, load, store};
use super::update::Rule;
use crate::cpu::batch::Batch;
use crate::cpu::fetch::fetch;
use crate::cpu::gather::FoldScaling;
use crate::expr::Scratch;
use crate::instruction_set::InstructionSet;
use crate::math::Real;
use crate::metrics::Evaluation;
use crate::plan::Layout;
use crate::run::{Clip, Fold, Replica, Run, StepNumbers, TableRow};

/// The network of a run, fused, with the weights of one replica.
#[derive(Debug, Clone)]
pub(in crate::rooms::cpu) struct Fused {
    chain: Arc<Chain>,
    /// What its memory was made for; None for an evaluator.
    needs: Option<(usize, Training)>,
    memory: Memory,
    instructions: Parts,
    scaling: FoldScaling<f32>,
    batch: Batch<f32>,
    scratch: Scratch<f32>,
    /// The logits of the batch and the gradient with respect to them, without padding: (rows, outputs).
    logits: Vec<f32>,
    logit_delta: Vec<f32>,
}

/// What a step did.
pub(in crate::rooms::cpu) enum Done {
    /// A step.
    Step,
    /// The loss is not finite; nothing moved.
    Bad,
}

impl Fused {
    /// The network of a replica, without its weights.
    pub fn new(run: &Run, replica: &Replica, chain: Arc<Chain>) -> Self {
        Self::on(run, replica, chain, InstructionSet::best())
    }

    fn on(run: &Run, replica: &Replica, chain: Arc<Chain>, instructions: InstructionSet) -> Self {
        let needs = needs(run, replica);
        let memory = Memory::new(&chain, needs.0, Some(needs.1));
        let scaling = FoldScaling::new(run, run.fold(replica));
        Fused { needs: Some(needs), ..Self::of(chain, memory, Parts::on(instructions), scaling) }
    }

    /// A network with these weights, in the order of the plan's layout, to evaluate up to `rows` rows at once.
    pub fn evaluator<T: Real>(
        (chain, scaling): (&Arc<Chain>, &FoldScaling<f32>),
        (layout, weights): (&Layout, &[T]),
        rows: usize,
    ) -> Self {
        let memory = Memory::new(chain, rows, None);
        let instructions = Parts::on(InstructionSet::best());
        let mut evaluator = Self::of(chain.clone(), memory, instructions, scaling.clone());
        evaluator.take_over(layout, weights, &[]);
        evaluator
    }

    /// The bytes that it needs to train a replica on a fold.
    pub fn bytes(run: &Run, fold: &Fold, clips_by_norm: bool, chain: &Chain) -> usize {
        let training = Training { slots: run.optimizer().slots(), clips_by_norm };
        Memory::bytes(chain, run.largest_batch(fold), Some(training))
    }

    /// The bytes of an [`Self::evaluator`].
    pub fn evaluator_bytes(chain: &Chain, rows: usize) -> usize {
        Memory::bytes(chain, rows, None)
    }

    fn of(
        chain: Arc<Chain>,
        memory: Memory,
        instructions: Parts,
        scaling: FoldScaling<f32>,
    ) -> Self {
        Fused {
            chain,
            needs: None,
            memory,
            instructions,
            scaling,
            batch: Batch::default(),
            scratch: Scratch::default(),
            logits: vec![],
            logit_delta: vec![],
        }
    }

    /// Whether it can train a replica as its own network would.
    pub fn suits(&self, run: &Run, replica: &Replica) -> bool {
        self.needs == Some(needs(run, replica))
    }

    /// Takes over a replica: its scaling, and its weights and moments in the order of the plan's layout.
    pub fn load<T: Real>(
        &mut self,
        scaling: &FoldScaling<f32>,
        layout: &Layout,
        weights: &[T],
        slots: &[Vec<T>],
    ) {
        self.scaling.clone_from(scaling);
        // Padding is zero, whatever became of the replica before.
        self.memory.numbers.fill(0.0);
        self.take_over(layout, weights, slots);
    }

    fn take_over<T: Real>(&mut self, layout: &Layout, weights: &[T], slots: &[Vec<T>]) {
        let Memory { map, numbers } = &mut self.memory;
        load(&self.chain, &map.places, layout, weights, &mut numbers[map.weights.all()]);
        for (from, to) in slots.iter().zip(&map.slots) {
            load(&self.chain, &map.places, layout, from, &mut numbers[to.all()]);
        }
    }

    /// Hands the weights back.
    pub fn store_weights<T: Real>(&self, layout: &Layout, weights: &mut [T]) {
        let Memory { map, numbers } = &self.memory;
        store(&self.chain, &map.places, layout, &numbers[map.weights.all()], weights);
    }

    /// Hands the moments back.
    pub fn store_slots<T: Real>(&self, layout: &Layout, slots: &mut [Vec<T>]) {
        let Memory { map, numbers } = &self.memory;
        for (to, from) in slots.iter_mut().zip(&map.slots) {
            store(&self.chain, &map.places, layout, &numbers[from.all()], to);
        }
    }

    /// Step `t` (counted from 1) on these rows of the table; those after them, of the next step, are
    /// fetched meanwhile.
    pub fn step(
        &mut self,
        run: &Run,
        replica: &Replica,
        (rows, after): (&[u32], &[u32]),
        t: u64,
        sums: &mut Evaluation,
    ) -> Done {
        after.iter().for_each(|row| fetch_ahead(self.scaling.row(&run.table, *row)));
        self.forward(run, rows, true);
        let scale = run.step.gradient_scale(run.fold(replica), rows.len()) as f32;
        if !self.loss(run, rows.len(), scale, sums) {
            return Done::Bad;
        }
        self.backward(rows.len());
        self.update(run, replica, rows.len(), t);
        Done::Step
    }

    /// The sums over these rows of the table.
    pub fn evaluate(&mut self, run: &Run, rows: &[u32]) -> Evaluation {
        let mut sums = Evaluation::default();
        self.forward(run, rows, false);
        self.loss(run, rows.len(), 1.0, &mut sums);
        sums
    }

    fn forward(&mut self, run: &Run, rows: &[u32], training: bool) {
        self.batch.gather(&self.scaling, &run.table, rows);
        let Memory { map, numbers } = &mut self.memory;
        let place = map.places[0];
        let inputs = &mut numbers[map.activations[0].all()];
        self.scaling.gather(&run.table, rows, place.input_row, inputs);
        for layer in 0..self.chain.links.len() {
            let relu = matches!(self.chain.links[layer].activation, LinkActivation::Relu);
            self.instructions.forward(&mut self.memory, layer, rows.len(), relu);
            self.activate(layer, rows.len(), training);
        }
    }

    /// a = f(z) and, while training, the slopes, of an expression.
    fn activate(&mut self, layer: usize, rows: usize, training: bool) {
        let LinkActivation::Function(f) = &self.chain.links[layer].activation else { return };
        let Memory { map, numbers } = &mut self.memory;
        let place = map.places[layer];
        let of = [map.activations[layer + 1], map.z[layer], map.slopes[layer]];
        let [a, z, slopes] = numbers.disjoint(of.map(|span| span.part(0, rows * place.row)));
        f.evaluate_block(z, &[], a, training.then_some(slopes), &mut self.scratch);
        if place.units < place.row {
            // f(0) need not be 0, and padding has to be.
            a.chunks_exact_mut(place.row).for_each(|row| row[place.units..].fill(0.0));
        }
    }

    /// Losses, sums, and the gradient with respect to the logits; false if the loss is not finite.
    fn loss(&mut self, run: &Run, rows: usize, scale: f32, sums: &mut Evaluation) -> bool {
        let last = self.chain.links.len() - 1;
        let Memory { map, numbers } = &mut self.memory;
        let place = map.places[last];
        let padded = numbers[map.activations[last + 1].all()].chunks_exact(place.row).take(rows);
        self.logits.clear();
        padded.for_each(|row| self.logits.extend_from_slice(&row[..place.units]));
        self.logit_delta.resize(self.logits.len(), 0.0);
        let exponentials = |z: &mut [f32]| self.instructions.exponentials(z);
        let delta = &mut self.logit_delta;
        losses(&run.plan.loss, &mut self.batch, &self.logits, scale, delta, exponentials);
        let before = sums.loss_sum;
        self.batch.add_sums(&run.plan.loss, &self.logits, sums);
        let rows = numbers[map.deltas[last].all()].chunks_exact_mut(place.row);
        for (row, delta) in rows.zip(self.logit_delta.chunks_exact(place.units)) {
            row[..place.units].copy_from_slice(delta);
        }
        (sums.loss_sum - before).is_finite()
    }

    fn backward(&mut self, rows: usize) {
        for layer in (0..self.chain.links.len()).rev() {
            self.activation_backward(layer, rows);
            if layer > 0 {
                self.instructions.backward(&mut self.memory, layer, rows);
            }
        }
    }

    fn activation_backward(&mut self, layer: usize, rows: usize) {
        let Memory { map, numbers } = &mut self.memory;
        let used = rows * map.places[layer].row;
        let [delta, slopes, a] = [map.deltas[layer], map.slopes[layer], map.activations[layer + 1]]
            .map(|span| span.part(0, used));
        match self.chain.links[layer].activation {
            LinkActivation::Linear => {}
            LinkActivation::Relu => {
                let [a, delta] = numbers.disjoint([a, delta]);
                self.instructions.relu_backward(delta, a);
            }
            LinkActivation::Function(_) => {
                let [slopes, delta] = numbers.disjoint([slopes, delta]);
                delta.iter_mut().zip(slopes).for_each(|(delta, slope)| *delta *= *slope);
            }
        }
    }

    fn update(&mut self, run: &Run, replica: &Replica, rows: usize, t: u64) {
        let layers = self.chain.links.len();
        let numbers = run.step_numbers(replica, rows, t);
        let mut rule = rule(replica, &self.chain, &numbers, t);
        if let Some(Clip::Norm(bound)) = replica.clip {
            let of = |layer| self.instructions.squares(&mut self.memory, layer, rows);
            let norm = (0..layers).map(of).sum::<f64>().max(0.0).sqrt();
            if norm > bound {
                rule.scale = (bound / norm) as f32;
            }
        }
        let decay = numbers.decay as f32;
        for layer in 0..layers {
            self.instructions.update(&mut self.memory, layer, rows, &rule, decay);
        }
    }
}

/// The rows of a batch, and what training a replica needs.
fn needs(run: &Run, replica: &Replica) -> (usize, Training) {
    let clips_by_norm = matches!(replica.clip, Some(Clip::Norm(_)));
    let training = Training { slots: replica.optimizer.slots(), clips_by_norm };
    (run.largest_batch(run.fold(replica)), training)
}

/// Rows of a shuffled table lie anywhere: without this a step begins by waiting for them.
fn fetch_ahead(row: TableRow) {
    match row {
        TableRow::Reals(row) => fetch(row),
        TableRow::Bytes(row) => fetch(row),
    }
}

fn rule(replica: &Replica, chain: &Chain, numbers: &StepNumbers, t: u64) -> Rule {
    let bound = match replica.clip {
        Some(Clip::Value(bound)) => bound as f32,
        Some(Clip::Norm(_)) | None => f32::INFINITY,
    };
    let adam = chain.optimizers[replica.id.0].adam(numbers);
    let learning_rate = numbers.learning_rate as f32;
    Rule { learning_rate, scale: 1.0, bound, adam, t }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Split, Targets};
    use crate::network::Layer;
    use crate::run::{Optimizer, Parameters};

    const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

    /// 6 inputs, widths on both sides of a vector, 2 targets.
    fn run(optimizer: Optimizer, clip: Option<Clip>, batch_size: usize) -> Run {
        let x = ndarray::Array2::from_shape_fn((60, 6), |(i, j)| ((i * 5 + j * 3) as f64).sin());
        let y = ndarray::Array2::from_shape_fn((60, 2), |(i, k)| x[[i, k]] * x[[i, k + 1]]);
        let dataset = Dataset::from_arrays("made", x.view().into_dyn(), Targets::Reals(y)).unwrap();
        // Miri takes minutes for what the processor does in a blink.
        let [first, second, third] = if cfg!(miri) { [17, 18, 3] } else { [70, 128, 17] };
        let layers = vec![
            Layer::dense(first, "relu"),
            Layer::dense(second, "tanh"),
            Layer::dense(third, "relu"),
            Layer::dense(2, "linear"),
        ];
        let mut parameters =
            Parameters::new(layers).learning_rate(0.01).max_epochs(1).batch_size(batch_size);
        (parameters.optimizer, parameters.clip, parameters.l2) = (optimizer, clip, 0.1);
        Run::new(&parameters, &dataset).unwrap()
    }

    fn weights_after_steps(run: &Run, instructions: InstructionSet) -> Vec<f32> {
        let (replica, layout) = (&run.replicas[0], Layout::new(&run.plan));
        let chain = Arc::new(Chain::of(run).unwrap());
        let mut fused = Fused::on(run, replica, chain, instructions);
        let weight = |i: usize| 0.1 * (i as f32 * 0.7).sin();
        let mut weights: Vec<f32> = (0..layout.total()).map(weight).collect();
        let slots = vec![vec![0.0f32; layout.total()]; run.optimizer().slots()];
        fused.take_over(&layout, &weights, &slots);
        let rows = run.folds[0].rows(Split::Train);
        let mut sums = Evaluation::default();
        let steps = if cfg!(miri) { 1 } else { 4 };
        for (t, rows) in (1..=steps).zip(rows.chunks(run.step.batch_size)) {
            fused.step(run, replica, (rows, &[]), t, &mut sums);
        }
        fused.store_weights(&layout, &mut weights);
        weights
    }

    #[test]
    fn every_instruction_set_of_this_machine_makes_the_same_steps() {
        // Below and above the rows from which weights are transposed, norms of either kind.
        let batch_sizes: &[usize] = if cfg!(miri) { &[9] } else { &[1, 5, 7, 23] };
        for optimizer in [Optimizer::Sgd, ADAM] {
            for clip in [None, Some(Clip::Norm(0.1)), Some(Clip::Value(0.001))] {
                for &batch_size in batch_sizes {
                    let run = run(optimizer, clip, batch_size);
                    let expected = weights_after_steps(&run, InstructionSet::Portable);
                    let others = |set: &&_| **set != InstructionSet::Portable;
                    for &instructions in InstructionSet::all().iter().filter(others) {
                        let found = weights_after_steps(&run, instructions);
                        for (found, expected) in found.iter().zip(&expected) {
                            // Adam's first steps are as long as the rate, 0.01, whatever the
                            // gradient: rounding decides where it is nearly 0, but for few.
                            let error = (found - expected).abs();
                            let bound = if optimizer == ADAM { 2e-3 } else { 2e-6 };
                            assert!(error < bound, "{instructions:?} {found} {expected}");
                        }
                    }
                }
            }
        }
    }
}
