//! Bounds on the data gradient: by its L2 norm or by component. Twin of `shaders/clip.wgsl`.

use crate::math::Real;
use crate::run::Clip;

/// What the update does to each component of the gradient first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Clipping<T> {
    /// Nothing.
    Off,
    /// g · scale
    Scale(T),
    /// g between ± bound; NaN stays NaN.
    Bound(T),
}

impl<T: Real> Clipping<T> {
    /// The clipping of this gradient; by norm, min(1, c / |g|), the squares summed in f64 in order.
    pub fn of(clip: Option<Clip>, gradient: &[T]) -> Self {
        match clip {
            None => Clipping::Off,
            Some(Clip::Value(bound)) => Clipping::Bound(T::from_f64(bound)),
            Some(Clip::Norm(bound)) => {
                let norm = sum_of_squares(gradient).sqrt();
                if norm > bound {
                    Clipping::Scale(T::from_f64(bound / norm))
                } else {
                    Clipping::Off
                }
            }
        }
    }

    /// The clipped component.
    #[inline(always)]
    pub fn apply(self, g: T) -> T {
        match self {
            Clipping::Off => g,
            Clipping::Scale(scale) => g * scale,
            Clipping::Bound(bound) if g > bound => bound,
            Clipping::Bound(bound) if g < -bound => -bound,
            Clipping::Bound(_) => g,
        }
    }
}

/// Eight running sums rather than one, so that the loop vectorises; their order is fixed.
fn sum_of_squares<T: Real>(gradient: &[T]) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = gradient.chunks_exact(8);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (sum, g) in sums.iter_mut().zip(chunk) {
            *sum += g.to_f64() * g.to_f64();
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|g| g.to_f64() * g.to_f64()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_norm_above_the_bound_is_scaled_to_it() {
        let gradient = [3.0f64, 4.0];
        assert_eq!(Clipping::of(Some(Clip::Norm(5.0)), &gradient), Clipping::Off);
        assert_eq!(Clipping::of(Some(Clip::Norm(2.5)), &gradient), Clipping::Scale(0.5));
    }

    #[test]
    fn a_component_is_bounded_and_nan_is_not_hidden() {
        let clip = Clipping::of(Some(Clip::Value(2.0)), &[0.0f32]);
        assert_eq!([3.0, -3.0, 1.0].map(|g| clip.apply(g)), [2.0, -2.0, 1.0]);
        assert!(clip.apply(f32::NAN).is_nan());
    }
}
