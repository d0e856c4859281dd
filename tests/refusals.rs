//! What is refused once parameters and data meet, before anything is computed.

mod common;

use common::forecasts::{forecast, series, stacks};
use common::image_stacks::ImageStack;
use common::signals::Stack;
use common::{classes, mlp, parameters, values};
use gpu_mlp::rooms::data::{Dataset, Normalization, Split, SplitMode, Targets};
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::batch_norm::BatchNorm;
use gpu_mlp::rooms::network::layers::conv1d::Conv1d;
use gpu_mlp::rooms::network::layers::conv2d::Conv2d;
use gpu_mlp::rooms::network::layers::dense::Dense;
use gpu_mlp::rooms::network::layers::dropout::Dropout;
use gpu_mlp::rooms::network::layers::flatten::Flatten;
use gpu_mlp::rooms::network::layers::global_avgpool::GlobalAvgPool;
use gpu_mlp::rooms::network::layers::gru::Gru;
use gpu_mlp::rooms::network::layers::maxpool1d::MaxPool1d;
use gpu_mlp::rooms::network::layers::rnn::Rnn;
use gpu_mlp::rooms::plan::Padding;
use gpu_mlp::rooms::run::{ClassWeight, LayerStack, Parameters, Run};
use ndarray::{Array2, Array3, array};

/// Three classes, changed.
fn changed(change: impl FnOnce(&mut Dataset)) -> Dataset {
    let mut dataset = classes(30, 3, 3);
    change(&mut dataset);
    dataset
}

/// The message of the refusal; it has to be one of wrong input.
fn refusal(parameters: &Parameters, dataset: &Dataset) -> String {
    let error = Run::new(parameters, dataset).map(|_| ()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    error.to_string()
}

fn assert_says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
}

fn softmax() -> Parameters {
    parameters(&[3, 5, 3], &["relu", "softmax"])
}

fn linear() -> Parameters {
    parameters(&[3, 5, 2], &["relu", "linear"])
}

#[test]
fn sizes_that_do_not_fit_the_data() {
    let message = refusal(&softmax(), &classes(30, 4, 3));
    assert_says(&message, &["LAYER_SIZES", "[3, 5, 3]", "has to be 4"]);
    let message = refusal(&softmax(), &classes(30, 3, 2));
    assert_says(
        &message,
        &["LAYER_SIZES", "3 classes", "has 2 (labels 0, 1)", "one softmax output"],
    );
    let message = refusal(&linear(), &values(30, 3, 1));
    assert_says(&message, &["LAYER_SIZES", "layer 2 (dense)", "the shape (2)", "(1)"]);
}

#[test]
fn layers_that_make_no_sense() {
    let with = |layers: LayerStack| Parameters { layers, ..softmax() };
    let dataset = classes(30, 3, 3);
    let says = |layers, words: &[&str]| assert_says(&refusal(&with(layers), &dataset), words);
    says(mlp(&[3, 5, 3], &["softmax", "softmax"]), &["layer 1", "output layer only"]);
    says(mlp(&[3, 5, 1], &["relu", "softmax"]), &["layer 2", "sigmoid"]);
    says(mlp(&[3, 0, 3], &["relu", "softmax"]), &["layer 1", "0 units"]);
    says(mlp(&[3, 1 << 20, 1 << 20, 3], &["relu", "relu", "softmax"]), &["weights", "134217728"]);
    says(mlp(&[3, 5, 3], &["rleu", "softmax"]), &["layer 1", "did you mean relu?"]);
    says(mlp(&[3, 5, 3], &["x + * 2", "softmax"]), &["layer 1", "character 5", "^"]);
}

fn conv1d(kernel: usize, stride: usize, padding: Padding) -> Layer<String> {
    Layer::activated(Conv1d { stride, padding, ..Conv1d::new(4, kernel) }, "relu")
}

fn pool(size: usize, stride: usize) -> Layer<String> {
    Layer::plain(MaxPool1d { size, stride })
}

