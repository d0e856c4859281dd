//! Rows of bytes stay bytes, and train as the same numbers do.

use std::sync::Arc;

use gpu_mlp::rooms::data::{Dataset, Inputs, Targets};
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::avgpool2d::AvgPool2d;
use gpu_mlp::rooms::run::{Parameters, Run, TableInputs};
use ndarray::{Array2, Array4};

use crate::common::{cpu, run, trained};

const ROWS: usize = 60;

/// Images of 2 channels of 3 x 5, and a class.
fn images() -> Dataset {
    let x = Array4::from_shape_fn((ROWS, 2, 3, 5), |(row, channel, line, column)| {
        ((row * 37 + channel * 91 + line * 53 + column * 29 + row % 3 * 60) % 256) as f64
    });
    let y = Array2::from_shape_fn((ROWS, 1), |(row, _)| (row % 3) as i64);
    Dataset::from_arrays("images", x.view(), Targets::Integers(y)).unwrap()
}

/// The same numbers in bytes.
fn in_bytes(dataset: &Dataset) -> Dataset {
    let mut bytes = dataset.clone();
    bytes.inputs = dataset.inputs.to_reals().mapv(|value| value as u8).into();
    bytes
}

fn parameters() -> Parameters {
    let pool = Layer::plain(AvgPool2d { size: [1, 2], stride: [1, 2] });
    let layers = [pool, Layer::dense(6, "tanh"), Layer::dense(3, "softmax")];
    Parameters::new(layers).learning_rate(0.1).max_epochs(6).batch_size(8)
}

#[test]
fn images_of_bytes_train_as_the_same_real_numbers() {
    let reals = images();
    let bytes = in_bytes(&reals);
    let [reals, bytes] = [&reals, &bytes].map(|dataset| run(&parameters(), dataset));
    assert!(matches!(bytes.table.inputs, TableInputs::Bytes(_)));
    assert_eq!(reals.folds[0].inputs, bytes.folds[0].inputs);
    for (name, [reals, bytes]) in [
        ("f32", [&reals, &bytes].map(|run| trained(run, &mut cpu::<f32>(run)).0)),
        ("f64", [&reals, &bytes].map(|run| trained(run, &mut cpu::<f64>(run)).0)),
    ] {
        for (reals, bytes) in reals.iter().zip(&bytes) {
            let difference = (reals.train.loss - bytes.train.loss).abs();
            assert!(difference < 1e-5, "{name}: {difference}");
        }
    }
}

#[test]
fn a_table_shares_the_bytes_of_its_data() {
    let dataset = in_bytes(&images());
    let run = run(&parameters(), &dataset);
    let (TableInputs::Bytes(table), Inputs::Bytes(data)) = (&run.table.inputs, &dataset.inputs)
    else {
        panic!("bytes")
    };
    assert_eq!(table.as_ptr(), data.as_ptr());
}

/// Features have a centre each: a network of them trains with the same bits whatever the type of the numbers.
#[test]
fn features_in_bytes_train_with_the_bits_of_real_numbers() {
    let mut reals = images();
    reals.row_shape = vec![30];
    let bytes = in_bytes(&reals);
    let parameters = Parameters::new([Layer::dense(6, "relu"), Layer::dense(3, "softmax")]);
    let parameters = parameters.learning_rate(0.1).max_epochs(6).batch_size(8);
    let [reals, bytes]: [Arc<Run>; 2] = [&reals, &bytes].map(|dataset| run(&parameters, dataset));
    assert_eq!(reals.table, bytes.table);
    let [reals, bytes] = [reals, bytes].map(|run| trained(&run, &mut cpu::<f32>(&run)).0);
    assert_eq!(reals, bytes);
}
