//! gpu-mlp trains small neural networks, multi-layer perceptrons and 1D-CNNs, on tables and signals: on
//! the CPU, or on any GPU that wgpu knows.
//!
//! A [`Dataset`] holds rows and their targets, [`Parameters`] say what is trained on them and how, a
//! [`Trainer`] trains, and what comes out is a [`Model`]:
//!
//! ```
//! use gpu_mlp::{Dataset, Layer, Parameters, Trainer};
//!
//! let iris = Dataset::read("datasets/iris.npz")?;
//! let layers = [Layer::dense(16, "relu"), Layer::dense(3, "softmax")];
//! let parameters = Parameters::new(layers).learning_rate(0.05).max_epochs(50).batch_size(10);
//! let model = Trainer::new(&parameters, &iris)?.fit()?;
//! let flower = ndarray::array![[5.1, 3.5, 1.4, 0.2]];
//! assert_eq!(model.predict_labels(flower.view())?, [0]);
//! # Ok::<(), gpu_mlp::Error>(())
//! ```
//!
//! **Data** come from arrays ([`Dataset::from_arrays`]), slices ([`Dataset::from_slices`]) or an NPZ file
//! ([`Dataset::read`]). Integers are classes under a softmax or a single sigmoid; several columns of 0 and 1
//! under sigmoids are labels; everything else is values. Rows are split into training, validation and test
//! rows, and scaled with the statistics of the training rows, as the parameters say.
//!
//! **Layers** are [`Layer::dense`], or any of [`layers`]. An activation is a name, such as `"relu"` or
//! `"leaky_relu(0.02)"`, or an expression of x, such as `"x*tanh(softplus(x))"`, whose derivative is derived.
//!
//! **A run** can be watched ([`Trainer::on_epoch`]), stopped ([`Trainer::stop_when`]), put on a device
//! ([`Trainer::device`]), and made of many networks at once ([`Trainer::seeds`]). The same seed gives the same
//! bits on the same device, whatever the number of threads.
//!
//! **A model** predicts ([`Model::predict`], [`Model::predict_labels`]), and is kept in a file
//! ([`Model::save`], [`Model::read`]) that other programs read too.
//!
//! **Errors** say what was wrong, where, and what is allowed; [`Error::kind`] tells programs whose fault it is.
//!
//! The features `cli` (the command `gpu-mlp`) and `files` (NPZ, CSV, models and runs on a disk) are on by
//! default. The same parameters as a JSON file are described in `docs/parameters.md`.

#![deny(unsafe_code)]
// Without files some of what reads and shows them is left over.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

#[doc(hidden)]
pub mod rooms;

use rooms::*;

pub use rooms::data::{Dataset, ForecastTarget, Inputs, Normalization, SplitMode, Targets};
pub use rooms::door::Trainer;
pub use rooms::error::{Error, ErrorKind, Place, Result};
pub use rooms::metrics::{Figures, Scores};
pub use rooms::model::Model;
pub use rooms::network::{Initialization, InputLayout, Layer, Task};
pub use rooms::run::{
    Augment, BatchGradient, ClassWeight, Clip, Flip, LayerStack, Optimizer, Parameters,
    RateSchedule, ReplicaId, Shift,
};
pub use rooms::train::{EpochRow, Outcome, ReplicaOutcome, Seconds, Stop};

/// Layers beside [`Layer::dense`]: `Layer::activated(Conv1d { .. }, "relu")`, `Layer::plain(MaxPool1d { .. })`.
pub mod layers {
    pub use crate::rooms::network::layers::avgpool1d::AvgPool1d;
    pub use crate::rooms::network::layers::avgpool2d::AvgPool2d;
    pub use crate::rooms::network::layers::batch_norm::BatchNorm;
    pub use crate::rooms::network::layers::conv1d::Conv1d;
    pub use crate::rooms::network::layers::conv2d::Conv2d;
    pub use crate::rooms::network::layers::dense::Dense;
    pub use crate::rooms::network::layers::dropout::Dropout;
    pub use crate::rooms::network::layers::flatten::Flatten;
    pub use crate::rooms::network::layers::global_avgpool::GlobalAvgPool;
    pub use crate::rooms::network::layers::global_maxpool::GlobalMaxPool;
    pub use crate::rooms::network::layers::gru::Gru;
    pub use crate::rooms::network::layers::layer_norm::LayerNorm;
    pub use crate::rooms::network::layers::lstm::Lstm;
    pub use crate::rooms::network::layers::maxpool1d::MaxPool1d;
    pub use crate::rooms::network::layers::maxpool2d::MaxPool2d;
    pub use crate::rooms::network::layers::rnn::Rnn;
    pub use crate::rooms::plan::Padding;
}