#[test]
fn stacks_that_do_not_fit_are_refused_with_the_layer_and_both_shapes() {
    let says = |layers: Vec<Layer<String>>, words: &[&str]| {
        let stack = Stack { channels: 2, samples: 10, classifies: true, layers };
        assert_says(&refusal(&stack.parameters(), &stack.dataset(12)), words);
    };
    let dense = || Layer::dense(3, "softmax");
    let none = Padding::Each(0);
    says(
        vec![conv1d(3, 1, none), pool(2, 2), conv1d(5, 1, none), dense()],
        &[
            "LAYERS: layer 3 (conv1d)",
            "kernels of (4, 4, 5)",
            "a signal of 4 padded to 4",
            "is (4, 4)",
        ],
    );
    says(
        vec![pool(4, 4), pool(3, 1), dense()],
        &["layer 2 (maxpool1d)", "windows of 3", "a signal of 2", "leave nothing", "(2, 2)"],
    );
    says(
        vec![conv1d(3, 1, none), Layer::plain(Flatten), conv1d(3, 1, none), dense()],
        &["layer 3 (conv1d)", "takes a signal", "is (32)"],
    );
    says(vec![dense(), pool(2, 2), dense()], &["layer 1 (dense)", "output layer only"]);
    says(vec![conv1d(3, 1, none)], &["layer 1 (conv1d)", "the last layer has to be dense"]);
    says(vec![conv1d(3, 1, Padding::Each(3)), dense()], &["padding of 3", "kernel of 3", "0 to 2"]);
    says(vec![conv1d(0, 1, Padding::Same), dense()], &["layer 1 (conv1d)", "a kernel of 0"]);
    says(vec![conv1d(1, 0, Padding::Same), dense()], &["layer 1 (conv1d)", "a stride of 0"]);
    says(vec![pool(0, 1), dense()], &["layer 1 (maxpool1d)", "windows of 0"]);
    says(
        vec![conv1d(3, 1, none), Layer::dense(4, "softmax")],
        &["LAYERS: layer 2 (dense)", "the shape (4)", "tells 4 classes apart", "has 3"],
    );
    let wide = |filters| {
        Layer::activated(Conv1d { padding: Padding::Same, ..Conv1d::new(filters, 3) }, "relu")
    };
    says(vec![wide(1 << 24), dense()], &["layer 1 (conv1d)", "filters 16777216", "1048576"]);
    says(
        vec![wide(1 << 15), wide(1 << 15), dense()],
        &["layer 2 (conv1d)", "(32768, 10)", "weights", "units or filters"],
    );
}

#[test]
fn layers_of_images_that_do_not_fit_are_refused_with_the_layer_and_both_shapes() {
    let says = |layers: Vec<Layer<String>>, words: &[&str]| {
        let stack = ImageStack { input: [2, 4, 5], layers };
        assert_says(&refusal(&stack.parameters(), &stack.dataset(12)), words);
    };
    let conv = |kernel| Layer::activated(Conv2d::new(3, kernel), "relu");
    let dense = || Layer::dense(3, "softmax");
    says(
        vec![conv([5, 2]), dense()],
        &["layer 1 (conv2d)", "kernels of (3, 2, 5, 2)", "an image of 4 x 5 padded to 4 x 5"],
    );
    says(
        vec![Layer::residual([conv([2, 2])], "relu"), dense()],
        &["layer 1 (residual)", "input of (2, 4, 5) to its layers' output of (3, 3, 4)", "same"],
    );
    says(
        vec![Layer::residual([Layer::plain(Flatten)], "relu"), dense()],
        &["layer 1 (residual)", "(2, 4, 5)", "(40)", "as many axes as it begins with"],
    );
    says(
        vec![Layer::residual([conv([1, 1]), conv([9, 1])], "relu"), dense()],
        &["layer 1 (residual) has a layer 2 (conv2d) inside it that has kernels of (3, 3, 9, 1)"],
    );
    says(
        vec![Layer::residual([Layer::dense(3, "softmax")], "relu"), dense()],
        &["layer 1 (residual) has a layer 1 (dense) inside it", "output layer only"],
    );
    says(vec![Layer::residual([], "relu"), dense()], &["layer 1 (residual)", "no layers inside"]);
    let dropout = |rate| Layer::plain(Dropout { rate });
    says(vec![dropout(1.0), dense()], &["layer 1 (dropout)", "a rate of 1", "below 1"]);
    let norm = BatchNorm { epsilon: 0.0, ..BatchNorm::default() };
    says(
        vec![Layer::activated(norm, "relu"), dense()],
        &["layer 1 (batch_norm)", "an epsilon of 0; allowed: above 0"],
    );
    let changed = |change: fn(&mut Conv2d)| {
        let mut conv = Conv2d::new(3, [3, 3]);
        change(&mut conv);
        vec![Layer::activated(conv, "relu"), dense()]
    };
    says(
        changed(|conv| conv.padding = [Padding::Same, Padding::Each(1)]),
        &["layer 1 (conv2d)", "\"same\" along one axis alone"],
    );
    says(
        changed(|conv| {
            (conv.padding, conv.dilation) = ([Padding::Each(0), Padding::Each(5)], [1, 2])
        }),
        &["a padding of 5 across for a kernel of 3 spread to 5", "allowed across: 0 to 4"],
    );
    says(
        changed(|conv| conv.dilation = [2, 1]),
        &["kernels of (3, 2, 3, 3) spread to 5 x 3, longer than an image of 4 x 5"],
    );
    says(
        vec![Layer::residual([conv([1, 1]), Layer::dense(3, "rleu")], "relu"), dense()],
        &["LAYERS, item 1, layer 2 inside it", "did you mean relu?"],
    );
    let global = || Layer::plain(GlobalAvgPool::default());
    says(
        vec![global(), global(), dense()],
        &["layer 2 (global_avgpool)", "takes a signal", "not (2)"],
    );
}

