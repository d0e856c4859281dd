//! Recurrent networks on the CPU: the same bits however epochs are cut, on any number of threads, after a resume; long
//! sequences; and memory that grows as they do.

use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::lstm::Lstm;
use gpu_mlp::rooms::train::EpochRow;

use crate::common::signals::{Stack, of_recurrent_layers};
use crate::common::{cpu, run, trained};
use crate::cuts::check_cuts;

#[test]
fn recurrent_layers_have_the_same_bits_however_epochs_are_cut() {
    let stack = of_recurrent_layers(2, 9);
    check_cuts(&run(&stack.parameters(), &stack.dataset(40)));
}

#[test]
fn sequences_of_five_thousand_samples() {
    let (units, return_sequences, bidirectional) = (6, false, true);
    let layer = Layer::plain(Lstm { units, return_sequences, bidirectional });
    let layers = vec![layer, Layer::dense(3, "softmax")];
    let stack = Stack { channels: 1, samples: 5000, classifies: true, layers };
    let mut parameters = stack.parameters();
    parameters.max_epochs = 3;
    let run = run(&parameters, &stack.dataset(12));
    let (narrow, _) = trained(&run, &mut cpu::<f32>(&run));
    let (wide, _) = trained(&run, &mut cpu::<f64>(&run));
    let losses =
        |rows: &[EpochRow]| -> Vec<f64> { rows.iter().map(|row| row.train.loss).collect() };
    for (narrow, wide) in losses(&narrow).into_iter().zip(losses(&wide)) {
        assert!((narrow - wide).abs() < 1e-4, "{narrow}, in f64 {wide}");
    }
    assert_ne!(losses(&wide)[0], losses(&wide)[2], "it learns");
}

/// Twice the samples take twice the numbers of a row, but for those of the last h, and no more.
#[test]
fn the_numbers_of_a_row_grow_as_its_samples_do() {
    let numbers = |samples| {
        let stack = of_recurrent_layers(2, samples);
        run(&stack.parameters(), &stack.dataset(12)).plan.row_elements()
    };
    let [short, long, longer] = [100, 200, 400].map(numbers);
    assert_eq!(longer - long, 2 * (long - short));
    // rnn, gru, lstm: z, what is saved, its gradient, and h, there and back.
    assert!(longer < 400 * 700, "{longer}");
}
