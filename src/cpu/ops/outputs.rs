//! What a recurrence gives to the layers behind it.

use crate::math::Real;
use crate::plan::{Recurrence, View};

/// Where h goes.
#[derive(Clone, Copy)]
pub(crate) struct Out {
    /// The part of a buffer, and the elements per row of the buffer.
    pub view: View,
    pub row_len: usize,
}

impl Out {
    /// Writes h of a time step, or of the last, to all rows; 0 at a time step that a row does not have.
    pub fn give<T: Real>(
        self,
        recurrence: &Recurrence,
        (t, lengths): (Option<usize>, Option<&[u32]>),
        state: &[T],
        h: &mut [T],
    ) {
        let units = recurrence.units;
        let first = self.view.offset + t.unwrap_or(0) * self.view.stride(self.row_len);
        for (i, state) in state.chunks_exact(recurrence.cell.states() * units).enumerate() {
            let h = &mut h[i * self.row_len + first..][..units];
            match (t, lengths) {
                (Some(t), Some(lengths)) if t >= lengths[i] as usize => h.fill(T::ZERO),
                _ => h.copy_from_slice(&state[..units]),
            }
        }
    }
}
