//! Convolutions and their gradients by kernels of three or five taps with fewer products.
//!
//! A tile of m outputs along an axis takes six inputs d, and a kernel g has r taps, m + r = 7: y = A'[(G g) ⊙ (B' d)],
//! six products where there are m · r, and sums that channels and the taps along the other axis share. The gradient of g
//! is G'[(A δ) ⊙ (B' d)]. The numbers are those of S. Winograd, Arithmetic Complexity of Computations, 1980, at the points 0,
//! 1, -1, 2, -2 and infinity; A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, arXiv:1509.09308, has
//! them for three taps. In f32 an output errs about twice as much as one that is added directly, and by the size of its tile's
//! numbers, not of its own: a gradient that is 0, of a tap that reads nothing but zeros, is a rounding of what is beside it,
//! and what is not finite is so for a whole tile.
//!
//! Each of the six is a convolution of its own, of what is left of a kernel, on planes that have one number for each tile.

mod formulas;
mod kernel;
mod passes;
mod restore;
mod samples;
mod tiles;
mod transform;

pub(super) use passes::{add_kernel_gradient, convolve};
#[cfg(test)]
pub(super) use tiles::Taps;
pub(super) use tiles::Tiles;
