//! The schedule `layered`: one dispatch an operation of the plan, for any shape.

use crate::gpu::device::gpu::Gpu;
use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::{Access, Dispatch, Kernels, Variant};
use crate::gpu::device::limits::WORKGROUPS;
use crate::gpu::session::sizes::TILE_COLUMNS;
use crate::gpu::session::workspace::Workspace;
use crate::network::{
    Activated, Activation, BufferId, Layout, Loss, Operand, Operation, Plan, TensorId,
};

/// Threads of a workgroup of the kernels that have a thread an element.
const THREADS: usize = 64;
/// Rows, columns and terms of a tile of a product.
pub(in crate::gpu) const TILE: [usize; 3] = [16, TILE_COLUMNS, 16];
/// The same of large products, of 256 threads.
pub(in crate::gpu) const LARGE_TILE: [usize; 3] = [128, 128, 8];
/// Large tiles that keep a GPU's cores busy.
const LARGE_TILES: usize = 64;

/// Turns the operations of a plan into dispatches on a workspace.
pub(in crate::gpu) struct Layered<'a> {
    pub gpu: &'a Gpu,
    pub kernels: &'a mut Kernels,
    pub plan: &'a Plan,
    pub layout: &'a Layout,
    pub replicas: usize,
    pub workspace: &'a Workspace,
    /// The weights that operations read: (replica, weights).
    pub weights: &'a wgpu::Buffer,
    /// The gradients that operations write: (replica, weights).
    pub gradients: &'a wgpu::Buffer,
}

impl<'a> Layered<'a> {
    /// A dispatch of a kernel on `words` as its uniform parameters, and buffers in their order.
    pub fn dispatch(
        &mut self,
        name: &'static str,
        variant: Variant,
        words: &[u32],
        buffers: &[(&wgpu::Buffer, Access)],
        workgroups: [usize; 2],
        iterations: usize,
    ) -> Dispatch {
        let [x, y] = workgroups.map(|count| count as u32);
        let workgroups = [x, y, self.replicas as u32];
        let dispatch = self.kernels.dispatch(self.gpu, name, variant, words, buffers, workgroups);
        Dispatch { iterations: iterations as u64, ..dispatch }
    }

    /// From the gathered input to the scores.
    pub fn forward(&mut self) -> Vec<Dispatch> {
        let plan = self.plan;
        plan.forward.iter().map(|operation| self.operation(operation)).collect()
    }

    /// From delta to the gradient of every tensor.
    pub fn backward(&mut self) -> Vec<Dispatch> {
        let plan = self.plan;
        plan.backward.iter().map(|operation| self.operation(operation)).collect()
    }

    /// From the scores to what a prediction shows.
    pub fn predict(&mut self) -> Vec<Dispatch> {
        let plan = self.plan;
        plan.predict.iter().map(|operation| self.operation(operation)).collect()
    }

    /// The losses of the rows, and delta.
    pub fn loss(&mut self) -> Dispatch {
        let (plan, workspace) = (self.plan, self.workspace);
        let outputs = plan.row_len(plan.scores);
        let mut variant = Variant::default();
        let name = match &plan.loss {
            Loss::SoftmaxCrossEntropy => "softmax_cross_entropy",
            Loss::BinaryCrossEntropy => "binary_cross_entropy",
            Loss::MultiLabelCrossEntropy => "multi_label_cross_entropy",
            Loss::OfValues(loss) => {
                variant.function = Some(&loss.expression);
                "value_loss"
            }
        };
        let buffers = [
            (workspace.of(plan.scores), Read),
            (&workspace.gathered.truth, Read),
            (&workspace.gathered.weights, Read),
            (&workspace.losses, Write),
            (workspace.of(plan.delta), Write),
        ];
        let words = [workspace.capacity as u32, outputs as u32];
        let rows = grid(workspace.capacity);
        self.dispatch(name, variant, &words, &buffers, rows, 3 * outputs)
    }

