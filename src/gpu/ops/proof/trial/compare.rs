//! The comparison of a trial: every element that the operation writes, and all others, which stay.

use super::Trial;
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::ops::launch;
use crate::gpu::ops::launcher::Launcher;
use crate::gpu::ops::proof::bench::{Bench, tolerance};
use crate::plan::access::Place;
use crate::plan::{Element, Operation};

/// An element that an operation has written.
pub(in crate::rooms::gpu::ops) struct Written {
    /// The index of its write among those of the operation.
    pub write: usize,
    /// Its replica, and its index in the replica's rows.
    pub replica: usize,
    pub index: usize,
    /// Rows of that replica.
    pub rows: usize,
    /// The twin's value.
    pub expected: f64,
    /// The twin's value on the magnitudes of all that it reads: Σ|terms| of a sum.
    pub terms: f64,
}

impl Trial<'_> {
    /// Compares sums of `length(rows)` terms, where `rows` are the rows of the replica.
    pub fn sums(
        &self,
        bench: &mut Bench,
        operation: impl Into<Operation>,
        length: impl Fn(usize) -> usize,
    ) {
        self.within(bench, operation, |written| tolerance(length(written.rows), written.terms));
    }

    /// Compares bits.
    pub fn exact(&self, bench: &mut Bench, operation: impl Into<Operation>) {
        self.within(bench, operation, |_| 0.0);
    }

    /// Compares every element that an operation writes with its twin's, and every other with its old value.
    pub fn within(
        &self,
        bench: &mut Bench,
        operation: impl Into<Operation>,
        bound: impl Fn(&Written) -> f64,
    ) {
        let operation = operation.into();
        self.launched(bench, &operation, |at| launch(&operation, at), bound);
    }

    /// The same with the launcher `dispatch`.
    pub fn launched(
        &self,
        bench: &mut Bench,
        operation: &Operation,
        dispatch: impl FnOnce(&mut Launcher) -> Vec<Dispatch>,
        bound: impl Fn(&Written) -> f64,
    ) {
        let after = self.on_device(bench, operation, dispatch);
        let mut rest = self.values.clone();
        for replica in 0..self.shape.replicas() {
            let [twin, terms] =
                [false, true].map(|magnitudes| self.by_twin(operation, replica, magnitudes));
            for (write, written) in operation.writes().into_iter().enumerate() {
                let (after, rest, expected, terms) = match written.place {
                    Place::Buffer(b) => (
                        &after.buffers[b.0],
                        &mut rest.buffers[b.0],
                        &twin.buffers[b.0],
                        &terms.buffers[b.0],
                    ),
                    Place::Gradient(t) => (
                        &after.gradients[t.0],
                        &mut rest.gradients[t.0],
                        &twin.gradients[t.0],
                        &terms.gradients[t.0],
                    ),
                    Place::Tensor(t) => (
                        &after.tensors[t.0],
                        &mut rest.tensors[t.0],
                        &twin.tensors[t.0],
                        &terms.tensors[t.0],
                    ),
                    Place::Array(_) => panic!("no trial writes {written:?}"),
                };
                let first = replica * (after.len() / self.shape.replicas());
                for (index, (&expected, &terms)) in expected.iter().zip(terms).enumerate() {
                    let at = first + index;
                    let rows = self.shape.rows[replica];
                    let one = Written { write, replica, index, rows, expected, terms };
                    let what = format!("{:?}[{replica}, {index}]", written.place);
                    match (self.is_index(written.place), bound(&one)) {
                        (true, _) => bench.same(what, &after[at..=at], &[expected as u32]),
                        (false, 0.0) => {
                            bench.same(what, &after[at..=at], &[(expected as f32).to_bits()]);
                        }
                        (false, tolerance) => bench.near(what, after[at], expected, tolerance),
                    }
                    rest[at] = after[at];
                }
            }
        }
        for (name, after, rest) in [
            ("the other elements of buffers", &after.buffers, &rest.buffers),
            ("the tensors", &after.tensors, &rest.tensors),
            ("the other gradients", &after.gradients, &rest.gradients),
        ] {
            bench.same(name, &after.concat(), &rest.concat());
        }
    }

    fn is_index(&self, place: Place) -> bool {
        match place {
            Place::Buffer(buffer) => self.plan.buffers[buffer.0].element == Element::Index,
            Place::Tensor(_) | Place::Gradient(_) | Place::Array(_) => false,
        }
    }
}
