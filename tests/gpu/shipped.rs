//! Every shipped parameter file, for 20 steps: all schedules and the CPU agree on the losses, and a second run gives the
//! same bits. The data are made up, in the shapes of the real ones, which are not all shipped.

use std::path::PathBuf;

use crate::common::image_stacks::ImageStack;
use crate::common::signals::Stack;
use crate::common::{classes, cpu, run, trained, values};
use crate::support::device;
use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::cpu::{Cpu, Schedule as CpuSchedule};
use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::gpu::{GpuBackend, Schedule};
use gpu_mlp::rooms::network::layers::Kind;
use gpu_mlp::rooms::network::layers::dense::Dense;
use gpu_mlp::rooms::network::{Layer, axes_of};
use gpu_mlp::rooms::params::Override;
use gpu_mlp::rooms::run::{LayerStack, Parameters};
use gpu_mlp::rooms::train::EpochRow;
use pollster::FutureExt as _;

const STEPS: usize = 20;
/// Samples per signal: enough for the longest shipped stack of pools.
const SAMPLES: usize = 150;
const FEW_SAMPLES: usize = 24;
/// The rows of a batch of a network of images, of a deep or of a recurrent one, unless GPU_MLP_FULL_BATCHES is set: a software device
/// takes minutes for more.
const FEW_ROWS: usize = 8;

/// All shipped files, or those in GPU_MLP_FILES, separated by commas.
fn files() -> Vec<PathBuf> {
    let wanted = std::env::var("GPU_MLP_FILES").unwrap_or_default();
    let is_wanted = |path: &PathBuf| {
        wanted.is_empty() || wanted.split(',').any(|name| path.file_stem() == Some(name.as_ref()))
    };
    let entries = std::fs::read_dir("params").unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "json")).collect();
    files.retain(is_wanted);
    files.sort();
    files
}

fn is_recurrent(layer: &Layer<String>) -> bool {
    ["rnn", "gru", "lstm"].contains(&layer.name())
}

/// One epoch of 20 steps, and rows for validation.
fn twenty_steps(parameters: &mut Parameters) -> usize {
    (parameters.max_epochs, parameters.split) = (1, [0.8, 0.2, 0.0]);
    let is_large = match &parameters.layers {
        LayerStack::Mlp { .. } | LayerStack::Hidden { .. } => false,
        LayerStack::General(layers) => {
            axes_of(layers) == Some(3)
                || layers
                    .iter()
                    .any(|layer| layer.name() == "global_avgpool" || is_recurrent(layer))
        }
    };
    if is_large && std::env::var_os("GPU_MLP_FULL_BATCHES").is_none() {
        parameters.batch_size = parameters.batch_size.min(FEW_ROWS);
    }
    STEPS * parameters.batch_size * 5 / 4
}

fn made(parameters: &Parameters, rows: usize) -> Dataset {
    if let Some(window) = parameters.window {
        // The first windows of each split begin in the rows before.
        let farthest = parameters.horizons.iter().flatten().max().copied().unwrap_or(1);
        return values(rows + 2 * (window + farthest), 2, 1);
    }
    match &parameters.layers {
        LayerStack::Mlp { sizes, activations, .. } => {
            let outputs = sizes[sizes.len() - 1];
            let classifies =
                activations.last().is_some_and(|last| last.eq_ignore_ascii_case("softmax"));
            if classifies {
                classes(rows, sizes[0], outputs)
            } else {
                values(rows, sizes[0], outputs)
            }
        }
        LayerStack::Hidden { .. } => classes(rows, 4, 3),
        LayerStack::General(layers) if axes_of(layers) == Some(3) => {
            let given = parameters.input_shape.as_deref();
            let input = given.and_then(|shape| shape.try_into().ok()).unwrap_or([1, 28, 28]);
            ImageStack { input, layers: layers.clone() }.dataset(rows)
        }
        LayerStack::General(layers) => {
            let layers: Vec<Layer<String>> = layers.clone();
            // A pool over all positions takes any number of them.
            let is_global = |layer: &Layer<String>| layer.name().starts_with("global");
            let usual = match &layers {
                all if all.iter().any(is_recurrent) => [28, 28],
                all if all.iter().any(is_global) => [1, FEW_SAMPLES],
                _ => [1, SAMPLES],
            };
            let given = parameters.input_shape.as_deref();
            let [channels, samples] = given.and_then(|own| own.try_into().ok()).unwrap_or(usual);
            Stack { channels, samples, classifies: true, layers }.dataset(rows)
        }
    }
}

/// The largest difference of an epoch's losses, of training and validation, from the expected ones, divided by the loss
/// or by 1, whichever is larger. Infinite if the epoch has no losses.
fn apart(found: &[EpochRow], expected: &[EpochRow]) -> f64 {
    let losses = |row: &EpochRow| [row.train.loss, row.validation.as_ref().unwrap().loss];
    let ([found], [expected]) = (found, expected) else { return f64::INFINITY };
    let pairs = losses(found).into_iter().zip(losses(expected));
    // A comparison keeps NaN, which max would hide.
    pairs.map(|(a, b)| (a - b).abs() / b.abs().max(1.0)).fold(0.0, |worst, apart| match apart {
        apart if apart <= worst => worst,
        apart => apart,
    })
}

