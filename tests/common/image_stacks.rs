//! Images, and random stacks of layers that convolve, pool, normalise and join them.

use gpu_mlp::rooms::data::{Dataset, Targets};
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::avgpool2d::AvgPool2d;
use gpu_mlp::rooms::network::layers::batch_norm::BatchNorm;
use gpu_mlp::rooms::network::layers::conv2d::Conv2d;
use gpu_mlp::rooms::network::layers::dropout::Dropout;
use gpu_mlp::rooms::network::layers::global_avgpool::GlobalAvgPool;
use gpu_mlp::rooms::network::layers::global_maxpool::GlobalMaxPool;
use gpu_mlp::rooms::network::layers::layer_norm::LayerNorm;
use gpu_mlp::rooms::network::layers::maxpool2d::MaxPool2d;
use gpu_mlp::rooms::plan::Padding;
use gpu_mlp::rooms::run::{Parameters, Run};
use ndarray::{Array2, Array4};
use proptest::prelude::*;

/// A random stack, and its input: (channels, height, width).
#[derive(Debug, Clone)]
pub struct ImageStack {
    pub input: [usize; 3],
    pub layers: Vec<Layer<String>>,
}

impl ImageStack {
    /// Rows of images of three classes.
    pub fn dataset(&self, rows: usize) -> Dataset {
        let [channels, height, width] = self.input;
        let x = Array4::from_shape_fn((rows, channels, height, width), |(i, c, h, w)| {
            ((i * 5 + c * 11 + h * 3) as f64 * 0.7 + w as f64 * (0.3 + 0.1 * (i % 3) as f64)).sin()
                + 0.3 * ((i * 13 + c * 7 + w * 3 + h) as f64).cos()
        });
        let y = Array2::from_shape_fn((rows, 1), |(i, _)| i as i64 % 3);
        Dataset::from_arrays("images", x.view().into_dyn(), Targets::Integers(y)).unwrap()
    }

    /// Parameters with a batch of 4 and everything else at its default.
    pub fn parameters(&self) -> Parameters {
        Parameters::new(self.layers.clone()).learning_rate(0.05).max_epochs(5).batch_size(4)
    }

    fn fits(&self) -> bool {
        Run::new(&self.parameters(), &self.dataset(12)).is_ok()
    }
}

fn activation() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["relu", "tanh", "linear", "prelu", "gelu"]).prop_map(String::from)
}

/// One number for each axis.
fn pair(most: usize) -> impl Strategy<Value = [usize; 2]> {
    [1..most, 1..most]
}

fn convolution() -> impl Strategy<Value = Layer<String>> {
    let sizes = (1..4usize, pair(5), pair(4), pair(3), any::<bool>());
    (sizes, proptest::option::of([0..4usize, 0..4]), activation()).prop_map(
        |((filters, kernel, stride, dilation, bias), zeros, activation)| {
            let fitting = |i: usize, zeros: usize| zeros.min(dilation[i] * (kernel[i] - 1));
            let padding = match zeros {
                None => [Padding::Same; 2],
                Some(zeros) => [0, 1].map(|i| Padding::Each(fitting(i, zeros[i]))),
            };
            let layer = Conv2d { filters, kernel, stride, padding, dilation, bias };
            Layer::activated(layer, activation)
        },
    )
}

/// A layer that leaves the number of axes as it is.
fn any_layer() -> impl Strategy<Value = Layer<String>> {
    let pool = (pair(4), pair(4), any::<bool>()).prop_map(|(size, stride, averages)| {
        if averages {
            Layer::plain(AvgPool2d { size, stride })
        } else {
            Layer::plain(MaxPool2d { size, stride })
        }
    });
    let batch_norm = activation().prop_map(|f| Layer::activated(BatchNorm::default(), f));
    let dropout = (0..4u8).prop_map(|n| Layer::plain(Dropout { rate: f64::from(n) / 4.0 }));
    prop_oneof![
        3 => convolution(),
        1 => pool,
        1 => batch_norm,
        1 => Just(Layer::plain(LayerNorm::default())),
        1 => dropout,
    ]
}

/// Stacks of up to four layers, some of which have layers inside them, and a dense layer after them.
pub fn image_stacks() -> impl Strategy<Value = ImageStack> {
    let inside = proptest::collection::vec(any_layer(), 1..3);
    let residual = (inside, activation()).prop_map(|(layers, f)| Layer::residual(layers, f));
    let layer = prop_oneof![3 => any_layer(), 2 => residual];
    let global = prop_oneof![
        Just(None),
        Just(Some(Layer::plain(GlobalMaxPool::default()))),
        Just(Some(Layer::plain(GlobalAvgPool::default()))),
    ];
    let layers = (proptest::collection::vec(layer, 1..5), global);
    let stack = (1..3usize, 1..7usize, 1..8usize, layers);
    let stack = stack.prop_map(|(channels, height, width, (mut layers, global))| {
        layers.extend(global);
        layers.push(Layer::dense(3, "softmax"));
        ImageStack { input: [channels, height, width], layers }
    });
    stack.prop_filter("layers that fit their input", ImageStack::fits)
}

/// A network with every kind of layer of images, on images of (2, 5, 6).
pub fn of_every_layer() -> ImageStack {
    let convolution = |layer: Conv2d, activation| Layer::activated(layer, activation);
    let same = |filters, kernel| {
        let padding = [Padding::Same; 2];
        Conv2d { padding, bias: false, ..Conv2d::new(filters, kernel) }
    };
    let norm = |activation| Layer::activated(BatchNorm::default(), activation);
    let layers = vec![
        convolution(same(4, [3, 2]), "linear"),
        norm("relu"),
        Layer::residual(
            [
                convolution(Conv2d { dilation: [1, 2], ..same(6, [3, 3]) }, "tanh"),
                convolution(Conv2d { stride: [2, 1], ..same(6, [2, 3]) }, "linear"),
                norm("linear"),
            ],
            "relu",
        ),
        Layer::plain(Dropout { rate: 0.3 }),
        Layer::plain(MaxPool2d { size: [2, 2], stride: [1, 2] }),
        Layer::plain(LayerNorm::default()),
        convolution(
            Conv2d { padding: [Padding::Each(0), Padding::Each(1)], ..Conv2d::new(5, [1, 2]) },
            "prelu",
        ),
        Layer::plain(AvgPool2d { size: [1, 2], stride: [1, 1] }),
        Layer::plain(GlobalMaxPool::default()),
        Layer::plain(Dropout { rate: 0.25 }),
        Layer::dense(4, "tanh"),
        Layer::dense(3, "softmax"),
    ];
    ImageStack { input: [2, 5, 6], layers }
}
