//! Rows of bytes stay bytes, and train as the same numbers do.

use std::sync::Arc;

use gpu_mlp::rooms::data::Inputs;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::run::{Parameters, Run, TableInputs};

use crate::common::images::{images, in_bytes, of_images};
use crate::common::{cpu, run, trained};

#[test]
fn images_of_bytes_train_as_the_same_real_numbers() {
    let reals = images();
    let bytes = in_bytes(&reals);
    let [reals, bytes] = [&reals, &bytes].map(|dataset| run(&of_images(), dataset));
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
    let run = run(&of_images(), &dataset);
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
