//! dα = Σ over rows and units of da · min(z, 0). Twin of `shaders/prelu_gradient.wgsl`.

use crate::math::Real;

/// The gradient of PReLU's alpha from the gradient by a, before it is turned into that by z.
pub(crate) fn prelu_gradient<T: Real>(z: &[T], delta: &[T]) -> T {
    let mut sum = T::ZERO;
    for (&z, &delta) in z.iter().zip(delta) {
        sum += delta * z.min(T::ZERO);
    }
    sum
}
