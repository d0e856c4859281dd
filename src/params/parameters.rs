//! The parameters of a run, as plain typed values with the defaults of the specification.

use crate::data::Normalization;
use crate::network::{Initialization, Layer, Task};

/// How the gradients of the rows of a batch are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchGradient {
    /// Their (weighted) mean.
    Mean,
    /// Their (weighted) sum.
    Sum,
}

/// A bound on the data gradient of a batch, before L2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clip {
    /// The L2 norm over all trainable tensors is at most this.
    Norm(f64),
    /// Each component lies within ± this.
    Value(f64),
}

/// The rule that turns a gradient into a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// w -= learning rate · gradient
    Sgd,
    /// Kingma and Ba, 2015, with bias correction.
    Adam {
        /// Decay of the mean of gradients.
        beta1: f64,
        /// Decay of the mean of their squares.
        beta2: f64,
        /// Keeps the division finite.
        epsilon: f64,
    },
}

impl Optimizer {
    /// The values an optimizer keeps for each parameter: moments.
    pub fn slots(self) -> usize {
        match self {
            Optimizer::Sgd => 0,
            Optimizer::Adam { .. } => 2,
        }
    }

    /// Adam's bias corrections 1 / (1 - βᵗ) at step `t`, counted from 1, in f64: in f32 they lose
    /// digits. 1 for SGD.
    pub fn corrections(self, t: u64) -> [f64; 2] {
        match self {
            Optimizer::Sgd => [1.0, 1.0],
            Optimizer::Adam { beta1, beta2, .. } => {
                [beta1, beta2].map(|beta| 1.0 / (1.0 - beta.powf(t as f64)))
            }
        }
    }
}

/// Weights of the classes in the loss.
#[derive(Debug, Clone, PartialEq)]
pub enum ClassWeight {
    /// training rows / (classes · training rows of the class)
    Balanced,
    /// One number a class, in the order of the sorted labels.
    Each(Vec<f64>),
    /// Labels with their numbers, in the file's order; the classes that are not named weigh 1.
    ByLabel(Vec<(i64, f64)>),
}

/// The layers, in the form the file used.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerStack {
    /// `LAYER_SIZES`, `LAYER_NAMES` and `LAYER_ACTS`: an MLP.
    Mlp {
        /// Input, hidden and output widths.
        sizes: Vec<usize>,
        /// Names of the input, the hidden layers and the output.
        names: Option<Vec<String>>,
        /// "-" for the input, then one activation a layer.
        activations: Vec<String>,
    },
    /// `LAYERS`: any layers, activations as their texts; the input is the data's.
    General(Vec<Layer<String>>),
}

/// Every key of a parameter file. Keys and meanings: README, "The parameter file".
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// `NPZ_DATASET`
    pub dataset: String,
    /// `NPZ_SHA256`: the data set this run was made with; another file is refused.
    pub dataset_sha256: Option<String>,
    /// `LAYER_SIZES`, `LAYER_NAMES`, `LAYER_ACTS`, or `LAYERS`
    pub layers: LayerStack,
    /// `CUSTOM_FUNCTION`
    pub custom_function: Option<String>,
    /// `TASK`; None: as output and targets tell.
    pub task: Option<Task>,
    /// `LOSS`, of values alone; None: the squared error.
    pub loss: Option<String>,
    /// `LR`
    pub learning_rate: f64,
    /// `MAX_EPOCHS`
    pub max_epochs: u32,
    /// `BATCH_SIZE`
    pub batch_size: usize,
    /// `BATCH_GRADIENT`
    pub batch_gradient: BatchGradient,
    /// `LOSS_TOL`; 0 is off.
    pub loss_tolerance: f64,
    /// `ACC_PATIENCE`, epochs
    pub accuracy_patience: Option<u32>,
    /// `R2_PATIENCE`, epochs
    pub r2_patience: Option<u32>,
    /// `LOSS_PATIENCE`, epochs
    pub loss_patience: Option<u32>,
    /// `WARMUP_EPOCHS`
    pub warmup_epochs: u32,
    /// `GRAD_CLIP` and `GRAD_CLIP_MODE`
    pub clip: Option<Clip>,
    /// `OPTIMIZER`, `ADAM_BETA1`, `ADAM_BETA2`, `ADAM_EPS`
    pub optimizer: Optimizer,
    /// `L2`
    pub l2: f64,
    /// `CLASS_WEIGHT`
    pub class_weight: Option<ClassWeight>,
    /// `RANDOM_SEED`: initial weights and the order of every epoch.
    pub random_seed: u64,
    /// `SPLIT_SEED`; None: as `random_seed`.
    pub split_seed: Option<u64>,
    /// `SPLIT`: train, validation, test.
    pub split: [f64; 3],
    /// `STRATIFY`
    pub stratify: bool,
    /// `NORMALIZE`
    pub normalize: Normalization,
    /// `TARGET_NORMALIZE`; None: z-score with a linear output, else none.
    pub target_normalize: Option<Normalization>,
    /// `INIT`
    pub initialization: Initialization,
    /// `DEVICE`
    pub device: String,
    /// `SCHEDULE`
    pub schedule: String,
}

/// The default of `CUSTOM_FUNCTION`: the source document names a custom function but never states it.
pub const DEFAULT_CUSTOM_FUNCTION: &str = "x*sigmoid(x)";

impl Parameters {
    /// The defaults, with the four things that have none.
    pub fn new(layers: LayerStack, learning_rate: f64, max_epochs: u32, batch_size: usize) -> Self {
        Parameters {
            dataset: String::new(),
            dataset_sha256: None,
            layers,
            custom_function: None,
            task: None,
            loss: None,
            learning_rate,
            max_epochs,
            batch_size,
            batch_gradient: BatchGradient::Mean,
            loss_tolerance: 0.0,
            accuracy_patience: None,
            r2_patience: None,
            loss_patience: None,
            warmup_epochs: 0,
            clip: None,
            optimizer: Optimizer::Sgd,
            l2: 0.0,
            class_weight: None,
            random_seed: 42,
            split_seed: None,
            split: [0.7, 0.3, 0.0],
            stratify: true,
            normalize: Normalization::ZScore,
            target_normalize: None,
            initialization: Initialization::Auto,
            device: "auto".into(),
            schedule: "auto".into(),
        }
    }

    /// The expression that `custom_function` stands for.
    pub fn custom_function(&self) -> &str {
        self.custom_function.as_deref().unwrap_or(DEFAULT_CUSTOM_FUNCTION)
    }

    /// The same run with every default that depends on other keys filled in: `SPLIT_SEED`,
    /// `TARGET_NORMALIZE`, and `CUSTOM_FUNCTION` where a layer uses it.
    pub fn resolved(&self) -> Self {
        let mut resolved = self.clone();
        resolved.split_seed.get_or_insert(self.random_seed);
        let linear = self.layers.ends_linear();
        let targets = if linear { Normalization::ZScore } else { Normalization::None };
        resolved.target_normalize.get_or_insert(targets);
        if self.layers.uses("custom_function") {
            resolved.custom_function.get_or_insert_with(|| DEFAULT_CUSTOM_FUNCTION.into());
        }
        resolved
    }
}
