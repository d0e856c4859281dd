//! r, z = σ(W x(t) + U h(t-1) + b), n = tanh(W x(t) + b + r ⊙ (U h(t-1) + c)), h(t) = (1 - z) ⊙ n + z ⊙ h(t-1): (channels, samples) to (units), or (units, samples).

use super::recurrent::Recurrent;

/// A layer of gated recurrent units (Cho et al., 2014), which reset after the product, as PyTorch's do.
pub type Gru = Recurrent<3>;
