//! The shape of a row as the network takes it: features, a signal (channels, samples), or an image (channels, height,
//! width).

use super::layers::{Kind, Layer};
use crate::error::{Error, Result};

/// The number of axes of the rows that the layers take, 2 for signals and 3 for images; None where they are features.
///
/// The first layer that asks for a number decides. Layers that take any rows ask for none; after one that flattens them
/// nothing is a signal or an image any more.
pub fn axes_of<A>(layers: &[Layer<A>]) -> Option<usize> {
    deciding(layers).map(|(_, axes)| axes)
}

/// The index of the layer that decides, or that has it inside it, and the number of axes.
fn deciding<A>(layers: &[Layer<A>]) -> Option<(usize, usize)> {
    let all = layers.iter().enumerate();
    let all =
        all.flat_map(|(index, outer)| outer.with_inner().into_iter().map(move |l| (index, l)));
    for (index, layer) in all {
        match (&layer.kind, layer.kind.axes()) {
            (Kind::Dense(_) | Kind::Flatten(_), _) => return None,
            (_, Some(axes)) => return Some((index, axes)),
            (_, None) => {}
        }
    }
    None
}

/// A row of this shape as the layers take it: with an axis of one channel where they take one axis more. Features before
/// layers of images are refused.
pub(super) fn with_channels<A>(row: &[usize], layers: &[Layer<A>]) -> Result<Vec<usize>> {
    match deciding(layers) {
        Some((_, axes)) if axes == row.len() + 1 => Ok([&[1], row].concat()),
        Some((index, axes)) if axes > row.len() => {
            let features: usize = row.iter().product();
            Err(Error::input(format!(
                "layer {} ({}) takes an image of (channels, height, width), and a row is {features} features; give \
                 INPUT_SHAPE, for example {:?}",
                index + 1,
                layers[index].name(),
                image_of(features)
            )))
        }
        Some(_) | None => Ok(row.to_vec()),
    }
}

/// The shape of an image of so many elements, as an example: a square of 1 or 3 channels, else a line.
fn image_of(elements: usize) -> [usize; 3] {
    let squares = [1, 3].map(|channels| [channels, (elements / channels).isqrt()]);
    let square = squares.into_iter().find(|[channels, side]| channels * side * side == elements);
    square.map_or([1, 1, elements], |[channels, side]| [channels, side, side])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::layers::avgpool1d::AvgPool1d;
    use crate::network::layers::avgpool2d::AvgPool2d;
    use crate::network::layers::flatten::Flatten;

    fn signals() -> Layer {
        Layer::plain(AvgPool1d { size: 2, stride: 2 })
    }

    fn images() -> Layer {
        Layer::plain(AvgPool2d { size: [2; 2], stride: [2; 2] })
    }

    fn dense() -> Layer {
        Layer::dense(2, crate::network::Activation::Linear)
    }

    #[test]
    fn the_first_layer_that_asks_tells_images_from_signals() {
        assert_eq!(with_channels(&[8, 6], &[images(), dense()]), Ok(vec![1, 8, 6]));
        assert_eq!(with_channels(&[8, 6], &[signals(), images()]), Ok(vec![8, 6]));
        assert_eq!(with_channels(&[8, 6], &[dense()]), Ok(vec![8, 6]));
        assert_eq!(with_channels(&[8], &[signals(), dense()]), Ok(vec![1, 8]));
        assert_eq!(with_channels(&[3, 8, 6], &[images(), dense()]), Ok(vec![3, 8, 6]));
    }

    #[test]
    fn nothing_is_an_image_after_it_is_flattened() {
        let flatten = || Layer::plain(Flatten);
        assert_eq!(with_channels(&[8, 6], &[flatten(), images()]), Ok(vec![8, 6]));
        assert_eq!(with_channels(&[8], &[dense(), images()]), Ok(vec![8]));
        assert_eq!(axes_of(&[flatten(), signals()]), None);
    }

    #[test]
    fn features_are_no_image_without_a_shape() {
        for (features, example) in [(64, "[1, 8, 8]"), (48, "[3, 4, 4]"), (10, "[1, 1, 10]")] {
            let error = with_channels(&[features], &[images(), dense()]).unwrap_err().to_string();
            assert!(error.contains("layer 1 (avgpool2d) takes an image"), "{error}");
            assert!(error.contains(&format!("{features} features; give INPUT_SHAPE")), "{error}");
            assert!(error.ends_with(example), "{error}");
        }
    }
}
