//! The front door of the library, as its users have it: arrays in, models out.

use std::sync::atomic::{AtomicBool, Ordering};

use gpu_mlp::layers::{
    AvgPool1d, AvgPool2d, BatchNorm, Conv1d, Conv2d, Dense, Dropout, Flatten, GlobalAvgPool,
    GlobalMaxPool, LayerNorm, MaxPool1d, MaxPool2d, Padding,
};
use gpu_mlp::{
    Clip, Dataset, ErrorKind, Layer, Model, Optimizer, Parameters, Place, RateSchedule, Stop,
    Targets, Trainer,
};
use ndarray::{Array, Array2, Array3, Array4, Dimension, array};

/// Three classes of four features.
fn flowers() -> Dataset {
    Dataset::read("datasets/iris.npz").unwrap()
}

fn parameters() -> Parameters {
    let layers = [Layer::dense(8, "tanh"), Layer::dense(3, "softmax")];
    Parameters::new(layers).learning_rate(0.05).max_epochs(20).batch_size(10)
}

#[test]
fn slices_arrays_and_files_are_one_data_set() {
    let values = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]];
    let array = ndarray::arr2(&values);
    let classes = vec![0i64, 1, 0, 1];
    let from_array = Dataset::from_arrays("own", array.view(), classes.clone()).unwrap();
    let from_slices = Dataset::from_slices("own", values.as_flattened(), 2, classes).unwrap();
    assert_eq!(from_array, from_slices);
    assert_eq!(from_array.targets, Targets::Integers(array![[0], [1], [0], [1]]));
    let reals = Dataset::from_arrays("own", array.view(), array.row(0).to_vec());
    assert!(
        reals.unwrap_err().to_string().starts_with("own: array X has 4 rows but array y has 2")
    );
    let cut = Dataset::from_slices("own", &values.as_flattened()[1..], 2, vec![0i64; 4]);
    let message = cut.unwrap_err().to_string();
    assert!(message.starts_with("own: 7 inputs are no rows of 2 features"), "{message}");
}

#[test]
fn a_model_predicts_and_keeps_its_bits_in_a_file() {
    let dataset = flowers();
    let model = Trainer::new(&parameters(), &dataset).unwrap().fit().unwrap();
    let labels = model.predict_labels(dataset.inputs.to_reals().view()).unwrap();
    let Targets::Integers(truth) = &dataset.targets else { panic!("classes") };
    let right = labels.iter().zip(truth).filter(|(label, truth)| label == truth).count();
    assert!(right > 135, "{right} of 150");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("iris.safetensors");
    model.save(&path).unwrap();
    let read = Model::read(&path).unwrap();
    assert_eq!(read.to_bytes(), model.to_bytes());
    assert_eq!(
        read.predict(dataset.inputs.to_reals().view()),
        model.predict(dataset.inputs.to_reals().view())
    );
}

/// The probabilities of a network of these layers, and three classes after them, for its own rows.
fn trained_on<D: Dimension>(x: &Array<f64, D>, mut layers: Vec<Layer<String>>) -> Array2<f64> {
    let classes: Vec<i64> = (0..x.shape()[0] as i64).map(|row| row % 3).collect();
    let dataset = Dataset::from_arrays("made", x.view(), classes).unwrap();
    layers.push(Layer::activated(Dense { units: Some(3), bias: false }, "softmax"));
    let parameters = Parameters::new(layers).learning_rate(0.05).max_epochs(2).batch_size(8);
    Trainer::new(&parameters, &dataset).unwrap().fit().unwrap().predict(x.view()).unwrap()
}