    fn operation(&mut self, operation: &Operation) -> Dispatch {
        let workspace = self.workspace;
        let capacity = workspace.capacity;
        match *operation {
            Operation::MatMul { left, left_transposed, right, right_transposed, out } => {
                self.matmul((left, left_transposed), (right, right_transposed), out)
            }
            Operation::BiasActivation { z, bias, ref output } => {
                self.bias_activation(z, bias, output.as_ref())
            }
            Operation::ActivationBackward { delta, slope } => {
                let units = self.plan.row_len(delta);
                let buffers = [(workspace.of(slope), Read), (workspace.of(delta), Write)];
                let words = [capacity as u32, units as u32];
                let threads = grid(capacity * units);
                self.dispatch(
                    "activation_backward",
                    Variant::default(),
                    &words,
                    &buffers,
                    threads,
                    0,
                )
            }
            Operation::PreluGradient { z, delta, alpha } => {
                let units = self.plan.row_len(z);
                let buffers =
                    [(workspace.of(z), Read), (workspace.of(delta), Read), (self.gradients, Write)];
                let words = self.words([units, self.layout.of(alpha).start]);
                let turns = (capacity * units).div_ceil(THREADS) + 6;
                self.dispatch("prelu_gradient", Variant::default(), &words, &buffers, [1, 1], turns)
            }
            Operation::BiasGradient { delta, bias } => {
                let (channels, positions) =
                    (self.plan.tensor_len(bias), self.plan.positions(delta, bias));
                let buffers = [(workspace.of(delta), Read), (self.gradients, Write)];
                let words = self.words([channels, positions, self.layout.of(bias).start]);
                let turns = (capacity * positions).div_ceil(THREADS) + 6;
                let workgroups = folded(channels);
                let variant = Variant::default();
                self.dispatch("bias_gradient", variant, &words, &buffers, workgroups, turns)
            }
            Operation::Conv1d { ref convolution, x, weight, z } => {
                self.conv1d(convolution, x, weight, z)
            }
            Operation::Conv1dKernelGradient { ref convolution, delta, x, weight } => {
                self.conv1d_kernel_gradient(convolution, delta, x, weight)
            }
            Operation::Conv1dInputGradient { ref convolution, delta, weight, below } => {
                self.conv1d_input_gradient(convolution, delta, weight, below)
            }
            Operation::MaxPool1d { ref pooling, x, y, winners } => {
                self.maxpool1d(pooling, x, y, winners)
            }
            Operation::MaxPool1dBackward { ref pooling, delta, winners, below } => {
                self.maxpool1d_backward(pooling, delta, winners, below)
            }
            Operation::Softmax { z, a } => {
                let classes = self.plan.row_len(z);
                self.probabilities("softmax", (z, a), grid(capacity), 3 * classes)
            }
            Operation::Sigmoid { z, a } => {
                let elements = grid(capacity * self.plan.row_len(z));
                self.probabilities("sigmoid", (z, a), elements, 0)
            }
        }
    }

    /// `capacity`, some numbers, and the weights of a replica: what many kernels take.
    pub fn words<const N: usize>(&self, numbers: [usize; N]) -> Vec<u32> {
        let own = std::iter::once(self.workspace.capacity).chain(numbers);
        own.chain([self.layout.total()]).map(|word| word as u32).collect()
    }

    fn probabilities(
        &mut self,
        name: &'static str,
        (z, a): (BufferId, BufferId),
        workgroups: [usize; 2],
        iterations: usize,
    ) -> Dispatch {
        let workspace = self.workspace;
        let buffers = [(workspace.of(z), Read), (workspace.of(a), Write)];
        let words = [workspace.capacity, self.plan.row_len(z)].map(|word| word as u32);
        self.dispatch(name, Variant::default(), &words, &buffers, workgroups, iterations)
    }

    fn bias_activation(
        &mut self,
        z: BufferId,
        bias: TensorId,
        output: Option<&Activated>,
    ) -> Dispatch {
        let workspace = self.workspace;
        let units = self.plan.row_len(z);
        let positions = self.plan.positions(z, bias);
        let mut words = self.words([units, positions, self.layout.of(bias).start]);
        let mut buffers = vec![(self.weights, Read), (workspace.of(z), Write)];
        let mut variant = Variant::default();
        let mut name = "bias";
        if let Some(output) = output {
            buffers.extend([(workspace.of(output.a), Write), (workspace.of(output.slope), Write)]);
            match (&output.activation, output.alpha) {
                (_, Some(alpha)) => {
                    name = "prelu";
                    words.push(self.layout.of(alpha).start as u32);
                }
                (Activation::Function(function), None) => {
                    name = "bias_activation";
                    variant.function = Some(&function.expression);
                }
                // Lowering gives linear and softmax layers no output of their own.
                (_, None) => {}
            }
        }
        let threads = grid(workspace.capacity * units);
        self.dispatch(name, variant, &words, &buffers, threads, 0)
    }