#[test]
fn rows_in_order_have_no_seed() {
    let ordered = softmax().split_mode(SplitMode::Ordered);
    let dataset = classes(30, 3, 3);
    let run = Run::new(&ordered, &dataset).unwrap();
    let rows = Split::ALL.map(|split| run.folds[0].rows(split).to_vec());
    assert_eq!(rows, [(0..21).collect::<Vec<u32>>(), (21..30).collect(), vec![]]);
    let message = refusal(&ordered.split_seed(3), &dataset);
    assert_says(
        &message,
        &["SPLIT_SEED: found 3", "SPLIT_MODE \"ordered\"", "leave one of them out"],
    );
}

#[test]
fn splits_of_groups_that_cannot_be_made() {
    let parameters = parameters(&[2, 5, 2], &["relu", "softmax"]).split_mode(SplitMode::Grouped);
    let says = |parameters: &Parameters, dataset: &Dataset, words: &[&str]| {
        assert_says(&refusal(parameters, dataset), words);
    };
    says(&parameters, &classes(20, 2, 2), &["SPLIT_MODE: found \"grouped\"", "give GROUPS"]);
    let one = classes(20, 2, 2).with_groups(vec![7; 20]).unwrap();
    says(&parameters, &one, &["1 group, fewer than the 2 splits", "give more groups"]);
    // Each class is a group of its own.
    let made = classes(20, 2, 2);
    let Targets::Integers(labels) = &made.targets else { panic!("{:?}", made.targets) };
    let labels = labels.iter().copied().collect();
    let of_class = made.with_groups(labels).unwrap();
    says(&parameters, &of_class, &["class 0 is in 1 group", "set STRATIFY to false"]);
    let [layers, ..] = stacks();
    let of_windows = forecast(layers).split_mode(SplitMode::Grouped);
    says(&of_windows, &series(), &["SPLIT_MODE: found \"grouped\", and windows"]);
}

#[test]
fn forecasts_that_cannot_be_made() {
    let [layers, ..] = stacks();
    let says = |parameters: &Parameters, dataset: &Dataset, words: &[&str]| {
        assert_says(&refusal(parameters, dataset), words);
    };
    let usual = || forecast(layers.clone());
    says(&usual().window(0), &series(), &["WINDOW: found 0; allowed: 1 or more"]);
    for horizons in [vec![], vec![0], vec![2, 2], vec![usize::MAX]] {
        says(&usual().horizons(horizons), &series(), &["HORIZON: found [", "each once"]);
    }
    let long = usual().window(58);
    says(
        &long,
        &series(),
        &["WINDOW", "a window of 58 rows and a target 3 rows after it take 61, and there are 60"],
    );
    let short = usual().horizons([1, 20]);
    says(
        &short,
        &series(),
        &["no validation window has all its targets among the 18", "they take 20"],
    );
    let shares = Parameters { split: [0.1, 0.9, 0.0], ..usual() };
    says(&shares, &series(), &["no train window", "among the 6 train rows"]);
    let classes = Parameters { layers: mlp(&[15, 2], &["softmax"]), ..usual() };
    says(&classes, &series(), &["WINDOW: forecasts values, and the network ends with softmax"]);
    let bounded = Parameters { layers: mlp(&[15, 2], &["tanh"]), ..usual() };
    says(&bounded, &series(), &["FORECAST", "which may be any number, and it ends with tanh"]);
    let outputs = Parameters { layers: mlp(&[15, 3], &["linear"]), ..usual() };
    says(&outputs, &series(), &["HORIZON: found 2 horizons", "3 units", "here 2"]);
    let image = vec![Layer::activated(Conv2d::new(2, [2, 2]), "relu"), Layer::dense(2, "linear")];
    let images = Parameters { layers: image.into(), ..usual() };
    says(&images, &series(), &["WINDOW: windows are signals", "the layers take images"]);
    let mut named = series();
    named.feature_names = Some(vec!["a".into(), "b".into()]);
    named.target_names = Some(vec!["b".into()]);
    says(&usual(), &named, &["WINDOW", "the name \"b\" in feature_names and in target_names"]);
    let grouped = Parameters { groups: Some("site".into()), ..usual() };
    says(&grouped, &series(), &["GROUPS: found \"site\"", "Dataset::with_groups"]);
    let small = series().with_groups((0..60).map(|row| row / 4).collect()).unwrap();
    says(&usual(), &small, &["no train window", "8 neighbouring rows of one group"]);
    assert!(series().with_groups(vec![1; 59]).is_err());
    let moments = series().with_lengths(vec![1; 60]).unwrap();
    says(&usual(), &moments, &["WINDOW", "series has an array lengths"]);
    let rows = of_signals();
    says(&usual(), &rows, &["WINDOW: a forecast takes rows of features", "[2, 3]"]);
}

