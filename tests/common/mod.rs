//! Shared by several test files: small data sets, small networks, a CPU backend on them.
#![allow(dead_code)] // each test file uses a part

pub mod forecasts;
pub mod image_stacks;
pub mod images;
pub mod signals;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use gpu_mlp::rooms::backend::{
    Answer, Description, Event, Quantity, ReplicaReport, State, Train, Trained, Weights,
};
use gpu_mlp::rooms::cpu::{Cpu, Product, Schedule};
use gpu_mlp::rooms::data::{Dataset, Split, Splits, Targets};
use gpu_mlp::rooms::metrics::Evaluation;
use gpu_mlp::rooms::network::ACTIVATION_NAMES;
use gpu_mlp::rooms::run::{
    Clip, LayerStack, Optimizer, Parameters, RateSchedule, Replica, ReplicaId, Run,
};
use gpu_mlp::rooms::train::{EpochRow, Observer, Outcome, train};
use ndarray::{Array2, ArrayD};
use pollster::FutureExt as _;

/// Folds of [`many_of_iris`].
const FOLDS: usize = 10;

/// A network's layers: sizes, then one activation per layer.
pub fn mlp(sizes: &[usize], activations: &[&str]) -> LayerStack {
    let activations = std::iter::once(&"-").chain(activations).map(ToString::to_string).collect();
    LayerStack::Mlp { sizes: sizes.to_vec(), names: None, activations }
}

/// Every activation of a hidden layer by its name, then some with a number, and expressions.
pub fn activations() -> impl Iterator<Item = &'static str> {
    let names =
        ACTIVATION_NAMES.iter().copied().filter(|name| !["softmax", "identity"].contains(name));
    names.chain([
        "leaky_relu(0.2)",
        "prelu(0.1)",
        "elu(0.5)",
        "x*tanh(softplus(x))",
        "if(x > 0, x, 0.1*x) + 0.2*sin(x)",
    ])
}

/// Parameters with a batch of 4 and everything else at its default.
pub fn parameters(sizes: &[usize], activations: &[&str]) -> Parameters {
    Parameters::new(mlp(sizes, activations)).learning_rate(0.1).max_epochs(5).batch_size(4)
}

/// One run with the replicas of these runs, which have one table; equal folds are shared.
pub fn joined(singles: &[Arc<Run>]) -> Arc<Run> {
    let mut folds = vec![];
    let mut replicas = vec![];
    for single in singles {
        let own = &single.folds[0];
        let fold = folds.iter().position(|fold| fold == own).unwrap_or_else(|| {
            folds.push(own.clone());
            folds.len() - 1
        });
        let id = ReplicaId(replicas.len());
        replicas.push(Replica { id, fold, ..single.replicas[0].clone() });
    }
    let run = Run { folds, ..Run::clone(&singles[0]) };
    Arc::new(run.with_replicas(replicas).unwrap())
}

/// A smooth, repeatable number for every (row, column).
fn value(row: usize, column: usize) -> f64 {
    ((row * 7 + column * 13) as f64 * 0.37).sin() + 0.1 * ((row * column) as f64).cos()
}

fn inputs(rows: usize, features: usize) -> ArrayD<f64> {
    Array2::from_shape_fn((rows, features), |(row, column)| value(row, column)).into_dyn()
}

/// Rows whose class follows from their features.
pub fn classes(rows: usize, features: usize, classes: usize) -> Dataset {
    let x = inputs(rows, features);
    let label = |row: usize| {
        let score: f64 = (0..features).map(|column| value(row, column)).sum();
        // Every class occurs: the row number takes part.
        ((score.abs() * 3.0) as usize + row) as i64 % classes as i64
    };
    let y = Array2::from_shape_fn((rows, 1), |(row, _)| label(row));
    Dataset::from_arrays("made", x.view(), Targets::Integers(y)).unwrap()
}

/// Rows that have any of several labels, 0 or 1 each.
pub fn labels(rows: usize, features: usize, labels: usize) -> Dataset {
    let x = inputs(rows, features);
    let y = Array2::from_shape_fn((rows, labels), |(row, label)| {
        i64::from(value(row, label) + value(row, label + 1) > 0.0)
    });
    Dataset::from_arrays("made", x.view(), Targets::Integers(y)).unwrap()
}