    fn matmul(
        &mut self,
        (left, left_transposed): (Operand, bool),
        (right, right_transposed): (Operand, bool),
        out: Operand,
    ) -> Dispatch {
        let [left, right, out] = [left, right, out].map(|operand| self.matrix(operand));
        let (m, k) = left.turned(left_transposed);
        let (_, n) = right.turned(right_transposed);
        // A batch is the rows of a buffer: of the left factor, or, where that is turned, of both.
        let batch_axis = u32::from(left_transposed);
        let words = [
            m,
            k,
            n,
            batch_axis as usize,
            left.first,
            left.stride,
            right.first,
            right.stride,
            out.first,
            out.stride,
        ];
        let words = words.map(|word| word as u32);
        let constants =
            [("LEFT_TRANSPOSED", left_transposed), ("RIGHT_TRANSPOSED", right_transposed)];
        let variant = Variant { constants: &constants, ..Variant::default() };
        let buffers = [(left.buffer, Read), (right.buffer, Read), (out.buffer, Write)];
        if !takes_large_tiles(self.gpu, self.replicas, [m, n]) {
            return self.product("matmul", variant, &words, &buffers, [m, k, n]);
        }
        let [rows, columns, terms] = LARGE_TILE;
        let tiles = [n.div_ceil(columns), m.div_ceil(rows)];
        let turns = k.div_ceil(terms) * (1 + terms);
        self.dispatch("matmul_large", variant, &words, &buffers, tiles, turns)
    }

    /// A kernel on the tiles of a product, (m, k) · (k, n).
    pub fn product(
        &mut self,
        name: &'static str,
        variant: Variant,
        words: &[u32],
        buffers: &[(&wgpu::Buffer, Access)],
        [m, k, n]: [usize; 3],
    ) -> Dispatch {
        let [rows, columns, terms] = TILE;
        let tiles = [n.div_ceil(columns), m.div_ceil(rows)];
        self.dispatch(name, variant, words, buffers, tiles, k.div_ceil(terms))
    }

    fn matrix(&self, operand: Operand) -> Matrix<'a> {
        match operand {
            Operand::Buffer(buffer) => {
                let columns = self.plan.row_len(buffer);
                let rows = self.workspace.capacity;
                let buffer = self.workspace.of(buffer);
                Matrix { buffer, rows, columns, first: 0, stride: rows * columns }
            }
            Operand::Tensor(tensor) | Operand::Gradient(tensor) => {
                let is_gradient = matches!(operand, Operand::Gradient(_));
                let rows = self.plan.tensors[tensor.0].shape[0];
                Matrix {
                    buffer: if is_gradient { self.gradients } else { self.weights },
                    rows,
                    columns: self.plan.tensor_len(tensor) / rows,
                    first: self.layout.of(tensor).start,
                    stride: self.layout.total(),
                }
            }
        }
    }
}

/// Whether a product (m, n) has large tiles enough for a device: software has few cores, and none that
/// gains by them.
fn takes_large_tiles(gpu: &Gpu, replicas: usize, [m, n]: [usize; 2]) -> bool {
    let [rows, columns, _] = LARGE_TILE;
    let full = (m / rows) * (n / columns) * replicas;
    !gpu.is_software
        && full >= LARGE_TILES
        && gpu.limits.max_compute_invocations_per_workgroup >= 256
}

/// A matrix in a buffer, one a replica.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    buffer: &'a wgpu::Buffer,
    rows: usize,
    columns: usize,
    first: usize,
    stride: usize,
}

impl Matrix<'_> {
    fn turned(&self, transposed: bool) -> (usize, usize) {
        if transposed { (self.columns, self.rows) } else { (self.rows, self.columns) }
    }
}

/// Workgroups for so many threads.
pub(in crate::gpu) fn grid(threads: usize) -> [usize; 2] {
    folded(threads.div_ceil(THREADS).max(1))
}

/// So many workgroups, in two dimensions where one has not enough.
pub(in crate::gpu) fn folded(workgroups: usize) -> [usize; 2] {
    if workgroups <= WORKGROUPS {
        [workgroups, 1]
    } else {
        [WORKGROUPS, workgroups.div_ceil(WORKGROUPS)]
    }
}