fn of_signals() -> Dataset {
    Dataset::from_arrays("signals", Array3::zeros((30, 2, 3)).view(), vec![0.5; 30]).unwrap()
}

#[test]
fn recurrent_layers_that_do_not_fit_are_refused() {
    let says = |layers: Vec<Layer<String>>, words: &[&str]| {
        let stack = Stack { channels: 2, samples: 6, classifies: true, layers };
        assert_says(&refusal(&stack.parameters(), &stack.dataset(12)), words);
    };
    let dense = || Layer::dense(3, "softmax");
    let gru = || Layer::plain(Gru::new(4));
    let rnn = |activation: &str| vec![Layer::activated(Rnn::new(4), activation), dense()];
    says(vec![gru(), gru(), dense()], &["layer 2 (gru)", "\"return_sequences\": true", "is (4)"]);
    says(vec![Layer::plain(Flatten), gru(), dense()], &["layer 2 (gru)", "which flatten"]);
    says(vec![gru()], &["layer 1 (gru) is the last; the last layer has to be dense"]);
    says(vec![Layer::plain(Gru::new(0)), dense()], &["layer 1 (gru) has 0 units"]);
    says(rnn("softmax"), &["layer 1 (rnn) has softmax, which belongs in the output"]);
    says(rnn("prelu"), &["layer 1 (rnn) has the activation prelu", "allowed: one without"]);
    let image = ImageStack {
        input: [2, 4, 5],
        layers: vec![Layer::activated(Conv2d::new(3, [2, 2]), "relu"), gru(), dense()],
    };
    let words = ["layer 2 (gru) takes a signal of (channels, samples), and gets an image"];
    assert_says(&refusal(&image.parameters(), &image.dataset(12)), &words);
}

#[test]
fn the_last_layer_alone_may_leave_its_units_to_the_data() {
    let open = |activation: &str| Layer::activated(Dense { units: None, bias: true }, activation);
    let of = |layers: Vec<Layer<String>>| {
        Parameters::new(layers).learning_rate(0.1).max_epochs(1).batch_size(4)
    };
    let hidden = vec![open("relu"), Layer::dense(3, "softmax")];
    let words = ["layer 1 (dense)", "has no units", "the last layer alone"];
    assert_says(&refusal(&of(hidden), &classes(30, 3, 3)), &words);
    for (activation, dataset, units) in [
        ("softmax", classes(30, 3, 3), 3),
        ("sigmoid", classes(30, 3, 2), 1),
        ("linear", values(30, 3, 2), 2),
    ] {
        let mut parameters = of(vec![Layer::dense(4, "tanh"), open(activation)]);
        let run = Run::new(&parameters, &dataset).unwrap();
        assert_eq!(run.network.outputs(), units, "{activation}");
        parameters.settle(&run.network);
        let LayerStack::General(layers) = &parameters.layers else { panic!("a list of layers") };
        assert_eq!(layers[1].units(), Some(units), "{activation}");
    }
}

