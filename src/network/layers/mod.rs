//! Layers, one file each: its fields in files, its faults, the geometry on a given input, and what it
//! lowers to.

pub mod avgpool1d;
pub mod avgpool2d;
pub mod conv1d;
pub mod dense;
mod extent;
pub mod flatten;
pub mod maxpool1d;
mod pooled;
mod weighted;

use std::fmt;

use super::activation::Activation;
use super::lowering::{Lowering, Site};
use crate::plan::{BufferId, Padding, Windows};

/// The most units, filters or samples that a layer names.
pub const MOST_SIZE: usize = 1 << 20;
/// The most layers of a network.
pub const MOST_LAYERS: usize = 10_000;
/// Characters of all activations of a network, which are differentiated a layer at a time.
pub const MOST_EXPRESSIONS: usize = 400_000;

/// One layer of a network. `A` is its activation, or in parameters the text of one.
///
/// An image is (channels, height, width), a signal (channels, samples); features are (features). A dense
/// layer takes any of them: what has channels is flattened first, channel after channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer<A = Activation> {
    /// What it does.
    pub kind: Kind,
    /// What it applies to its result; None for a layer that applies nothing.
    pub activation: Option<A>,
}

macro_rules! layers {
    ($($file:ident $name:ident,)*) => {
        /// What a layer does.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Kind {
            $(#[doc = concat!("See [`", stringify!($file), "`].")] $name($file::$name),)*
        }

        /// A layer on an input of known shape.
        #[derive(Debug, Clone, PartialEq)]
        pub(super) enum Placed {
            $($name(<$file::$name as OneLayer>::Placed),)*
        }

        /// The types of layers, as files call them.
        pub const LAYER_TYPES: &[&str] = &[$(stringify!($file)),*];

        impl Kind {
            /// Its type in files.
            pub fn name(&self) -> &'static str {
                match self { $(Kind::$name(_) => stringify!($file),)* }
            }

            /// The fields of a type of layer, its activation aside; None for a type that is none.
            pub fn fields_of(name: &str) -> Option<&'static [&'static str]> {
                match name {
                    $(stringify!($file) => Some($file::$name::FIELDS),)*
                    _ => None,
                }
            }

            /// Whether layers of a type have an activation.
            pub fn is_activated(name: &str) -> bool {
                match name {
                    $(stringify!($file) => $file::$name::IS_ACTIVATED,)*
                    _ => false,
                }
            }

            /// Reads a layer of a type; None for a type that is none.
            pub fn read<S: Source>(name: &str, from: &mut S) -> Option<Result<Self, S::Error>> {
                match name {
                    $(stringify!($file) => Some($file::$name::read(from).map(Kind::$name)),)*
                    _ => None,
                }
            }

            /// The layer on an input of this shape; the error says why it takes no such input.
            pub(super) fn place(&self, input: &[usize]) -> Result<Placed, String> {
                match self { $(Kind::$name(layer) => layer.place(input).map(Placed::$name),)* }
            }
        }

        $(impl From<$file::$name> for Kind {
            fn from(layer: $file::$name) -> Self {
                Kind::$name(layer)
            }
        })*

        /// What every layer says of itself, by its kind.
        macro_rules! each {
            ($kind:expr, $layer:ident => $value:expr) => {
                match $kind { $(Kind::$name($layer) => $value,)* }
            };
        }

        impl Placed {
            /// The shape of a row of its output.
            pub fn shape(&self) -> Vec<usize> {
                match self { $(Placed::$name(layer) => layer.shape(),)* }
            }

            /// Its weights, biases aside, in arithmetic that no width overflows.
            pub fn weights(&self) -> u128 {
                match self { $(Placed::$name(layer) => layer.weights(),)* }
            }

            /// The windows that it slides.
            pub fn windows(&self) -> Option<Windows> {
                match self { $(Placed::$name(layer) => layer.windows(),)* }
            }

            /// Its operations on a site; where they leave their result.
            pub fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
                match self { $(Placed::$name(layer) => layer.lower(lowering, site),)* }
            }
        }
    };
}
layers! {
    dense Dense,
    conv1d Conv1d,
    maxpool1d MaxPool1d,
    avgpool1d AvgPool1d,
    avgpool2d AvgPool2d,
    flatten Flatten,
}

