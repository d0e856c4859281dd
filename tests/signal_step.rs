//! The source document's 1D-CNN example, number by number: T = 10, kernel (0.5, 1, 0.5), ReLU,
//! MaxPool(2), dense 8 with ReLU, dense 2 with softmax.

mod common;

use common::signals::{WORKED_INPUT_GRADIENT, with_worked_weights, worked_example, worked_numbers};
use common::{cpu, run};
use gpu_mlp::rooms::backend::{Quantity, Train};
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use pollster::FutureExt as _;

/// The table holds x in f32, each within 2^-25 · 0.9; a number of the paper sums up at most twelve of
/// them with weights of up to 3.
const TOLERANCE: f64 = 1e-6;

/// The name of a quantity of layer `place` of the example: buffers count layers from 1, tensors from 0.
fn named(name: &str, place: usize) -> String {
    let number = if name.contains("layers") { place } else { place + 1 };
    name.replace('#', &number.to_string())
}

fn found<'a>(trace: &'a [Quantity], name: &str) -> &'a Quantity {
    trace.iter().find(|quantity| quantity.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The order of the epoch decides whether the example is the first or the second row.
fn row_of_example(trace: &[Quantity]) -> usize {
    usize::from(found(trace, "x").values[0] == 0.0)
}

#[test]
fn every_quantity_of_the_example() {
    let (parameters, dataset) = worked_example(None);
    let run = run(&parameters, &dataset);
    let mut backend = cpu::<f64>(&run);
    let state = with_worked_weights(backend.state().block_on().unwrap(), 0);
    backend.restore(&state).block_on().unwrap();
    let trace = backend.first_step(1).block_on().unwrap();
    let at = row_of_example(&trace);
    for (name, place, values) in worked_numbers() {
        let name = named(name, place);
        // What belongs to a tensor has no rows.
        let row = if name.starts_with("gradient") { 0 } else { at };
        let quantity = found(&trace, &name);
        let own = &quantity.values[row * values.len()..][..values.len()];
        for (found, value) in own.iter().zip(&values) {
            assert!((found - value).abs() < TOLERANCE, "{name}: {own:?}, on paper {values:?}");
        }
    }
    assert_eq!(found(&trace, "z1").shape, [2, 1, 8]);
    assert_eq!(found(&trace, "winners2").shape, [2, 1, 4]);
}

#[test]
fn the_gradient_by_its_input() {
    // Behind a convolution that changes nothing, the example's input is a layer's output.
    let same = Layer::activated(Conv1d::new(1, 1), "linear");
    let (parameters, dataset) = worked_example(Some(same));
    let run = run(&parameters, &dataset);
    let mut backend = cpu::<f64>(&run);
    let mut state = with_worked_weights(backend.state().block_on().unwrap(), 1);
    state.tensors.get_mut("layers.0.weight").unwrap().values = vec![1.0];
    backend.restore(&state).block_on().unwrap();
    let trace = backend.first_step(1).block_on().unwrap();
    let own = &found(&trace, "delta1").values[10 * row_of_example(&trace)..][..10];
    for (found, value) in own.iter().zip(WORKED_INPUT_GRADIENT) {
        assert!((found - value).abs() < TOLERANCE, "{own:?}, on paper {WORKED_INPUT_GRADIENT:?}");
    }
}