fn near(found: &[EpochRow], expected: &[EpochRow]) -> bool {
    apart(found, expected) < 1e-4
}

/// A stack of signals that ends in another number of classes than the made-up rows gets rows of its own.
fn with_three_classes(parameters: &mut Parameters) {
    if let LayerStack::General(layers) = &mut parameters.layers
        && let Some(Layer { kind: Kind::Dense(Dense { units, .. }), .. }) = layers.last_mut()
    {
        *units = Some(3);
    }
}

/// All schedules on a file; None without a device.
fn check(file: &std::path::Path, problems: &mut Vec<String>) -> Option<()> {
    let mut parameters = Parameters::read(file, &[]).unwrap();
    with_three_classes(&mut parameters);
    let rows = twenty_steps(&mut parameters);
    let run = run(&parameters, &made(&parameters, rows));
    assert!(run.steps() >= STEPS as u32, "{}: {} steps", file.display(), run.steps());
    let (expected, _) = trained(&run, &mut cpu::<f32>(&run));
    if let Ok(mut fused) = Cpu::<f32>::with_schedule(run.clone(), CpuSchedule::Fused) {
        let (found, _) = trained(&run, &mut fused);
        assert!(near(&found, &expected), "{}, fused: {found:?} {expected:?}", file.display());
    }
    for schedule in Schedule::ALL {
        let device = device("every_parameter_file_on_every_schedule")?;
        let software = device.is_software;
        let (fitting, refused) =
            GpuBackend::first_fitting(device, run.clone(), &[schedule]).block_on().unwrap();
        let Some(mut gpu) = fitting else {
            let (_, why) = &refused[0];
            let reasons = ["dense layers alone", "workgroup memory"];
            assert!(reasons.iter().any(|reason| why.message.contains(reason)), "{why}");
            continue;
        };
        let iterations = gpu.most_iterations();
        assert!(
            !software || iterations <= 60_000,
            "{}: {iterations} iterations of loops",
            file.display()
        );
        let before = gpu.state().block_on().unwrap();
        let (found, _) = trained(&run, &mut gpu);
        let after = gpu.state().block_on().unwrap();
        gpu.restore(&before).block_on().unwrap();
        let again = (trained(&run, &mut gpu).0, gpu.state().block_on().unwrap());
        let same = again == (found.clone(), after);
        let (what, apart) = (file.file_stem().unwrap().display(), apart(&found, &expected));
        // For a run by hand, on a card.
        println!(
            "{what:24} {:10} losses apart {apart:8.1e}, bits again: {}",
            schedule.name(),
            if same { "the same" } else { "OTHERS" }
        );
        // Asserted at the end, so that the failure of one schedule does not hide another.
        if !near(&found, &expected) {
            problems.push(format!("{what}, {}: {found:?} {expected:?}", schedule.name()));
        }
        if !same {
            problems.push(format!("{what}, {}: a second time gives other bits", schedule.name()));
        }
    }
    Some(())
}

#[test]
fn every_parameter_file_on_every_schedule() {
    let mut problems = vec![];
    for file in files() {
        if check(&file, &mut problems).is_none() {
            return;
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Whole epochs whose dispatches make the most allowed loop iterations: a driver that leaves loops early would fail this
/// test and the check of the backend.
#[test]
fn dispatches_of_as_many_turns_as_are_allowed() {
    let mut stretched = 0;
    for (file, batch_size, changes) in [
        ("breast_cancer", 5, ""),
        ("diabetes_wide", 5, ""),
        ("diabetes", 1, ""),
        ("digits", 1, ""),
        ("digits", 2, ""),
        ("digits", 4, ""),
        ("digits_custom", 4, ""),
        ("digits", 8, r#"LAYER_ACTS=["-","prelu","prelu","softmax"]"#),
    ] {
        let path = format!("params/{file}.json");
        let changes = [changes].into_iter().filter(|c| !c.is_empty());
        let changes: Vec<Override> = changes.map(|c| Override::set(c).unwrap()).collect();
        let mut parameters = Parameters::read(path.as_ref(), &changes).unwrap();
        (parameters.max_epochs, parameters.split) = (1, [0.8, 0.2, 0.0]);
        parameters.batch_size = batch_size;
        let run = run(&parameters, &made(&parameters, 700));
        let Some(device) = device("dispatches_of_as_many_turns_as_are_allowed") else { return };
        let software = device.is_software;
        let fitting =
            GpuBackend::first_fitting(device, run.clone(), &[Schedule::Resident]).block_on();
        let Some(mut gpu) = fitting.unwrap().0 else { continue };
        let iterations = gpu.most_iterations();
        assert!(!software || iterations <= 60_000, "{file}: {iterations} iterations of loops");
        stretched += usize::from(!software || iterations > 50_000);
        let (found, _) = trained(&run, &mut gpu);
        let (expected, _) = trained(&run, &mut cpu::<f32>(&run));
        assert!(near(&found, &expected), "{file} {batch_size}: {found:?} {expected:?}");
    }
    assert!(stretched > 3, "most of these dispatches are meant to be long");
}
