//! a = f(z), `z[o, t] = Σc Σj W[o, c, j] · x[c, t·stride + j·dilation - padding] + b[o]`, x = 0 outside; W of shape
//! (filters, channels, kernel).

use super::convolved::Conv;

/// A convolution of signals.
pub type Conv1d = Conv<usize>;