#[test]
fn batch_norm_of_features_is_refused_for_batches_of_one_row() {
    let norm = || Layer::activated(BatchNorm::default(), "relu");
    let of = |layers: Vec<Layer<String>>, batch_size| {
        Parameters::new(layers).learning_rate(0.1).max_epochs(1).batch_size(batch_size)
    };
    let dense = || Layer::dense(3, "softmax");
    let words = ["BATCH_SIZE: found 1", "layers.1.layers.0", "one value a channel", "layer_norm"];
    let inside = vec![Layer::dense(3, "tanh"), Layer::residual([norm()], "relu"), dense()];
    assert_says(&refusal(&of(inside.clone(), 1), &classes(30, 3, 3)), &words);
    assert!(Run::new(&of(inside, 2), &classes(30, 3, 3)).is_ok());
    // An image has a variance of its own.
    let stack = ImageStack { input: [2, 4, 5], layers: vec![norm(), dense()] };
    assert!(Run::new(&stack.parameters().batch_size(1), &stack.dataset(12)).is_ok());
}

#[test]
fn features_are_a_signal_of_one_channel_to_a_convolution() {
    let layers = vec![conv1d(3, 1, Padding::Same), Layer::dense(3, "softmax")];
    let stack = Stack { channels: 2, samples: 10, classifies: true, layers };
    let run = Run::new(&stack.parameters(), &classes(30, 7, 3)).unwrap();
    assert_eq!(run.network.input, [1, 7]);
    assert_eq!(run.network.shapes, [vec![4, 7], vec![3]]);
    // Scaled a channel at a time: all samples alike.
    let scaling = &run.folds[0].inputs;
    assert!(scaling.shift.iter().all(|shift| *shift == scaling.shift[0]));
    assert!(scaling.scale.iter().all(|scale| *scale == scaling.scale[0]));
}

#[test]
fn labels_that_are_no_classes() {
    let with = |targets| changed(|own| own.targets = targets);
    let mut fractional = Array2::from_shape_fn((30, 1), |(row, _)| (row % 3) as f64);
    fractional[[7, 0]] = 1.5;
    let message = refusal(&softmax(), &with(Targets::Reals(fractional)));
    assert_says(&message, &["1.5", "row 7", "whole numbers"]);
    let one_hot = Array2::from_shape_fn((30, 3), |(row, class)| i64::from(row % 3 == class));
    assert_says(&refusal(&softmax(), &with(Targets::Integers(one_hot))), &["3 columns", "argmax"]);
}

#[test]
fn whole_numbers_in_real_arrays_are_labels() {
    let whole = Array2::from_shape_fn((30, 1), |(row, _)| (row % 3) as f64 - 1.0);
    let dataset = changed(|own| own.targets = Targets::Reals(whole));
    assert_eq!(Run::new(&softmax(), &dataset).unwrap().labels, [-1, 0, 1]);
}

#[test]
fn a_class_with_fewer_rows_than_splits() {
    let mut labels = Array2::from_shape_fn((30, 1), |(row, _)| (row % 2) as i64);
    labels[[4, 0]] = 7;
    let dataset = changed(|own| own.targets = Targets::Integers(labels));
    let message = refusal(&softmax(), &dataset);
    assert_says(&message, &["class 7 has 1 row", "2 splits", "SPLIT"]);
}

#[test]
fn patience_that_has_nothing_to_watch_or_watches_the_wrong_thing() {
    let dataset = classes(30, 3, 3);
    let given = Parameters { r2_patience: Some(3), ..softmax() };
    assert_says(&refusal(&given, &dataset), &["R2_PATIENCE", "classification", "ACC_PATIENCE"]);
    let given = Parameters { accuracy_patience: Some(3), ..linear() };
    assert_says(
        &refusal(&given, &values(30, 3, 2)),
        &["ACC_PATIENCE", "regression", "R2_PATIENCE"],
    );
    let no_validation = Parameters { split: [1.0, 0.0, 0.0], ..softmax() };
    let given = Parameters { loss_patience: Some(3), ..no_validation };
    assert_says(&refusal(&given, &dataset), &["LOSS_PATIENCE", "no validation rows"]);
}

#[test]
fn scaled_targets_with_an_output_that_is_not_linear() {
    let given = Parameters {
        target_normalize: Some(Normalization::ZScore),
        ..parameters(&[3, 5, 2], &["relu", "tanh"])
    };
    assert_says(
        &refusal(&given, &values(30, 3, 2)),
        &["TARGET_NORMALIZE", "zscore", "tanh", "none"],
    );
}

