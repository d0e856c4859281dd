//! `out[r, c] = Σk left[r, k] · right[k, c]`, or `out[r, c] += ...`
//!
//! out is (m, n), left (m, k), right (k, n); either factor may be read as its transpose. A dense layer has three: z
//! = x·Wᵀ, dW = deltaᵀ·x, dx = delta·W, with W (units, inputs).

use super::{Describe, Operation};
use crate::plan::access::{Mode, Place, Write};
use crate::plan::tape::Tape;
use crate::plan::tensor::TensorId;
use crate::plan::view::View;

/// out = left · right, (m, n) = (m, k) · (k, n).
#[derive(Debug, Clone)]
pub struct MatMul {
    /// The left factor.
    pub left: Factor,
    /// The right factor.
    pub right: Factor,
    /// The place of the product.
    pub out: Out,
    /// Whether `out` is set or added to.
    pub mode: Mode,
}

/// A factor of a product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factor {
    /// The matrix.
    pub matrix: Matrix,
    /// Whether the factor is the transpose of the matrix.
    pub transposed: bool,
}

/// A matrix that a product reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Matrix {
    /// A part of a buffer.
    View(View),
    /// A tensor: (first axis, the rest).
    Tensor(TensorId),
}

/// The place of a product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Out {
    /// A part of a buffer.
    View(View),
    /// The gradient of a tensor: (first axis, the rest).
    Gradient(TensorId),
}

impl Factor {
    /// A view, not transposed.
    pub fn view(view: View) -> Self {
        Factor { matrix: Matrix::View(view), transposed: false }
    }

    /// A tensor, not transposed.
    pub fn tensor(tensor: TensorId) -> Self {
        Factor { matrix: Matrix::Tensor(tensor), transposed: false }
    }

    /// Its transpose.
    pub fn transpose(self) -> Self {
        Factor { transposed: !self.transposed, ..self }
    }

    fn place(&self) -> Place {
        match self.matrix {
            Matrix::View(view) => Place::Buffer(view.buffer),
            Matrix::Tensor(tensor) => Place::Tensor(tensor),
        }
    }
}

impl Describe for MatMul {
    fn reads(&self) -> Vec<Place> {
        vec![self.left.place(), self.right.place()]
    }

    fn writes(&self) -> Vec<Write> {
        vec![match self.out {
            Out::View(view) => Write::to(view.buffer, self.mode),
            Out::Gradient(tensor) => Write::gradient(tensor, self.mode),
        }]
    }

    /// With D the gradient with respect to out, the gradient with respect to right is leftᵀ · D, and the gradient
    /// with respect to left D · rightᵀ.
    fn backward(&self, tape: &mut Tape) {
        let Out::View(out) = self.out else { return };
        let Some(delta) = tape.delta(out.buffer) else { return };
        let delta = Factor::view(out.of(delta));
        gradient(tape, self.right, self.left.transpose(), delta);
        gradient(tape, self.left, delta, self.right.transpose());
    }
}

/// Pushes the gradient left · right by the factor `of`, transposed if the factor is.
fn gradient(tape: &mut Tape, of: Factor, left: Factor, right: Factor) {
    let to = match of.matrix {
        Matrix::View(view) => tape.to_view(view).map(|(view, mode)| (Out::View(view), mode)),
        Matrix::Tensor(tensor) => {
            tape.to_gradient(tensor).map(|mode| (Out::Gradient(tensor), mode))
        }
    };
    if let Some((out, mode)) = to {
        let (left, right) =
            if of.transposed { (right.transpose(), left.transpose()) } else { (left, right) };
        tape.push(Operation::MatMul(MatMul { left, right, out, mode }));
    }
}
