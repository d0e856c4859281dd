//! The product of two matrices of any size: the right factor in panels as wide as a tile, which stay in the first
//! cache, with stripes of the left one that stay in the second (K. Goto and R. van de Geijn, "Anatomy of
//! high-performance matrix multiplication", 2008).

use super::TOO_SMALL;
use super::shifted::block_of;
use super::sink::{Added, Sink, Stored};
use super::tiles::product;
use crate::cpu::lines::copy_line;
use crate::cpu::matrix::{Rows, RowsMut, Strided};
use crate::cpu::part::Part;
use crate::cpu::simd::LANES;
use crate::cpu::simd::operations::Simd;

/// Terms of a sum that are added up in registers: so much of a panel, and of a tile's rows, stays in the first cache.
const TERMS: usize = 256;
/// Rows of the left factor that stay in the second cache: whole tiles.
const ROWS: usize = 96;
/// Rows of a tile, at most.
const TILE: usize = 6;

/// A right factor of (k, n), packed.
#[derive(Debug, Clone, Default)]
pub(in crate::rooms::cpu) struct Panels {
    size: [usize; 2],
    /// Panels one after the other, each of k rows as wide as a tile; the last as wide as whole vectors need.
    values: Vec<f32>,
}

/// Room for the left factor of a product, and for what is not whole vectors.
#[derive(Debug, Clone, Default)]
pub(in crate::rooms::cpu) struct ProductRoom {
    left: Vec<f32>,
    edge: Vec<f32>,
}

/// Packs a right factor.
pub(in crate::rooms::cpu) struct Pack<'a> {
    pub size: [usize; 2],
    pub from: Strided<'a>,
    pub to: &'a mut Panels,
}

impl Part for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(self, _: S) {
        let Pack { size: [k, n], from, to } = self;
        to.size = [k, n];
        to.values.resize(k * n.next_multiple_of(LANES), 0.0);
        if k * n == 0 {
            return;
        }
        assert!(from.covers([k, n]), "{TOO_SMALL}");
        let mut rest = &mut to.values[..];
        let mut first = 0;
        while first < n {
            let columns = (n - first).min(S::SUMS.columns());
            let width = columns.next_multiple_of(LANES);
            let (panel, others) = rest.split_at_mut(k * width);
            for (t, row) in panel.chunks_exact_mut(width).enumerate() {
                row[columns..].fill(0.0);
                if from.column == 1 {
                    copy_line(&from.values[t * from.row + first..], &mut row[..columns]);
                }
            }
            if from.column != 1 {
                // Along its columns, a few lines of the panel at a time.
                for (j, column) in (first..first + columns).enumerate() {
                    let column = &from.values[column * from.column..];
                    for (t, place) in panel[j..].iter_mut().step_by(width).enumerate() {
                        *place = column[t * from.row];
                    }
                }
            }
            (rest, first) = (others, first + width);
        }
    }
}

/// out (m, n) = a (m, k) · b (k, n), or added to what is there.
pub(in crate::rooms::cpu) struct Multiply<'a> {
    pub m: usize,
    pub a: Strided<'a>,
    pub b: &'a Panels,
    pub out: RowsMut<'a>,
    pub adds: bool,
    pub room: &'a mut ProductRoom,
}

impl Part for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn on<S: Simd>(mut self, s: S) {
        let [k, n] = self.b.size;
        if self.m * n == 0 {
            return;
        }
        assert!(
            self.out.covers([self.m, n]) && (k == 0 || self.a.covers([self.m, k])),
            "{TOO_SMALL}"
        );
        if k == 0 {
            if !self.adds {
                (0..self.m).for_each(|row| self.out.values[row * self.out.row..][..n].fill(0.0));
            }
            return;
        }
        for first_term in (0..k).step_by(TERMS) {
            let terms = [first_term, (k - first_term).min(TERMS)];
            for first_row in (0..self.m).step_by(ROWS) {
                let rows = [first_row, (self.m - first_row).min(ROWS)];
                if self.adds || first_term > 0 {
                    self.stripe(s, rows, terms, &Added);
                } else {
                    self.stripe(s, rows, terms, &Stored);
                }
            }
        }
    }
}

impl Multiply<'_> {
    /// Some rows by some terms of all panels.
    #[inline(always)]
    fn stripe<S: Simd>(&mut self, s: S, rows: [usize; 2], terms: [usize; 2], sink: &impl Sink<S>) {
        let [k, n] = self.b.size;
        // A left factor that lies in columns is read from many lines of the cache; worth its copy for a few panels.
        let packs = self.a.column != 1 && n > S::SUMS.columns();
        if packs {
            self.pack::<S>(rows, terms);
        }
        let mut first = 0;
        while first < n {
            let width = (n - first).min(S::SUMS.columns()).next_multiple_of(LANES);
            let panel = &self.b.values[first * k + terms[0] * width..];
            let b = Rows { values: &panel[..terms[1] * width], row: width };
            let mut row = 0;
            while row < rows[1] {
                let m = block_of::<S>(rows[1] - row);
                let a = if packs {
                    Strided { values: &self.room.left[row * terms[1]..], row: 1, column: m }
                } else {
                    let own = (rows[0] + row) * self.a.row + terms[0] * self.a.column;
                    Strided { values: &self.a.values[own..], ..self.a }
                };
                let at = (rows[0] + row) * self.out.row + first;
                row += m;
                if first + width <= n {
                    let mut out = RowsMut { values: &mut self.out.values[at..], row: self.out.row };
                    product(s, [m, terms[1], width], a, b, None, (&mut out, sink));
                    continue;
                }
                self.room.edge.resize(TILE * S::SUMS.columns(), 0.0);
                let mut edge = RowsMut { values: &mut self.room.edge, row: width };
                for (i, edge) in edge.values.chunks_exact_mut(width).take(m).enumerate() {
                    edge[..n - first]
                        .copy_from_slice(&self.out.values[at + i * self.out.row..][..n - first]);
                }
                product(s, [m, terms[1], width], a, b, None, (&mut edge, sink));
                for (i, edge) in edge.values.chunks_exact(width).take(m).enumerate() {
                    self.out.values[at + i * self.out.row..][..n - first]
                        .copy_from_slice(&edge[..n - first]);
                }
            }
            first += width;
        }
    }

    /// The left factor of some rows and terms, a tile's rows beside each other.
    #[inline(always)]
    fn pack<S: Simd>(&mut self, [first_row, rows]: [usize; 2], [first_term, terms]: [usize; 2]) {
        let Strided { values, row, column } = self.a;
        self.room.left.resize(ROWS * TERMS, 0.0);
        let mut tile = 0;
        while tile < rows {
            let m = block_of::<S>(rows - tile);
            let to = self.room.left[tile * terms..][..m * terms].chunks_exact_mut(m);
            for (t, to) in to.enumerate() {
                let from = &values[(first_row + tile) * row + (first_term + t) * column..];
                // Of a known length a copy is two moves, and not a call.
                if let (1, Some(from), Some(to)) =
                    (row, from.first_chunk::<TILE>(), to.first_chunk_mut::<TILE>())
                {
                    *to = *from;
                } else {
                    to.iter_mut().enumerate().for_each(|(r, to)| *to = from[r * row]);
                }
            }
            tile += m;
        }
    }
}
