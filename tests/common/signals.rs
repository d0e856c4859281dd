//! Signals, stacks that convolve and pool them, and the source document's worked example.

use gpu_mlp::rooms::backend::State;
use gpu_mlp::rooms::data::{Dataset, Normalization, Targets};
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::avgpool1d::AvgPool1d;
use gpu_mlp::rooms::network::layers::batch_norm::BatchNorm;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::dropout::Dropout;
use gpu_mlp::rooms::network::layers::flatten::Flatten;
use gpu_mlp::rooms::network::layers::global_avgpool::GlobalAvgPool;
use gpu_mlp::rooms::network::layers::global_maxpool::GlobalMaxPool;
use gpu_mlp::rooms::network::layers::gru::Gru;
use gpu_mlp::rooms::network::layers::layer_norm::LayerNorm;
use gpu_mlp::rooms::network::layers::lstm::Lstm;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use gpu_mlp::rooms::network::layers::rnn::Rnn;
use gpu_mlp::rooms::plan::Padding;
use gpu_mlp::rooms::run::Parameters;
use ndarray::{Array2, Array3, array};
use proptest::prelude::*;

/// A random stack and its input.
#[derive(Debug, Clone)]
pub struct Stack {
    pub channels: usize,
    pub samples: usize,
    /// 3 classes, or 2 values.
    pub classifies: bool,
    pub layers: Vec<Layer<String>>,
}

impl Stack {
    /// Rows of signals, of 3 classes or with 2 targets.
    pub fn dataset(&self, rows: usize) -> Dataset {
        let x = Array3::from_shape_fn((rows, self.channels, self.samples), |(i, c, t)| {
            ((i * 5 + c * 11) as f64 * 0.7 + t as f64 * (0.3 + 0.1 * (i % 3) as f64)).sin()
                + 0.3 * ((i * 13 + c * 7 + t * 3) as f64).cos()
        });
        let y = if self.classifies {
            Targets::Integers(Array2::from_shape_fn((rows, 1), |(i, _)| i as i64 % 3))
        } else {
            let value =
                |(i, k): (usize, usize)| 5.0 + x[[i, 0, 0]] * (k + 1) as f64 + (i % 3) as f64;
            Targets::Reals(Array2::from_shape_fn((rows, 2), value))
        };
        Dataset::from_arrays("signals", x.view().into_dyn(), y).unwrap()
    }

    /// The same rows with lengths from 1 to all samples, and padding of this number.
    pub fn with_lengths(&self, rows: usize, padding: f64) -> Dataset {
        let lengths = (0..rows).map(|i| 1 + ((i * 7 + 3) % self.samples) as u32);
        let mut dataset = self.dataset(rows).with_lengths(lengths.collect()).unwrap();
        let lengths = dataset.lengths.clone().unwrap();
        for (mut row, length) in dataset.inputs.reals_mut().outer_iter_mut().zip(lengths) {
            let elements = row.iter_mut().enumerate();
            let padded = elements.filter(|(e, _)| e % self.samples >= length as usize);
            padded.for_each(|(_, value)| *value = padding);
        }
        dataset
    }

    /// Parameters with a batch of 4 and everything else at its default.
    pub fn parameters(&self) -> Parameters {
        Parameters::new(self.layers.clone()).learning_rate(0.05).max_epochs(5).batch_size(4)
    }

    /// The parameters of its convolutions, poolings and padding fit its samples.
    pub fn fits(&self) -> bool {
        gpu_mlp::rooms::run::Run::new(&self.parameters(), &self.dataset(12)).is_ok()
    }
}

fn activation() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["relu", "tanh", "linear", "prelu", "gelu", "x*sigmoid(x)", "elu"])
        .prop_map(String::from)
}

fn conv1d() -> impl Strategy<Value = Layer<String>> {
    let padding = prop_oneof![Just(None), (0..4usize).prop_map(Some)];
    (1..5usize, 1..6usize, 1..4usize, padding, activation()).prop_map(
        |(filters, kernel, stride, padding, activation)| {
            let each = |zeros: usize| Padding::Each(zeros.min(kernel - 1));
            let padding = padding.map_or(Padding::Same, each);
            Layer::activated(Conv1d { stride, padding, ..Conv1d::new(filters, kernel) }, activation)
        },
    )
}

/// A convolution, and after half of them a pool of either kind.
fn block() -> impl Strategy<Value = Vec<Layer<String>>> {
    let pool = (1..4usize, 1..4usize, proptest::bool::ANY);
    (conv1d(), proptest::option::of(pool)).prop_map(|(conv1d, pool)| {
        let pool = pool.map(|(size, stride, averages)| match averages {
            true => Layer::plain(AvgPool1d { size, stride }),
            false => Layer::plain(MaxPool1d { size, stride }),
        });
        std::iter::once(conv1d).chain(pool).collect()
    })
}