#[test]
fn networks_have_every_layer() {
    let branch = [
        Layer::activated(Conv2d { padding: [Padding::Same; 2], ..Conv2d::new(4, [3, 2]) }, "relu"),
        Layer::activated(BatchNorm::default(), "linear"),
        Layer::plain(Dropout { rate: 0.25 }),
    ];
    let layers = vec![
        Layer::residual(branch, "relu"),
        Layer::plain(MaxPool2d { size: [2, 2], stride: [1, 2] }),
        Layer::plain(AvgPool2d { size: [2, 1], stride: [2, 1] }),
        Layer::plain(LayerNorm { epsilon: 1e-3 }),
        Layer::plain(GlobalAvgPool::default()),
    ];
    let images =
        Array4::from_shape_fn((30, 2, 6, 8), |(i, c, h, w)| ((i + c * h + w) as f64).sin());
    assert_eq!(trained_on(&images, layers).dim(), (30, 3));
    let layers = vec![
        Layer::activated(Conv1d { dilation: 2, bias: false, ..Conv1d::new(4, 3) }, "tanh"),
        Layer::plain(MaxPool1d { size: 2, stride: 2 }),
        Layer::plain(AvgPool1d { size: 2, stride: 1 }),
        Layer::plain(GlobalMaxPool::default()),
        Layer::plain(Flatten),
    ];
    let signals = Array3::from_shape_fn((30, 2, 16), |(i, c, t)| ((i + c * t) as f64).sin());
    assert_eq!(trained_on(&signals, layers).dim(), (30, 3));
}

#[test]
fn rows_that_are_none_of_the_model_s_are_refused() {
    let model = Trainer::new(&parameters(), &flowers()).unwrap().fit().unwrap();
    let error = model.predict(Array2::zeros((2, 5)).view()).unwrap_err();
    assert_eq!(error.to_string(), "rows of the shape [2, 5]; the model takes (rows, 4)");
    let error = model.predict(Array3::zeros((2, 2, 2)).view()).unwrap_err();
    assert_eq!(error.to_string(), "rows of the shape [2, 2, 2]; the model takes (rows, 4)");
    assert_eq!(model.predict(Array2::zeros((0, 4)).view()).unwrap().dim(), (0, 3));
    let values = Dataset::from_arrays("v", Array2::eye(4).view(), vec![1.0, 2.0, 3.0, 4.0]);
    let parameters = Parameters::new([Layer::dense(1, "linear")]);
    let model = Trainer::new(&parameters, &values.unwrap()).unwrap().fit().unwrap();
    let error = model.predict_labels(Array2::eye(4).view()).unwrap_err();
    assert_eq!(error.to_string(), "the model's task is regression; use predict");
}

#[test]
fn wrong_parameters_are_refused_as_those_of_a_file_are() {
    let refused = |parameters: Parameters| {
        let error = Trainer::new(&parameters, &flowers()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Input);
        (error.place.first().cloned(), error.to_string())
    };
    let key = |name: &str| Some(Place::Whole(name.into()));
    let momentum = Optimizer::Momentum { momentum: f64::NAN };
    let falling_to = |floor| parameters().rate_schedule(RateSchedule::Cosine { floor });
    for (parameters, place, words) in [
        (parameters().learning_rate(-1.0), "LR", "LR: found -1.0; allowed: a number above 0"),
        (parameters().batch_size(0), "BATCH_SIZE", "BATCH_SIZE: found 0; allowed"),
        (parameters().learning_rate(f64::NAN), "LR", "LR: found NaN; allowed: a number above 0"),
        (parameters().l2(f64::INFINITY), "L2", "L2: found inf; allowed: a number of 0 or more"),
        (parameters().clip(Clip::Norm(f64::NAN)), "GRAD_CLIP", "GRAD_CLIP: found NaN; allowed: "),
        (parameters().optimizer(momentum), "MOMENTUM", "MOMENTUM: found NaN; allowed: "),
        (parameters().split([0.5, 0.2, 0.2]), "SPLIT", "SPLIT: found [0.5,0.2,0.2]"),
        (parameters().r2_patience(3), "R2_PATIENCE", "R2_PATIENCE: the task is classification"),
        (parameters().loss("huber(0)"), "LOSS", "LOSS: "),
        (
            falling_to(1.0),
            "LR_SCHEDULE",
            "LR_SCHEDULE: found \"cosine(1)\", whose floor is above LR",
        ),
        (
            falling_to(-1.0),
            "LR_SCHEDULE",
            "LR_SCHEDULE: found \"cosine(-1)\", whose floor is not 0",
        ),
        (falling_to(f64::NAN), "LR_SCHEDULE", "LR_SCHEDULE: found NaN; allowed: \"constant\""),
    ] {
        let (found, message) = refused(parameters);
        assert_eq!(found, key(place), "{message}");
        assert!(message.starts_with(words), "{message}");
    }
    let layers = [Layer::dense(4, "rellu"), Layer::dense(3, "softmax")];
    let (_, message) = refused(Parameters::new(layers));
    assert!(message.contains("did you mean relu?"), "{message}");
}

