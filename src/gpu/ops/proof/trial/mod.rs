//! One operation of a small plan on random values: the launcher that ships, beside the twin in f64.

mod compare;
mod sides;

use super::bench::{Bench, Shape, wide, words};
use crate::plan::{Buffer, BufferId, Element, Initializer, Loss, Plan, Tensor, TensorId, measure};

/// The values of a plan: (replica, capacity, row) of each buffer, (replica, elements) of each tensor.
#[derive(Clone)]
struct Values {
    buffers: Vec<Vec<u32>>,
    tensors: Vec<Vec<u32>>,
    gradients: Vec<Vec<u32>>,
}

/// An empty plan.
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
    /// A plan of one buffer and one tensor that the operation does not touch.
    pub fn new(bench: &mut Bench, shape: &'a Shape) -> Self {
        let plan = empty(Loss::BinaryCrossEntropy);
        let values = Values { buffers: vec![], tensors: vec![], gradients: vec![] };
        let mut trial = Trial { plan, shape, values };
        trial.buffer(bench, 1);
        trial.tensor(bench, &[3]);
        trial
    }

    /// A buffer of normal numbers, `row` elements per row.
    pub fn buffer(&mut self, bench: &mut Bench, row: usize) -> BufferId {
        let len = self.shape.replicas() * self.shape.capacity * row;
        let values = words(&bench.normal(len, 1.0));
        self.new_buffer(row, Element::Real, values)
    }

    /// A buffer of normal numbers, one row per batch.
    pub fn batch_buffer(&mut self, bench: &mut Bench, row: usize) -> BufferId {
        let values = words(&bench.normal(self.shape.replicas() * row, 1.0));
        let buffer = self.new_buffer(row, Element::Real, values);
        self.plan.buffers[buffer.0].is_of_batch = true;
        buffer
    }

    /// Takes the magnitudes of the values of a tensor.
    pub fn make_positive(&mut self, tensor: TensorId) {
        for word in &mut self.values.tensors[tensor.0] {
            *word &= 0x7fff_ffff;
        }
    }

    /// Multiplies the values of a tensor.
    pub fn scale(&mut self, tensor: TensorId, by: f32) {
        for word in &mut self.values.tensors[tensor.0] {
            *word = (by * f32::from_bits(*word)).to_bits();
        }
    }

    /// A buffer of indices below `bound`, `row` elements per row.
    pub fn indices(&mut self, bench: &mut Bench, row: usize, bound: usize) -> BufferId {
        let len = self.shape.replicas() * self.shape.capacity * row;
        let values = bench.below(len, bound);
        self.new_buffer(row, Element::Index, values)
    }

    /// The lengths of rows of so many samples, 1 to all.
    pub fn lengths(&mut self, bench: &mut Bench, samples: usize) -> BufferId {
        let lengths = self.indices(bench, 1, samples);
        self.values_of(lengths).iter_mut().for_each(|length| *length += 1);
        lengths
    }

    fn new_buffer(&mut self, row: usize, element: Element, values: Vec<u32>) -> BufferId {
        let name = format!("b{}", self.plan.buffers.len());
        self.plan.buffers.push(Buffer { name, shape: vec![row], is_of_batch: false, element });
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

    /// The values of a buffer, to change them: (replica, capacity, row).
    pub fn values_of(&mut self, buffer: BufferId) -> &mut Vec<u32> {
        &mut self.values.buffers[buffer.0]
    }

    /// The values of a replica's rows of a buffer.
    pub fn rows_of(&self, buffer: BufferId, replica: usize) -> Vec<f64> {
        let row = self.plan.row_len(buffer);
        let (capacity, rows) = match self.plan.buffers[buffer.0].is_of_batch {
            true => (1, 1),
            false => (self.shape.capacity, self.shape.rows[replica]),
        };
        let own = &self.values.buffers[buffer.0][replica * capacity * row..];
        wide(bytemuck::cast_slice(&own[..rows * row]))
    }

    /// The values of a replica's rows of a buffer of indices.
    pub fn indices_of(&self, buffer: BufferId, replica: usize) -> Vec<f64> {
        let row = self.plan.row_len(buffer);
        let own = &self.values.buffers[buffer.0][replica * self.shape.capacity * row..];
        own[..self.shape.rows[replica] * row].iter().map(|&index| index.into()).collect()
    }

    /// The values of the gradient of a replica's tensor.
    pub fn gradient_of(&self, tensor: TensorId, replica: usize) -> Vec<f64> {
        let len = self.plan.tensor_len(tensor);
        wide(bytemuck::cast_slice(&self.values.gradients[tensor.0][replica * len..][..len]))
    }

    /// The values of a replica's tensor.
    pub fn tensor_of(&self, tensor: TensorId, replica: usize) -> Vec<f64> {
        let len = self.plan.tensor_len(tensor);
        wide(bytemuck::cast_slice(&self.values.tensors[tensor.0][replica * len..][..len]))
    }
}
