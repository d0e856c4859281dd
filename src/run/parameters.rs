//! The parameters of a run, as plain typed values with the defaults of the specification.

use super::augment::Augment;
use super::batch_gradient::BatchGradient;
use super::class_weight::ClassWeight;
use super::clip::Clip;
use super::layer_stack::{ACTIVATION, LayerStack};
use super::optimizer::Optimizer;
use super::rate::RateSchedule;
use crate::data::{AskedKind, ForecastTarget, Normalization, SplitMode};
use crate::network::{Initialization, InputLayout, Task};

/// The parameters of a run: [`Parameters::new`], and one method per number. `docs/parameters.md` has their
/// meanings, and what is allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// `DATASET`
    #[doc(hidden)]
    pub dataset: String,
    /// `DATASET_SHA256`: the data set this run was made with; another file is refused.
    #[doc(hidden)]
    pub dataset_sha256: Option<String>,
    /// `TARGET`; None: the data have targets of their own.
    #[doc(hidden)]
    pub targets: Option<Vec<String>>,
    /// `TEST_DATASET`
    #[doc(hidden)]
    pub test_dataset: Option<String>,
    /// `HEADER`; None: the first line of a table tells.
    #[doc(hidden)]
    pub header: Option<bool>,
    /// `NA`
    #[doc(hidden)]
    pub gaps: Option<Vec<String>>,
    /// `COLUMNS`
    #[doc(hidden)]
    pub columns: Option<Vec<(String, AskedKind)>>,
    /// `INPUT_SHAPE`; None: the shape that the data give a row.
    #[doc(hidden)]
    pub input_shape: Option<Vec<usize>>,
    /// `INPUT_LAYOUT`; None: channels first.
    #[doc(hidden)]
    pub input_layout: Option<InputLayout>,
    /// `AUGMENT`
    #[doc(hidden)]
    pub augment: Option<Augment>,
    /// `WINDOW`; None: each row is an example.
    #[doc(hidden)]
    pub window: Option<usize>,
    /// `HORIZON`; None: 1.
    #[doc(hidden)]
    pub horizons: Option<Vec<usize>>,
    /// `AUTOREGRESSIVE`; None: true.
    #[doc(hidden)]
    pub autoregressive: Option<bool>,
    /// `FORECAST`; None: the change, if it is autoregressive.
    #[doc(hidden)]
    pub forecast: Option<ForecastTarget>,
    /// `GROUPS`
    #[doc(hidden)]
    pub groups: Option<String>,
    /// `LAYER_SIZES`, `LAYER_NAMES`, `LAYER_ACTS`, or `HIDDEN` and `ACTIVATION`, or `LAYERS`
    #[doc(hidden)]
    pub layers: LayerStack,
    /// `CUSTOM_FUNCTION`
    #[doc(hidden)]
    pub custom_function: Option<String>,
    /// `TASK`; None: output and targets tell it.
    #[doc(hidden)]
    pub task: Option<Task>,
    /// `LOSS`, for values only; None: the squared error.
    #[doc(hidden)]
    pub loss: Option<String>,
    /// `LR`
    #[doc(hidden)]
    pub learning_rate: f64,
    /// `LR_SCHEDULE`
    #[doc(hidden)]
    pub rate_schedule: RateSchedule,
    /// `MAX_EPOCHS`
    #[doc(hidden)]
    pub max_epochs: u32,
    /// `BATCH_SIZE`
    #[doc(hidden)]
    pub batch_size: usize,
    /// `BATCH_GRADIENT`
    #[doc(hidden)]
    pub batch_gradient: BatchGradient,
    /// `LOSS_TOL`; 0 is off.
    #[doc(hidden)]
    pub loss_tolerance: f64,
    /// `ACC_PATIENCE`, epochs
    #[doc(hidden)]
    pub accuracy_patience: Option<u32>,
    /// `R2_PATIENCE`, epochs
    #[doc(hidden)]
    pub r2_patience: Option<u32>,
    /// `LOSS_PATIENCE`, epochs
    #[doc(hidden)]
    pub loss_patience: Option<u32>,
    /// `WARMUP_EPOCHS`
    #[doc(hidden)]
    pub warmup_epochs: u32,
    /// `GRAD_CLIP` and `GRAD_CLIP_MODE`
    #[doc(hidden)]
    pub clip: Option<Clip>,
    /// `OPTIMIZER`, `MOMENTUM`, `ADAM_BETA1`, `ADAM_BETA2`, `ADAM_EPS`
    #[doc(hidden)]
    pub optimizer: Optimizer,
    /// `L2`
    #[doc(hidden)]
    pub l2: f64,
    /// `CLASS_WEIGHT`
    #[doc(hidden)]
    pub class_weight: Option<ClassWeight>,
    /// `RANDOM_SEED`: initial weights and the order of every epoch.
    #[doc(hidden)]
    pub random_seed: u64,
    /// `SPLIT_SEED`; None: as `random_seed`.
    #[doc(hidden)]
    pub split_seed: Option<u64>,
    /// `SPLIT`: train, validation, test.
    #[doc(hidden)]
    pub split: [f64; 3],
    /// `SPLIT_MODE`; None: at random, in order where there are windows, or grouped where there are groups alone.
    #[doc(hidden)]
    pub split_mode: Option<SplitMode>,
    /// `STRATIFY`
    #[doc(hidden)]
    pub stratify: bool,
    /// `NORMALIZE`
    #[doc(hidden)]
    pub normalize: Normalization,
    /// `TARGET_NORMALIZE`; None: z-score with a linear output, else none.
    #[doc(hidden)]
    pub target_normalize: Option<Normalization>,
    /// `INIT`
    #[doc(hidden)]
    pub initialization: Initialization,
    /// `DEVICE`
    #[doc(hidden)]
    pub device: String,
    /// `SCHEDULE`
    #[doc(hidden)]
    pub schedule: String,
    /// The keys whose values the data decide, see [`Parameters::for_data`]; the fields hold none that counts.
    #[doc(hidden)]
    pub left_to_data: Vec<&'static str>,
}

