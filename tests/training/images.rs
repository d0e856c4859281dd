//! Networks of images on the CPU: the same bits however epochs are cut, on any number of threads, after a resume; and
//! what their layers do outside of training.

use gpu_mlp::rooms::backend::{Train, Weights};
use gpu_mlp::rooms::cpu::{Cpu, Schedule};
use gpu_mlp::rooms::data::Split;
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::batch_norm::BatchNorm;
use gpu_mlp::rooms::network::layers::dropout::Dropout;
use gpu_mlp::rooms::run::Parameters;
use pollster::FutureExt as _;

use crate::common::image_stacks::of_every_layer;
use crate::common::{classes, cpu, run, trained};
use crate::cuts::check_cuts;

#[test]
fn dropout_and_running_values_have_the_same_bits_however_epochs_are_cut() {
    let stack = of_every_layer();
    check_cuts(&run(&stack.parameters(), &stack.dataset(40)));
}

/// Epochs leave out other elements, and an evaluation none.
#[test]
fn dropout_leaves_out_elements_in_training_alone() {
    let layers = |rate| {
        let dropout = Layer::plain(Dropout { rate });
        vec![Layer::dense(8, "tanh"), dropout, Layer::dense(3, "softmax")]
    };
    let of = |rate| {
        let parameters = Parameters::new(layers(rate)).learning_rate(0.1).max_epochs(2);
        run(&parameters.batch_size(4), &classes(40, 3, 3))
    };
    let (half, none) = (of(0.5), of(0.0));
    let [mut half, mut none] = [cpu::<f32>(&half), cpu::<f32>(&none)];
    let evaluated = |backend: &mut Cpu<f32>| {
        backend.evaluate(Split::Train, Weights::Current).block_on().unwrap()
    };
    assert_eq!(evaluated(&mut half), evaluated(&mut none));
    let kept = |backend: &mut Cpu<f32>, epoch| -> Vec<bool> {
        let quantities = backend.first_step(epoch).block_on().unwrap();
        let a2 = quantities.into_iter().find(|quantity| quantity.name == "a2").unwrap();
        a2.values.into_iter().map(|value| value != 0.0).collect()
    };
    assert_eq!(kept(&mut half, 1), kept(&mut half, 1));
    assert_ne!(kept(&mut half, 1), kept(&mut half, 2));
    assert!(kept(&mut none, 1).iter().all(|&kept| kept));
}

/// A last batch of one row of features has no variance: it takes the running values.
#[test]
fn a_last_batch_of_one_row_takes_the_running_values() {
    let norm = Layer::activated(BatchNorm::default(), "tanh");
    let layers = [Layer::dense(8, "linear"), norm, Layer::dense(3, "softmax")];
    let mut parameters = Parameters::new(layers).learning_rate(0.1).max_epochs(3).batch_size(4);
    parameters.split = [1.0, 0.0, 0.0];
    // Ten batches of four rows, and one of one.
    let run = run(&parameters, &classes(41, 3, 3));
    let (rows, _) = trained(&run, &mut cpu::<f32>(&run));
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.train.loss.is_finite()));
}

#[test]
fn the_schedule_fused_declines_what_is_no_dense_layer_in_words() {
    let stack = of_every_layer();
    let run = run(&stack.parameters(), &stack.dataset(40));
    let Err(why) = Cpu::<f32>::with_schedule(run, Schedule::Fused) else {
        panic!("fused takes dense layers alone")
    };
    assert!(why.to_string().contains("can't be fused, dense layers alone"), "{why}");
}
