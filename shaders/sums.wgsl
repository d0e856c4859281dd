// Sums over the steps of an epoch, or over the blocks of an evaluation, made on the device as the steps come: pairwise,
// so that they lose no digits, and in an order that does not depend on how steps are cut into submits. A slot has
// `length` sums in LEVELS levels, (level, sum): level n holds the sum of 2^n steps where bit n of the number of steps
// so far is 1. Behind them is the first step, from 1, whose first sum was not finite; 0 without one.
// The kernel declares `sums`.

const LEVELS = 32u;

fn slot_length(length: u32) -> u32 {
    return LEVELS * length + 1u;
}

// By the exponent's bits: a shader may take it that NaN does not occur.
fn is_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}
