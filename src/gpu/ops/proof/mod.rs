//! Every kernel of `shaders/`, alone, against its twin in `src/cpu` in f64 on the same f32 inputs:
//! random numbers, awkward shapes, one and three replicas. Operations of plans are proven at the foot of
//! their launchers, the other kernels here.

pub(super) mod bench;
mod data;
mod epoch;
mod gather;
pub(super) mod losses;
mod make_steps;
mod mathematics;
mod metric_sums;
pub(super) mod trial;
mod update;

use bench::{Bench, Shape};

use crate::plan::ops::operations;

/// A kernel, the shapes it is tried on, and its proof: fills its buffers, runs it and its twin, and compares.
type Row = (&'static str, fn() -> Vec<Shape>, fn(&mut Bench, &Shape));

macro_rules! proven {
    ($($file:ident $name:ident,)*) => {
        /// The operations of plans.
        const OPERATIONS: &[Row] = &[
            $((
                stringify!($file),
                crate::gpu::ops::$file::proof::shapes,
                crate::gpu::ops::$file::proof::prove,
            ),)*
        ];
    };
}
operations!(proven);

/// The other kernels, and variants of the kernels of operations.
const OTHERS: &[Row] = &[
    ("matmul_large", bench::batches, super::matmul::proof::prove_large),
    ("convolution_large", bench::few_batches, super::convolution::proof::prove_large),
    (
        "convolution_input_gradient_large",
        bench::few_batches,
        super::convolution_input_gradient::proof::prove_large,
    ),
    (
        "convolution_kernel_gradient_large",
        bench::few_batches,
        super::convolution_kernel_gradient::proof::prove_large,
    ),
    (
        "convolution_kernel_gradient, in parts",
        super::convolution_kernel_gradient::proof::long_batches,
        super::convolution_kernel_gradient::proof::prove_long,
    ),
    (
        "recurrent, held",
        super::recurrence::trials::held_shapes,
        super::recurrent::proof::prove_held,
    ),
    (
        "recurrent_backward, held",
        super::recurrence::trials::held_shapes,
        super::recurrent_backward::proof::prove_held,
    ),
    (
        "part_sums, of a parameter",
        super::parameter_gradient::proof::long_batches,
        super::parameter_gradient::proof::prove,
    ),
    ("metric_sums, classes", bench::batches, metric_sums::of_classes),
    ("metric_sums, one logit", bench::batches, metric_sums::of_one_logit),
    ("metric_sums, labels", bench::batches, metric_sums::of_labels),
    ("metric_sums, values", bench::batches, metric_sums::of_values),
    ("clip", bench::tensors, update::clip),
    ("update of sgd", bench::tensors, update::sgd),
    ("update of momentum", bench::tensors, update::momentum),
    ("update of adam", bench::tensors, update::adam),
    ("batch, classes", bench::batches, data::batch_of_classes),
    ("batch, values", bench::batches, data::batch_of_values),
    ("gather", bench::batches, gather::whole),
    ("gather, moved", bench::batches, gather::moved),
    ("gather, windows", bench::batches, gather::windows),
    ("gather, categories", bench::batches, gather::coded),
    ("make_steps", bench::few_batches, make_steps::training),
    ("keep_best", bench::few_tensors, epoch::keep_best),
    ("math", bench::few_tensors, mathematics::functions),
];

#[test]
fn every_kernel_equals_its_twin() {
    let Some(mut bench) = Bench::new("every_kernel_equals_its_twin") else { return };
    for (name, shapes, compare) in OPERATIONS.iter().chain(OTHERS) {
        for shape in shapes() {
            bench.begin(name, &shape);
            compare(&mut bench, &shape);
        }
    }
    bench.end();
}

#[test]
fn no_kernel_is_left_out() {
    for (source, _) in crate::gpu::shader_sources(&[], &[]) {
        let mut proven = OPERATIONS.iter().chain(OTHERS).map(|row| row.0.split(',').next());
        assert!(proven.any(|kernel| kernel == Some(&source)), "{source} has no proof");
    }
}
