//! Launches `shaders/parameter_gradient.wgsl`.

use bytemuck::{Pod, Zeroable};

use super::Launch;
use super::launcher::{Launcher, by_mode};
use crate::gpu::device::dispatch::{Dispatch, REDUCE_ITERATIONS, Size, THREADS, word};
use crate::gpu::device::kernel::Variant;
use crate::gpu::device::sources::PARAMETER_GRADIENT;
use crate::gpu::session::partial_sums::PartialSums;
use crate::plan::access::Mode;
use crate::plan::ops::parameter_gradient::ParameterGradient;

/// The kernel's parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Parameters {
    capacity: u32,
    units: u32,
    parameter: u32,
    weights: u32,
    part_terms: u32,
    parts: u32,
}

impl Launch for ParameterGradient {
    /// One workgroup per part of the sum.
    fn launch(&self, at: &mut Launcher) -> Dispatch {
        let sums = self.sums(at);
        let parameters = Parameters {
            capacity: at.capacity(),
            units: at.units(self.z),
            parameter: at.first(self.parameter),
            weights: at.total(),
            part_terms: word(sums.terms),
            parts: word(sums.parts),
        };
        let buffers = [at.tensors(), at.read(self.z), at.read(self.delta), sums.place(at)];
        let mode = if sums.is_cut() { Mode::Set } else { self.mode };
        let variant = Variant { function: Some(&self.slope), ..by_mode(mode) };
        let iterations = sums.terms.div_ceil(THREADS) + REDUCE_ITERATIONS;
        let size = Size::workgroups(sums.parts).iterating(iterations);
        at.dispatch(PARAMETER_GRADIENT, variant, parameters, &buffers, size)
    }

    /// Adds up the parts of its sums, where they are cut.
    fn after(&self, at: &mut Launcher) -> Vec<Dispatch> {
        self.sums(at).add_up(at, self.mode).into_iter().collect()
    }
}

impl ParameterGradient {
    fn sums(&self, at: &Launcher) -> PartialSums {
        PartialSums::of_parameter(self, at.plan, at.workspace.capacity)
    }
}

#[cfg(test)]
pub(super) mod proof {
    use super::*;
    use crate::expr::{Expression, Variable};
    use crate::gpu::ops::proof::bench::tolerance;
    use crate::gpu::ops::proof::bench::{self, Bench, Shape};
    use crate::gpu::ops::proof::trial::Trial;

    pub fn shapes() -> Vec<Shape> {
        bench::batches()
    }

    pub fn prove(bench: &mut Bench, shape: &Shape) {
        // PReLU's ∂f/∂α is exact; other derivatives are sums of numbers around 1, x and x².
        for (formula, is_exact) in [("if(x <= 0, a*x, x)", true), ("x*sigmoid(a*x)", false)] {
            for mode in [Mode::Set, Mode::Add] {
                prove_formula(bench, shape, formula, is_exact, mode);
            }
        }
    }

    /// More elements than a part has.
    pub fn long_batches() -> Vec<Shape> {
        vec![Shape { capacity: 131, units: 1001, rows: vec![131, 70, 0] }]
    }

    fn prove_formula(bench: &mut Bench, shape: &Shape, formula: &str, is_exact: bool, mode: Mode) {
        let f = Expression::of(&[Variable::X, Variable::A], formula).unwrap();
        let slope = f.derivative(Variable::A).unwrap();
        let mut trial = Trial::new(bench, shape);
        let [z, delta] = [0; 2].map(|_| trial.buffer(bench, shape.units));
        let parameter = trial.tensor(bench, &[1]);
        let own = slope.clone();
        let operation = ParameterGradient { z, delta, parameter, slope, mode };
        trial.within(bench, operation, |written| {
            let replica = written.replica;
            let a = trial.tensor_of(parameter, replica)[0];
            let mut terms = 0.0;
            for (z, delta) in
                trial.rows_of(z, replica).into_iter().zip(trial.rows_of(delta, replica))
            {
                let made_of = if is_exact { 0.0 } else { 1.0 + z.abs() + z * z };
                terms += (own.evaluate_with(z, &[a]).0.abs() + made_of) * delta.abs();
            }
            let old = match mode {
                Mode::Set => 0.0,
                Mode::Add => 5.0 + f64::from(replica as u32),
            };
            tolerance(written.rows * shape.units + 1, old + terms)
        });
    }
}
