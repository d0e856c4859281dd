//! One element or one row at a time.

use super::bench::{Argument, Bench, Shape, read, tolerance, wide, words};
use crate::cpu::activation_backward::activation_backward as activation_backward_twin;
use crate::cpu::bias::add_bias;
use crate::cpu::bias_activation::activate;
use crate::cpu::prelu::prelu as prelu_twin;
use crate::cpu::sigmoid::sigmoid as sigmoid_twin;
use crate::cpu::softmax::softmax as softmax_twin;
use crate::expr::{Expression, Scratch};
use crate::gpu::device::kernel::Variant;
use crate::network::{ACTIVATION_NAMES, Activation};

/// Every activation that is a function of one variable by its name, then some with a number, and expressions.
fn activations() -> impl Iterator<Item = &'static str> {
    let others = ["prelu", "softmax", "linear", "identity"];
    let names = ACTIVATION_NAMES.iter().copied().filter(move |name| !others.contains(name));
    names.chain([
        "leaky_relu(0.3)",
        "elu(0.5)",
        "x*tanh(softplus(x))",
        "if(x > 0, x, 0.1*x) + 0.2*sin(x)",
    ])
}

/// The expression of an activation.
pub(super) fn expression(name: &str) -> Expression {
    match Activation::parse(name, "x*sigmoid(x)").unwrap() {
        Activation::Function(function) => function.expression,
        other => panic!("{name} is {other:?}, no function of one variable"),
    }
}

/// A batch's z, and the weights that a layer's bias is part of.
struct Layer {
    z: Vec<f32>,
    /// Neighbours in a row that share an element of the bias.
    positions: usize,
    weights: Vec<f32>,
    /// Where the bias begins, and how many weights a replica has.
    bias: usize,
    total: usize,
}

/// Positions of a channel: of a dense layer, and of a signal.
const POSITIONS: [usize; 2] = [1, 5];

impl Layer {
    /// A layer of `shape.units` elements a row.
    fn new(bench: &mut Bench, shape: &Shape, positions: usize) -> Self {
        let (bias, total) = (2, shape.units + 5);
        let weights = bench.normal(shape.replicas() * total, 0.7);
        let mut z = bench.normal(shape.replicas() * shape.capacity * shape.units, 1.5);
        if let Some(z) = z.first_mut() {
            // Exactly at the kink: the left branch holds.
            *z = -weights[bias];
        }
        Layer { z, positions, weights, bias, total }
    }

    fn numbers(&self, shape: &Shape) -> [u32; 5] {
        [shape.capacity, shape.units, self.positions, self.bias, self.total].map(|n| n as u32)
    }

    /// z + b of a replica's rows by the twin, and |z| + |b|.
    fn biased(&self, shape: &Shape, replica: usize) -> (Vec<f64>, Vec<f64>) {
        let units = shape.units;
        let rows = &self.z[replica * shape.capacity * units..][..shape.rows[replica] * units];
        let channels = units / self.positions;
        let bias = wide(&self.weights[replica * self.total + self.bias..][..channels]);
        let magnitudes =
            |values: &[f64]| values.iter().map(|value| value.abs()).collect::<Vec<_>>();
        let (mut z, mut terms) = (wide(rows), magnitudes(&wide(rows)));
        add_bias(&mut z, &bias, self.positions);
        add_bias(&mut terms, &magnitudes(&bias), self.positions);
        (z, terms)
    }
}

/// What the twin makes of a layer: (value, tolerance) of (replica, element of its rows).
type Expected = Vec<Vec<(f64, f64)>>;

fn compare(
    bench: &mut Bench,
    what: &str,
    shape: &Shape,
    words: (&[u32], &[u32]),
    expected: &Expected,
) {
    let units = shape.units;
    bench.rows(what, shape, units, words, |replica, i, c| expected[replica][i * units + c]);
}

pub(super) fn bias(bench: &mut Bench, shape: &Shape) {
    for positions in POSITIONS {
        bias_of(bench, &shape.times(positions), positions);
    }
}

