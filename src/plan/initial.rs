//! Initial weights.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::initializer::Initializer;
use super::tensor::Tensor;

/// The standard deviation, and the mean, of the values of `tensor`.
fn deviation_and_mean(tensor: &Tensor) -> (f64, f64) {
    let (fan_in, fan_out) = (tensor.fan_in as f64, tensor.fan_out as f64);
    match tensor.initializer {
        Initializer::He => ((2.0 / fan_in).sqrt(), 0.0),
        Initializer::Glorot => ((2.0 / (fan_in + fan_out)).sqrt(), 0.0),
        Initializer::LeCun => ((1.0 / fan_in).sqrt(), 0.0),
        Initializer::Normal(deviation) => (deviation, 0.0),
        Initializer::Constant(value) => (0.0, value),
    }
}

/// The initial values of all tensors, one after another. Each depends on (seed, tensor, element) alone: the width of a
/// layer changes the values of no other layer.
pub fn initial_values(tensors: &[Tensor], seed: u64) -> impl Iterator<Item = f64> {
    tensors.iter().enumerate().flat_map(move |(stream, tensor)| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream as u64);
        let (deviation, mean) = deviation_and_mean(tensor);
        let len = tensor.shape.iter().product();
        let normal = StandardNormal.sample_iter(random).take(len);
        normal.map(move |normal: f64| mean + deviation * normal)
    })
}
