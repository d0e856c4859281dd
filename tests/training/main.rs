//! The training loop.

mod augment;
mod bits;
mod bytes;
#[path = "../common/mod.rs"]
mod common;
mod cuts;
mod endings;
mod figures;
mod forecasts;
mod images;
mod lengths;
mod lost_device;
mod replicas;
mod resumed;
mod sequences;
mod weights;

use common::parameters;
use gpu_mlp::rooms::run::{Optimizer, Parameters};

const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/// Adam, which patience ends before its 60 epochs.
fn patient() -> Parameters {
    let mut parameters = parameters(&[4, 8, 3], &["tanh", "softmax"]);
    parameters.max_epochs = 60;
    parameters.optimizer = ADAM;
    parameters.learning_rate = 0.05;
    parameters.loss_patience = Some(4);
    parameters
}
