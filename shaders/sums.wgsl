// Sums over the steps of an epoch, or over the blocks of an evaluation. Each step adds to them pairwise, so that they
// lose no digits, and in an order that does not depend on the submits. A slot has `length` sums in LEVELS levels,
// (level, sum): level n holds the sum of 2^n steps if bit n of the number of steps so far is 1. After the levels comes
// the number, from 1, of the first step whose first sum is not finite; 0 if there is none.
// The kernel declares `sums`.

const LEVELS = 32u;

fn slot_length(length: u32) -> u32 {
    return LEVELS * length + 1u;
}

// By the exponent's bits: a compiler may assume that NaN does not occur.
fn is_finite(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}
