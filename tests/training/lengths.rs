//! Rows that have lengths: no bit of a training or of a prediction depends on padding, nor on the rows beside; what they
//! have no meaning for is refused.

use std::collections::BTreeMap;

use gpu_mlp::rooms::backend::{Infer, TensorState, Train, Trained, Weights};
use gpu_mlp::rooms::cpu::{CpuInference, Product};
use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::flatten::Flatten;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use gpu_mlp::rooms::network::layers::rnn::Rnn;
use gpu_mlp::rooms::network::{InputLayout, Layer};
use gpu_mlp::rooms::run::{Augment, Flip, Parameters, Run};
use gpu_mlp::rooms::train::EpochRow;
use ndarray::{Array2, Axis, s};
use pollster::FutureExt as _;

use crate::common::signals::{Stack, ends_of_sequences, of_lengths};
use crate::common::{cpu, network_of, run, trained};
use crate::cuts::check_cuts;

fn stacks() -> impl Iterator<Item = Stack> {
    let deep = ends_of_sequences().into_iter().map(|end| of_lengths(2, 9, end));
    // The ends alone: nothing before them keeps padding away.
    let alone = ends_of_sequences().into_iter().map(|end| {
        let layers = vec![end, Layer::dense(3, "softmax")];
        Stack { channels: 2, samples: 9, classifies: true, layers }
    });
    deep.chain(alone)
}

/// The weights that the first replica of a run ends with, and its losses.
fn ends(stack: &Stack, padding: f64) -> impl PartialEq + std::fmt::Debug {
    of(&stack.parameters(), &stack.with_lengths(40, padding))
}

fn of(
    parameters: &Parameters,
    dataset: &Dataset,
) -> (Vec<EpochRow>, BTreeMap<String, TensorState>) {
    let run = run(parameters, dataset);
    let mut backend = cpu::<f32>(&run);
    let (rows, _) = trained(&run, &mut backend);
    (rows, backend.state().block_on().unwrap().tensors)
}

#[test]
fn no_bit_of_a_training_depends_on_padding() {
    for stack in stacks() {
        let expected = ends(&stack, 0.0);
        for padding in [1.0, -1e30, 1e300] {
            assert_eq!(ends(&stack, padding), expected, "{padding:e}: {stack:?}");
        }
    }
}

#[test]
fn rows_with_lengths_have_the_same_bits_however_epochs_are_cut() {
    for stack in stacks().take(2) {
        check_cuts(&run(&stack.parameters(), &stack.with_lengths(40, 7.0)));
    }
}

/// A trained network, and rows as it takes them: scaled, each with its length behind it.
fn network(stack: &Stack) -> (Trained, Array2<f32>, usize) {
    let dataset = stack.with_lengths(40, 3.0);
    let run = run(&stack.parameters(), &dataset);
    let mut backend = cpu::<f32>(&run);
    trained(&run, &mut backend);
    let state = backend.state().block_on().unwrap();
    let lengths = dataset.lengths.unwrap().into_iter().map(f64::from).collect::<Vec<_>>();
    let lengths = Array2::from_shape_vec((40, 1), lengths).unwrap();
    let rows = ndarray::concatenate(Axis(1), &[dataset.inputs.to_reals().view(), lengths.view()]);
    let rows = crate::common::scaled(&run, &rows.unwrap());
    (network_of(&run, &state, Weights::Best), rows, stack.samples)
}

fn check_rows<T: Product>() {
    for stack in stacks() {
        let (network, rows, samples) = network(&stack);
        let mut infer = CpuInference::<T>::new(network).unwrap();
        let expected = infer.predict(rows.view()).block_on().unwrap();
        // Other padding, what no arithmetic survives included.
        for padding in [5.0, f32::NAN, f32::INFINITY] {
            let mut padded = rows.clone();
            for mut row in padded.outer_iter_mut() {
                let length = row[row.len() - 1] as usize;
                let elements = 0..row.len() - 1;
                elements.filter(|e| e % samples >= length).for_each(|e| row[e] = padding);
            }
            let found = infer.predict(padded.view()).block_on().unwrap();
            assert_eq!(found, expected, "{padding}: {stack:?}");
        }
        // A row alone, and among others.
        for row in [0, 7, 39] {
            let alone = infer.predict(rows.slice(s![row..=row, ..])).block_on().unwrap();
            assert_eq!(alone.row(0), expected.row(row), "row {row}: {stack:?}");
        }
        let mut others = rows.clone();
        others.slice_mut(s![1.., ..]).assign(&rows.slice(s![..39, ..]));
        let found = infer.predict(others.view()).block_on().unwrap();
        assert_eq!(found.slice(s![1.., ..]), expected.slice(s![..39, ..]), "{stack:?}");
    }
}

#[test]
fn a_row_depends_on_neither_its_padding_nor_its_neighbours() {
    check_rows::<f32>();
    check_rows::<f64>();
}

