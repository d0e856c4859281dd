//! The kinds of layers, from the one table of their files and types.

use super::field::{Field, Source};
use super::one_layer::{Input, OnInput, OneLayer};
use super::projection::Projection;
use super::{
    avgpool1d, avgpool2d, batch_norm, conv1d, conv2d, dense, dropout, flatten, global_avgpool,
    global_maxpool, gru, layer_norm, lstm, maxpool1d, maxpool2d, residual, rnn,
};
use crate::network::lowering::{Lowering, Site};
use crate::plan::{BufferId, Windows};

/// The most units, filters or samples that a layer names.
pub const MOST_SIZE: usize = 1 << 20;
macro_rules! layers {
    ($($file:ident $name:ident,)*) => {
        /// The kind of a layer.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Kind {
            $(#[doc = concat!("See [`", stringify!($file), "`].")] $name($file::$name),)*
        }

        /// A layer on an input of known shape.
        #[derive(Debug, Clone)]
        pub(in crate::rooms::network) enum Placed {
            $($name(<$file::$name as OneLayer>::Placed),)*
        }

        /// The types of layers, as files call them.
        pub const LAYER_TYPES: &[&str] = &[$(stringify!($file)),*];

        impl Kind {
            /// Its type in files.
            pub fn name(&self) -> &'static str {
                match self { $(Kind::$name(_) => stringify!($file),)* }
            }

            /// The fields of a type of layer, its activation aside; None if there is no such type.
            pub fn fields_of(name: &str) -> Option<&'static [&'static str]> {
                match name {
                    $(stringify!($file) => Some($file::$name::FIELDS),)*
                    _ => None,
                }
            }

            /// The activation of layers of a type where their objects name none; None if they apply none.
            pub fn usual_activation(name: &str) -> Option<&'static str> {
                match name {
                    $(stringify!($file) => $file::$name::ACTIVATION,)*
                    _ => None,
                }
            }

            /// Whether layers of a type have layers inside them.
            pub fn holds_layers(name: &str) -> bool {
                match name {
                    $(stringify!($file) => $file::$name::HOLDS_LAYERS,)*
                    _ => false,
                }
            }

            /// Reads a layer of a type; None if there is no such type.
            pub fn read<S: Source>(name: &str, from: &mut S) -> Option<Result<Self, S::Error>> {
                match name {
                    $(stringify!($file) => Some($file::$name::read(from).map(Kind::$name)),)*
                    _ => None,
                }
            }

            /// The layer on an input of known shape; the error says why it does not take the input.
            pub(in crate::rooms::network) fn place(&self, input: Input) -> Result<Placed, String> {
                match self { $(Kind::$name(layer) => layer.place(input).map(Placed::$name),)* }
            }
        }

        $(impl From<$file::$name> for Kind {
            fn from(layer: $file::$name) -> Self {
                Kind::$name(layer)
            }
        })*

        /// An expression of the layer of a kind.
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

            /// The number of its weights, biases aside, in arithmetic that no width overflows.
            pub fn weights(&self) -> u128 {
                match self { $(Placed::$name(layer) => layer.weights(),)* }
            }

            /// Its windows, if it has any.
            pub fn windows(&self) -> Option<Windows> {
                match self { $(Placed::$name(layer) => layer.windows(),)* }
            }

            /// The layer in its shortcut, if it has one.
            pub fn projection(&self) -> Option<&Projection> {
                match self { $(Placed::$name(layer) => layer.projection(),)* }
            }

            /// Adds its operations at a site; the buffer of their result.
            pub fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
                match self { $(Placed::$name(layer) => layer.lower(lowering, site),)* }
            }
        }
    };
}
layers! {
    dense Dense,
    conv1d Conv1d,
    conv2d Conv2d,
    batch_norm BatchNorm,
    layer_norm LayerNorm,
    dropout Dropout,
    maxpool1d MaxPool1d,
    maxpool2d MaxPool2d,
    avgpool1d AvgPool1d,
    avgpool2d AvgPool2d,
    global_maxpool GlobalMaxPool,
    global_avgpool GlobalAvgPool,
    rnn Rnn,
    gru Gru,
    lstm Lstm,
    flatten Flatten,
    residual Residual,
}

impl Kind {
    /// Its fields with their values.
    pub fn fields(&self) -> Vec<(&'static str, Field)> {
        let values = each!(self, layer => layer.fields());
        Kind::fields_of(self.name()).unwrap_or_default().iter().copied().zip(values).collect()
    }

    /// Its fields as people read them; None for a layer without fields.
    pub(super) fn described(&self) -> Option<String> {
        each!(self, layer => layer.described())
    }

    /// Its fields in a few characters, for the name of a network: `16c7`; None for a layer without fields.
    pub fn short(&self) -> Option<String> {
        each!(self, layer => layer.short())
    }

    /// The number of axes of the rows that it takes; None if it takes any.
    pub fn axes(&self) -> Option<usize> {
        fn axes<L: OneLayer>(_: &L) -> Option<usize> {
            L::AXES
        }
        each!(self, layer => axes(layer))
    }

    /// Whether it takes sequences of which each row has a length of its own.
    pub(in crate::rooms::network) fn takes_lengths(&self) -> bool {
        fn takes<L: OneLayer>(_: &L) -> bool {
            L::TAKES_LENGTHS
        }
        each!(self, layer => takes(layer))
    }

    /// A fault on any input, if it has one: a size of 0, or padding as long as the kernel.
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
