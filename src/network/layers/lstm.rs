//! i, f, o = σ(W x(t) + U h(t-1) + b), g = tanh(...), c(t) = f ⊙ c(t-1) + i ⊙ g, h(t) = o ⊙ tanh(c(t)): (channels, samples) to (units), or (units, samples).

use super::recurrent::Recurrent;

/// A layer of long short-term memory (Hochreiter and Schmidhuber, 1997).
pub type Lstm = Recurrent<4>;
