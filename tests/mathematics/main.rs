//! The worked examples of docs/mathematics.md: each table of the page is computed, number by number.

mod case;
#[path = "../common/mod.rs"]
mod common;
mod table;

use case::{Case, Targets};
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::batch_norm::BatchNorm;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::conv2d::Conv2d;
use gpu_mlp::rooms::network::layers::gru::Gru;
use gpu_mlp::rooms::network::layers::layer_norm::LayerNorm;
use gpu_mlp::rooms::network::layers::lstm::Lstm;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use gpu_mlp::rooms::network::layers::maxpool2d::MaxPool2d;
use table::Table;

/// Inputs are exact in f32, weights within a rounding in f64. Numbers are up to 16, so a rounding is at most 2^-50. Behind
/// a number there are at most 128, few of them multiplied by more than 1 and none by more than 8: as if there were 512,
/// and 512 · 2^-50 is 4.6e-13.
const EXACT: f64 = 5e-13;

/// Inputs of up to 0.9 are within 2^-25 · 0.9 in f32; a number sums up at most twelve of them with weights of up to 3.
const OF_TENTHS: f64 = 1e-6;

/// Half of the last decimal, and rounding.
const OF_SIX_DECIMALS: f64 = 5.1e-7;

fn signal() -> [Layer<String>; 4] {
    [
        Layer::activated(Conv1d::new(1, 3), "relu"),
        Layer::plain(MaxPool1d { size: 2, stride: 2 }),
        Layer::dense(8, "relu"),
        Layer::dense(2, "softmax"),
    ]
}

/// The same as an image whose other axis has one element.
fn signal_as_image(kernel: [usize; 2], pool: [usize; 2]) -> [Layer<String>; 4] {
    let [_, _, hidden, output] = signal();
    let convolution = Layer::activated(Conv2d::new(1, kernel), "relu");
    [convolution, Layer::plain(MaxPool2d { size: pool, stride: pool }), hidden, output]
}

#[test]
fn dense_layers() {
    let layers = [Layer::dense(4, "relu"), Layer::dense(3, "relu"), Layer::dense(2, "softmax")];
    Case {
        table: Table::read("dense"),
        row: vec![3],
        targets: Targets::Class,
        layers: layers.into(),
        tolerance: EXACT,
    }
    .check();
}

#[test]
fn a_signal_also_as_an_image_of_one_line_or_of_one_column() {
    for (row, layers) in [
        (vec![1, 10], signal()),
        (vec![1, 1, 10], signal_as_image([1, 3], [1, 2])),
        (vec![1, 10, 1], signal_as_image([3, 1], [2, 1])),
    ] {
        let (targets, layers) = (Targets::Class, layers.into());
        Case { table: Table::read("signal"), row, targets, layers, tolerance: OF_TENTHS }.check();
    }
}

#[test]
fn an_image() {
    let layers = [
        Layer::activated(Conv2d::new(1, [2, 2]), "relu"),
        Layer::plain(MaxPool2d { size: [2, 2], stride: [1, 2] }),
        Layer::dense(3, "relu"),
        Layer::dense(2, "softmax"),
    ];
    Case {
        table: Table::read("image"),
        row: vec![1, 4, 5],
        targets: Targets::Class,
        layers: layers.into(),
        tolerance: EXACT,
    }
    .check();
}

#[test]
fn a_batch_normalisation() {
    let normalisation = BatchNorm { momentum: 0.9, epsilon: 0.75 };
    let layers = [Layer::activated(normalisation, "linear"), Layer::dense(1, "linear")];
    Case {
        table: Table::read("batch_norm"),
        row: vec![2],
        targets: Targets::Values,
        layers: layers.into(),
        tolerance: EXACT,
    }
    .check();
}

#[test]
fn a_layer_normalisation() {
    let layers = [Layer::plain(LayerNorm { epsilon: 2.0 }), Layer::dense(1, "linear")];
    Case {
        table: Table::read("layer_norm"),
        row: vec![3],
        targets: Targets::Values,
        layers: layers.into(),
        tolerance: EXACT,
    }
    .check();
}

#[test]
fn three_samples_through_recurrent_layers() {
    let layers: [(&str, Layer<String>); 2] =
        [("gru", Layer::plain(Gru::new(2))), ("lstm", Layer::plain(Lstm::new(2)))];
    for (name, layer) in layers {
        Case {
            table: Table::read(name),
            row: vec![1, 3],
            targets: Targets::Values,
            layers: vec![layer, Layer::dense(1, "linear")],
            tolerance: OF_SIX_DECIMALS,
        }
        .check();
    }
}

#[test]
fn a_residual_and_one_with_a_projection() {
    for (name, units) in [("residual", 2), ("projection", 1)] {
        let inside = [Layer::dense(units, "linear")];
        let layers = [Layer::residual(inside, "relu"), Layer::dense(1, "linear")];
        Case {
            table: Table::read(name),
            row: vec![2],
            targets: Targets::Values,
            layers: layers.into(),
            tolerance: EXACT,
        }
        .check();
    }
}
