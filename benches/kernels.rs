//! What steps are made of: products, elementary functions, activations, the order of an epoch; and whole
//! layers, forward with their loss, on every schedule. `cargo bench --bench kernels -- product`

mod support;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gpu_mlp::rooms::backend::Weights;
use gpu_mlp::rooms::candidates::candidates;
use gpu_mlp::rooms::cpu::Product;
use gpu_mlp::rooms::data::{Dataset, Order, Split, Targets};
use gpu_mlp::rooms::expr::{Expression, Scratch};
use gpu_mlp::rooms::math::Real;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use gpu_mlp::rooms::plan::Padding;
use gpu_mlp::rooms::run::{LayerStack, Parameters, Run};
use ndarray::{Array2, ArrayD};
use pollster::FutureExt as _;

/// Elements of a call of an elementary function.
const ELEMENTS: usize = 1024;

/// C (m, n) = A (m, k) · B (k, n), at the shapes of the jobs; multiply-adds a second.
fn products(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("product");
    for [m, k, n] in [[5, 30, 16], [10, 54, 16], [5, 64, 512], [64, 256, 128], [1024, 784, 4096]] {
        let (a, b, mut c) = (vec![0.5f32; m * k], vec![0.25f32; k * n], vec![0f32; m * n]);
        group.throughput(Throughput::Elements((m * k * n) as u64));
        let strides = |columns: usize| (columns as isize, 1);
        let ((ra, ca), (rb, cb)) = (strides(k), strides(n));
        group.bench_function(format!("{m}x{k}x{n}"), |bencher| {
            bencher.iter(|| {
                // SAFETY: sizes and strides are those of the three vectors.
                unsafe {
                    let (a, b) = ((a.as_ptr(), ra, ca), (b.as_ptr(), rb, cb));
                    f32::product(m, k, n, a, b, 0.0, (c.as_mut_ptr(), rb, cb));
                }
                black_box(&mut c);
            });
        });
    }
}

/// The functions of `shaders/math.wgsl` on the CPU; elements a second.
fn functions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("function");
    group.throughput(Throughput::Elements(ELEMENTS as u64));
    let x: Vec<f32> = (0..ELEMENTS).map(|i| i as f32 / 100.0 - 5.0).collect();
    macro_rules! function {
        ($name:literal, $function:expr) => {
            group.bench_function($name, |bencher| {
                let mut y = vec![0f32; ELEMENTS];
                bencher.iter(|| {
                    y.iter_mut().zip(black_box(&x)).for_each(|(y, x)| *y = $function(*x));
                    black_box(&mut y);
                });
            });
        };
    }
    function!("exp", Real::exp);
    function!("ln", Real::ln);
    function!("tanh", Real::tanh);
    function!("erf", Real::erf);
    function!("sigmoid", Real::sigmoid);
    function!("softplus", Real::softplus);
}

/// Activations that are expressions, with their derivatives; elements a second.
fn expressions(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("expression");
    group.throughput(Throughput::Elements(ELEMENTS as u64));
    let x: Vec<f32> = (0..ELEMENTS).map(|i| i as f32 / 100.0 - 5.0).collect();
    for text in ["x*sigmoid(x)", "x*tanh(softplus(x))", "if(x > 0, x, 0.1*x)"] {
        let expression = Expression::parse(text).expect("an expression");
        let (mut value, mut derivative) = (vec![0f32; ELEMENTS], vec![0f32; ELEMENTS]);
        let mut scratch = Scratch::default();
        group.bench_function(text, |bencher| {
            bencher.iter(|| {
                let (value, derivative) = (&mut value, Some(&mut derivative[..]));
                expression.evaluate_block(black_box(&x), &[], value, derivative, &mut scratch);
                black_box(value);
            });
        });
    }
}

/// The order of an epoch of covtype; rows a second.
fn order(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("order");
    let mut rows = vec![0; 406_709];
    group.throughput(Throughput::Elements(rows.len() as u64));
    group.bench_function("406709", |bencher| {
        bencher.iter(|| Order::new(42, 1, rows.len() as u32).fill(0, black_box(&mut rows)));
    });
}

/// Networks of hardly more than the layer that is timed, forward and with their loss, in the blocks of an
/// evaluation; rows a second.
fn layers(criterion: &mut Criterion) {
    let devices = support::devices();
    let conv1d = Conv1d { padding: Padding::Same, ..Conv1d::new(16, 9) };
    let conv1d = Layer::activated(conv1d, "relu");
    let pool = Layer::plain(MaxPool1d { size: 4, stride: 4 });
    for (name, row, layer) in [
        ("dense 784x512", &[784][..], Layer::dense(512, "relu")),
        ("conv1d 16x9", &[1, 128], conv1d),
        ("maxpool1d 4", &[16, 128], pool),
    ] {
        let run = of_layer(row, layer);
        let mut group = criterion.benchmark_group(name);
        let rows = run.folds[0].rows(Split::Train).len();
        group.sample_size(20).throughput(Throughput::Elements(rows as u64));
        for candidate in candidates(&devices) {
            let Ok(mut backend) = candidate.open(&run).block_on() else {
                eprintln!("skipped {name}: no {} on {}", candidate.schedule(), candidate.device());
                continue;
            };
            let id = BenchmarkId::new(candidate.schedule(), candidate.device());
            group.bench_function(id, |bencher| {
                bencher.iter(|| {
                    backend.evaluate(Split::Train, Weights::Current).block_on().expect("sums")
                });
            });
        }
        group.finish();
    }
}

/// A layer and an output of one value, on 1024 rows.
fn of_layer(row: &[usize], layer: Layer<String>) -> Arc<Run> {
    const ROWS: usize = 1024;
    let shape: Vec<usize> = std::iter::once(ROWS).chain(row.iter().copied()).collect();
    let width: usize = row.iter().product();
    let x = (0..ROWS * width).map(|i| (i as f64 * 0.37).sin()).collect();
    let x = ArrayD::from_shape_vec(shape, x).expect("rows");
    let y = Array2::from_shape_fn((ROWS, 1), |(row, _)| (row as f64).cos());
    let dataset = Dataset::from_arrays("made", x.view(), Targets::Reals(y)).expect("a data set");
    let layers = LayerStack::General(vec![layer, Layer::dense(1, "linear")]);
    let mut parameters = Parameters::new(layers).learning_rate(0.01).max_epochs(1).batch_size(64);
    parameters.split = [1.0, 0.0, 0.0];
    Arc::new(Run::new(&parameters, &dataset).expect("a run"))
}

criterion_group!(benches, products, functions, expressions, order, layers);
criterion_main!(benches);