/// The default of `CUSTOM_FUNCTION`: the source document names a custom function but never states it.
pub const DEFAULT_CUSTOM_FUNCTION: &str = "x*sigmoid(x)";

impl Parameters {
    /// These layers, and everything else at its default: a constant learning rate of 0.001, 100 epochs, batches of 32,
    /// plain gradient descent.
    pub fn new(layers: impl Into<LayerStack>) -> Self {
        Parameters {
            dataset: String::new(),
            dataset_sha256: None,
            targets: None,
            test_dataset: None,
            header: None,
            gaps: None,
            columns: None,
            input_shape: None,
            input_layout: None,
            augment: None,
            window: None,
            horizons: None,
            autoregressive: None,
            forecast: None,
            groups: None,
            layers: layers.into(),
            custom_function: None,
            task: None,
            loss: None,
            learning_rate: 0.001,
            rate_schedule: RateSchedule::Constant,
            max_epochs: 100,
            batch_size: 32,
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
            split_mode: None,
            stratify: true,
            normalize: Normalization::ZScore,
            target_normalize: None,
            initialization: Initialization::Auto,
            device: "auto".into(),
            schedule: "auto".into(),
            left_to_data: vec![],
        }
    }

    /// The expression that `custom_function` stands for.
    pub fn custom_expression(&self) -> &str {
        self.custom_function.as_deref().unwrap_or(DEFAULT_CUSTOM_FUNCTION)
    }

    /// How rows are divided.
    pub(crate) fn split_mode_or_usual(&self) -> SplitMode {
        self.split_mode.unwrap_or(match (self.window, &self.groups) {
            (Some(_), _) => SplitMode::Ordered,
            (None, Some(_)) => SplitMode::Grouped,
            (None, None) => SplitMode::Random,
        })
    }

    /// The same run with every default that depends on other keys filled in: `SPLIT_MODE`, `SPLIT_SEED`, those of a
    /// forecast, `TARGET_NORMALIZE`, and `CUSTOM_FUNCTION` where a layer uses it.
    pub fn resolved(&self) -> Self {
        let mut resolved = self.clone();
        resolved.split_mode = Some(self.split_mode_or_usual());
        if self.window.is_some() {
            resolved.horizons.get_or_insert_with(|| vec![1]);
            let autoregressive = *resolved.autoregressive.get_or_insert(true);
            let usual = if autoregressive { ForecastTarget::Change } else { ForecastTarget::Value };
            resolved.forecast.get_or_insert(usual);
        }
        if resolved.split_mode != Some(SplitMode::Ordered) {
            resolved.split_seed.get_or_insert(self.random_seed);
        }
        let linear = self.layers.ends_linear(self.task);
        let targets = if linear { Normalization::ZScore } else { Normalization::None };
        resolved.target_normalize.get_or_insert(targets);
        if let LayerStack::Hidden { activation, .. } = &mut resolved.layers {
            activation.get_or_insert_with(|| ACTIVATION.into());
        }
        if self.layers.uses("custom_function") {
            resolved.custom_function.get_or_insert_with(|| DEFAULT_CUSTOM_FUNCTION.into());
        }
        resolved
    }
}
