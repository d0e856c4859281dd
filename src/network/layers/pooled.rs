//! What pools share: their windows, and the operation of those that average.

use crate::network::lowering::{Lowering, Site};
use crate::plan::access::Mode;
use crate::plan::ops::average_pool::AveragePool;
use crate::plan::{Axis, BufferId, Padding, Windows};

/// The windows of a pool over a signal; the error says why such a signal can't be pooled so.
pub(super) fn pooled_signal(
    channels: usize,
    samples: usize,
    size: usize,
    stride: usize,
) -> Result<Windows, String> {
    let axis = Axis::new(samples, size, stride, 1, Padding::Each(0)).map_err(|_| {
        format!(
            "has windows of {size}, longer than a signal of {samples}, and would leave nothing; use a \
             smaller size"
        )
    })?;
    Ok(Windows::of_signal(channels, channels, axis))
}

/// The windows of a pool over an image; the error says why such an image can't be pooled so.
pub(super) fn pooled_image(
    channels: usize,
    input: [usize; 2],
    size: [usize; 2],
    stride: [usize; 2],
) -> Result<Windows, String> {
    let axis = |i: usize| Axis::new(input[i], size[i], stride[i], 1, Padding::Each(0));
    match (axis(0), axis(1)) {
        (Ok(vertical), Ok(horizontal)) => {
            Ok(Windows { channels, filters: channels, axes: [vertical, horizontal] })
        }
        _ => Err(format!(
            "has windows of {} x {}, longer than an image of {} x {}, and would leave nothing; use a \
             smaller size",
            size[0], size[1], input[0], input[1]
        )),
    }
}

/// The mean of each window; where it is left.
pub(super) fn average(
    lowering: &mut Lowering,
    site: &Site,
    windows: Windows,
    shape: Vec<usize>,
) -> BufferId {
    let to = lowering.buffer(&format!("a{}", site.index + 1), shape);
    let (from, mode) = (site.x, Mode::Set);
    lowering.training.push(AveragePool { windows, from, to, transposed: false, mode }.into());
    to
}
