//! Layers, and the shapes they make of a row's.

use std::fmt;

use super::activation::Activation;
use super::window::{Convolution, Padding, Pooling};

/// The most units, filters or samples that a layer names.
pub const MOST_SIZE: usize = 1 << 20;
/// The most layers of a network.
pub const MOST_LAYERS: usize = 10_000;
/// Characters of all activations of a network, which are differentiated a layer at a time.
pub const MOST_EXPRESSIONS: usize = 400_000;

/// One layer of a network. `A` is its activation, or in parameters the text of one.
///
/// A signal is (channels, samples); features are (features). Convolution and pooling take signals,
/// a dense layer takes either: a signal is flattened first, channel after channel.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer<A = Activation> {
    /// a = f(W x + b), W of shape (units, inputs).
    Dense {
        /// The number of outputs.
        units: usize,
        /// f
        activation: A,
    },
    /// a = f(z), `z[o, t] = Σc Σj W[o, c, j] · x[c, t·stride + j - padding] + b[o]`, x = 0 outside; W of
    /// shape (filters, channels, kernel).
    Conv1d {
        /// The channels of the output.
        filters: usize,
        /// The samples that one position sees.
        kernel: usize,
        /// The samples from one position to the next.
        stride: usize,
        /// The zeros around a signal.
        padding: Padding,
        /// f
        activation: A,
    },
    /// `y[c, t]` is the largest of the `size` samples of `x[c]` from t·stride on; samples that fill no
    /// window are left out.
    MaxPool1d {
        /// The samples of a window.
        size: usize,
        /// The samples from one window to the next.
        stride: usize,
    },
    /// A signal's channels one after the other.
    Flatten,
}

impl<A> Layer<A> {
    /// A dense layer.
    pub fn dense(units: usize, activation: impl Into<A>) -> Self {
        Layer::Dense { units, activation: activation.into() }
    }

    /// Its type in parameter files.
    pub fn name(&self) -> &'static str {
        match self {
            Layer::Dense { .. } => "dense",
            Layer::Conv1d { .. } => "conv1d",
            Layer::MaxPool1d { .. } => "maxpool1d",
            Layer::Flatten => "flatten",
        }
    }

    /// Its activation; None for a layer that has none.
    pub fn activation(&self) -> Option<&A> {
        match self {
            Layer::Dense { activation, .. } | Layer::Conv1d { activation, .. } => Some(activation),
            Layer::MaxPool1d { .. } | Layer::Flatten => None,
        }
    }

    /// What no input makes right: a size of 0, or padding as long as the kernel.
    pub(super) fn fault(&self) -> Option<String> {
        let sizes: &[(usize, &str)] = match self {
            Layer::Dense { units, .. } => &[(*units, "0 units")],
            Layer::Conv1d { filters, kernel, stride, .. } => {
                &[(*filters, "0 filters"), (*kernel, "a kernel of 0"), (*stride, "a stride of 0")]
            }
            Layer::MaxPool1d { size, stride } => {
                &[(*size, "windows of 0"), (*stride, "a stride of 0")]
            }
            Layer::Flatten => &[],
        };
        if let Some((_, what)) = sizes.iter().find(|(size, _)| *size == 0) {
            return Some(format!("has {what}; allowed: 1 or more"));
        }
        if let Some((size, what)) = sizes.iter().find(|(size, _)| *size > MOST_SIZE) {
            let what = what.trim_start_matches("0 ").trim_end_matches(" 0");
            return Some(format!("has {what} {size}; allowed: up to {MOST_SIZE}"));
        }
        match self {
            Layer::Conv1d { kernel, padding: Padding::Each(zeros), .. } if zeros >= kernel => {
                Some(format!(
                    "has a padding of {zeros} for a kernel of {kernel}: its first position would see \
                     nothing but zeros; allowed: 0 to {}, or \"same\"",
                    kernel - 1
                ))
            }
            _ => None,
        }
    }

    /// Whether it takes signals alone, (channels, samples).
    pub fn takes_signals(&self) -> bool {
        matches!(self, Layer::Conv1d { .. } | Layer::MaxPool1d { .. })
    }

    /// The same layer with another kind of activation.
    pub fn with_activation<'a, B, E>(
        &'a self,
        convert: impl FnOnce(&'a A) -> Result<B, E>,
    ) -> Result<Layer<B>, E> {
        Ok(match self {
            Layer::Dense { units, activation } => {
                Layer::Dense { units: *units, activation: convert(activation)? }
            }
            Layer::Conv1d { filters, kernel, stride, padding, activation } => Layer::Conv1d {
                filters: *filters,
                kernel: *kernel,
                stride: *stride,
                padding: *padding,
                activation: convert(activation)?,
            },
            Layer::MaxPool1d { size, stride } => Layer::MaxPool1d { size: *size, stride: *stride },
            Layer::Flatten => Layer::Flatten,
        })
    }

    /// The shape it makes of `input`; the error says why it takes no such input.
    pub(super) fn output_shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        match *self {
            Layer::Dense { units, .. } => Ok(vec![units]),
            Layer::Flatten => Ok(vec![input.iter().product()]),
            Layer::Conv1d { filters, kernel, stride, padding, .. } => {
                let convolution =
                    Convolution::new(signal(input)?, filters, kernel, stride, padding)?;
                Ok(vec![filters, convolution.positions])
            }
            Layer::MaxPool1d { size, stride } => {
                let (channels, samples) = signal(input)?;
                Ok(vec![channels, Pooling::new((channels, samples), size, stride)?.positions])
            }
        }
    }

    /// The weights it has on an input of that shape, biases aside, in arithmetic that no width overflows.
    pub(super) fn weights(&self, input: &[usize]) -> u128 {
        let channels = input.first().copied().unwrap_or(0) as u128;
        match *self {
            Layer::Dense { units, .. } => {
                units as u128 * input.iter().map(|&size| size as u128).product::<u128>()
            }
            Layer::Conv1d { filters, kernel, .. } => filters as u128 * channels * kernel as u128,
            Layer::MaxPool1d { .. } | Layer::Flatten => 0,
        }
    }
}

/// (channels, samples)
fn signal(shape: &[usize]) -> Result<(usize, usize), String> {
    match shape {
        [channels, samples] => Ok((*channels, *samples)),
        _ => Err("takes a signal of (channels, samples), which flatten and dense end".into()),
    }
}

/// `(16, 75)`: a shape as Python writes it.
pub fn shape_text(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("({})", sizes.join(", "))
}

impl<A: fmt::Display> fmt::Display for Layer<A> {
    /// `conv1d: 16 filters, kernel 7, stride 1, padding same, relu`
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.name())?;
        match self {
            Layer::Dense { units, activation } => write!(f, ": {units}, {activation}"),
            Layer::Conv1d { filters, kernel, stride, padding, activation } => write!(
                f,
                ": {filters} filters, kernel {kernel}, stride {stride}, padding {padding}, {activation}"
            ),
            Layer::MaxPool1d { size, stride } => write!(f, ": size {size}, stride {stride}"),
            Layer::Flatten => Ok(()),
        }
    }
}
