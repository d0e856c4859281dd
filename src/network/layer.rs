//! Layers and the stack they form.

use super::{Activation, Loss};
use crate::error::{Error, Result};

/// The most weights of a network: half a gigabyte of them, and with the best weights, the gradient and
/// Adam's moments five times that.
const MOST_WEIGHTS: u128 = 1 << 27;

/// One layer of a network.
#[derive(Debug, Clone)]
pub enum Layer {
    /// a = f(W x + b), W of shape (units, inputs).
    Dense {
        /// The number of outputs.
        units: usize,
        /// f
        activation: Activation,
    },
}

/// What a network is trained for; its last activation decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// One of several classes a row.
    Classification,
    /// One or several real numbers a row.
    Regression,
}

/// A stack of layers.
#[derive(Debug, Clone)]
pub struct Network {
    /// The shape of one input row.
    pub input: Vec<usize>,
    /// The layers, from the input on.
    pub layers: Vec<Layer>,
}

impl Network {
    /// A network, if its layers fit together; the error names the layer, counted from 1.
    pub fn new(input: Vec<usize>, layers: Vec<Layer>) -> Result<Self> {
        if input.iter().product::<usize>() == 0 {
            return Err(Error::input("the input has no elements; allowed: 1 or more"));
        }
        if layers.is_empty() {
            return Err(Error::input("there is no layer; allowed: 1 or more"));
        }
        let last = layers.len() - 1;
        for (index, layer) in layers.iter().enumerate() {
            let Layer::Dense { units, activation } = layer;
            let fault = match activation {
                _ if *units == 0 => "has 0 units; allowed: 1 or more",
                Activation::Softmax if index != last => {
                    "has softmax, which belongs in the output layer only"
                }
                Activation::Softmax if *units == 1 => {
                    "has softmax over 1 unit, which is always 1; use \"sigmoid\" for one output, or 2 units"
                }
                _ => continue,
            };
            return Err(Error::input(format!("layer {} (dense) {fault}", index + 1)));
        }
        let network = Network { input, layers };
        let parameters = network.weights();
        if parameters > MOST_WEIGHTS {
            return Err(Error::input(format!(
                "the layers have {parameters} weights; allowed: up to {MOST_WEIGHTS}; make them \
                 narrower (LAYER_SIZES, or units)"
            )));
        }
        Ok(network)
    }

    /// The weights of all layers, biases aside, in arithmetic that no width overflows.
    fn weights(&self) -> u128 {
        let mut inputs = self.inputs() as u128;
        let mut sum = 0;
        for Layer::Dense { units, .. } in &self.layers {
            sum += inputs * *units as u128;
            inputs = *units as u128;
        }
        sum
    }

    /// The number of inputs of one row.
    pub fn inputs(&self) -> usize {
        self.input.iter().product()
    }

    /// The number of outputs of one row.
    pub fn outputs(&self) -> usize {
        let Some(Layer::Dense { units, .. }) = self.layers.last() else { return self.inputs() };
        *units
    }

    /// The activation of the last layer.
    pub fn output_activation(&self) -> &Activation {
        let Some(Layer::Dense { activation, .. }) = self.layers.last() else {
            return &Activation::Linear;
        };
        activation
    }

    /// The loss that the output asks for: softmax and a single sigmoid mean classification.
    pub fn loss(&self) -> Loss {
        match self.output_activation() {
            Activation::Softmax => Loss::SoftmaxCrossEntropy,
            activation if self.outputs() == 1 && activation.is("sigmoid") => {
                Loss::BinaryCrossEntropy
            }
            _ => Loss::MeanSquaredError,
        }
    }

    /// Classification or regression.
    pub fn task(&self) -> Task {
        match self.loss() {
            Loss::SoftmaxCrossEntropy | Loss::BinaryCrossEntropy => Task::Classification,
            Loss::MeanSquaredError => Task::Regression,
        }
    }

    /// The number of classes a classification tells apart: the outputs, or 2 for a single sigmoid.
    pub fn classes(&self) -> usize {
        match self.loss() {
            Loss::BinaryCrossEntropy => 2,
            _ => self.outputs(),
        }
    }
}
