//! Initial weights.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::initializer::Initializer;
use super::tensor::Tensor;

/// The standard deviation, and the mean, of normally distributed values of `tensor`; None for values that are made
/// together.
fn deviation_and_mean(tensor: &Tensor) -> Option<(f64, f64)> {
    let (fan_in, fan_out) = (tensor.fan_in as f64, tensor.fan_out as f64);
    Some(match tensor.initializer {
        Initializer::He => ((2.0 / fan_in).sqrt(), 0.0),
        Initializer::Glorot => ((2.0 / (fan_in + fan_out)).sqrt(), 0.0),
        Initializer::LeCun => ((1.0 / fan_in).sqrt(), 0.0),
        Initializer::Normal(deviation) => (deviation, 0.0),
        Initializer::Constant(value) => (0.0, value),
        Initializer::Orthogonal | Initializer::ForgetGate => return None,
    })
}

/// The initial values of all tensors, one after another. Each depends on (seed, tensor, element) alone, or, of an
/// orthogonal square, on its whole tensor: the width of a layer changes the values of no other layer.
pub fn initial_values(tensors: &[Tensor], seed: u64) -> impl Iterator<Item = f64> {
    tensors.iter().enumerate().flat_map(move |(stream, tensor)| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream as u64);
        let normal = StandardNormal.sample_iter(random).take(tensor.len());
        let (made, normal) = match deviation_and_mean(tensor) {
            Some(own) => (vec![], Some(normal.map(move |normal: f64| own.1 + own.0 * normal))),
            None => (together(tensor, normal.collect()), None),
        };
        made.into_iter().chain(normal.into_iter().flatten())
    })
}

/// The values of a tensor that are not normally distributed, from as many that are.
fn together(tensor: &Tensor, normal: Vec<f64>) -> Vec<f64> {
    match tensor.initializer {
        Initializer::Orthogonal => {
            let n = tensor.shape.last().copied().unwrap_or(1);
            let mut values = normal;
            values.chunks_exact_mut(n * n).for_each(|square| orthogonalize(square, n));
            values
        }
        Initializer::ForgetGate => {
            let quarter = normal.len() / 4;
            (0..normal.len()).map(|i| if i / quarter.max(1) == 1 { 1.0 } else { 0.0 }).collect()
        }
        Initializer::He
        | Initializer::Glorot
        | Initializer::LeCun
        | Initializer::Normal(_)
        | Initializer::Constant(_) => normal,
    }
}

/// Makes the rows of an (n, n) matrix of normal numbers orthonormal, uniformly over all such matrices: each row loses its
/// parts along those before it, twice, as once leaves rounding errors (Giraud et al., 2005). No crate at hand has more to
/// offer for one matrix per gate and direction.
fn orthogonalize(square: &mut [f64], n: usize) {
    for row in 0..n {
        let (before, own) = square.split_at_mut(row * n);
        let own = &mut own[..n];
        for _ in 0..2 {
            for other in before.chunks_exact(n) {
                let along = dot(own, other);
                own.iter_mut().zip(other).for_each(|(own, other)| *own -= along * other);
            }
        }
        let length = dot(own, own).sqrt();
        own.iter_mut().for_each(|own| *own /= length);
    }
}

/// Eight running sums rather than one, so that the loop vectorises; their order is fixed.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orthogonal_squares_preserve_lengths() {
        for n in [1, 2, 17, 64] {
            let tensor = Tensor {
                name: "u".into(),
                shape: vec![3 * n, n],
                fan_in: 1,
                fan_out: 1,
                decay: true,
                trainable: true,
                replicated: true,
                initializer: Initializer::Orthogonal,
            };
            let values: Vec<f64> = initial_values(&[tensor], 7).collect();
            assert_eq!(values.len(), 3 * n * n);
            for square in values.chunks_exact(n * n) {
                for (i, row) in square.chunks_exact(n).enumerate() {
                    for (j, other) in square.chunks_exact(n).enumerate() {
                        let expected = if i == j { 1.0 } else { 0.0 };
                        assert!((dot(row, other) - expected).abs() < 1e-13);
                    }
                }
            }
            // One number is 1 or -1.
            assert!(n == 1 || values[..n * n] != values[n * n..2 * n * n]);
        }
    }

    #[test]
    fn the_second_gate_of_four_forgets_little() {
        let tensor = Tensor {
            name: "b".into(),
            shape: vec![8],
            fan_in: 1,
            fan_out: 1,
            decay: false,
            trainable: true,
            replicated: true,
            initializer: Initializer::ForgetGate,
        };
        let values: Vec<f64> = initial_values(&[tensor], 7).collect();
        assert_eq!(values, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