/// What a layer says of itself.
pub(super) trait OneLayer: Sized {
    /// The layer on an input of known shape.
    type Placed: OnInput;
    /// The fields of its object in files, its type and its activation aside.
    const FIELDS: &'static [&'static str];
    /// Whether it has an activation.
    const IS_ACTIVATED: bool = false;
    /// The axes of the rows that it takes, where it does not take all: (channels, samples) are two.
    const AXES: Option<usize> = None;

    /// Reads its fields.
    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error>;

    /// The values of its fields, in their order.
    fn fields(&self) -> Vec<Field>;

    /// How a message names each of its sizes if it were 0.
    fn sizes(&self) -> Vec<(usize, &'static str)>;

    /// What no input makes right, sizes aside.
    fn fault(&self) -> Option<String> {
        None
    }

    /// Its fields as people read them: `size 2, stride 2`.
    fn described(&self) -> Option<String>;

    /// Its fields in a few characters: `16c7`.
    fn short(&self) -> Option<String>;

    /// The layer on an input of this shape; the error says why it takes no such input.
    fn place(&self, input: &[usize]) -> Result<Self::Placed, String>;
}

/// What a layer on a known input says of itself.
pub(super) trait OnInput {
    /// The shape of a row of its output.
    fn shape(&self) -> Vec<usize>;

    /// Its weights, biases aside.
    fn weights(&self) -> u128 {
        0
    }

    /// The windows that it slides.
    fn windows(&self) -> Option<Windows> {
        None
    }

    /// Its operations on a site; where they leave their result.
    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId;
}

/// The value of a field of a layer in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// A whole number of 1 or more.
    Size(usize),
    /// One of each axis: (vertical, horizontal).
    Pair([usize; 2]),
    /// Zeros around the input.
    Padding(Padding),
}

/// Where the fields of a layer are read from.
pub trait Source {
    /// Why a field could not be read.
    type Error;

    /// A whole number of 1 or more; `what` says what it is, for a message.
    fn size(
        &mut self,
        field: &str,
        otherwise: Option<usize>,
        what: &str,
    ) -> Result<usize, Self::Error>;

    /// Two such numbers, (vertical, horizontal), or one for both.
    fn pair(
        &mut self,
        field: &str,
        otherwise: Option<[usize; 2]>,
        what: &str,
    ) -> Result<[usize; 2], Self::Error>;

    /// Zeros around the input; none where the field is absent.
    fn padding(&mut self, field: &str) -> Result<Padding, Self::Error>;
}

impl Kind {
    /// Its fields with their values.
    pub fn fields(&self) -> Vec<(&'static str, Field)> {
        let values = each!(self, layer => layer.fields());
        Kind::fields_of(self.name()).unwrap_or_default().iter().copied().zip(values).collect()
    }

    /// Its fields in a few characters, for the name of a network: `16c7`; None where it has none.
    pub fn short(&self) -> Option<String> {
        each!(self, layer => layer.short())
    }

    /// The axes of the rows that it takes, where it does not take all.
    pub fn axes(&self) -> Option<usize> {
        fn axes<L: OneLayer>(_: &L) -> Option<usize> {
            L::AXES
        }
        each!(self, layer => axes(layer))
    }

    /// What no input makes right: a size of 0, or padding as long as the kernel.
    pub(super) fn fault(&self) -> Option<String> {
        let sizes = each!(self, layer => layer.sizes());
        if let Some((_, what)) = sizes.iter().find(|(size, _)| *size == 0) {
            return Some(format!("has {what}; allowed: 1 or more"));
        }
        if let Some((size, what)) = sizes.iter().find(|(size, _)| *size > MOST_SIZE) {
            let what = what.trim_start_matches("0 ").trim_end_matches(" 0");
            return Some(format!("has {what} {size}; allowed: up to {MOST_SIZE}"));
        }
        each!(self, layer => layer.fault())
    }
}

impl<A> Layer<A> {
    /// A layer with an activation.
    pub fn activated(kind: impl Into<Kind>, activation: impl Into<A>) -> Self {
        Layer { kind: kind.into(), activation: Some(activation.into()) }
    }

    /// A layer that has none.
    pub fn plain(kind: impl Into<Kind>) -> Self {
        Layer { kind: kind.into(), activation: None }
    }

    /// A dense layer.
    pub fn dense(units: usize, activation: impl Into<A>) -> Self {
        Layer::activated(dense::Dense { units }, activation)
    }

    /// Its type in files.
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Its activation; None for a layer that has none.
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

    /// What no input makes right.
    pub(super) fn fault(&self) -> Option<String> {
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

/// (channels, height, width)
fn image(shape: &[usize]) -> Result<(usize, [usize; 2]), String> {
    match shape {
        [channels, height, width] => Ok((*channels, [*height, *width])),
        _ => Err("takes an image of (channels, height, width), which flatten and dense end".into()),
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
        let described = each!(&self.kind, layer => layer.described());
        let activation = self.activation.as_ref().map(ToString::to_string);
        let parts: Vec<String> = described.into_iter().chain(activation).collect();
        let colon = if parts.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}", self.name(), parts.join(", "))
    }
}