/// Stacks of one to three blocks, some with a pool before them, and dense layers after them.
pub fn stacks() -> impl Strategy<Value = Stack> {
    let ends = (any::<bool>(), proptest::option::of(activation()), any::<bool>());
    let blocks = proptest::collection::vec(block(), 1..4);
    let stack = (1..4usize, 1..24usize, any::<bool>(), blocks, ends);
    let stack = stack.prop_map(|(channels, samples, classifies, blocks, ends)| {
        let (flatten, hidden, pooled_first) = ends;
        let pool = pooled_first.then_some(Layer::plain(MaxPool1d { size: 2, stride: 1 }));
        let layers = pool
            .into_iter()
            .chain(blocks.into_iter().flatten())
            .chain(flatten.then_some(Layer::plain(Flatten)))
            .chain(hidden.map(|activation| Layer::dense(3, activation)))
            .chain([if classifies {
                Layer::dense(3, "softmax")
            } else {
                Layer::dense(2, "linear")
            }])
            .collect();
        Stack { channels, samples, classifies, layers }
    });
    stack.prop_filter("layers that fit their input", Stack::fits)
}

/// A network with every kind of recurrent layer, in one direction and in both, of every sample and of the last.
pub fn of_recurrent_layers(channels: usize, samples: usize) -> Stack {
    let (units, return_sequences) = (5, true);
    let branch = [Layer::plain(Gru { units, return_sequences, bidirectional: false })];
    let layers = vec![
        Layer::activated(Rnn { units, return_sequences, bidirectional: true }, "tanh"),
        Layer::residual(branch, "relu"),
        Layer::plain(Dropout { rate: 0.25 }),
        Layer::plain(Lstm { units: 7, return_sequences: false, bidirectional: true }),
        Layer::dense(3, "softmax"),
    ];
    Stack { channels, samples, classifies: true, layers }
}

/// A network with every layer that takes rows that have lengths, and this one at the end of the sequences.
pub fn of_lengths(channels: usize, samples: usize, end: Layer<String>) -> Stack {
    let (units, return_sequences) = (4, true);
    let norm = || Layer::activated(BatchNorm::default(), "tanh");
    let branch = [
        Layer::plain(Gru { units: 5, return_sequences, bidirectional: true }),
        Layer::plain(LayerNorm::default()),
        norm(),
    ];
    let layers = vec![
        norm(),
        Layer::activated(Rnn { units, return_sequences, bidirectional: true }, "tanh"),
        Layer::plain(LayerNorm::default()),
        Layer::plain(Dropout { rate: 0.25 }),
        // Ten channels for eight: the shortcut projects them.
        Layer::residual(branch, "gelu"),
        Layer::plain(Lstm { units, return_sequences, bidirectional: true }),
        end,
        norm(),
        Layer::dense(3, "softmax"),
    ];
    Stack { channels, samples, classifies: true, layers }
}

/// Layers that make one vector of a sequence: both pools, and the last h of each kind, in both directions.
pub fn ends_of_sequences() -> Vec<Layer<String>> {
    let (units, return_sequences, bidirectional) = (3, false, true);
    vec![
        Layer::plain(GlobalAvgPool::default()),
        Layer::plain(GlobalMaxPool::default()),
        Layer::activated(Rnn { units, return_sequences, bidirectional }, "tanh"),
        Layer::plain(Gru { units, return_sequences, bidirectional }),
        Layer::plain(Lstm { units, return_sequences, bidirectional }),
    ]
}

/// The source document's example, "Architecture (1D-CNN classification) en résumé", with the six
/// samples and the dense weights it leaves open, and a row of the other class that weighs nothing.
/// `before` comes before its layers.
pub fn worked_example(before: Option<Layer<String>>) -> (Parameters, Dataset) {
    let x = array![
        [0.20, 0.60, 0.90, 0.70, 0.40, 0.10, 0.30, 0.80, 0.50, 0.20],
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    ];
    let y = Targets::Integers(array![[0], [1]]);
    let dataset = Dataset::from_arrays("paper", x.view().into_dyn(), y).unwrap();
    let dataset = dataset.with_sample_weight(vec![1.0, 0.0]).unwrap();
    let example = [
        Layer::activated(Conv1d::new(1, 3), "relu"),
        Layer::plain(MaxPool1d { size: 2, stride: 2 }),
        Layer::dense(8, "relu"),
        Layer::dense(2, "softmax"),
    ];
    let layers: Vec<_> = before.into_iter().chain(example).collect();
    let mut parameters = Parameters::new(layers).learning_rate(0.1).max_epochs(1).batch_size(2);
    parameters.split = [1.0, 0.0, 0.0];
    parameters.normalize = Normalization::None;
    (parameters, dataset)
}

