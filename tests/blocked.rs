//! The CPU's schedule `blocked` against the reference: whole runs, losses within 1e-4, on every kind of layer, with
//! batches in one block and in several; and the same bits on any number of threads.

mod common;

use common::image_stacks::{ImageStack, of_every_layer};
use common::signals::{Stack, ends_of_sequences, of_lengths, of_recurrent_layers};
use common::{check_schedule, classes, parameters, run, trained, values};
use gpu_mlp::rooms::backend::Train;
use gpu_mlp::rooms::cpu::{Cpu, Schedule};
use gpu_mlp::rooms::data::Dataset;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::conv2d::Conv2d;
use gpu_mlp::rooms::network::layers::dropout::Dropout;
use gpu_mlp::rooms::network::layers::gru::Gru;
use gpu_mlp::rooms::network::layers::lstm::Lstm;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use gpu_mlp::rooms::network::layers::maxpool2d::MaxPool2d;
use gpu_mlp::rooms::network::layers::rnn::Rnn;
use gpu_mlp::rooms::plan::Padding;
use gpu_mlp::rooms::run::{Clip, Parameters, Run};
use pollster::FutureExt as _;
use std::sync::Arc;

fn blocked(run: &Arc<Run>) -> Cpu<f32> {
    Cpu::with_schedule(run.clone(), Schedule::Blocked).unwrap()
}

fn check(parameters: &Parameters, dataset: &Dataset, what: &str) {
    check_schedule(Schedule::Blocked, parameters, dataset, what);
}

/// Batches of one block, of two, of lanes that have several, and a last one that is shorter.
const BATCH_SIZES: [usize; 4] = [3, 32, 40, 150];

#[test]
fn dense_layers() {
    for batch_size in BATCH_SIZES {
        let mut own = parameters(&[4, 33, 20, 3], &["relu", "gelu", "softmax"]);
        (own.batch_size, own.clip) = (batch_size, Some(Clip::Norm(0.5)));
        check(&own, &classes(250, 4, 3), "classes");
        let mut own = parameters(&[3, 17, 2], &["tanh", "linear"]);
        own.batch_size = batch_size;
        check(&own, &values(250, 3, 2), "values");
    }
}

#[test]
fn signals() {
    for batch_size in BATCH_SIZES {
        let stack = of_signals();
        let own = stack.parameters().batch_size(batch_size);
        check(&own, &stack.dataset(250), &format!("signals, {batch_size} rows a batch"));
    }
}

#[test]
fn images() {
    let stack = of_every_layer();
    for batch_size in [4, 40] {
        check(&stack.parameters().batch_size(batch_size), &stack.dataset(60), "images");
    }
}

/// Kernels of three and five taps with as many channels as tiles take, and small pools of lines of any length.
#[test]
fn tiles() {
    let conv2d = |filters, kernel, activation: &str| {
        let layer = Conv2d { padding: [Padding::Same; 2], ..Conv2d::new(filters, kernel) };
        Layer::activated(layer, activation)
    };
    let of_images = ImageStack {
        input: [3, 13, 18],
        layers: vec![
            conv2d(20, [3, 3], "relu"),
            conv2d(16, [3, 3], "relu"),
            Layer::plain(MaxPool2d { size: [2, 2], stride: [2, 2] }),
            conv2d(17, [5, 4], "gelu"),
            Layer::dense(3, "softmax"),
        ],
    };
    let conv1d = |filters, kernel| Layer::activated(Conv1d::new(filters, kernel), "relu");
    let of_signals = Stack {
        channels: 2,
        samples: 61,
        classifies: true,
        layers: vec![
            conv1d(48, 6),
            Layer::plain(MaxPool1d { size: 2, stride: 2 }),
            conv1d(50, 5),
            conv1d(40, 3),
            Layer::dense(3, "softmax"),
        ],
    };
    for batch_size in [4, 40] {
        let own = of_images.parameters().batch_size(batch_size);
        check(&own, &of_images.dataset(60), "images");
        let own = of_signals.parameters().batch_size(batch_size);
        check(&own, &of_signals.dataset(60), "signals");
    }
}

#[test]
fn sequences() {
    for batch_size in BATCH_SIZES {
        let stack = of_recurrent_layers(3, 9);
        check(&stack.parameters().batch_size(batch_size), &stack.dataset(250), "sequences");
    }
}

/// Rows that end before the others, and each end of a sequence.
#[test]
fn sequences_with_lengths() {
    for end in ends_of_sequences() {
        let stack = of_lengths(2, 9, end);
        check(&stack.parameters().batch_size(40), &stack.with_lengths(100, 0.0), "lengths");
    }
}

/// Each kind of cell with whole vectors of units, and with what is left over; a simple cell with other functions, too.
#[test]
fn cells_of_more_units_than_a_vector_has() {
    let (return_sequences, bidirectional) = (true, true);
    for units in [16, 17, 40] {
        for first in ["tanh", "relu", "x*sigmoid(x)"] {
            let layers = vec![
                Layer::activated(Rnn { units, return_sequences, bidirectional }, first),
                Layer::plain(Gru { units, return_sequences, bidirectional: false }),
                Layer::plain(Lstm { units, return_sequences: false, bidirectional }),
                Layer::dense(3, "softmax"),
            ];
            let stack = Stack { channels: 3, samples: 7, classifies: true, layers };
            check(&stack.parameters().batch_size(20), &stack.dataset(60), first);
        }
    }
}

/// A stride of one and of two, activations with a parameter and without, and dropout, whose words depend on the row.
fn of_signals() -> Stack {
    let conv1d = |stride, activation: &str| {
        Layer::activated(Conv1d { stride, ..Conv1d::new(9, 5) }, activation)
    };
    let layers = vec![
        conv1d(1, "relu"),
        Layer::plain(MaxPool1d { size: 2, stride: 2 }),
        conv1d(2, "tanh"),
        Layer::plain(Dropout { rate: 0.25 }),
        conv1d(1, "prelu"),
        Layer::dense(3, "softmax"),
    ];
    Stack { channels: 2, samples: 37, classifies: true, layers }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for stack in [of_signals(), of_recurrent_layers(3, 9)] {
        let run = run(&stack.parameters().batch_size(150), &stack.dataset(250));
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut backend = blocked(&run);
                let rows = trained(&run, &mut backend).0;
                (rows.len(), backend.state().block_on().unwrap())
            })
        };
        let one = on(1);
        for threads in [2, 3, 7] {
            assert!(on(threads) == one, "{threads} threads");
        }
    }
}
