//! An optimizer: a function of a weight.

/// One step of an optimizer that keeps `SLOTS` values for each weight. Twin of `moved` in `shaders/`.
pub(crate) trait Moves<T, const SLOTS: usize>: Copy {
    /// A weight and its slots after the step, from those before it and g = clip(gradient) + decay · w.
    fn moved(self, w: T, g: T, slots: [T; SLOTS]) -> (T, [T; SLOTS]);
}
