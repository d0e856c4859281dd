//! Recurrences: what their forward and backward operations share.

use super::buffer::BufferId;
use super::function::Function;
use super::view::View;

/// The formulas of one time step of one unit.
#[derive(Debug, Clone)]
pub enum Cell {
    /// h(t) = f(z + b + U h(t-1)) with this f, which has no learned parameter (Elman, 1990).
    Simple(Box<Function>),
    /// Gates r, z, n (Cho et al., 2014, with the reset after the product, as cuDNN and PyTorch have it).
    Gru,
    /// Gates i, f, g, o (Hochreiter and Schmidhuber, 1997; Gers et al., 2000).
    Lstm,
}

/// A recurrence over the time steps of rows of (steps, features).
#[derive(Debug, Clone)]
pub struct Recurrence {
    /// The formulas.
    pub cell: Cell,
    /// Time steps per row.
    pub steps: usize,
    /// Elements of h.
    pub units: usize,
    /// Whether it goes from the last time step to the first.
    pub is_reversed: bool,
    /// The time steps of each row that exist, a buffer of one index per row; None if all do.
    pub lengths: Option<BufferId>,
}

impl Cell {
    /// Sums per unit and time step: one per gate.
    pub fn gates(&self) -> usize {
        match self {
            Cell::Simple(_) => 1,
            Cell::Gru => 3,
            Cell::Lstm => 4,
        }
    }

    /// Numbers per unit and time step that the gradient needs: f'; r, z, n and q = U h(t-1) + c of n; i, f, g, o and c;
    /// and then h(t-1).
    pub fn saved(&self) -> usize {
        match self {
            Cell::Simple(_) => 2,
            Cell::Gru => 5,
            Cell::Lstm => 6,
        }
    }

    /// Numbers per unit that it carries from step to step: h, the next h, and c.
    pub fn states(&self) -> usize {
        match self {
            Cell::Simple(_) | Cell::Gru => 2,
            Cell::Lstm => 3,
        }
    }

    /// Numbers per unit and time step of the gradient with respect to the sums: that of r, z and n twice, first with
    /// respect to the whole sum of n, then to q.
    pub fn deltas(&self) -> usize {
        match self {
            Cell::Simple(_) => 1,
            Cell::Gru => 6,
            Cell::Lstm => 4,
        }
    }
}

impl Recurrence {
    /// The sums of a time step: gates · units.
    pub fn width(&self) -> usize {
        self.cell.gates() * self.units
    }

    /// The time step that comes at this place of the scan, or at this place of its reverse.
    pub fn step(&self, place: usize) -> usize {
        if self.is_reversed { self.steps - 1 - place } else { place }
    }

    /// A part of `parts` of every time step of a buffer: a matrix of (batch rows · steps, `columns` · units) that begins
    /// with part `first`.
    pub fn part(&self, buffer: BufferId, first: usize, columns: usize) -> View {
        let Recurrence { steps, units, .. } = *self;
        View { buffer, offset: first * units, rows: steps, columns: columns * units }
    }

    /// Whether a view of h has every time step, not the last alone.
    pub fn is_sequence(&self, h: View) -> bool {
        h.rows == self.steps && self.steps > 1
    }
}
