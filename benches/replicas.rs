//! Many replicas in one run on the CPU, beside as many single runs: seconds and peak memory.
//!
//!     cargo bench --bench replicas -- together|alone JOB COUNT THREADS
//!
//! JOB is `iris` (4-8-3, Adam, batch 16, thirty epochs) or the file of covtype (54-16-32-7, SGD, batch 10, five
//! epochs); both on ten folds. Replica i has seed i and fold i modulo 10. `alone` trains one after the other, each a
//! run of its own.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use gpu_mlp::rooms::cpu::{Cpu, Schedule};
use gpu_mlp::rooms::data::{Dataset, Splits};
use gpu_mlp::rooms::run::{LayerStack, Optimizer, Parameters, Replica, ReplicaId, Run};
use gpu_mlp::rooms::train::{EpochRow, Observer, train};
use pollster::FutureExt as _;

const FOLDS: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [mode, job, count, threads] = &words[..] else {
        // `cargo test` runs benches without arguments.
        println!("replicas: together|alone iris|COVTYPE.npz COUNT THREADS");
        return Ok(());
    };
    rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build_global()?;
    let run = prepared(job, count.parse()?)?;
    let runs = match mode.as_str() {
        "together" => 1,
        "alone" => run.replicas.len(),
        other => return Err(format!("{other}; allowed: together, alone").into()),
    };
    let (mut steps, mut seconds) = (0, 0.0);
    for id in 0..runs {
        let run = Arc::new(if mode == "alone" { alone(&run, id) } else { run.clone() });
        let mut cpu = Cpu::<f32>::with_schedule(run.clone(), Schedule::Fused)?;
        let outcome = train(&run, &mut cpu, &mut Silent, &AtomicBool::new(false)).block_on()?;
        steps += outcome.steps;
        seconds += outcome.seconds.train + outcome.seconds.evaluate;
    }
    println!("{mode} {count} on {threads} threads: {steps} steps, {seconds:.3} s, {}", peak());
    Ok(())
}

/// Hears nothing.
struct Silent;

impl Observer for Silent {
    fn epoch(&mut self, _row: &EpochRow) -> gpu_mlp::Result<()> {
        Ok(())
    }
}

/// A job with so many replicas on ten folds.
fn prepared(job: &str, count: usize) -> Result<Run, Box<dyn Error>> {
    let network = |sizes: &[usize], epochs, batch| {
        let mut activations = vec!["relu".to_owned(); sizes.len()];
        (activations[0], activations[sizes.len() - 1]) = ("-".into(), "softmax".into());
        let layers = LayerStack::Mlp { sizes: sizes.to_vec(), names: None, activations };
        Parameters::new(layers).learning_rate(0.001).max_epochs(epochs).batch_size(batch)
    };
    let (parameters, file) = match job {
        "iris" => {
            let mut parameters = network(&[4, 8, 3], 30, 16);
            parameters.optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
            (parameters, "datasets/iris.npz")
        }
        file => (network(&[54, 16, 32, 7], 5, 10), file),
    };
    let dataset = Dataset::read(file)?;
    let folds = folds(dataset.inputs.nrows());
    let run = Run::on_folds(&parameters, &dataset, folds)?;
    let one = &run.replicas[0];
    let replica =
        |id| Replica { id: ReplicaId(id), fold: id % FOLDS, seed: id as u64, ..one.clone() };
    let replicas = (0..count).map(replica).collect();
    Ok(run.with_replicas(replicas)?)
}

/// Fold i validates on every tenth row from i on, and trains on the others.
fn folds(rows: usize) -> Vec<Splits> {
    let fold = |fold| {
        let is_held = |row: &u32| *row as usize % FOLDS == fold;
        let (held, rest) = (0..rows as u32).partition(is_held);
        Splits::new(rest, held, vec![])
    };
    (0..FOLDS).map(fold).collect()
}

/// One replica of a run, with its fold.
fn alone(run: &Run, id: usize) -> Run {
    let replica = Replica { id: ReplicaId(0), fold: 0, ..run.replicas[id].clone() };
    let folds = vec![run.fold(&run.replicas[id]).clone()];
    Run { replicas: vec![replica], folds, ..run.clone() }
}

/// The most memory that this process has had, where the system says so.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.map_or("its peak unknown".into(), |line| {
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    })
}
