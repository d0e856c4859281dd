//! One operation of a small plan on random values: the launcher that ships, beside the twin in f64.

use super::bench::{Bench, Shape, tolerance, wide, words};
use crate::cpu;
use crate::cpu::ops::site::{Site, Tensors};
use crate::gpu::device::dispatch::Dispatch;
use crate::gpu::ops::launch;
use crate::gpu::ops::launcher::Launcher;
use crate::gpu::session::workspace::Workspace;
use crate::plan::access::Place;
use crate::plan::{
    Buffer, BufferId, Element, Initializer, Layout, Loss, Operation, Plan, Tensor, TensorId,
    measure,
};

/// The values of all places: (replica, capacity, row) of each buffer, (replica, elements) of each tensor.
#[derive(Clone)]
struct Values {
    buffers: Vec<Vec<u32>>,
    tensors: Vec<Vec<u32>>,
    gradients: Vec<Vec<u32>>,
}

/// What the twin makes of one replica's rows.
struct Twin {
    buffers: Vec<Vec<f64>>,
    gradients: Vec<Vec<f64>>,
}

/// An element that an operation has written.
pub(in crate::rooms::gpu::ops) struct Written {
    /// Which of the operation's writes it is part of.
    pub write: usize,
    /// Its replica, and its index among the elements of that replica's rows.
    pub replica: usize,
    pub index: usize,
    /// Rows of that replica.
    pub rows: usize,
    /// What the twin says.
    pub expected: f64,
    /// What it makes of the magnitudes of all that is read: Σ|terms| of a sum.
    pub terms: f64,
}

/// A plan of nothing.
pub(super) fn empty(loss: Loss) -> Plan {
    let nothing = BufferId(0);
    Plan {
        tensors: vec![],
        buffers: vec![],
        input: nothing,
        training: vec![],
        inference: vec![],
        measure: measure(&loss, nothing, nothing),
        loss,
        logits: nothing,
        delta: nothing,
        backward: vec![],
        predict: None,
        output: nothing,
    }
}

/// A plan of one operation, and its values.
pub(in crate::rooms::gpu::ops) struct Trial<'a> {
    pub plan: Plan,
    shape: &'a Shape,
    values: Values,
}

impl<'a> Trial<'a> {
    /// A plan of a buffer and a tensor that the operation has nothing to do with.
    pub fn new(bench: &mut Bench, shape: &'a Shape) -> Self {
        let plan = empty(Loss::BinaryCrossEntropy);
        let values = Values { buffers: vec![], tensors: vec![], gradients: vec![] };
        let mut trial = Trial { plan, shape, values };
        trial.buffer(bench, 1);
        trial.tensor(bench, &[3]);
        trial
    }

    /// A buffer of so many elements a row, of normal numbers.
    pub fn buffer(&mut self, bench: &mut Bench, row: usize) -> BufferId {
        let len = self.shape.replicas() * self.shape.capacity * row;
        let values = words(&bench.normal(len, 1.0));
        self.new_buffer(row, Element::Real, values)
    }

    /// A buffer of indices below a bound.
    pub fn indices(&mut self, bench: &mut Bench, row: usize, bound: usize) -> BufferId {
        let len = self.shape.replicas() * self.shape.capacity * row;
        let values = bench.below(len, bound);
        self.new_buffer(row, Element::Index, values)
    }

    fn new_buffer(&mut self, row: usize, element: Element, values: Vec<u32>) -> BufferId {
        let name = format!("b{}", self.plan.buffers.len());
        self.plan.buffers.push(Buffer { name, shape: vec![row], element });
        self.values.buffers.push(values);
        BufferId(self.plan.buffers.len() - 1)
    }

    /// A tensor of normal numbers, and a gradient of others.
    pub fn tensor(&mut self, bench: &mut Bench, shape: &[usize]) -> TensorId {
        let len = self.shape.replicas() * shape.iter().product::<usize>();
        self.plan.tensors.push(Tensor {
            name: format!("t{}", self.plan.tensors.len()),
            shape: shape.to_vec(),
            fan_in: 1,
            fan_out: 1,
            decay: true,
            trainable: true,
            replicated: true,
            initializer: Initializer::Constant(0.0),
        });
        self.values.tensors.push(words(&bench.normal(len, 1.0)));
        self.values.gradients.push(words(&bench.normal(len, 1.0)));
        TensorId(self.plan.tensors.len() - 1)
    }

    /// The values of a buffer, (replica, capacity, row), to be changed.
    pub fn values_of(&mut self, buffer: BufferId) -> &mut Vec<u32> {
        &mut self.values.buffers[buffer.0]
    }

    /// The values of a replica's rows of a buffer.
    pub fn rows_of(&self, buffer: BufferId, replica: usize) -> Vec<f64> {
        let row = self.plan.row_len(buffer);
        let own = &self.values.buffers[buffer.0][replica * self.shape.capacity * row..];
        wide(bytemuck::cast_slice(&own[..self.shape.rows[replica] * row]))
    }

    /// The values of a replica's tensor.
    pub fn tensor_of(&self, tensor: TensorId, replica: usize) -> Vec<f64> {
        let len = self.plan.tensor_len(tensor);
        wide(bytemuck::cast_slice(&self.values.tensors[tensor.0][replica * len..][..len]))
    }