/// Rows whose targets are smooth functions of their features.
pub fn values(rows: usize, features: usize, outputs: usize) -> Dataset {
    let x = inputs(rows, features);
    let y = Array2::from_shape_fn((rows, outputs), |(row, output)| {
        50.0 + 10.0 * value(row, 0) * value(row, output + 1) + output as f64
    });
    Dataset::from_arrays("made", x.view(), Targets::Reals(y)).unwrap()
}

/// A run, ready for a backend.
pub fn run(parameters: &Parameters, dataset: &Dataset) -> Arc<Run> {
    Arc::new(Run::new(parameters, dataset).unwrap())
}

/// The CPU on a run.
pub fn cpu<T: Product>(run: &Arc<Run>) -> Cpu<T> {
    Cpu::new(run.clone())
}

/// The rows of a run.
#[derive(Default)]
pub struct Rows(pub Vec<EpochRow>);

impl Observer for Rows {
    fn epoch(&mut self, row: &EpochRow) -> gpu_mlp::Result<()> {
        // Time is the one thing that may differ.
        self.0.push(EpochRow { seconds: 0.0, ..row.clone() });
        Ok(())
    }
}

/// Trains to the end, and returns the rows and the outcome.
pub fn trained(run: &Run, backend: &mut dyn Train) -> (Vec<EpochRow>, Outcome) {
    let mut rows = Rows::default();
    let outcome = train(run, backend, &mut rows, &AtomicBool::new(false)).block_on().unwrap();
    (rows.0, outcome)
}

/// What trains in blocks of so many epochs.
pub struct InBlocks<B>(pub B, pub u32);

impl<B: Train> Train for InBlocks<B> {
    fn description(&self) -> Description {
        Description { epochs_per_submit: self.1, ..self.0.description() }
    }
    fn train<'a>(
        &'a mut self,
        epochs: Range<u32>,
        told: &'a mut dyn FnMut(Event),
    ) -> Answer<'a, ()> {
        self.0.train(epochs, told)
    }
    fn go_back(&mut self) -> Answer<'_, ()> {
        self.0.go_back()
    }
    fn retain(&mut self, live: &[ReplicaId]) -> gpu_mlp::Result<()> {
        self.0.retain(live)
    }
    fn evaluate(&mut self, split: Split, which: Weights) -> Answer<'_, Vec<Evaluation>> {
        self.0.evaluate(split, which)
    }
    fn first_step(&mut self, epoch: u32) -> Answer<'_, Vec<Quantity>> {
        self.0.first_step(epoch)
    }
    fn state(&mut self) -> Answer<'_, State> {
        self.0.state()
    }
    fn last_known_state(&mut self) -> State {
        self.0.last_known_state()
    }
    fn restore<'a>(&'a mut self, state: &'a State) -> Answer<'a, ()> {
        self.0.restore(state)
    }
}

/// Trains some epochs, and returns the report of each replica and epoch.
pub fn reports(backend: &mut dyn Train, epochs: Range<u32>) -> Vec<ReplicaReport> {
    let mut reports = vec![];
    let mut told = |event| {
        if let Event::Epoch(report) = event {
            reports.extend(report.replicas);
        }
    };
    backend.train(epochs, &mut told).block_on().unwrap();
    reports
}

/// The first replica's network with these weights of a state.
pub fn network_of(run: &Run, state: &State, which: Weights) -> Trained {
    let mut weights = vec![];
    for tensor in &run.plan.tensors {
        let saved = &state.tensors[&tensor.name];
        let values = if which == Weights::Best { &saved.best } else { &saved.values };
        let len: usize = tensor.shape.iter().product();
        weights.extend(values[..len].iter().map(|&w| w as f32));
    }
    let targets = run.folds[0].targets.clone();
    Trained { network: run.network.clone(), plan: run.plan.clone(), weights, targets }
}

/// Rows in original units as the first replica's network takes them.
pub fn scaled(run: &Run, rows: &Array2<f64>) -> Array2<f32> {
    let scaling = &run.folds[0].inputs;
    Array2::from_shape_fn(rows.dim(), |(row, column)| {
        ((rows[[row, column]] - scaling.shift[column]) * scaling.scale[column]) as f32
    })
}

/// Fold i tests on every tenth row from i on, validates on the rows beside them, and trains on the others.
fn ten_folds(rows: usize) -> Vec<Splits> {
    let part = |fold: usize, is_in: &dyn Fn(usize) -> bool| -> Vec<u32> {
        (0..rows as u32).filter(|row| is_in((*row as usize + FOLDS - fold) % FOLDS)).collect()
    };
    let fold = |fold| {
        Splits::new(
            part(fold, &|place| place > 1),
            part(fold, &|place| place == 1),
            part(fold, &|place| place == 0),
        )
    };
    (0..FOLDS).map(fold).collect()
}