fn bias_of(bench: &mut Bench, shape: &Shape, positions: usize) {
    let layer = Layer::new(bench, shape, positions);
    let before = words(&layer.z);
    let mut z = before.clone();
    bench.launch(
        ("bias", Variant::default()),
        &layer.numbers(shape),
        &mut [read(&layer.weights), Argument::Write(&mut z)],
        shape.grid(shape.units),
        shape.steps(),
    );
    compare(bench, "z", shape, (&z, &before), &biased(&layer, shape));
}

fn biased(layer: &Layer, shape: &Shape) -> Expected {
    let of_replica = |replica| {
        let (z, terms) = layer.biased(shape, replica);
        z.into_iter().zip(terms).map(|(z, terms)| (z, tolerance(2, terms))).collect()
    };
    (0..shape.replicas()).map(of_replica).collect()
}

pub(super) fn bias_activation(bench: &mut Bench, shape: &Shape) {
    for (name, positions) in activations().zip(POSITIONS.into_iter().cycle()) {
        let expression = expression(name);
        let shape = &shape.times(positions);
        let layer = Layer::new(bench, shape, positions);
        let before = words(&layer.z);
        let unused = words(&bench.normal(layer.z.len(), 1.0));
        let (mut z, mut a, mut slope) = (before.clone(), unused.clone(), unused.clone());
        bench.launch(
            ("bias_activation", Variant { function: Some(&expression), ..Variant::default() }),
            &layer.numbers(shape),
            &mut [
                read(&layer.weights),
                Argument::Write(&mut z),
                Argument::Write(&mut a),
                Argument::Write(&mut slope),
            ],
            shape.grid(shape.units),
            shape.steps(),
        );
        let (values, slopes) = activated(&layer, shape, &expression);
        compare(bench, &format!("{name}: z"), shape, (&z, &before), &biased(&layer, shape));
        compare(bench, &format!("{name}: a"), shape, (&a, &unused), &values);
        compare(bench, &format!("{name}: slope"), shape, (&slope, &unused), &slopes);
    }
}

/// f and f' by the twin. What rounding of z + b does is passed on by f' and f''; f itself is made of
/// numbers around 1, x and x² (gelu's), which cancel far out.
fn activated(layer: &Layer, shape: &Shape, f: &Expression) -> (Expected, Expected) {
    let of_replica = |replica| {
        let (z, terms) = layer.biased(shape, replica);
        let (mut a, mut slope) = (vec![0.0; z.len()], vec![0.0; z.len()]);
        activate(f, &z, &mut a, Some(&mut slope), &mut Scratch::default());
        let elements = z.iter().zip(terms).zip(a.into_iter().zip(slope));
        let of_element = |((&z, terms), (a, slope)): ((&f64, f64), (f64, f64))| {
            let h = 1e-4;
            let rise = f.evaluate(z + h).1 - f.evaluate(z - h).1;
            // At the kink z is exact.
            let curvature = if z == 0.0 { 0.0 } else { rise / (2.0 * h) };
            let made_of = 1.0 + z.abs();
            let value = tolerance(1, slope.abs() * terms + made_of);
            ((a, value), (slope, tolerance(1, curvature.abs() * terms + made_of)))
        };
        elements.map(of_element).unzip()
    };
    (0..shape.replicas()).map(of_replica).unzip()
}

pub(super) fn prelu(bench: &mut Bench, shape: &Shape) {
    for positions in POSITIONS {
        prelu_of(bench, &shape.times(positions), positions);
    }
}

