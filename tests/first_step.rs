//! One step of a [3, 4, 3, 2] network, worked on paper: the source document's example
//! x = (1, 4, 5), y = (1, 0), learning rate 0.1, with weights of our own that keep every number short.

mod common;

use common::{cpu, parameters, reports, run};
use gpu_mlp::rooms::backend::{State, Train};
use gpu_mlp::rooms::data::{Dataset, Normalization, Targets};
use gpu_mlp::rooms::run::Parameters;
use ndarray::array;
use pollster::FutureExt as _;

/// The row of the example, and one of the other class that weighs nothing, so that there are two classes.
fn dataset() -> Dataset {
    let x = array![[1.0, 4.0, 5.0], [0.0, 0.0, 0.0]].into_dyn();
    let dataset = Dataset::from_arrays("paper", x.view(), Targets::Integers(array![[0], [1]]));
    dataset.unwrap().with_sample_weight(vec![1.0, 0.0]).unwrap()
}

fn paper() -> Parameters {
    let mut parameters = parameters(&[3, 4, 3, 2], &["ReLU", "ReLU", "Softmax"]);
    parameters.batch_size = 2;
    parameters.max_epochs = 1;
    parameters.split = [1.0, 0.0, 0.0];
    parameters.normalize = Normalization::None;
    parameters
}

const WEIGHTS: [(&str, &[f64]); 6] = [
    ("layers.0.weight", &[0.5, 0.0, 0.1, 0.0, 0.25, -0.2, -1.0, 0.5, 0.0, 0.2, -0.1, -0.1]),
    ("layers.0.bias", &[0.0, 0.5, 0.0, 0.1]),
    ("layers.1.weight", &[1.0, 0.0, -0.5, 2.0, 0.5, 1.0, 0.5, 0.0, -1.0, 0.4, 0.3, 1.0]),
    ("layers.1.bias", &[0.0, 0.0, 0.1]),
    ("layers.2.weight", &[1.0, 0.0, 0.7, -1.0, 1.0, 0.2]),
    ("layers.2.bias", &[0.5, 0.0]),
];

/// What the paper says of the row, the loss and the gradients.
fn expected() -> Vec<(&'static str, Vec<f64>)> {
    vec![
        ("z1", vec![1.0, 0.5, 1.0, -0.6]),
        ("a1", vec![1.0, 0.5, 1.0, 0.0]),
        ("z2", vec![0.5, 1.5, -0.4]),
        ("a2", vec![0.5, 1.5, 0.0]),
        // Softmax gives (0.5, 0.5), so delta = ŷ - y = (-0.5, 0.5) and the loss is ln 2.
        ("z3", vec![1.0, 1.0]),
        ("loss of each row", vec![std::f64::consts::LN_2]),
        ("delta3", vec![-0.5, 0.5]),
        // W3ᵀ delta3 = (-1, 0.5, -0.25), and z2 < 0 in the third place.
        ("delta2", vec![-1.0, 0.5, 0.0]),
        // W2ᵀ delta2 = (-0.75, 0.5, 0.75, -2), and z1 < 0 in the fourth place.
        ("delta1", vec![-0.75, 0.5, 0.75, 0.0]),
        ("gradient of layers.2.weight", vec![-0.25, -0.75, 0.0, 0.25, 0.75, 0.0]),
        ("gradient of layers.2.bias", vec![-0.5, 0.5]),
        (
            "gradient of layers.1.weight",
            vec![-1.0, -0.5, -1.0, 0.0, 0.5, 0.25, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0],
        ),
        ("gradient of layers.1.bias", vec![-1.0, 0.5, 0.0]),
        (
            "gradient of layers.0.weight",
            vec![-0.75, -3.0, -3.75, 0.5, 2.0, 2.5, 0.75, 3.0, 3.75, 0.0, 0.0, 0.0],
        ),
        ("gradient of layers.0.bias", vec![-0.75, 0.5, 0.75, 0.0]),
    ]
}

fn with_paper_weights(mut state: State) -> State {
    for (name, values) in WEIGHTS {
        state.tensors.get_mut(name).unwrap().values = values.to_vec();
    }
    state
}

#[test]
fn every_quantity_and_the_weights_after_it() {
    let run = run(&paper(), &dataset());
    let mut backend = cpu::<f64>(&run);
    let state = with_paper_weights(backend.state().block_on().unwrap());
    backend.restore(&state).block_on().unwrap();
    let trace = backend.first_step(1).block_on().unwrap();
    // The order of the epoch decides whether the example is the first or the second row.
    let x = &trace.iter().find(|quantity| quantity.name == "x").unwrap().values;
    let at = usize::from(x[0] == 0.0);
    for (name, values) in expected() {
        let quantity = trace.iter().find(|quantity| quantity.name == name).unwrap();
        let of_batch = !name.starts_with("gradient");
        let found = match of_batch {
            true => &quantity.values[at * values.len()..][..values.len()],
            false => &quantity.values[..],
        };
        for (found, value) in found.iter().zip(&values) {
            assert!((found - value).abs() < 1e-14, "{name}: {found}, on paper {value}");
        }
    }
    reports(&mut backend, 1..2);
    let after = backend.state().block_on().unwrap();
    for (name, weights) in WEIGHTS {
        let gradient = format!("gradient of {name}");
        let (_, gradient) = expected().into_iter().find(|(name, _)| *name == gradient).unwrap();
        for ((w, g), found) in weights.iter().zip(gradient).zip(&after.tensors[name].values) {
            assert!((found - (w - 0.1 * g)).abs() < 1e-14, "{name}: {found}");
        }
    }
}

#[test]
fn tracing_moves_nothing() {
    let run = run(&paper(), &dataset());
    let mut backend = cpu::<f32>(&run);
    let before = backend.state().block_on().unwrap();
    backend.first_step(1).block_on().unwrap();
    assert_eq!(backend.state().block_on().unwrap(), before);
}