/// The weights of the example: the layer's index in it, the tensor, the values.
const WEIGHTS: [(usize, &str, &[f64]); 6] = [
    (0, "weight", &[0.5, 1.0, 0.5]),
    (0, "bias", &[0.0]),
    (
        2,
        "weight",
        &[
            1.0, 0.0, 0.0, 0.0, //
            0.0, 1.0, 0.0, 0.0, //
            0.0, 0.0, 1.0, 0.0, //
            0.0, 0.0, 0.0, 1.0, //
            -1.0, 0.0, 0.0, 0.0, //
            1.0, -1.0, 0.0, 0.0, //
            0.0, 0.0, 1.0, -1.0, //
            0.0, 1.0, 0.0, -1.0,
        ],
    ),
    (2, "bias", &[0.0; 8]),
    (
        3,
        "weight",
        &[
            1.0, 0.0, 0.4, 0.0, 2.0, 1.0, 0.0, 0.0, //
            0.0, 1.0, 0.0, 0.5, 0.0, 0.0, 3.0, 0.0,
        ],
    ),
    (3, "bias", &[0.0, 0.1]),
];

/// Puts the example's weights into a state; its first layer is number `first` of the network.
pub fn with_worked_weights(mut state: State, first: usize) -> State {
    for (layer, name, values) in WEIGHTS {
        let name = format!("layers.{}.{name}", first + layer);
        state.tensors.get_mut(&name).unwrap().values = values.to_vec();
    }
    state
}

/// The paper's values: (quantity with # for the number of its layer, the layer's index in the example, values of
/// the row, or of the tensor).
pub fn worked_numbers() -> Vec<(&'static str, usize, Vec<f64>)> {
    let p = [1.55, 1.35, 0.75, 1.20];
    let a = [1.55, 1.35, 0.75, 1.20, 0.0, 0.20, 0.0, 0.15];
    // ŷ = (0.5, 0.5), so delta = ŷ - y = (-0.5, 0.5), and W2ᵀ delta ⊙ ReLU'(z) is:
    let delta = [-0.5, 0.5, -0.2, 0.25, 0.0, -0.5, 0.0, 0.0];
    let outer = |delta: &[f64], a: &[f64]| -> Vec<f64> {
        delta.iter().flat_map(|d| a.iter().map(move |a| d * a)).collect()
    };
    vec![
        ("z#", 0, vec![1.15, 1.55, 1.35, 0.80, 0.45, 0.75, 1.20, 1.00]),
        ("a#", 0, vec![1.15, 1.55, 1.35, 0.80, 0.45, 0.75, 1.20, 1.00]),
        ("a#", 1, p.to_vec()),
        ("winners#", 1, vec![1.0, 2.0, 5.0, 6.0]),
        ("z#", 2, vec![1.55, 1.35, 0.75, 1.20, -1.55, 0.20, -0.45, 0.15]),
        ("a#", 2, a.to_vec()),
        ("z#", 3, vec![2.05, 2.05]),
        ("a#", 3, vec![0.5, 0.5]),
        ("loss of each row", 3, vec![std::f64::consts::LN_2]),
        ("delta#", 3, vec![-0.5, 0.5]),
        ("delta#", 2, delta.to_vec()),
        // W1ᵀ delta, handed to the winners.
        ("delta#", 1, vec![-1.0, 1.0, -0.2, 0.25]),
        ("delta#", 0, vec![0.0, -1.0, 1.0, 0.0, 0.0, -0.2, 0.25, 0.0]),
        ("gradient of layers.#.weight", 3, outer(&[-0.5, 0.5], &a)),
        ("gradient of layers.#.bias", 3, vec![-0.5, 0.5]),
        ("gradient of layers.#.weight", 2, outer(&delta, &p)),
        ("gradient of layers.#.bias", 2, delta.to_vec()),
        // Σ delta[p] x[p + k]: -0.60 + 0.90 - 0.02 + 0.075, -0.90 + 0.70 - 0.06 + 0.20,
        // -0.70 + 0.40 - 0.16 + 0.125.
        ("gradient of layers.#.weight", 0, vec![0.355, -0.06, -0.335]),
        ("gradient of layers.#.bias", 0, vec![0.05]),
    ]
}

/// The gradient by the input: the full convolution of delta with the reversed kernel.
pub const WORKED_INPUT_GRADIENT: [f64; 10] =
    [0.0, -0.5, -0.5, 0.5, 0.5, -0.1, -0.075, 0.15, 0.125, 0.0];
