//! h(t) = f(W x(t) + U h(t-1) + b): (channels, samples) to (units), or (units, samples).

use super::recurrent::Recurrent;

/// A simple recurrent layer (Elman, 1990).
pub type Rnn = Recurrent<1>;