#[test]
fn rows_of_another_shape_layout_or_type_have_the_same_bits() {
    let stack = stacks().next().unwrap();
    let mut dataset = stack.with_lengths(40, 200.0);
    // Numbers that bytes have, too.
    dataset.inputs.reals_mut().mapv_inplace(|x| (50.0 * (x + 1.6)).round().clamp(0.0, 255.0));
    let expected = of(&stack.parameters(), &dataset);
    let (x, lengths) = (dataset.inputs.to_reals(), dataset.lengths.clone().unwrap());
    let flat = Dataset::from_arrays("signals", x.view(), dataset.targets.clone());
    let flat = flat.and_then(|flat| flat.with_lengths(lengths.clone())).unwrap();
    assert_eq!(of(&stack.parameters().input_shape([2, 9]), &flat), expected);
    let moved = x.clone().into_shape_with_order((40, 2, 9)).unwrap().permuted_axes([0, 2, 1]);
    let last = Dataset::from_arrays("signals", moved.view(), dataset.targets.clone());
    let last = last.and_then(|last| last.with_lengths(lengths)).unwrap();
    let layout = InputLayout::ChannelsLast;
    assert_eq!(of(&stack.parameters().input_layout(layout), &last), expected);
    dataset.inputs = x.mapv(|x| x as u8).into();
    assert_eq!(of(&stack.parameters(), &dataset), expected);
}

/// A row of all samples has what it has without lengths.
#[test]
fn rows_of_all_samples_are_rows_without_lengths() {
    for stack in stacks() {
        let plain = stack.dataset(40);
        let all = plain.clone().with_lengths(vec![9; 40]).unwrap();
        let [plain, all] = [plain, all].map(|dataset| {
            let run = run(&stack.parameters(), &dataset);
            trained(&run, &mut cpu::<f64>(&run)).0
        });
        for (plain, all) in plain.iter().zip(&all) {
            assert!((plain.train.loss - all.train.loss).abs() < 1e-9, "{plain:?} {all:?}");
        }
    }
}

fn refusal(stack: &Stack, lengths: Vec<u32>) -> String {
    let dataset = stack.dataset(12).with_lengths(lengths);
    let refused = dataset.and_then(|dataset| Run::new(&stack.parameters(), &dataset));
    refused.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn layers_that_mix_what_exists_with_padding_are_refused() {
    let of = |layers: Vec<Layer<String>>| {
        let layers = layers.into_iter().chain([Layer::dense(3, "softmax")]).collect();
        Stack { channels: 2, samples: 9, classifies: true, layers }
    };
    let every = Rnn { units: 3, return_sequences: true, bidirectional: false };
    let every = || Layer::activated(every.clone(), "tanh");
    let conv = || Layer::activated(Conv1d::new(2, 1), "relu");
    for (stack, words) in [
        (of(vec![conv(), every()]), "layer 1 (conv1d) would mix what exists with"),
        (of(vec![every(), Layer::plain(MaxPool1d { size: 2, stride: 2 })]), "layer 2 (maxpool1d)"),
        (of(vec![every(), Layer::plain(Flatten)]), "layer 2 (flatten) would mix"),
        (of(vec![every()]), "layer 2 (dense) would mix"),
        (of(vec![]), "layer 1 (dense) would mix"),
        (
            of(vec![Layer::residual(vec![conv()], "relu"), every()]),
            "layer 1 (residual) has a layer 1 (conv1d) inside it that would mix",
        ),
    ] {
        let message = refusal(&stack, vec![4; 12]);
        assert!(message.contains(words), "{message}");
        assert!(message.contains("allowed until each row is one vector: rnn, gru"), "{message}");
    }
    let last = || Layer::activated(Rnn::new(3), "tanh");
    assert!(Run::new(&of(vec![last()]).parameters(), &of(vec![last()]).dataset(12)).is_ok());
}

#[test]
fn lengths_of_nothing_and_beyond_the_samples_are_refused() {
    let layers = vec![Layer::activated(Rnn::new(3), "tanh"), Layer::dense(3, "softmax")];
    let stack = Stack { channels: 2, samples: 9, classifies: true, layers };
    let with = |row: usize, length: u32| {
        let mut lengths = vec![9; 12];
        lengths[row] = length;
        refusal(&stack, lengths)
    };
    let message = with(3, 0);
    assert!(message.contains("array lengths holds 0 at row 3 (counted from 0)"), "{message}");
    let message = with(5, 10);
    assert!(message.contains("row 5 (counted from 0) has the length 10"), "{message}");
    assert!(message.contains("allowed: whole numbers from 1 to 9"), "{message}");
    let message = refusal(&stack, vec![9; 11]);
    assert!(
        message.contains("has the shape (11,); the length of each of the 12 rows"),
        "{message}"
    );
    // Rows that a network takes as features have no samples.
    let features = Parameters::new(vec![Layer::dense(3, "softmax")]);
    let dataset = crate::common::classes(12, 4, 3).with_lengths(vec![4; 12]).unwrap();
    let message = Run::new(&features, &dataset).map(|_| ()).unwrap_err().to_string();
    assert!(message.contains("the layers take rows of (4)"), "{message}");
}

#[test]
fn rows_with_lengths_are_not_moved() {
    let stack = stacks().next().unwrap();
    let flipped = Augment { shift: None, flip: Some(Flip::Horizontal) };
    let refused = Run::new(&stack.parameters().augment(flipped), &stack.with_lengths(40, 0.0));
    let message = refused.map(|_| ()).unwrap_err().to_string();
    assert!(message.starts_with("AUGMENT: rows of signals have lengths"), "{message}");
}
