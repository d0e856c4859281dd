//! The stack of layers of a network, and the task of its output.

use super::activation::Activation;
use super::input_shape::with_channels;
use super::layers::{Kind, Layer, LayerOn, MOST_LAYERS, NO_SOFTMAX, shape_text};
use super::lowering::SEQUENCE_AXES;
use super::placed_layer::PlacedLayer;
use crate::error::{Error, Result};
use crate::plan::{Loss, ValueLoss};

/// The most weights of a network: half a gigabyte; with the best weights, the gradient and Adam's moments five times
/// that.
const MOST_WEIGHTS: u128 = 1 << 27;

/// The task of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// One of several classes per row.
    Classification,
    /// Any of several labels per row.
    MultiLabel,
    /// One or several real numbers per row.
    Regression,
}

impl Task {
    /// Its name in parameters, models and summaries.
    pub fn name(self) -> &'static str {
        match self {
            Task::Classification => "classification",
            Task::MultiLabel => "multi_label",
            Task::Regression => "regression",
        }
    }
}

/// The last layer of a stack, which is dense; it decides which tasks a network may have.
#[derive(Debug, Clone, Copy)]
pub struct Output<'a> {
    /// Outputs per row; 0 where the data have to say it.
    pub units: usize,
    /// Their activation.
    pub activation: &'a Activation,
}

/// A stack of layers.
#[derive(Debug, Clone)]
#[non_exhaustive] // made by `new`, which checks
pub struct Network {
    /// The shape of one input row: (features), (channels, samples) or (channels, height, width).
    pub input: Vec<usize>,
    /// The layers, from the input on.
    pub layers: Vec<Layer>,
    /// The shape of one row of each layer's output.
    pub shapes: Vec<Vec<usize>>,
    placed: Vec<LayerOn>,
    task: Task,
    /// Whether each row has a length of its own, which is given behind its elements.
    has_lengths: bool,
    /// The loss of a regression.
    value_loss: ValueLoss,
}

impl<'a> Output<'a> {
    /// The output of a stack whose layers have no fault, whatever the input; the error names the layer, counted from 1.
    pub fn of(layers: &'a [Layer]) -> Result<Self> {
        let Some(last) = layers.last() else {
            return Err(Error::input("there is no layer; allowed: 1 or more"));
        };
        let count: usize = layers.iter().map(|layer| layer.with_inner().len()).sum();
        if count > MOST_LAYERS {
            return Err(Error::input(format!("{count} layers; allowed: up to {MOST_LAYERS}")));
        }
        for (index, layer) in layers.iter().enumerate() {
            let is_last = index + 1 == layers.len();
            let fault = match (layer.fault(), layer.activation()) {
                (Some(fault), _) => fault,
                (None, Some(Activation::Softmax)) if !is_last => NO_SOFTMAX.into(),
                (None, None | Some(Activation::Softmax)) => continue,
                (None, Some(Activation::Linear | Activation::Function(_))) => continue,
            };
            return Err(refused(index, layer, &fault));
        }
        let index = layers.len() - 1;
        let (Kind::Dense(dense), Some(activation)) = (&last.kind, last.activation()) else {
            return Err(refused(
                index,
                last,
                "is the last; the last layer has to be dense, with a unit a class or a target",
            ));
        };
        let units = dense.units.unwrap_or_default();
        if let (1, Activation::Softmax) = (units, activation) {
            return Err(refused(
                index,
                last,
                "has softmax over 1 unit, which is always 1; use \"sigmoid\" for one output, or 2 units",
            ));
        }
        Ok(Output { units, activation })
    }

    /// The task by the output alone: classification for softmax and a single sigmoid, regression for all others.
    pub fn task(self) -> Task {
        match self.activation {
            Activation::Softmax => Task::Classification,
            activation if self.units == 1 && activation.is("sigmoid") => Task::Classification,
            Activation::Linear | Activation::Function(_) => Task::Regression,
        }
    }

    /// Whether its outputs are independent probabilities, of several labels per row.
    pub fn has_labels(self) -> bool {
        self.units > 1 && self.activation.is("sigmoid")
    }

    /// Refuses a task that does not suit the output; the error says which output does.
    pub(crate) fn check(self, task: Task) -> Result<()> {
        let (fits, allowed) = match task {
            Task::Classification => (
                self.task() == Task::Classification,
                "softmax with a unit a class, or one sigmoid for two classes",
            ),
            Task::MultiLabel => (self.activation.is("sigmoid"), "sigmoid with a unit a label"),
            Task::Regression => (
                !matches!(self.activation, Activation::Softmax),
                "any but softmax, most often linear",
            ),
        };
        if fits {
            return Ok(());
        }
        let Output { units, activation } = self;
        Err(Error::input(format!(
            "found {:?} with an output of {units} x {activation}; allowed for it: {allowed}",
            task.name()
        )))
    }
}

