//! The dispatches of operations on signals: convolution, pooling, and their gradients.

use crate::gpu::device::kernel::Access::{Read, Write};
use crate::gpu::device::kernel::{Dispatch, Variant};
use crate::gpu::ops::layered::{Layered, grid};
use crate::network::{BufferId, Convolution, Pooling, TensorId};

impl Layered<'_> {
    pub fn conv1d(
        &mut self,
        c: &Convolution,
        x: BufferId,
        weight: TensorId,
        z: BufferId,
    ) -> Dispatch {
        let workspace = self.workspace;
        let buffers = [(self.weights, Read), (workspace.of(x), Read), (workspace.of(z), Write)];
        let sizes = [c.filters, c.terms(), workspace.capacity * c.positions];
        let words = self.convolution_words(c, weight);
        self.product("conv1d", Variant::default(), &words, &buffers, sizes)
    }

    pub fn conv1d_kernel_gradient(
        &mut self,
        c: &Convolution,
        delta: BufferId,
        x: BufferId,
        weight: TensorId,
    ) -> Dispatch {
        let workspace = self.workspace;
        let buffers =
            [(workspace.of(delta), Read), (workspace.of(x), Read), (self.gradients, Write)];
        let sizes = [c.filters, workspace.capacity * c.positions, c.terms()];
        let words = self.convolution_words(c, weight);
        self.product("conv1d_kernel_gradient", Variant::default(), &words, &buffers, sizes)
    }

    pub fn conv1d_input_gradient(
        &mut self,
        c: &Convolution,
        delta: BufferId,
        weight: TensorId,
        below: BufferId,
    ) -> Dispatch {
        let workspace = self.workspace;
        let buffers =
            [(self.weights, Read), (workspace.of(delta), Read), (workspace.of(below), Write)];
        let sizes = [c.channels, c.filters * c.kernel, workspace.capacity * c.samples];
        let words = self.convolution_words(c, weight);
        self.product("conv1d_input_gradient", Variant::default(), &words, &buffers, sizes)
    }

    fn convolution_words(&self, c: &Convolution, weight: TensorId) -> Vec<u32> {
        let first = self.layout.of(weight).start;
        let &Convolution { channels, samples, filters, kernel, stride, padding, positions } = c;
        self.words([channels, samples, filters, kernel, stride, padding, positions, first])
    }

    pub fn maxpool1d(
        &mut self,
        pooling: &Pooling,
        x: BufferId,
        y: BufferId,
        winners: BufferId,
    ) -> Dispatch {
        let workspace = self.workspace;
        let buffers =
            [(workspace.of(x), Read), (workspace.of(y), Write), (workspace.of(winners), Write)];
        let threads = grid(workspace.capacity * pooling.output_len());
        let words = self.pooling_words(pooling);
        self.dispatch("maxpool1d", Variant::default(), &words, &buffers, threads, pooling.size)
    }

    pub fn maxpool1d_backward(
        &mut self,
        pooling: &Pooling,
        delta: BufferId,
        winners: BufferId,
        below: BufferId,
    ) -> Dispatch {
        let workspace = self.workspace;
        let buffers = [
            (workspace.of(delta), Read),
            (workspace.of(winners), Read),
            (workspace.of(below), Write),
        ];
        let threads = grid(workspace.capacity * pooling.input_len());
        let words = self.pooling_words(pooling);
        let turns = pooling.size.div_ceil(pooling.stride);
        self.dispatch("maxpool1d_backward", Variant::default(), &words, &buffers, threads, turns)
    }

    fn pooling_words(&self, pooling: &Pooling) -> [u32; 6] {
        let &Pooling { channels, samples, size, stride, positions } = pooling;
        [self.workspace.capacity, channels, samples, size, stride, positions].map(|n| n as u32)
    }
}
