//! The loss of a batch whose exponentials are taken all at once.

use super::dispatch::InstructionSet;
use crate::math::Real;

/// [`crate::cpu::softmax_cross_entropy`], the same numbers: loss = ln Σ_j e^(z[j]) - z[true], delta =
/// (softmax(z) - y) · weight · gradient scale; `z` and `delta` are (rows, classes).
pub(super) fn softmax_cross_entropy(
    instructions: InstructionSet,
    z: &[f32],
    truth: &[u32],
    weights: &[f32],
    gradient_scale: f32,
    losses: &mut [f32],
    delta: &mut [f32],
) {
    let classes = z.len() / truth.len();
    let rows = || z.chunks_exact(classes);
    for ((z, delta), loss) in rows().zip(delta.chunks_exact_mut(classes)).zip(losses.iter_mut()) {
        let maximum = z.iter().fold(z[0], |m, &z| Real::max(m, z));
        delta.iter_mut().zip(z).for_each(|(delta, z)| *delta = z - maximum);
        *loss = maximum;
    }
    instructions.exponentials(delta);
    let deltas = delta.chunks_exact_mut(classes);
    for (((z, delta), loss), (&truth, &weight)) in
        rows().zip(deltas).zip(losses).zip(truth.iter().zip(weights))
    {
        let truth = truth as usize;
        let mut sum = 0.0;
        delta.iter().for_each(|exponential| sum += exponential);
        *loss = Real::ln(sum) + (*loss - z[truth]);
        let scale = weight * gradient_scale;
        delta.iter_mut().for_each(|delta| *delta /= sum);
        delta[truth] -= 1.0;
        // A row that weighs nothing pulls at nothing, whatever its delta.
        let scaled = |delta: f32| if weight > 0.0 { delta * scale } else { 0.0 };
        delta.iter_mut().for_each(|delta| *delta = scaled(*delta));
    }
}
