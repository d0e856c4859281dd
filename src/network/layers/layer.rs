//! A layer: its kind and its activation.

use std::fmt;

use super::dense::Dense;
use super::kind::Kind;
use crate::network::activation::Activation;

/// The most layers of a network.
pub const MOST_LAYERS: usize = 10_000;
/// The most characters of all activations of a network: each layer's is differentiated by itself.
pub const MOST_EXPRESSIONS: usize = 400_000;

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
}

impl<A> Layer<A> {
    /// A layer with an activation.
    pub fn activated(kind: impl Into<Kind>, activation: impl Into<A>) -> Self {
        Layer { kind: kind.into(), activation: Some(activation.into()) }
    }

    /// A layer without an activation.
    pub fn plain(kind: impl Into<Kind>) -> Self {
        Layer { kind: kind.into(), activation: None }
    }

    /// A dense layer.
    pub fn dense(units: usize, activation: impl Into<A>) -> Self {
        Layer::activated(Dense { units }, activation)
    }

    /// Its type in files.
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Its activation; None for a layer without one.
    pub fn activation(&self) -> Option<&A> {
        self.activation.as_ref()
    }

    /// Its units, if it is dense.
    pub fn units(&self) -> Option<usize> {
        match &self.kind {
            Kind::Dense(dense) => Some(dense.units),
            _ => None,
        }
    }

    /// A fault on any input, if it has one.
    pub(in crate::rooms::network) fn fault(&self) -> Option<String> {
        match (Kind::is_activated(self.name()), &self.activation) {
            (true, None) => Some("has no activation; use \"linear\" for none".into()),
            (false, Some(_)) => Some("has an activation, and applies none".into()),
            (true, Some(_)) | (false, None) => self.kind.fault(),
        }
    }

    /// The same layer with another kind of activation.
    pub fn with_activation<'a, B, E>(
        &'a self,
        convert: impl FnOnce(&'a A) -> Result<B, E>,
    ) -> Result<Layer<B>, E> {
        let activation = self.activation.as_ref().map(convert).transpose()?;
        Ok(Layer { kind: self.kind.clone(), activation })
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
