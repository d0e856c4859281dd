//! Executes a plan's lists of operations on a workspace.

use super::blocked;
use super::ops::execute;
use super::ops::product::Product;
use super::ops::site::{Moment, Site, Tensors};
use super::schedule::Schedule;
use super::workspace::Workspace;
use crate::plan::access::Mode;
use crate::plan::{Layout, Operation, Plan};

/// What executes the lists of a plan.
#[derive(Clone, Copy)]
pub(super) struct Executor<'a> {
    pub plan: &'a Plan,
    pub layout: &'a Layout,
    pub schedule: Schedule,
}

impl<'a> Executor<'a> {
    /// The reference.
    pub fn layered(plan: &'a Plan, layout: &'a Layout) -> Self {
        Executor { plan, layout, schedule: Schedule::Layered }
    }

    /// From the gathered input to the logits, with what the gradient needs.
    pub fn training<T: Product>(
        &self,
        weights: Tensors<T>,
        workspace: &mut Workspace<T>,
        moment: Moment,
    ) {
        let work = Work { moment, ..Work::new(weights) };
        self.list(&self.plan.training, work, workspace);
    }

    /// From the gathered input to the logits.
    pub fn inference<T: Product>(&self, weights: &[T], workspace: &mut Workspace<T>) {
        self.list(&self.plan.inference, Work::new(Tensors::Fixed(weights)), workspace);
    }

    /// The losses of the rows, and delta.
    pub fn loss<T: Product>(&self, weights: &[T], workspace: &mut Workspace<T>, gradient_scale: T) {
        let measure = std::slice::from_ref(&self.plan.measure);
        let work = Work { gradient_scale, ..Work::new(Tensors::Fixed(weights)) };
        self.list(measure, work, workspace);
    }

    /// From delta to the gradients of all tensors, set or added to those of other rows.
    pub fn backward<T: Product>(
        &self,
        weights: &[T],
        (gradients, mode): (&mut [T], Mode),
        workspace: &mut Workspace<T>,
        moment: Moment,
    ) {
        let adds = mode == Mode::Add;
        let work = Work { gradients, adds, moment, ..Work::new(Tensors::Fixed(weights)) };
        self.list(&self.plan.backward, work, workspace);
    }

    /// From the logits to the outputs of a prediction.
    pub fn predict<T: Product>(&self, weights: &[T], workspace: &mut Workspace<T>) {
        let predict = self.plan.predict.as_slice();
        self.list(predict, Work::new(Tensors::Fixed(weights)), workspace);
    }

    fn list<T: Product>(
        &self,
        operations: &[Operation],
        work: Work<T>,
        workspace: &mut Workspace<T>,
    ) {
        let Executor { plan, layout, schedule } = *self;
        let Work { tensors, gradients, adds, gradient_scale, moment } = work;
        let mut site =
            Site { plan, layout, tensors, gradients, adds, gradient_scale, moment, workspace };
        if schedule == Schedule::Blocked
            && let Some(site) = T::in_f32(&mut site)
        {
            return blocked::execute(operations, site);
        }
        operations.iter().for_each(|operation| execute(operation, &mut site));
    }
}

/// What a list of operations works on beside the rows.
struct Work<'a, T> {
    tensors: Tensors<'a, T>,
    gradients: &'a mut [T],
    adds: bool,
    gradient_scale: T,
    moment: Moment,
}