fn prelu_of(bench: &mut Bench, shape: &Shape, positions: usize) {
    let layer = Layer::new(bench, shape, positions);
    let before = words(&layer.z);
    let unused = words(&bench.normal(layer.z.len(), 1.0));
    let (mut z, mut a, mut slope) = (before.clone(), unused.clone(), unused.clone());
    let alpha = layer.total - 1;
    let mut numbers = layer.numbers(shape).to_vec();
    numbers.push(alpha as u32);
    bench.launch(
        ("prelu", Variant::default()),
        &numbers,
        &mut [
            read(&layer.weights),
            Argument::Write(&mut z),
            Argument::Write(&mut a),
            Argument::Write(&mut slope),
        ],
        shape.grid(shape.units),
        shape.steps(),
    );
    let of_replica = |replica| {
        let (z, terms) = layer.biased(shape, replica);
        let alpha = f64::from(layer.weights[replica * layer.total + alpha]);
        let (mut a, mut slope) = (vec![0.0; z.len()], vec![0.0; z.len()]);
        prelu_twin(&z, alpha, &mut a, Some(&mut slope));
        let elements = terms.into_iter().zip(a.into_iter().zip(slope));
        let of_element = |(terms, (a, slope)): (f64, (f64, f64))| {
            ((a, tolerance(2, slope.abs() * terms)), (slope, 1e-30))
        };
        elements.map(of_element).unzip()
    };
    let (values, slopes): (Expected, Expected) = (0..shape.replicas()).map(of_replica).unzip();
    compare(bench, "z", shape, (&z, &before), &biased(&layer, shape));
    compare(bench, "a", shape, (&a, &unused), &values);
    compare(bench, "slope", shape, (&slope, &unused), &slopes);
}

pub(super) fn activation_backward(bench: &mut Bench, shape: &Shape) {
    let len = shape.replicas() * shape.capacity * shape.units;
    let (slope, delta) = (bench.normal(len, 1.0), bench.normal(len, 1.0));
    let mut after = words(&delta);
    bench.launch(
        ("activation_backward", Variant::default()),
        &[shape.capacity, shape.units].map(|number| number as u32),
        &mut [read(&slope), Argument::Write(&mut after)],
        shape.grid(shape.units),
        shape.steps(),
    );
    let mut expected = wide(&delta);
    activation_backward_twin(&mut expected, &wide(&slope));
    bench.rows("delta", shape, shape.units, (&after, &words(&delta)), |replica, i, c| {
        let value = expected[(replica * shape.capacity + i) * shape.units + c];
        (value, tolerance(1, value.abs()))
    });
}

/// Rows to kernels that turn logits into probabilities, element by element of the twin's.
fn probabilities(bench: &mut Bench, shape: &Shape, name: &'static str, width: usize) {
    let mut z = bench.normal(shape.replicas() * shape.capacity * width, 4.0);
    // Far out now and then: nothing overflows.
    z.iter_mut().step_by(29).for_each(|z| *z *= 30.0);
    let before = bench.normal(z.len(), 1.0);
    let mut a = words(&before);
    bench.launch(
        (name, Variant::default()),
        &[shape.capacity, width].map(|number| number as u32),
        &mut [read(&z), Argument::Write(&mut a)],
        shape.grid(if name == "softmax" { 1 } else { width }),
        shape.steps(),
    );
    let wide_z = wide(&z);
    let mut expected = vec![0.0; z.len()];
    if name == "softmax" {
        softmax_twin(&wide_z, width, &mut expected);
    } else {
        sigmoid_twin(&wide_z, &mut expected);
    }
    let terms =
        if name == "softmax" { softmax_terms(&wide_z, &expected, width) } else { expected.clone() };
    bench.rows("a", shape, width, (&a, &words(&before)), |replica, i, c| {
        let at = (replica * shape.capacity + i) * width + c;
        (expected[at], tolerance(width, terms[at]))
    });
}

/// Σ|terms| of a softmax: z - m is rounded before e^ takes it, above and below the bar.
pub(super) fn softmax_terms(z: &[f64], a: &[f64], classes: usize) -> Vec<f64> {
    let of_row = |(z, a): (&[f64], &[f64])| {
        let maximum = z.iter().fold(f64::NEG_INFINITY, |m, &z| m.max(z));
        let own = |j: usize| a[j] * (1.0 + maximum - z[j]);
        let below: f64 = (0..z.len()).map(own).sum();
        (0..z.len()).map(|j| own(j) + a[j] * below).collect::<Vec<_>>()
    };
    z.chunks(classes).zip(a.chunks(classes)).flat_map(of_row).collect()
}

pub(super) fn softmax(bench: &mut Bench, shape: &Shape) {
    probabilities(bench, shape, "softmax", shape.units);
}

pub(super) fn sigmoid(bench: &mut Bench, shape: &Shape) {
    probabilities(bench, shape, "sigmoid", 1);
    probabilities(bench, shape, "sigmoid", shape.units);
}