    /// Compares sums: of so many terms for a replica of so many rows.
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

    /// Compares every element that an operation writes with its twin's, and every other with what it was.
    pub fn within(
        &self,
        bench: &mut Bench,
        operation: impl Into<Operation>,
        bound: impl Fn(&Written) -> f64,
    ) {
        let operation = operation.into();
        self.launched(bench, &operation, |at| launch(&operation, at), bound);
    }

    /// The same with a launcher of one's own.
    pub fn launched(
        &self,
        bench: &mut Bench,
        operation: &Operation,
        dispatch: impl FnOnce(&mut Launcher) -> Dispatch,
        bound: impl Fn(&Written) -> f64,
    ) {
        let after = self.on_device(bench, dispatch);
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
                    Place::Tensor(_) | Place::Array(_) => panic!("no operation writes {written:?}"),
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

    /// (replica, tensors) of (tensor, replica).
    fn together(&self, tensors: &[Vec<u32>]) -> Vec<u32> {
        let replicas = self.shape.replicas();
        let of_replica = |replica| {
            let own = move |values: &'_ Vec<u32>| {
                let len = values.len() / replicas;
                values[replica * len..][..len].to_vec()
            };
            tensors.iter().flat_map(own)
        };
        (0..replicas).flat_map(of_replica).collect()
    }

    /// The other way round.
    fn apart(&self, all: &[u32]) -> Vec<Vec<u32>> {
        let layout = Layout::new(&self.plan);
        let of = |tensor| {
            let own = all.chunks(layout.total());
            own.flat_map(|own| own[layout.of(TensorId(tensor))].to_vec()).collect()
        };
        (0..self.plan.tensors.len()).map(of).collect()
    }

    fn on_device(
        &self,
        bench: &mut Bench,
        dispatch: impl FnOnce(&mut Launcher) -> Dispatch,
    ) -> Values {
        let (plan, replicas) = (&self.plan, self.shape.replicas());
        let layout = Layout::new(plan);
        let buffers = self.values.buffers.iter().map(|words| bench.upload(words)).collect();
        let weights = bench.upload(&self.together(&self.values.tensors));
        let gradients = bench.upload(&self.together(&self.values.gradients));
        let dispatcher = bench.dispatcher(replicas);
        let capacity = self.shape.capacity;
        let mut workspace = Workspace::new(dispatcher.gpu, plan, replicas, capacity).unwrap();
        workspace.buffers = buffers;
        let dispatch = dispatch(&mut Launcher {
            dispatcher,
            plan,
            layout: &layout,
            workspace: &workspace,
            weights: &weights,
            gradients: &gradients,
        });
        bench.submit(&[dispatch], self.shape.steps());
        let buffers = workspace.buffers.iter().zip(&self.values.buffers);
        let elements = layout.total() * replicas;
        Values {
            buffers: buffers.map(|(buffer, words)| bench.read(buffer, words.len())).collect(),
            tensors: self.apart(&bench.read(&weights, elements)),
            gradients: self.apart(&bench.read(&gradients, elements)),
        }
    }

    /// What the twin makes of a replica's rows, or of the magnitudes of all their values.
    fn by_twin(&self, operation: &Operation, replica: usize, magnitudes: bool) -> Twin {
        let (plan, rows) = (&self.plan, self.shape.rows[replica]);
        let layout = Layout::new(plan);
        let real = |values: &[f64]| -> Vec<f64> {
            values.iter().map(|value| if magnitudes { value.abs() } else { *value }).collect()
        };
        let mut workspace = cpu::workspace::Workspace::<f64>::new(plan, rows);
        workspace.rows = rows;
        for (id, buffer) in plan.buffers.iter().enumerate() {
            let id = BufferId(id);
            let own = replica * self.shape.capacity * plan.row_len(id);
            let words = &self.values.buffers[id.0][own..];
            match buffer.element {
                Element::Real => {
                    let values = real(&self.rows_of(id, replica));
                    workspace.with(id, |to, _| to.copy_from_slice(&values));
                }
                Element::Index => {
                    workspace.with_indices(id, |to, _| to.copy_from_slice(&words[..to.len()]));
                }
            }
        }
        let all = |tensors: &[Vec<u32>]| -> Vec<f64> {
            let words = self.together(tensors);
            let own = &words[replica * layout.total()..][..layout.total()];
            real(&wide(bytemuck::cast_slice(own)))
        };
        let (weights, mut gradients) = (all(&self.values.tensors), all(&self.values.gradients));
        let mut site = Site {
            plan,
            layout: &layout,
            tensors: Tensors::Fixed(&weights),
            gradients: &mut gradients,
            gradient_scale: 1.0,
            workspace: &mut workspace,
        };
        cpu::ops::execute(operation, &mut site);
        let buffer = |id: usize| match plan.buffers[id].element {
            Element::Real => workspace.of(BufferId(id)).to_vec(),
            Element::Index => {
                workspace.indices_of(BufferId(id)).iter().map(|&index| index.into()).collect()
            }
        };
        Twin {
            buffers: (0..plan.buffers.len()).map(buffer).collect(),
            gradients: (0..plan.tensors.len())
                .map(|id| gradients[layout.of(TensorId(id))].to_vec())
                .collect(),
        }
    }
}