impl<'a, T: Product> Work<'a, T> {
    /// Tensors, and nothing else.
    fn new(tensors: Tensors<'a, T>) -> Self {
        let (gradient_scale, moment) = (T::ONE, Moment::default());
        Work { tensors, gradients: &mut [], adds: false, gradient_scale, moment }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::ops::add::Add;
    use crate::plan::ops::matmul::{Factor, MatMul, Out};
    use crate::plan::tape::backward;
    use crate::plan::{
        Buffer, BufferId, Element, Initializer, Loss, Tensor, TensorId, View, measure,
    };

    fn buffer(name: &str, row: usize) -> Buffer {
        Buffer { name: name.into(), shape: vec![row], is_of_batch: false, element: Element::Real }
    }

    fn tensor(name: &str) -> Tensor {
        Tensor {
            name: name.into(),
            shape: vec![2, 2],
            fan_in: 2,
            fan_out: 2,
            decay: true,
            trainable: true,
            replicated: true,
            initializer: Initializer::Constant(0.0),
        }
    }

    /// Two time steps of two features: h = x V at both steps at once; s = h(1) W; s += h(0) W, the weights
    /// shared; y = s; y += h(0), a skip. Rows of h are read as a whole, step by step, and twice.
    fn plan() -> Plan {
        let [x, h, s, y] = [0, 1, 2, 3].map(BufferId);
        let [v, w] = [0, 1].map(TensorId);
        let both = |buffer| View { buffer, offset: 0, rows: 2, columns: 2 };
        let step = |t: usize| View { buffer: h, offset: 2 * t, rows: 1, columns: 2 };
        let whole = |buffer| View::whole(buffer, 2);
        let product = |left: View, right, out: View, mode| {
            let (left, right) = (Factor::view(left), Factor::tensor(right));
            Operation::from(MatMul { left, right, out: Out::View(out), mode })
        };
        let early = BufferId(4);
        let one = Factor::tensor(TensorId(2));
        let early_step = MatMul {
            left: Factor::view(step(0)),
            right: one,
            out: Out::View(whole(early)),
            mode: Mode::Set,
        };
        let training = vec![
            product(both(x), v, both(h), Mode::Set),
            product(step(1), w, whole(s), Mode::Set),
            product(step(0), w, whole(s), Mode::Add),
            early_step.into(),
            Add { from: s, to: y, mode: Mode::Set }.into(),
            Add { from: early, to: y, mode: Mode::Add }.into(),
            Add { from: early, to: y, mode: Mode::Add }.into(),
        ];
        let mut buffers: Vec<Buffer> = [("x", 4), ("h1", 4), ("s2", 2), ("y3", 2), ("e4", 2)]
            .map(|(n, l)| buffer(n, l))
            .into();
        let tensors = vec![tensor("v"), tensor("w"), Tensor { trainable: false, ..tensor("one") }];
        buffers.push(buffer("delta3", 2));
        let delta = BufferId(5);
        let backward = backward(&training, (y, delta), &mut buffers, &tensors);
        let inference = training.clone();
        let (input, loss, predict) = (x, Loss::BinaryCrossEntropy, None);
        let (logits, output) = (y, y);
        Plan {
            tensors,
            buffers,
            input,
            training,
            inference,
            measure: measure(&loss, logits, delta),
            loss,
            logits,
            delta,
            backward,
            predict,
            output,
        }
    }

    /// Σ delta ⊙ y for three rows.
    fn value(executor: &Executor, weights: &[f64], workspace: &mut Workspace<f64>) -> f64 {
        executor.inference(weights, workspace);
        let (y, delta) = (workspace.of(BufferId(3)), workspace.of(BufferId(5)));
        y.iter().zip(delta).map(|(y, delta)| y * delta).sum()
    }

    #[test]
    fn what_is_read_twice_or_in_parts_loses_no_gradient() {
        let plan = plan();
        let layout = Layout::new(&plan);
        let executor = Executor::layered(&plan, &layout);
        let mut workspace = Workspace::<f64>::new(&plan, 3);
        workspace.rows = 3;
        let numbers = |values: &mut [f64], from: f64| {
            values.iter_mut().enumerate().for_each(|(i, v)| *v = ((i as f64 + from) * 1.7).sin());
        };
        workspace.with(BufferId(0), |x, _| numbers(x, 1.0));
        workspace.with(BufferId(5), |delta, _| numbers(delta, 20.0));
        let mut weights = vec![0.0; 12];
        numbers(&mut weights, 50.0);
        weights[8..].copy_from_slice(&[1.0, 0.0, 0.0, 1.0]);
        let mut gradients = vec![7.0; 12];
        let moment = Moment::default();
        executor.training(Tensors::Written(&mut weights), &mut workspace, moment);
        executor.backward(&weights, (&mut gradients, Mode::Set), &mut workspace, moment);
        for at in 0..8 {
            // The value is a polynomial of degree 2: the difference is exact but for rounding.
            let mut moved = |by: f64| {
                let mut weights = weights.clone();
                weights[at] += by;
                value(&executor, &weights, &mut workspace)
            };
            let difference = (moved(0.5) - moved(-0.5)) / 1.0;
            assert!(
                (gradients[at] - difference).abs() < 1e-12,
                "{at}: {gradients:?}, {difference}"
            );
        }
        assert_eq!(gradients[8..], [7.0; 4], "what is not trained has no gradient");
    }
}
