//! A layer: its kind and its activation.

use std::fmt;

use super::dense::Dense;
use super::kind::Kind;
use super::residual::Residual;
use crate::network::activation::Activation;

/// The most layers of a network.
pub const MOST_LAYERS: usize = 10_000;
/// The most characters of all activations of a network: each layer's is differentiated by itself.
pub const MOST_EXPRESSIONS: usize = 400_000;

/// The fault of softmax in a layer that is not the last.
pub(in crate::rooms::network) const NO_SOFTMAX: &str =
    "has softmax, which belongs in the output layer only";

/// One layer of a network. `A` is its activation; in parameters it is the text of the activation.
///
/// Rows are images (channels, height, width), signals (channels, samples) or features (features). A dense layer takes all
/// of them: it flattens channels first, channel after channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer<A = Activation> {
    /// Its kind: dense, convolution, pool, ...
    pub kind: Kind,
    /// The function that it applies to its result; None for a layer that applies none.
    pub activation: Option<A>,
    /// The layers inside it, as a residual has them; most have none.
    pub layers: Vec<Layer<A>>,
}

impl<A> Layer<A> {
    /// A layer with an activation.
    pub fn activated(kind: impl Into<Kind>, activation: impl Into<A>) -> Self {
        Layer { kind: kind.into(), activation: Some(activation.into()), layers: vec![] }
    }

    /// A layer without an activation.
    pub fn plain(kind: impl Into<Kind>) -> Self {
        Layer { kind: kind.into(), activation: None, layers: vec![] }
    }

    /// Layers, and a way around them: a = f(F(x) + P(x)).
    pub fn residual(layers: impl Into<Vec<Layer<A>>>, activation: impl Into<A>) -> Self {
        Layer { layers: layers.into(), ..Layer::activated(Residual, activation) }
    }

    /// A dense layer.
    pub fn dense(units: usize, activation: impl Into<A>) -> Self {
        Layer::activated(Dense { units: Some(units), bias: true }, activation)
    }

    /// Its type in files.
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Its activation; None for a layer without one.
    pub fn activation(&self) -> Option<&A> {
        self.activation.as_ref()
    }

    /// Its units, if it is dense and has them.
    pub fn units(&self) -> Option<usize> {
        match &self.kind {
            Kind::Dense(dense) => dense.units,
            _ => None,
        }
    }

    /// The same layer with another kind of activation; the layers inside it are converted after it.
    pub fn with_activation<'a, B, E>(
        &'a self,
        convert: &mut impl FnMut(&'a A) -> Result<B, E>,
    ) -> Result<Layer<B>, E> {
        let activation = self.activation.as_ref().map(&mut *convert).transpose()?;
        let inside = self.layers.iter().map(|layer| layer.with_activation(convert));
        let layers = inside.collect::<Result<_, _>>()?;
        Ok(Layer { kind: self.kind.clone(), activation, layers })
    }

    /// This layer, and all inside it.
    pub fn with_inner(&self) -> Vec<&Layer<A>> {
        let inside = self.layers.iter().flat_map(Layer::with_inner);
        std::iter::once(self).chain(inside).collect()
    }
}

impl Layer {
    /// A fault on any input, if it has one.
    pub(in crate::rooms::network) fn fault(&self) -> Option<String> {
        if !Kind::holds_layers(self.name()) && !self.layers.is_empty() {
            return Some("has layers inside it, and takes none".into());
        }
        match (Kind::usual_activation(self.name()), &self.activation, &self.kind) {
            (Some(_), None, _) => Some("has no activation; use \"linear\" for none".into()),
            (None, Some(_), _) => Some("has an activation, and applies none".into()),
            (_, Some(Activation::Function(own)), Kind::Rnn(_)) if own.parameter.is_some() => {
                Some(format!(
                    "has the activation {}, whose parameter it can't learn; allowed: one without, such as tanh",
                    own.name
                ))
            }
            _ => self.kind.fault().or_else(|| self.inner_fault()),
        }
    }

    /// A fault of a layer inside this one, if there is one.
    fn inner_fault(&self) -> Option<String> {
        if Kind::holds_layers(self.name()) && self.layers.is_empty() {
            return Some("has no layers inside it; allowed: 1 or more".into());
        }
        self.layers.iter().enumerate().find_map(|(index, layer)| {
            let fault = match layer.activation() {
                Some(Activation::Softmax) => Some(NO_SOFTMAX.into()),
                _ => layer.fault(),
            };
            let (number, name) = (index + 1, layer.name());
            fault.map(|fault| format!("has a layer {number} ({name}) inside it that {fault}"))
        })
    }
}

impl<A: fmt::Display> fmt::Display for Layer<A> {
    /// `conv1d: 16 filters, kernel 7, stride 1, padding same, relu`
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let described = self.kind.described();
        let activation = self.activation.as_ref().map(ToString::to_string);
        let parts: Vec<String> = described.into_iter().chain(activation).collect();
        let colon = if parts.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}", self.name(), parts.join(", "))
    }
}
