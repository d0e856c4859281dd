//! Every kernel of `shaders/`, alone, against its twin in `src/cpu` in f64 on the same f32 inputs:
//! random numbers, awkward shapes, one and three replicas. A row of [`TABLE`] a kernel.

mod bench;
mod data;
mod elementwise;
mod epoch;
mod losses;
mod mathematics;
mod signals;
mod sums;
mod update;

use bench::{Bench, Shape};

/// A kernel, the shapes it is tried on, and what fills its buffers, runs it and its twin, and
/// compares every element.
type Row = (&'static str, fn() -> Vec<Shape>, fn(&mut Bench, &Shape));

const TABLE: &[Row] = &[
    ("matmul", bench::batches, sums::matmul_forward),
    ("matmul, right transposed", bench::batches, sums::matmul_backward),
    ("matmul, left transposed", bench::batches, sums::matmul_gradient),
    ("matmul_large", bench::batches, sums::matmul_large),
    ("bias_gradient", bench::batches, sums::bias_gradient),
    ("prelu_gradient", bench::batches, sums::prelu_gradient),
    ("conv1d", bench::few_batches, signals::conv1d),
    ("conv1d_kernel_gradient", bench::few_batches, signals::conv1d_kernel_gradient),
    ("conv1d_input_gradient", bench::few_batches, signals::conv1d_input_gradient),
    ("maxpool1d", bench::few_batches, signals::maxpool1d),
    ("maxpool1d_backward", bench::few_batches, signals::maxpool1d_backward),
    ("bias", bench::batches, elementwise::bias),
    ("bias_activation", bench::few_batches, elementwise::bias_activation),
    ("prelu", bench::batches, elementwise::prelu),
    ("activation_backward", bench::batches, elementwise::activation_backward),
    ("softmax", bench::batches, elementwise::softmax),
    ("sigmoid", bench::batches, elementwise::sigmoid),
    ("softmax_cross_entropy", bench::batches, losses::softmax_cross_entropy),
    ("binary_cross_entropy", bench::batches, losses::binary_cross_entropy),
    ("multi_label_cross_entropy", bench::batches, losses::multi_label_cross_entropy),
    ("value_loss", bench::batches, losses::value_loss),
    ("metric_sums, classes", bench::batches, losses::metric_sums_of_classes),
    ("metric_sums, one logit", bench::batches, losses::metric_sums_of_one_logit),
    ("metric_sums, labels", bench::batches, losses::metric_sums_of_labels),
    ("metric_sums, values", bench::batches, losses::metric_sums_of_values),
    ("clip", bench::tensors, update::clip),
    ("sgd", bench::tensors, update::sgd),
    ("adam", bench::tensors, update::adam),
    ("batch, classes", bench::batches, data::batch_of_classes),
    ("batch, values", bench::batches, data::batch_of_values),
    ("gather", bench::batches, data::gather),
    ("keep_best", bench::few_tensors, epoch::keep_best),
    ("math", bench::few_tensors, mathematics::functions),
];

#[test]
fn every_kernel_equals_its_twin() {
    let Some(mut bench) = Bench::new("every_kernel_equals_its_twin") else { return };
    for (name, shapes, compare) in TABLE {
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
        let tried = |row: &Row| row.0.split(',').next() == Some(&source);
        assert!(TABLE.iter().any(tried), "{source} has no row in the table");
    }
}