#[test]
fn a_run_is_watched_and_stopped() {
    let enough = AtomicBool::new(false);
    let mut epochs = vec![];
    let told = |epoch: &gpu_mlp::EpochRow| {
        epochs.push(epoch.epoch);
        enough.store(epoch.epoch == 4, Ordering::Relaxed);
    };
    let dataset = flowers();
    let mut trainer = Trainer::new(&parameters(), &dataset).unwrap().device("cpu");
    trainer = trainer.stop_when(&enough).on_epoch(told);
    let model = trainer.fit().unwrap();
    let outcome = trainer.outcome().unwrap().replicas[0].clone();
    drop(trainer);
    assert_eq!(epochs, [1, 2, 3, 4]);
    assert_eq!((outcome.stop, outcome.epochs), (Stop::Interrupted, 4));
    assert_eq!(Some(model.best_epoch), outcome.best_epoch);
}

#[test]
fn many_seeds_are_their_single_runs() {
    let dataset = flowers();
    let given = parameters().split([0.6, 0.2, 0.2]).split_seed(3);
    let trainer = Trainer::new(&given, &dataset).unwrap().device("cpu");
    let models = trainer.seeds([42, 7]).unwrap().fit_all().unwrap();
    assert_eq!(models.len(), 2);
    for (model, seed) in models.iter().zip([42, 7]) {
        let own = given.clone().random_seed(seed);
        let alone = Trainer::new(&own, &dataset).unwrap().device("cpu").fit().unwrap();
        assert_eq!(model.tensors, alone.tensors, "seed {seed}");
        let text = model.parameters.as_ref().unwrap().get();
        assert!(text.contains(&format!("\"RANDOM_SEED\":{seed},\"SPLIT_SEED\":3,")), "{text}");
    }
    assert_ne!(models[0].tensors, models[1].tensors);
}

/// One that diverges takes nothing from the others.
#[test]
fn what_was_reached_is_kept_where_a_network_fails() {
    let layers = [Layer::dense(8, "relu"), Layer::dense(3, "softmax")];
    let given = Parameters::new(layers).learning_rate(0.05).max_epochs(3);
    let stopped = AtomicBool::new(true);
    let dataset = flowers();
    let mut trainer = Trainer::new(&given, &dataset).unwrap().device("cpu").stop_when(&stopped);
    let error = trainer.fit().unwrap_err();
    assert_eq!(error.to_string(), "seed 42: stopped before its first epoch ended");
    assert!(matches!(trainer.reached(), [None]));
    assert_eq!(trainer.outcome().unwrap().replicas[0].stop, Stop::Interrupted);
    stopped.store(false, Ordering::Relaxed);
    trainer.fit().unwrap();
    assert!(trainer.reached()[0].is_some());
    // The device is the caller's to choose, again and again.
    trainer.device("auto").fit().unwrap();
}

#[test]
fn a_network_that_learns_nothing_finite_is_an_error_that_says_what_to_do() {
    let layers = [Layer::dense(8, "linear"), Layer::dense(3, "softmax")];
    let given = Parameters::new(layers).learning_rate(1e30).optimizer(Optimizer::Sgd);
    let error = Trainer::new(&given, &flowers()).unwrap().device("cpu").fit().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Failed);
    assert!(error.to_string().contains("lower the learning rate"), "{error}");
}

#[test]
fn a_device_that_is_not_there_is_refused() {
    let trainer = Trainer::new(&parameters(), &flowers()).unwrap();
    let error = trainer.device("no such card").fit().unwrap_err();
    assert!(
        error.to_string().starts_with("DEVICE: found \"no such card\"; allowed: auto, "),
        "{error}"
    );
}
