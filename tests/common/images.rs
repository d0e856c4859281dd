//! Small images in bytes or in real numbers, and networks on them.

use gpu_mlp::rooms::data::{Dataset, Targets};
use gpu_mlp::rooms::network::Layer;
use gpu_mlp::rooms::network::layers::avgpool2d::AvgPool2d;
use gpu_mlp::rooms::run::{Augment, Flip, Parameters, Shift};
use ndarray::{Array2, Array4};

const ROWS: usize = 60;

/// Images of 2 channels of 3 x 5, whole numbers from 0 to 255, and one of three classes.
pub fn images() -> Dataset {
    let x = Array4::from_shape_fn((ROWS, 2, 3, 5), |(row, channel, line, column)| {
        ((row * 37 + channel * 91 + line * 53 + column * 29 + row % 3 * 60) % 256) as f64
    });
    let y = Array2::from_shape_fn((ROWS, 1), |(row, _)| (row % 3) as i64);
    Dataset::from_arrays("images", x.view(), Targets::Integers(y)).unwrap()
}

/// The same numbers in bytes.
pub fn in_bytes(dataset: &Dataset) -> Dataset {
    let mut bytes = dataset.clone();
    bytes.inputs = dataset.inputs.to_reals().mapv(|value| value as u8).into();
    bytes
}

/// A pool and two dense layers, six epochs in batches of 8.
pub fn of_images() -> Parameters {
    let pool = Layer::plain(AvgPool2d { size: [1, 2], stride: [1, 2] });
    let layers = [pool, Layer::dense(6, "tanh"), Layer::dense(3, "softmax")];
    Parameters::new(layers).learning_rate(0.02).max_epochs(6).batch_size(8)
}

/// The same, whose rows are moved up to a line up or down, and two across, and flipped.
pub fn of_moved_images() -> Parameters {
    let shift = Some(Shift::Pair([1, 2]));
    of_images().augment(Augment { shift, flip: Some(Flip::Both) })
}
