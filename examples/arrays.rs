//! Trains a network on arrays, without a file: `cargo run --release --example arrays`

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use gpu_mlp::cpu::Cpu;
use gpu_mlp::data::{Dataset, Targets};
use gpu_mlp::network::Layer;
use gpu_mlp::run::{LayerStack, Optimizer, Parameters, Run};
use gpu_mlp::train::{EpochRow, Observer, train};
use ndarray::Array2;
use pollster::FutureExt as _;

/// Prints the last epoch's validation.
struct Last;

impl Observer for Last {
    fn epoch(&mut self, row: &EpochRow) -> gpu_mlp::Result<()> {
        if let (200, Some(validation)) = (row.epoch, &row.validation) {
            println!("epoch 200: validation R² {:.4}", validation.score());
        }
        Ok(())
    }
}

fn main() -> gpu_mlp::Result<()> {
    let x = Array2::from_shape_fn((500, 1), |(row, _)| row as f64 / 50.0);
    let y = x.mapv(f64::sin);
    let dataset = Dataset::from_arrays("sine", x.view().into_dyn(), Targets::Reals(y))?;
    let layers = LayerStack::General(vec![Layer::dense(32, "tanh"), Layer::dense(1, "linear")]);
    let mut parameters = Parameters::new(layers, 0.01, 200, 16);
    parameters.optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let run = Arc::new(Run::new(&parameters, &dataset)?);
    let mut backend = Cpu::<f32>::new(run.clone());
    train(&run, &mut backend, &mut Last, &AtomicBool::new(false)).block_on()?;
    Ok(())
}