#[test]
fn class_weights_that_do_not_fit() {
    let dataset = classes(30, 3, 3);
    let weighted = |weights: &[f64]| Parameters {
        class_weight: Some(ClassWeight::Each(weights.to_vec())),
        ..softmax()
    };
    assert_says(
        &refusal(&weighted(&[1.0, 2.0]), &dataset),
        &["CLASS_WEIGHT", "found 2", "3, one a class"],
    );
    let by_label = Parameters {
        class_weight: Some(ClassWeight::ByLabel(vec![(1, 2.0), (3, 5.0)])),
        ..softmax()
    };
    assert_says(
        &refusal(&by_label, &dataset),
        &["CLASS_WEIGHT", "the label 3", "allowed: 0, 1, 2"],
    );
    assert_says(&refusal(&weighted(&[3e38; 3]), &dataset), &["CLASS_WEIGHT", "3e38", "1e12"]);
    let given = Parameters { class_weight: Some(ClassWeight::Balanced), ..linear() };
    assert_says(
        &refusal(&given, &values(30, 3, 2)),
        &["CLASS_WEIGHT", "regression", "sample_weight"],
    );
}

#[test]
fn splits_whose_rows_all_weigh_nothing() {
    let dataset = classes(30, 3, 3);
    let free = Run::new(&softmax(), &dataset).unwrap();
    let validation = free.folds[0].rows(gpu_mlp::rooms::data::Split::Validation);
    let weights = (0..30).map(|row| f64::from(u8::from(!validation.contains(&row)))).collect();
    let dataset = dataset.with_sample_weight(weights).unwrap();
    assert_says(&refusal(&softmax(), &dataset), &["every validation row weighs 0"]);
}

#[test]
fn a_third_split_beside_the_archive_s_own() {
    let dataset = changed(|own| own.own_test = Some(20));
    let given = Parameters { split: [0.6, 0.2, 0.2], ..softmax() };
    assert_says(&refusal(&given, &dataset), &["SPLIT", "test split of its own", "two numbers"]);
}

#[test]
fn a_class_that_only_the_own_test_split_has() {
    let labels =
        Array2::from_shape_fn((30, 1), |(row, _)| if row < 20 { row as i64 % 2 } else { 2 });
    let targets = Targets::Integers(labels);
    let dataset = changed(|own| (own.own_test, own.targets) = (Some(20), targets));
    assert_says(&refusal(&softmax(), &dataset), &["class 2", "test part only"]);
}

#[test]
fn values_that_f32_can_not_hold() {
    let mut dataset = classes(30, 3, 3);
    dataset.inputs.reals_mut().column_mut(1).mapv_inplace(|x| x * 1e-42);
    assert_says(&refusal(&softmax(), &dataset), &["X", "column 1", "f32", "rescale"]);
    let given = Parameters { normalize: Normalization::None, ..softmax() };
    let mut dataset = classes(30, 3, 3);
    dataset.inputs.reals_mut()[[5, 2]] = 1e39;
    assert_says(&refusal(&given, &dataset), &["X", "row 5, column 2", "1e39"]);
}

#[test]
fn too_few_rows_to_split() {
    let x = array![[1.0], [2.0]].into_dyn();
    let y = Targets::Integers(array![[0], [1]]);
    let dataset = Dataset::from_arrays("two rows", x.view(), y).unwrap();
    let message = refusal(&parameters(&[1, 2], &["softmax"]), &dataset);
    assert_says(&message, &["two rows", "class 0 has 1 row"]);
}

/// The confusion alone would take terabytes.
#[cfg(target_os = "linux")]
#[test]
fn more_classes_than_a_confusion_has_room_for() {
    let classes = 1_000_000;
    let rows = 2 * classes;
    let x = Array2::from_shape_fn((rows, 1), |(row, _)| row as f64).into_dyn();
    let y = Targets::Integers(Array2::from_shape_fn((rows, 1), |(row, _)| (row % classes) as i64));
    let dataset = Dataset::from_arrays("labels", x.view(), y).unwrap();
    let given = Parameters { stratify: false, ..parameters(&[1, classes], &["softmax"]) };
    let run = Run::new(&given, &dataset).unwrap();
    let error = gpu_mlp::rooms::cpu::Cpu::<f32>::check_memory(&run).unwrap_err().to_string();
    assert_says(&error, &["cpu: ", "bytes", "are available"]);
}
