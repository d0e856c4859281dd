//! The shapes of rows.

/// The channels, and the height and width, of an image.
pub(super) fn image(shape: &[usize]) -> Result<(usize, [usize; 2]), String> {
    match shape {
        [channels, height, width] => Ok((*channels, [*height, *width])),
        [_, _] => Err("takes an image of (channels, height, width), and gets a signal".into()),
        _ => Err("takes an image of (channels, height, width), which flatten and dense end".into()),
    }
}

/// The channels and the samples of a signal.
pub(super) fn signal(shape: &[usize]) -> Result<(usize, usize), String> {
    match shape {
        [channels, samples] => Ok((*channels, *samples)),
        [_, _, _] => Err("takes a signal of (channels, samples), and gets an image".into()),
        _ => Err("takes a signal of (channels, samples), which flatten, dense, global pools and recurrent layers \
                  without \"return_sequences\": true end"
            .into()),
    }
}

/// `(16, 75)`: a shape as Python writes it.
pub fn shape_text(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("({})", sizes.join(", "))
}
