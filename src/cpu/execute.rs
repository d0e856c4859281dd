//! One operation of the plan on a workspace.

use super::activation_backward::activation_backward;
use super::bias::add_bias;
use super::bias_activation::activate;
use super::bias_gradient::bias_gradient;
use super::conv1d::conv1d;
use super::conv1d_input_gradient::conv1d_input_gradient;
use super::conv1d_kernel_gradient::conv1d_kernel_gradient;
use super::matmul::{Matrix, Product, matmul};
use super::maxpool1d::maxpool1d;
use super::maxpool1d_backward::maxpool1d_backward;
use super::prelu::prelu;
use super::prelu_gradient::prelu_gradient;
use super::sigmoid::sigmoid;
use super::softmax::softmax;
use super::workspace::Workspace;
use crate::network::Layout;
use crate::network::{Activated, Activation, Operand, Operation, Plan, TensorId};

/// A network's plan with the weights to execute it on.
pub(super) struct Executor<'a, T> {
    pub plan: &'a Plan,
    pub layout: &'a Layout,
    pub weights: &'a [T],
}

impl<T: Product> Executor<'_, T> {
    /// From the gathered input to the scores. `training` also stores the slopes.
    pub fn forward(&self, workspace: &mut Workspace<T>, training: bool) {
        for operation in &self.plan.forward {
            self.execute(operation, workspace, &mut [], training);
        }
    }

    /// The losses of the rows, and delta.
    pub fn loss(&self, workspace: &mut Workspace<T>, gradient_scale: T) {
        workspace.with(self.plan.delta, |delta, workspace| {
            let mut batch = std::mem::take(&mut workspace.batch);
            let scores = workspace.of(self.plan.scores);
            let exponentials = |z: &mut [T]| z.iter_mut().for_each(|z| *z = z.exp());
            batch.loss(&self.plan.loss, scores, gradient_scale, delta, exponentials);
            workspace.batch = batch;
        });
    }

    /// From delta to the gradients of all tensors.
    pub fn backward(&self, workspace: &mut Workspace<T>, gradients: &mut [T]) {
        for operation in &self.plan.backward {
            self.execute(operation, workspace, gradients, true);
        }
    }

    /// From the scores to what a prediction shows.
    pub fn predict(&self, workspace: &mut Workspace<T>) {
        if let Some(operation) = &self.plan.predict {
            self.execute(operation, workspace, &mut [], false);
        }
    }

    fn tensor(&self, tensor: TensorId) -> &[T] {
        &self.weights[self.layout.of(tensor)]
    }

    fn execute(
        &self,
        operation: &Operation,
        workspace: &mut Workspace<T>,
        gradients: &mut [T],
        training: bool,
    ) {
        match *operation {
            Operation::MatMul { left, left_transposed, right, right_transposed, out } => {
                let factors = (left, left_transposed, right, right_transposed);
                self.product(factors, out, workspace, gradients);
            }
            Operation::Conv1d { convolution, x, weight, z } => {
                let weight = self.tensor(weight);
                workspace.with(z, |z, workspace| {
                    workspace.with_columns(|columns, workspace| {
                        conv1d(&convolution, workspace.of(x), weight, z, columns);
                    });
                });
            }
            Operation::Conv1dKernelGradient { convolution, delta, x, weight } => {
                let gradient = &mut gradients[self.layout.of(weight)];
                workspace.with_columns(|columns, workspace| {
                    let (delta, x) = (workspace.of(delta), workspace.of(x));
                    conv1d_kernel_gradient(&convolution, delta, x, gradient, columns);
                });
            }
            Operation::Conv1dInputGradient { convolution, delta, weight, below } => {
                let weight = self.tensor(weight);
                workspace.with(below, |below, workspace| {
                    workspace.with_columns(|columns, workspace| {
                        let delta = workspace.of(delta);
                        conv1d_input_gradient(&convolution, delta, weight, below, columns);
                    });
                });
            }
            Operation::MaxPool1d { pooling, x, y, winners } => {
                workspace.with_places(winners, |winners, workspace| {
                    workspace.with(y, |y, workspace| {
                        maxpool1d(&pooling, workspace.of(x), y, winners);
                    });
                });
            }
            Operation::MaxPool1dBackward { pooling, delta, winners, below } => {
                workspace.with(below, |below, workspace| {
                    let (delta, winners) = (workspace.of(delta), workspace.places_of(winners));
                    maxpool1d_backward(&pooling, delta, winners, below);
                });
            }
            Operation::BiasActivation { z, bias, ref output } => {
                let positions = self.plan.positions(z, bias);
                workspace.with(z, |z, workspace| {
                    add_bias(z, self.tensor(bias), positions);
                    if let Some(output) = output {
                        self.activation(output, z, workspace, training);
                    }
                });
            }
            Operation::ActivationBackward { delta, slope } => workspace
                .with(delta, |delta, workspace| activation_backward(delta, workspace.of(slope))),
            Operation::PreluGradient { z, delta, alpha } => {
                let sum = prelu_gradient(workspace.of(z), workspace.of(delta));
                gradients[self.layout.of(alpha)].fill(sum);
            }
            Operation::BiasGradient { delta, bias } => {
                let gradient = &mut gradients[self.layout.of(bias)];
                bias_gradient(workspace.of(delta), gradient, self.plan.positions(delta, bias));
            }
            Operation::Softmax { z, a } => {
                let classes = workspace.row_len(z);
                workspace.with(a, |a, workspace| softmax(workspace.of(z), classes, a));
            }
            Operation::Sigmoid { z, a } => {
                workspace.with(a, |a, workspace| sigmoid(workspace.of(z), a));
            }
        }
    }

    fn activation(
        &self,
        output: &Activated,
        z: &[T],
        workspace: &mut Workspace<T>,
        training: bool,
    ) {
        workspace.with(output.a, |a, workspace| {
            workspace.with(output.slope, |slope, workspace| {
                let slope = training.then_some(slope);
                match (&output.activation, output.alpha) {
                    (Activation::Function(function), _) => {
                        activate(&function.expression, z, a, slope, &mut workspace.scratch);
                    }
                    (_, Some(alpha)) => prelu(z, self.tensor(alpha)[0], a, slope),
                    // Lowering gives linear and softmax layers no output of their own.
                    (_, None) => a.copy_from_slice(z),
                }
            });
        });
    }

    fn product(
        &self,
        (left, left_transposed, right, right_transposed): (Operand, bool, Operand, bool),
        out: Operand,
        workspace: &mut Workspace<T>,
        gradients: &mut [T],
    ) {
        match out {
            Operand::Buffer(buffer) => workspace.with(buffer, |out, workspace| {
                let left = self.matrix(left, left_transposed, workspace);
                let right = self.matrix(right, right_transposed, workspace);
                matmul(left, right, out);
            }),
            Operand::Tensor(tensor) | Operand::Gradient(tensor) => {
                let left = self.matrix(left, left_transposed, workspace);
                let right = self.matrix(right, right_transposed, workspace);
                matmul(left, right, &mut gradients[self.layout.of(tensor)]);
            }
        }
    }

    /// A factor of a product. Gradients are results only: no operation reads one.
    fn matrix<'a>(
        &'a self,
        operand: Operand,
        transposed: bool,
        workspace: &'a Workspace<T>,
    ) -> Matrix<'a, T> {
        match operand {
            Operand::Buffer(buffer) => Matrix {
                values: workspace.of(buffer),
                rows: workspace.rows,
                columns: workspace.row_len(buffer),
                transposed,
            },
            Operand::Tensor(tensor) | Operand::Gradient(tensor) => {
                let values = self.tensor(tensor);
                let rows = self.plan.tensors[tensor.0].shape[0];
                Matrix { values, rows, columns: values.len() / rows, transposed }
            }
        }
    }
}
