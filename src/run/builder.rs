//! Parameters set one by one, by their names.

use super::augment::Augment;
use super::batch_gradient::BatchGradient;
use super::class_weight::ClassWeight;
use super::clip::Clip;
use super::optimizer::Optimizer;
use super::parameters::Parameters;
use super::rate::RateSchedule;
use crate::data::{ForecastTarget, Normalization, SplitMode};
use crate::network::{Initialization, InputLayout, Task};

/// Each method is a key of the parameter file; its line ends with the key.
impl Parameters {
    /// The factor of every step: `LR`.
    pub fn learning_rate(self, learning_rate: f64) -> Self {
        Parameters { learning_rate, ..self.decided("LR") }
    }

    /// How the learning rate changes over the epochs: `LR_SCHEDULE`.
    pub fn rate_schedule(self, rate_schedule: RateSchedule) -> Self {
        Parameters { rate_schedule, ..self.decided("LR_SCHEDULE") }
    }

    /// The most passes over the training rows: `MAX_EPOCHS`.
    pub fn max_epochs(self, max_epochs: u32) -> Self {
        Parameters { max_epochs, ..self.decided("MAX_EPOCHS") }
    }

    /// The rows of a step: `BATCH_SIZE`.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Parameters { batch_size, ..self.decided("BATCH_SIZE") }
    }

    /// The rule of a step: `OPTIMIZER`.
    pub fn optimizer(self, optimizer: Optimizer) -> Self {
        Parameters { optimizer, ..self.decided("OPTIMIZER") }
    }

    /// The shape of a row, such as `[1, 8, 8]` for an image of 64 features: `INPUT_SHAPE`.
    pub fn input_shape(self, shape: impl Into<Vec<usize>>) -> Self {
        Parameters { input_shape: Some(shape.into()), ..self }
    }

    /// Whether the channels of a row come first or last: `INPUT_LAYOUT`.
    pub fn input_layout(self, layout: InputLayout) -> Self {
        Parameters { input_layout: Some(layout), ..self }
    }

    /// How training rows are moved and flipped at random: `AUGMENT`.
    pub fn augment(self, augment: Augment) -> Self {
        Parameters { augment: Some(augment), ..self }
    }

    /// The rows that a network sees at once, in a forecast: `WINDOW`.
    pub fn window(self, rows: usize) -> Self {
        Parameters { window: Some(rows), ..self }
    }

    /// The rows from the last of a window to its targets, one output each: `HORIZON`.
    pub fn horizons(self, rows: impl Into<Vec<usize>>) -> Self {
        Parameters { horizons: Some(rows.into()), ..self }
    }

    /// Whether a window has the targets up to its last row: `AUTOREGRESSIVE`.
    pub fn autoregressive(self, autoregressive: bool) -> Self {
        Parameters { autoregressive: Some(autoregressive), ..self }
    }

    /// Whether the network gives the change from the window's last value, or the value: `FORECAST`.
    pub fn forecast(self, target: ForecastTarget) -> Self {
        Parameters { forecast: Some(target), ..self }
    }

    /// The task, where output and targets do not tell it: `TASK`.
    pub fn task(self, task: Task) -> Self {
        Parameters { task: Some(task), ..self }
    }

    /// The loss of values, such as `"mae"` or `"huber(1)"`: `LOSS`.
    pub fn loss(self, loss: impl Into<String>) -> Self {
        Parameters { loss: Some(loss.into()), ..self }
    }

    /// Decay of the weights: `L2`.
    pub fn l2(self, l2: f64) -> Self {
        Parameters { l2, ..self.decided("L2") }
    }

    /// A bound on the gradient: `GRAD_CLIP` and `GRAD_CLIP_MODE`.
    pub fn clip(self, clip: Clip) -> Self {
        Parameters { clip: Some(clip), ..self }
    }

    /// The weight of each class: `CLASS_WEIGHT`.
    pub fn class_weight(self, class_weight: ClassWeight) -> Self {
        Parameters { class_weight: Some(class_weight), ..self }
    }

    /// Epochs without a lower validation loss that end the training: `LOSS_PATIENCE`.
    pub fn loss_patience(self, epochs: u32) -> Self {
        Parameters { loss_patience: Some(epochs), ..self }
    }

    /// Epochs without a better validation accuracy that end the training: `ACC_PATIENCE`.
    pub fn accuracy_patience(self, epochs: u32) -> Self {
        Parameters { accuracy_patience: Some(epochs), ..self }
    }

    /// Epochs without a better validation R² that end the training: `R2_PATIENCE`.
    pub fn r2_patience(self, epochs: u32) -> Self {
        Parameters { r2_patience: Some(epochs), ..self }
    }

    /// Epochs in which nothing stops and no patience counts: `WARMUP_EPOCHS`.
    pub fn warmup_epochs(self, warmup_epochs: u32) -> Self {
        Parameters { warmup_epochs, ..self }
    }

    /// The shares of training, validation and test rows: `SPLIT`.
    pub fn split(self, split: [f64; 3]) -> Self {
        Parameters { split, ..self.decided("SPLIT") }
    }

    /// How rows are divided: `SPLIT_MODE`.
    pub fn split_mode(self, split_mode: SplitMode) -> Self {
        Parameters { split_mode: Some(split_mode), ..self }
    }

    /// The seed of the split; that of the initial weights if it is not set: `SPLIT_SEED`.
    pub fn split_seed(self, split_seed: u64) -> Self {
        Parameters { split_seed: Some(split_seed), ..self }
    }

    /// Whether every class keeps its share in every split: `STRATIFY`.
    pub fn stratify(self, stratify: bool) -> Self {
        Parameters { stratify, ..self }
    }

    /// A change of the training loss below which the training ends: `LOSS_TOL`.
    pub fn loss_tolerance(self, loss_tolerance: f64) -> Self {
        Parameters { loss_tolerance, ..self }
    }

    /// Whether the gradient of a batch is the mean or the sum over its rows: `BATCH_GRADIENT`.
    pub fn batch_gradient(self, batch_gradient: BatchGradient) -> Self {
        Parameters { batch_gradient, ..self }
    }

    /// How weights start: `INIT`.
    pub fn initialization(self, initialization: Initialization) -> Self {
        Parameters { initialization, ..self }
    }

    /// The schedule of the device: `SCHEDULE`.
    pub fn schedule(self, schedule: impl Into<String>) -> Self {
        Parameters { schedule: schedule.into(), ..self }
    }

    /// How inputs are scaled: `NORMALIZE`.
    pub fn normalize(self, normalize: Normalization) -> Self {
        Parameters { normalize, ..self }
    }

    /// How targets are scaled: `TARGET_NORMALIZE`.
    pub fn target_normalize(self, normalize: Normalization) -> Self {
        Parameters { target_normalize: Some(normalize), ..self }
    }

    /// The seed of initial weights and of the order of every epoch: `RANDOM_SEED`.
    pub fn random_seed(self, random_seed: u64) -> Self {
        Parameters { random_seed, ..self }
    }

    /// The meaning of `custom_function` as an activation, an expression of x: `CUSTOM_FUNCTION`.
    pub fn custom_function(self, expression: impl Into<String>) -> Self {
        Parameters { custom_function: Some(expression.into()), ..self }
    }

    /// The same, with this key no longer left to the data.
    fn decided(mut self, key: &str) -> Self {
        self.left_to_data.retain(|left| *left != key);
        self
    }
}
