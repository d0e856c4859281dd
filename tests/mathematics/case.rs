//! A worked example, computed.

use gpu_mlp::rooms::backend::{Quantity, Train};
use gpu_mlp::rooms::cpu::Cpu;
use gpu_mlp::rooms::data::{self, Dataset, Normalization};
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::conv2d::Conv2d;
use gpu_mlp::rooms::network::layers::dense::Dense;
use gpu_mlp::rooms::run::Parameters;
use ndarray::{Array2, ArrayD};
use pollster::FutureExt as _;

use crate::common::{cpu, reports, run};
use crate::table::Table;

/// The gradient of the loss by the input. No step computes it: behind a layer that changes nothing, the input of the
/// example is that layer's output.
const BY_INPUT: &str = "dx";

/// What is said of the weights after a step.
const AFTER: &str = " after the step";

/// What the targets of an example are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Targets {
    /// The first of two classes.
    Class,
    Values,
}

/// A table of the page, and the network that it is about.
pub struct Case {
    pub table: Table,
    /// The shape of a row.
    pub row: Vec<usize>,
    pub targets: Targets,
    pub layers: Vec<Layer<String>>,
    pub tolerance: f64,
}

impl Case {
    /// Compares every number of the table.
    pub fn check(&self) {
        let mut backend = self.backend(&self.layers, 0);
        let trace = backend.first_step(1).block_on().unwrap();
        reports(&mut backend, 1..2);
        let after = backend.state().block_on().unwrap();
        let order = self.order(&trace);
        for quantity in &self.table.quantities {
            let (name, expected) = (&quantity.name[..], &quantity.values[..]);
            if let Some(tensor) = name.strip_suffix(AFTER) {
                self.compare(name, &after.tensors[tensor].values, expected);
            } else if name == BY_INPUT {
                self.check_input_gradient(expected);
            } else if !after.tensors.contains_key(name) {
                self.compare(name, &in_order(&trace, name, &order), expected);
            }
        }
    }

    fn check_input_gradient(&self, expected: &[f64]) {
        let layers = [&[self.identity()], &self.layers[..]].concat();
        let trace = self.backend(&layers, 1).first_step(1).block_on().unwrap();
        self.compare(BY_INPUT, &in_order(&trace, "delta1", &self.order(&trace)), expected);
    }

    fn compare(&self, name: &str, found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len(), "{name}: {found:?}, on paper {expected:?}");
        for (own, value) in found.iter().zip(expected) {
            let is_near = (own - value).abs() < self.tolerance;
            assert!(is_near, "{name}: {found:?}, on paper {expected:?}");
        }
    }

    /// The table's values of a quantity that it has to have.
    fn of(&self, name: &str) -> &[f64] {
        self.table.values(name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// The rows. Beside one alone stands another that weighs nothing: a data set has two rows, and two classes.
    fn dataset(&self) -> Dataset {
        let (mut x, mut y) = (self.of("x").to_vec(), self.of("y").to_vec());
        let mut weights = vec![1.0; y.len()];
        if y.len() == 1 {
            x.extend(vec![0.0; x.len()]);
            y.push(1.0);
            weights.push(0.0);
        }
        let x = ArrayD::from_shape_vec([&[y.len()], &self.row[..]].concat(), x).unwrap();
        let y = Array2::from_shape_vec((y.len(), 1), y).unwrap();
        let y = match self.targets {
            Targets::Class => data::Targets::Integers(y.mapv(|class| class as i64)),
            Targets::Values => data::Targets::Reals(y),
        };
        Dataset::from_arrays("paper", x.view(), y).unwrap().with_sample_weight(weights).unwrap()
    }

    /// The network with the weights of the table, one batch an epoch; its layer `first` is the example's first.
    fn backend(&self, layers: &[Layer<String>], first: usize) -> Cpu<f64> {
        let dataset = self.dataset();
        let parameters = Parameters::new(layers.to_vec()).learning_rate(0.1).max_epochs(1);
        let parameters = parameters.batch_size(dataset.inputs.nrows()).split([1.0, 0.0, 0.0]);
        let parameters =
            parameters.normalize(Normalization::None).target_normalize(Normalization::None);
        let mut backend = cpu::<f64>(&run(&parameters, &dataset));
        let mut state = backend.state().block_on().unwrap();
        for (name, tensor) in &mut state.tensors {
            let (_, rest) = name.split_once('.').unwrap();
            let (index, rest) = rest.split_once('.').unwrap();
            tensor.values = match index.parse::<usize>().unwrap().checked_sub(first) {
                Some(index) => self.of(&format!("layers.{index}.{rest}")).to_vec(),
                None => self.identity_weights(),
            };
        }
        backend.restore(&state).block_on().unwrap();
        backend
    }

    /// A layer that can leave rows as they are.
    fn identity(&self) -> Layer<String> {
        let (filters, bias) = (1, false);
        match self.row[..] {
            [units] => Layer::activated(Dense { units: Some(units), bias }, "linear"),
            [1, _] => Layer::activated(Conv1d { bias, ..Conv1d::new(filters, 1) }, "linear"),
            [1, ..] => Layer::activated(Conv2d { bias, ..Conv2d::new(filters, [1, 1]) }, "linear"),
            _ => panic!("rows of several channels"),
        }
    }

    fn identity_weights(&self) -> Vec<f64> {
        match self.row[..] {
            [units] => Array2::eye(units).into_raw_vec_and_offset().0,
            _ => vec![1.0],
        }
    }

    /// Where the rows of the table are in the order of the epoch.
    fn order(&self, trace: &[Quantity]) -> Vec<usize> {
        let len: usize = self.row.iter().product();
        let rows: Vec<&[f64]> = found(trace, "x").values.chunks(len).collect();
        let is_row = |of_trace: &[f64], of_table: &[f64]| {
            of_trace.iter().zip(of_table).all(|(a, b)| (a - b).abs() < self.tolerance)
        };
        let place = |own: &[f64]| rows.iter().position(|row| is_row(row, own)).unwrap();
        self.of("x").chunks(len).map(place).collect()
    }
}

fn found<'a>(trace: &'a [Quantity], name: &str) -> &'a Quantity {
    let names = || trace.iter().map(|quantity| &quantity.name[..]).collect::<Vec<_>>().join(", ");
    let found = trace.iter().find(|quantity| quantity.name == name);
    found.unwrap_or_else(|| panic!("no {name}; there are {}", names()))
}

/// The values of a quantity; of one that has rows, those of the rows in `order`.
fn in_order(trace: &[Quantity], name: &str, order: &[usize]) -> Vec<f64> {
    let Quantity { shape, values, .. } = found(trace, name);
    let is_of_rows = !name.contains("layers.") && shape[0] == found(trace, "x").shape[0];
    if !is_of_rows {
        return values.clone();
    }
    let len = values.len() / shape[0];
    order.iter().flat_map(|row| &values[row * len..][..len]).copied().collect()
}
