//! db[unit] = Σ over rows of delta[row, unit]. Twin of `shaders/bias_gradient.wgsl`.

use crate::math::Real;

/// The sum of the rows of `delta`, in their order.
pub(crate) fn bias_gradient<T: Real>(delta: &[T], gradient: &mut [T]) {
    gradient.fill(T::ZERO);
    for row in delta.chunks_exact(gradient.len()) {
        for (gradient, delta) in gradient.iter_mut().zip(row) {
            *gradient += *delta;
        }
    }
}
