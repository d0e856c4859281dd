//! A test of a whole run whose device is lost; it stands here because only this room can destroy a device.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::backend::GpuBackend;
use crate::cpu::Cpu;
use crate::data::{Dataset, Targets};
use crate::error::Result;
use crate::gpu::device::adapter::adapters;
use crate::gpu::test_adapter;
use crate::network::Layer;
use crate::run::{LayerStack, Optimizer, Parameters, Run};
use crate::train::{Checkpoint, EpochRow, Observer, Outcome, Stop, train, train_from};
use pollster::FutureExt as _;

/// Keeps a checkpoint every second epoch, and destroys the device after one, if it has one.
struct Keeper {
    device: Option<wgpu::Device>,
    epoch: u32,
    rows: Vec<EpochRow>,
    checkpoint: Option<Checkpoint>,
    ended: Option<Outcome>,
}

impl Keeper {
    fn new(device: Option<wgpu::Device>, epoch: u32) -> Self {
        Keeper { device, epoch, rows: vec![], checkpoint: None, ended: None }
    }
}

impl Observer for Keeper {
    fn epoch(&mut self, row: &EpochRow) -> Result<()> {
        self.rows.push(row.clone());
        if let (Some(device), true) = (&self.device, row.epoch == self.epoch) {
            device.destroy();
        }
        Ok(())
    }
    fn checkpoint_due(&self, epoch: u32) -> bool {
        epoch.is_multiple_of(2)
    }
    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        self.checkpoint = Some(checkpoint.clone());
        Ok(())
    }
    fn finished(&mut self, outcome: &Outcome, _state: &crate::backend::State) -> Result<()> {
        self.ended = Some(outcome.clone());
        Ok(())
    }
}

fn run() -> Arc<Run> {
    let x = ndarray::Array2::from_shape_fn((40, 2), |(i, j)| ((i * 3 + j * 7) as f64).sin());
    let y = x.map_axis(ndarray::Axis(1), |row| row.sum()).insert_axis(ndarray::Axis(1));
    let dataset = Dataset::from_arrays("made", x.view().into_dyn(), Targets::Reals(y)).unwrap();
    let layers = LayerStack::General(vec![Layer::dense(4, "tanh"), Layer::dense(1, "linear")]);
    let mut parameters = Parameters::new(layers).learning_rate(0.01).max_epochs(8).batch_size(4);
    parameters.optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    Arc::new(Run::new(&parameters, &dataset).unwrap())
}

/// The device is lost in the middle of an epoch, before a due checkpoint is read, and after the last epoch.
#[test]
fn a_run_whose_device_is_lost_goes_on_on_the_cpu_from_its_last_checkpoint() {
    let test = "a_run_whose_device_is_lost_goes_on_on_the_cpu_from_its_last_checkpoint";
    let go_on = AtomicBool::new(false);
    let run = run();
    for (lost, saved) in [(5, 4), (4, 2), (8, 6)] {
        let Some(adapter) = test_adapter::first(test, adapters().block_on()) else { return };
        let mut gpu =
            GpuBackend::new(adapter.open().block_on().unwrap(), run.clone()).block_on().unwrap();
        let mut keeper = Keeper::new(Some(gpu.device()), lost);
        let error = train(&run, &mut gpu, &mut keeper, &go_on).block_on().unwrap_err().to_string();
        assert!(error.contains("--device cpu"), "{error}");
        let ended = &keeper.ended.unwrap().replicas[0];
        assert_eq!((ended.stop, ended.epochs), (Stop::Interrupted, lost));
        let checkpoint = keeper.checkpoint.unwrap();
        assert_eq!(checkpoint.progress.epoch, saved);

        let (mut rest, mut whole) = (Keeper::new(None, 0), Keeper::new(None, 0));
        let mut cpu = Cpu::<f32>::new(run.clone());
        train_from(&run, checkpoint, &mut cpu, &mut rest, &go_on).block_on().unwrap();
        train(&run, &mut Cpu::<f32>::new(run.clone()), &mut whole, &go_on).block_on().unwrap();
        keeper.rows.truncate(saved as usize);
        keeper.rows.extend(rest.rows);
        assert_eq!(keeper.rows.len(), whole.rows.len());
        for (row, whole) in keeper.rows.iter().zip(&whole.rows) {
            let loss = |row: &EpochRow| row.validation.as_ref().unwrap().loss;
            assert!((row.train.loss - whole.train.loss).abs() < 1e-4, "{row:?} {whole:?}");
            assert!((loss(row) - loss(whole)).abs() < 1e-4, "{row:?} {whole:?}");
        }
    }
}
