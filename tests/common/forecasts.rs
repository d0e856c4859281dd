//! A series, and networks that forecast it.

use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::gru::Gru;
use gpu_mlp::rooms::run::{LayerStack, Parameters};
use ndarray::Array2;

use super::mlp;

pub const MOMENTS: usize = 60;
pub const WINDOW: usize = 5;
pub const HORIZONS: [usize; 2] = [1, 3];

/// Two features and a target that depends on what came before.
pub fn series() -> Dataset {
    let features = Array2::from_shape_fn((MOMENTS, 2), |(t, feature)| {
        (t as f64 * (0.3 + 0.2 * feature as f64)).sin() * 4.0 + feature as f64
    });
    let target = (0..MOMENTS).map(|t| (t as f64 * 0.3 - 0.6).sin() * 3.0 + 20.0 + t as f64 * 0.1);
    Dataset::from_arrays("series", features.view(), target.collect::<Vec<f64>>()).unwrap()
}

pub fn forecast(layers: impl Into<LayerStack>) -> Parameters {
    let parameters = Parameters::new(layers).window(WINDOW).horizons(HORIZONS).batch_size(8);
    parameters.learning_rate(0.01).max_epochs(5)
}

pub fn stacks() -> [LayerStack; 3] {
    let dense = || Layer::dense(2, "linear");
    [
        mlp(&[3 * WINDOW, 6, 2], &["tanh", "linear"]),
        vec![Layer::activated(Conv1d::new(4, 3), "relu"), dense()].into(),
        vec![Layer::plain(Gru::new(4)), dense()].into(),
    ]
}