/// Constant rates and rates that fall.
fn rates(id: usize) -> RateSchedule {
    match id % 3 {
        0 => RateSchedule::Constant,
        1 => RateSchedule::Cosine { floor: 0.0 },
        _ => RateSchedule::Cosine { floor: 0.001 },
    }
}

/// Replicas on ten folds, each with its own seed, rate, L2, bound, Adam, patience and epochs.
fn replicas(run: &Run, count: usize) -> Vec<Replica> {
    let replica = |id: usize| {
        let share = id as f64 / count as f64;
        let mut replica = Replica {
            id: ReplicaId(id),
            fold: id % FOLDS,
            seed: (id / FOLDS) as u64,
            rate: rates(id).beginning_at(0.002 + 0.3 * share),
            l2: 0.01 * (id % 3) as f64,
            clip: [None, Some(Clip::Value(0.05)), Some(Clip::Norm(0.2))][id / 7 % 3],
            optimizer: Optimizer::Adam { beta1: 0.8 + 0.15 * share, beta2: 0.99, epsilon: 1e-8 },
            ..run.replicas[0].clone()
        };
        replica.stopping.loss_patience = (!id.is_multiple_of(4)).then_some(1 + id as u32 % 4);
        replica.stopping.max_epochs = 3 + id as u32 % 9;
        replica
    };
    (0..count).map(replica).collect()
}

/// `count` replicas of iris on ten folds, each with its own numbers.
pub fn many_of_iris(count: usize) -> Arc<Run> {
    let dataset = Dataset::read("datasets/iris.npz").unwrap();
    let mut parameters = parameters(&[4, 8, 3], &["tanh", "softmax"]);
    (parameters.batch_size, parameters.loss_patience) = (16, Some(1));
    let run = Run::on_folds(&parameters, &dataset, ten_folds(150)).unwrap();
    let replicas = replicas(&run, count);
    Arc::new(run.with_replicas(replicas).unwrap())
}

/// One replica of a run, alone.
pub fn alone(run: &Run, id: usize) -> Arc<Run> {
    let replica = Replica { id: ReplicaId(0), fold: 0, ..run.replicas[id].clone() };
    let fold = run.fold(&run.replicas[id]).clone();
    let single = Run { folds: vec![fold], ..run.clone() };
    Arc::new(single.with_replicas(vec![replica]).unwrap())
}

/// Twenty replicas of iris, whose fold 3 has its own inputs, and one replica of that fold alone, whose table has them.
pub fn with_prepared_inputs() -> (Arc<Run>, usize, Arc<Run>) {
    let mut run = Run::clone(&many_of_iris(20));
    let gpu_mlp::rooms::run::TableInputs::Reals(inputs) = &run.table.inputs else {
        panic!("real numbers")
    };
    let own = gpu_mlp::rooms::run::TableInputs::Reals(inputs.mapv(|x| x * x * x + 0.5));
    run.folds[3].prepared = Some(Arc::new(own.clone()));
    let mut single = Run::clone(&alone(&run, 13));
    (single.table.inputs, single.folds[0].prepared) = (own, None);
    (Arc::new(run), 13, Arc::new(single))
}

/// Trains on a schedule of the CPU and on the reference, in f64: losses within 1e-4 after every epoch.
pub fn check_schedule(schedule: Schedule, parameters: &Parameters, dataset: &Dataset, what: &str) {
    let run = run(parameters, dataset);
    let mut own = Cpu::<f32>::with_schedule(run.clone(), schedule).unwrap();
    let (found, outcome) = trained(&run, &mut own);
    let (of_reference, expected) = trained(&run, &mut cpu::<f64>(&run));
    assert_eq!((found.len(), outcome.steps), (of_reference.len(), expected.steps), "{what}");
    for (found, reference) in found.iter().zip(&of_reference) {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-4 * b.abs().max(1.0);
        assert!(near(found.train.loss, reference.train.loss), "{what}: {found:?} {reference:?}");
        let validation =
            (found.validation.as_ref().unwrap(), reference.validation.as_ref().unwrap());
        assert!(near(validation.0.loss, validation.1.loss), "{what}: {found:?} {reference:?}");
    }
}
