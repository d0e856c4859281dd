//! The stack that layers form, and what its output is for.

use super::activation::Activation;
use super::layers::{Layer, MOST_LAYERS, Placed, shape_text};
use crate::error::{Error, Result};
use crate::plan::{Loss, ValueLoss, Windows};

/// The most weights of a network: half a gigabyte of them, and with the best weights, the gradient and
/// Adam's moments five times that.
const MOST_WEIGHTS: u128 = 1 << 27;
/// The most values that a layer makes of one row: half a gigabyte.
const MOST_VALUES: u128 = 1 << 27;

/// What a network is trained for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// One of several classes a row.
    Classification,
    /// Any of several labels a row, each of which is there or not.
    MultiLabel,
    /// One or several real numbers a row.
    Regression,
}

impl Task {
    /// As parameters, models and summaries call it.
    pub fn name(self) -> &'static str {
        match self {
            Task::Classification => "classification",
            Task::MultiLabel => "multi_label",
            Task::Regression => "regression",
        }
    }
}

/// The last layer of a stack, which is dense: what the network may be for follows from it.
#[derive(Debug, Clone, Copy)]
pub struct Output<'a> {
    /// The outputs of a row.
    pub units: usize,
    /// Their activation.
    pub activation: &'a Activation,
}

/// A stack of layers.
#[derive(Debug, Clone)]
#[non_exhaustive] // made by `new`, which checks
pub struct Network {
    /// The shape of one input row: (features), or (channels, samples).
    pub input: Vec<usize>,
    /// The layers, from the input on.
    pub layers: Vec<Layer>,
    /// The shape of one row of each layer's output.
    pub shapes: Vec<Vec<usize>>,
    placed: Vec<Placed>,
    task: Task,
    /// The loss of a regression.
    value_loss: ValueLoss,
}

impl<'a> Output<'a> {
    /// The output of a stack, if its layers are what they may be on whatever input; the error names
    /// the layer, counted from 1.
    pub fn of(layers: &'a [Layer]) -> Result<Self> {
        let Some(last) = layers.last() else {
            return Err(Error::input("there is no layer; allowed: 1 or more"));
        };
        if layers.len() > MOST_LAYERS {
            let count = layers.len();
            return Err(Error::input(format!("{count} layers; allowed: up to {MOST_LAYERS}")));
        }
        for (index, layer) in layers.iter().enumerate() {
            let is_last = index + 1 == layers.len();
            let fault = match (layer.fault(), layer.activation()) {
                (Some(fault), _) => fault,
                (None, Some(Activation::Softmax)) if !is_last => {
                    "has softmax, which belongs in the output layer only".into()
                }
                (None, None | Some(Activation::Softmax)) => continue,
                (None, Some(Activation::Linear | Activation::Function(_))) => continue,
            };
            return Err(refused(index, layer, &fault));
        }
        let index = layers.len() - 1;
        let (Some(units), Some(activation)) = (last.units(), last.activation()) else {
            return Err(refused(
                index,
                last,
                "is the last; the last layer has to be dense, with a unit a class or a target",
            ));
        };
        if let (1, Activation::Softmax) = (units, activation) {
            return Err(refused(
                index,
                last,
                "has softmax over 1 unit, which is always 1; use \"sigmoid\" for one output, or 2 units",
            ));
        }
        Ok(Output { units, activation })
    }

    /// What the output alone tells: softmax and a single sigmoid mean classification, all others
    /// regression.
    pub fn task(self) -> Task {
        match self.activation {
            Activation::Softmax => Task::Classification,
            activation if self.units == 1 && activation.is("sigmoid") => Task::Classification,
            Activation::Linear | Activation::Function(_) => Task::Regression,
        }
    }

    /// Whether its outputs are probabilities that do not depend on each other: several labels a row.
    pub fn has_labels(self) -> bool {
        self.units > 1 && self.activation.is("sigmoid")
    }

    /// Refuses a task for which the output can't be; the error says which it can.
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
    /// A network, if its layers fit together; the error names the layer, counted from 1, and the
    /// shapes. An input of features is a signal of one channel to a stack that begins with a layer
    /// for signals.
    pub fn new(mut input: Vec<usize>, layers: Vec<Layer>) -> Result<Self> {
        if input.iter().product::<usize>() == 0 {
            return Err(Error::input("the input has no elements; allowed: 1 or more"));
        }
        let task = Output::of(&layers)?.task();
        if layers.first().and_then(|first| first.kind.axes()) == Some(input.len() + 1) {
            input.insert(0, 1);
        }
        let (mut shapes, mut parameters): (Vec<Vec<usize>>, u128) = (vec![], 0);
        let mut all = vec![];
        for (index, layer) in layers.iter().enumerate() {
            let before = shapes.last().unwrap_or(&input);
            let placed = layer.kind.place(before).map_err(|fault| {
                let fault = format!("{fault}; the input of this layer is {}", shape_text(before));
                refused(index, layer, &fault)
            })?;
            let shape = placed.shape();
            let values: u128 = shape.iter().map(|&size| size as u128).product();
            if values > MOST_VALUES {
                let fault = format!(
                    "makes {} of {}, {values} values a row; allowed: up to {MOST_VALUES}",
                    shape_text(&shape),
                    shape_text(before)
                );
                return Err(refused(index, layer, &fault));
            }
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
        Ok(Network { input, layers, shapes, placed: all, task, value_loss })
    }

    /// The same for a task that its output does not tell by itself; one for which it can't be is refused.
    pub fn for_task(self, task: Task) -> Result<Self> {
        self.output().check(task)?;
        Ok(Network { task, ..self })
    }

    /// The same with another loss, which it has where it is trained on values.
    pub fn with_value_loss(self, value_loss: ValueLoss) -> Self {
        Network { value_loss, ..self }
    }

    /// The number of inputs of one row.
    pub fn inputs(&self) -> usize {
        self.input.iter().product()
    }

    /// The number of outputs of one row.
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

    /// What it is trained for: what its output tells, or [`Network::for_task`].
    pub fn task(&self) -> Task {
        self.task
    }

    /// The number of classes that a classification tells apart: the outputs, or 2 for a single sigmoid.
    pub fn classes(&self) -> usize {
        match self.loss() {
            Loss::BinaryCrossEntropy => 2,
            Loss::SoftmaxCrossEntropy | Loss::MultiLabelCrossEntropy | Loss::OfValues(_) => {
                self.outputs()
            }
        }
    }

    /// The windows of a layer, counted from 0; None for one that slides none.
    pub fn windows(&self, index: usize) -> Option<Windows> {
        self.placed.get(index).and_then(Placed::windows)
    }

    pub(crate) fn output(&self) -> Output<'_> {
        let last = self.layers.last();
        Output {
            // `new` lets no other layer be the last.
            units: last.and_then(Layer::units).unwrap_or(self.inputs()),
            activation: last.and_then(Layer::activation).unwrap_or(&Activation::Linear),
        }
    }

    /// The layers, each on its input.
    pub(super) fn placed(&self) -> impl Iterator<Item = (&Layer, &Placed)> {
        self.layers.iter().zip(&self.placed)
    }
}

/// `layer 3 (conv1d) has ...`
fn refused(index: usize, layer: &Layer, fault: &str) -> Error {
    Error::input(format!("layer {} ({}) {fault}", index + 1, layer.name()))
}
