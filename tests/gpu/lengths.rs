//! Rows that have lengths on the GPU: the losses of the CPU, and no bit that depends on padding or on other rows.

use gpu_mlp::rooms::backend::{Infer, Train, Weights};
use gpu_mlp::rooms::gpu::{GpuInference, Schedule};
use ndarray::{Array2, Axis, concatenate};
use pollster::FutureExt as _;

use crate::common::signals::{Stack, ends_of_sequences, of_lengths};
use crate::common::{cpu, network_of, run, trained};
use crate::runs::check_on;
use crate::support::{device, gpu};

fn stacks() -> impl Iterator<Item = Stack> {
    ends_of_sequences().into_iter().map(|end| of_lengths(2, 9, end))
}

#[test]
fn rows_that_have_lengths() {
    for stack in stacks() {
        let mut parameters = stack.parameters();
        (parameters.batch_size, parameters.max_epochs, parameters.learning_rate) = (8, 5, 0.02);
        let run = run(&parameters, &stack.with_lengths(40, 1e6));
        check_on("rows_that_have_lengths", Schedule::Layered, &run, &format!("{stack:?}"));
    }
}

#[test]
fn no_bit_of_a_training_depends_on_padding() {
    let Some(stack) = stacks().next() else { return };
    let mut ends = vec![];
    for padding in [0.0, -1e30] {
        let run = run(&stack.parameters(), &stack.with_lengths(40, padding));
        let Some(mut backend) = gpu("no_bit_of_a_training_depends_on_padding", &run) else {
            return;
        };
        let (rows, _) = trained(&run, &mut backend);
        ends.push((rows, backend.state().block_on().unwrap().tensors));
    }
    assert_eq!(ends[0], ends[1], "{stack:?}");
}

/// Row `row` of `of_lengths(2, 9, ...)`, its length behind it.
fn row(row: usize, padding: f32) -> Array2<f32> {
    let (length, samples) = (1 + (row * 7 + 3) % 9, 9);
    Array2::from_shape_fn((1, 2 * samples + 1), |(_, e)| match e {
        e if e == 2 * samples => length as f32,
        e if e % samples < length => ((row * 5 + e) as f32 * 0.3).sin(),
        _ => padding,
    })
}

/// Forty of them.
fn rows(padding: f32) -> Array2<f32> {
    let rows: Vec<_> = (0..40).map(|index| row(index, padding)).collect();
    let views: Vec<_> = rows.iter().map(|row| row.view()).collect();
    concatenate(Axis(0), &views).unwrap()
}

#[test]
fn a_row_depends_on_neither_its_padding_nor_its_neighbours() {
    let test = "a_row_depends_on_neither_its_padding_nor_its_neighbours";
    // Both pools, and the last h of an lstm.
    for stack in stacks().enumerate().filter(|(index, _)| [0, 1, 4].contains(index)) {
        let (_, stack) = stack;
        let run = run(&stack.parameters(), &stack.with_lengths(40, 0.0));
        let mut backend = cpu::<f32>(&run);
        trained(&run, &mut backend);
        let network = network_of(&run, &backend.state().block_on().unwrap(), Weights::Best);
        let Some(device) = device(test) else { return };
        let mut infer = GpuInference::new(device, network).block_on().unwrap();
        let expected = infer.predict(rows(0.0).view()).block_on().unwrap();
        for padding in [5.0, f32::NAN] {
            let found = infer.predict(rows(padding).view()).block_on().unwrap();
            assert_eq!(found, expected, "{padding}: {stack:?}");
        }
        let alone = infer.predict(row(7, 1.0).view()).block_on().unwrap();
        assert_eq!(alone.row(0), expected.row(7), "{stack:?}");
    }
}
