//! From probabilities to predictions.

/// Whether a label of this probability, an f32, is predicted: above one half, where its logit is above 0 unless
/// the probability rounds to one half.
pub(crate) fn is_predicted(probability: f64) -> bool {
    probability > 0.5
}

/// The class of the highest probability, the first on a tie.
pub(crate) fn predicted(probabilities: impl IntoIterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (class, probability) in probabilities.into_iter().enumerate() {
        if probability > best.1 {
            best = (class, probability);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_goes_to_the_first_class() {
        assert_eq!(predicted([0.5, 0.5]), 0);
        assert_eq!(predicted([0.2, 0.4, 0.4]), 1);
    }
}
