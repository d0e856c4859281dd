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

impl Launch for BiasActivation {
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let parameters = Parameters {
            capacity: at.capacity(),
            units: at.units(self.z),
            // Without a bias both are ignored.
            positions: self.bias.map_or(1, |bias| word(at.plan.positions(self.z, bias))),
            bias: self.bias.map_or(0, |bias| at.first(bias)),
            weights: at.total(),
            // A function without a parameter ignores it.
            parameter: self.parameter.map_or(0, |parameter| at.first(parameter)),
        };
        let slope = match self.slope {
            Some(slope) => at.write(slope),
            None => at.unused(),
        };
        let buffers = [at.tensors(), at.write(self.z), at.write(self.a), slope];
        let constants = [("KEEPS_SLOPE", self.slope.is_some()), ("HAS_BIAS", self.bias.is_some())];
        let function = Some(&self.function.expression);
        let variant = Variant { function, constants: &constants, ..Variant::default() };
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

    /// A trial of a layer, and its operation, of this many positions, with or without a bias; it stores the slope
    /// if `keeps_slope`.
    fn trial<'a>(
        bench: &mut Bench,
        shape: &'a Shape,
        (positions, has_bias): (usize, bool),
        keeps_slope: bool,
        function: Function,
    ) -> (Trial<'a>, BiasActivation) {
        let mut trial = Trial::new(bench, shape);
        let [z, a, slope] = [0; 3].map(|_| trial.buffer(bench, shape.units * positions));
        let bias = has_bias.then(|| trial.tensor(bench, &[shape.units]));
        let at_the_kink = bias.map_or(0.0, |bias| trial.tensor_of(bias, 0)[0] as f32);
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
        let positions = operation.bias.map_or(1, |bias| trial.plan.positions(operation.z, bias));
        let mut replicas = vec![];
        for replica in 0..shape.replicas() {
            let bias = operation.bias.map_or(vec![0.0], |bias| trial.tensor_of(bias, replica));
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
        let sizes = [(1, true), (5, true), (5, false)].into_iter().cycle();
        for (name, sizes) in activations().zip(sizes) {
            prove_function(bench, shape, sizes, name != "relu", function(name));
        }
        let swish = Function::of("swish", "x*sigmoid(a*x)", Some(1.0)).unwrap();
        prove_function(bench, shape, (1, true), true, swish);
    }

    /// f' and f'' pass the rounding of z + b on; f itself is a sum of numbers around 1, x and x² (gelu's), which
    /// cancel far out.
    fn prove_function(
        bench: &mut Bench,
        shape: &Shape,
        sizes: (usize, bool),
        keeps_slope: bool,
        function: Function,
    ) {
        let f = function.expression.clone();
        let (trial, operation) = trial(bench, shape, sizes, keeps_slope, function);
        let biased = biased(&trial, shape, &operation);
        let (parameter, bias_of_layer) = (operation.parameter, operation.bias);
        trial.within(bench, operation, |written| {
            let &Biased { z, terms } = &biased[written.replica][written.index];
            let others = parameter.map(|own| trial.tensor_of(own, written.replica));
            let slope_at = |z: f64| f.evaluate_with(z, others.as_deref().unwrap_or_default()).1;
            let h = 1e-4;
            let rise = slope_at(z + h) - slope_at(z - h);
            // At the kink z is exact.
            let curvature = if z == 0.0 { 0.0 } else { rise / (2.0 * h) };
            let made_of = 1.0 + z.abs();
            // Without a bias z is not written.
            match written.write + usize::from(bias_of_layer.is_none()) {
                0 => tolerance(2, terms),
                1 => tolerance(1, slope_at(z).abs() * terms + made_of),
                _ => tolerance(1, curvature.abs() * terms + made_of),
            }
        });
    }
}