impl Network {
    /// A network of layers that fit together; the error names the layer, counted from 1, and the shapes. An
    /// input without channels has one where the layers take signals or images.
    pub fn new(input: Vec<usize>, layers: Vec<Layer>) -> Result<Self> {
        if input.iter().product::<usize>() == 0 {
            return Err(Error::input("the input has no elements; allowed: 1 or more"));
        }
        let task = Output::of(&layers)?.task();
        let input = with_channels(&input, &layers)?;
        let (mut shapes, mut parameters): (Vec<Vec<usize>>, u128) = (vec![], 0);
        let mut all = vec![];
        for (index, layer) in layers.iter().enumerate() {
            let before = shapes.last().unwrap_or(&input);
            let placed =
                LayerOn::new(layer, before).map_err(|fault| refused(index, layer, &fault))?;
            let shape = placed.shape();
            parameters += placed.weights();
            if parameters > MOST_WEIGHTS {
                let fault = format!(
                    "makes {} of {} and brings the network to {parameters} weights; allowed: up to \
                     {MOST_WEIGHTS}; make layers narrower (LAYER_SIZES, units or filters)",
                    shape_text(&shape),
                    shape_text(before)
                );
                return Err(refused(index, layer, &fault));
            }
            shapes.push(shape);
            all.push(placed);
        }
        let value_loss = ValueLoss::mean_squared_error()?;
        let has_lengths = false;
        Ok(Network { input, layers, shapes, placed: all, task, has_lengths, value_loss })
    }

    /// The same network for another task; an error if the task does not suit the output.
    pub fn for_task(self, task: Task) -> Result<Self> {
        self.output().check(task)?;
        Ok(Network { task, ..self })
    }

    /// The same network with another loss for regression.
    pub fn with_value_loss(self, value_loss: ValueLoss) -> Self {
        Network { value_loss, ..self }
    }

    /// The same network for sequences of which each row has a length of its own; the error names the layer that takes
    /// none, counted from 1.
    pub fn with_lengths(self) -> Result<Self> {
        if self.input.len() != SEQUENCE_AXES {
            return Err(Error::input(format!(
                "the layers take rows of {}, and the array lengths tells the samples of rows of (channels, samples); \
                 leave it out, or begin with rnn, gru or lstm",
                shape_text(&self.input)
            )));
        }
        for (index, placed) in self.placed_layers().iter().enumerate() {
            if let Some(fault) = placed.lengths_fault() {
                return Err(refused(index, placed.layer, &fault));
            }
        }
        Ok(Network { has_lengths: true, ..self })
    }

    /// Whether each row has a length of its own.
    pub fn has_lengths(&self) -> bool {
        self.has_lengths
    }

    /// The samples of a row, if each row has a length of its own.
    pub fn samples_with_lengths(&self) -> Option<usize> {
        self.input.last().copied().filter(|_| self.has_lengths)
    }

    /// The numbers that are given for each row: its elements, and its length if it has one.
    pub fn inputs(&self) -> usize {
        self.elements() + usize::from(self.has_lengths)
    }

    /// The elements of a row.
    pub fn elements(&self) -> usize {
        self.input.iter().product()
    }

    /// The number of outputs per row.
    pub fn outputs(&self) -> usize {
        self.output().units
    }

    /// The activation of the last layer.
    pub fn output_activation(&self) -> &Activation {
        self.output().activation
    }

    /// The loss of its task.
    pub fn loss(&self) -> Loss {
        match (self.task, self.output_activation()) {
            (Task::Classification, Activation::Softmax) => Loss::SoftmaxCrossEntropy,
            (Task::Classification, Activation::Linear | Activation::Function(_)) => {
                Loss::BinaryCrossEntropy
            }
            (Task::MultiLabel, _) => Loss::MultiLabelCrossEntropy,
            (Task::Regression, _) => Loss::OfValues(self.value_loss.clone()),
        }
    }

    /// The task: by the output, or set by [`Network::for_task`].
    pub fn task(&self) -> Task {
        self.task
    }

    /// The number of classes of a classification: the outputs, or 2 for a single sigmoid.
    pub fn classes(&self) -> usize {
        match self.loss() {
            Loss::BinaryCrossEntropy => 2,
            Loss::SoftmaxCrossEntropy | Loss::MultiLabelCrossEntropy | Loss::OfValues(_) => {
                self.outputs()
            }
        }
    }

    /// The layers in their places.
    pub fn placed_layers(&self) -> Vec<PlacedLayer<'_>> {
        PlacedLayer::sequence("", &self.input, &self.layers, &self.placed)
    }

    pub(crate) fn output(&self) -> Output<'_> {
        let last = self.layers.last();
        Output {
            // `new` refuses any other last layer.
            units: last.and_then(Layer::units).unwrap_or(self.inputs()),
            activation: last.and_then(Layer::activation).unwrap_or(&Activation::Linear),
        }
    }

    /// The layers, each on its input.
    pub(super) fn placed(&self) -> impl Iterator<Item = (&Layer, &LayerOn)> {
        self.layers.iter().zip(&self.placed)
    }
}

/// `layer 3 (conv1d) has ...`
fn refused(index: usize, layer: &Layer, fault: &str) -> Error {
    Error::input(format!("layer {} ({}) {fault}", index + 1, layer.name()))
}
