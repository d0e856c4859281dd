//! a = f(z), `z[o, p] = Σc Σj W[o, c, j] · x[c, p·stride + j·dilation - padding] + b[o]`, x = 0 outside, where positions p and
//! taps j are pairs (down, across); W of shape (filters, channels, kernel height, kernel width).

use super::convolved::Conv;

/// A convolution of images.
pub type Conv2d = Conv<[usize; 2]>;
