//! Launches `shaders/bias_activation.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::Launcher;
use crate::gpu::device::dispatch::{Dispatch, word};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::BIAS_ACTIVATION;
use crate::plan::ops::bias_activation::BiasActivation;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(super) struct Parameters {
    pub capacity: u32,
    pub units: u32,
    pub positions: u32,
    pub bias: u32,
    pub weights: u32,
    pub parameter: u32,
}

/// The constant of kernels that store no slope.
const DROPS_SLOPE: [(&str, bool); 1] = [("KEEPS_SLOPE", false)];

impl Launch for BiasActivation {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters {
            capacity: at.capacity(),
            units: at.units(self.z),
            positions: word(at.plan.positions(self.z, self.bias)),
            bias: at.first(self.bias),
            weights: at.total(),
            // A function without a parameter ignores it.
            parameter: self.parameter.map_or(0, |parameter| at.first(parameter)),
        };
        let slope = match self.slope {
            Some(slope) => at.write(slope),
            None => at.unused(),
        };
        let buffers = [at.tensors(), at.write(self.z), at.write(self.a), slope];
        let constants = if self.slope.is_some() { &[][..] } else { &DROPS_SLOPE };
        let function = Some(&self.function.expression);
        let variant = Variant { function, constants, ..Variant::default() };
        let size = at.elements(self.z);
        at.dispatch(BIAS_ACTIVATION, variant, parameters, &buffers, size)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::gpu::ops::proof::bench::tolerance;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;
    use crate::network::{ACTIVATION_NAMES, Activation};
    use crate::plan::Function;

    pub fn shapes() -> Vec<Shape> {
        bench::few_batches()
    }

    /// The names of all activations of one element, then some with a number, and expressions.
    fn activations() -> impl Iterator<Item = &'static str> {
        let others = ["softmax", "linear", "identity"];
        let names = ACTIVATION_NAMES.iter().copied().filter(move |name| !others.contains(name));
        names.chain([
            "leaky_relu(0.3)",
            "elu(0.5)",
            "x*tanh(softplus(x))",
            "if(x > 0, x, 0.1*x) + 0.2*sin(x)",
        ])
    }

    /// The function of an activation of one element.
    fn function(name: &str) -> Function {
        match Activation::parse(name, "x*sigmoid(x)").unwrap() {
            Activation::Function(function) => function,
            other => panic!("{name} is {other:?}, no function of an element"),
        }
    }

    /// A trial of a layer, and its operation, which stores the slope if `keeps_slope`.
    fn trial<'a>(
        bench: &mut Bench,
        shape: &'a Shape,
        positions: usize,
        keeps_slope: bool,
        function: Function,
    ) -> (Trial<'a>, BiasActivation) {
        let mut trial = Trial::new(bench, shape);
        let [z, a, slope] = [0; 3].map(|_| trial.buffer(bench, shape.units * positions));
        let bias = trial.tensor(bench, &[shape.units]);
        let at_the_kink = trial.tensor_of(bias, 0)[0] as f32;
        if let Some(z) = trial.values_of(z).first_mut() {
            // Exactly at the kink: the left branch holds.
            *z = (-at_the_kink).to_bits();
        }
        let parameter = function.parameter.is_some().then(|| trial.tensor(bench, &[1]));
        let slope = keeps_slope.then_some(slope);
        (trial, BiasActivation { z, bias, function, parameter, a, slope })
    }

    /// z + b of an element.
    struct Biased {
        z: f64,
        /// |z| + |b|
        terms: f64,
    }

    /// z + b of every replica's rows.
    fn biased(trial: &Trial, shape: &Shape, operation: &BiasActivation) -> Vec<Vec<Biased>> {
        let positions = trial.plan.positions(operation.z, operation.bias);
        let mut replicas = vec![];
        for replica in 0..shape.replicas() {
            let bias = trial.tensor_of(operation.bias, replica);
            let mut elements = vec![];
            for (i, z) in trial.rows_of(operation.z, replica).into_iter().enumerate() {
                let b = bias[i / positions % bias.len()];
                elements.push(Biased { z: z + b, terms: z.abs() + b.abs() });
            }
            replicas.push(elements);
        }
        replicas
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        for (name, positions) in activations().zip([1, 5].into_iter().cycle()) {
            prove_function(bench, shape, positions, name != "relu", function(name));
        }
        let swish = Function::of("swish", "x*sigmoid(a*x)", Some(1.0)).unwrap();
        prove_function(bench, shape, 1, true, swish);
    }

    /// f' and f'' pass the rounding of z + b on; f itself is a sum of numbers around 1, x and x² (gelu's), which
    /// cancel far out.
    fn prove_function(
        bench: &mut Bench,
        shape: &Shape,
        positions: usize,
        keeps_slope: bool,
        function: Function,
    ) {
        let f = function.expression.clone();
        let (trial, operation) = trial(bench, shape, positions, keeps_slope, function);
        let biased = biased(&trial, shape, &operation);
        let parameter = operation.parameter;
        trial.within(bench, operation, |written| {
            let &Biased { z, terms } = &biased[written.replica][written.index];
            let others = parameter.map(|own| trial.tensor_of(own, written.replica));
            let slope_at = |z: f64| f.evaluate_with(z, others.as_deref().unwrap_or_default()).1;
            let h = 1e-4;
            let rise = slope_at(z + h) - slope_at(z - h);
            // At the kink z is exact.
            let curvature = if z == 0.0 { 0.0 } else { rise / (2.0 * h) };
            let made_of = 1.0 + z.abs();
            match written.write {
                0 => tolerance(2, terms),
                1 => tolerance(1, slope_at(z).abs() * terms + made_of),
                _ => tolerance(1, curvature.abs() * terms + made_of),
            }
        });
    }
}
