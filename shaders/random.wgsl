// Random words without a state, functions of (seed, epoch, stream, index of a row in its epoch, element). The twin of
// src/data/random.rs, which says more. Prepended to kernels that draw, and to `order.wgsl`.

fn mix(word: u32) -> u32 {
    var x = word;
    x ^= x >> 16u;
    x *= 0x7feb352du;
    x ^= x >> 15u;
    x *= 0x846ca68bu;
    return x ^ (x >> 16u);
}

// The two keys of the row at `index` of the epoch, for one stream.
fn random_row(seed_low: u32, seed_high: u32, epoch: u32, stream: u32, index: u32) -> vec2<u32> {
    let base = mix(seed_low ^ mix(seed_high ^ mix(epoch))) ^ mix(~stream);
    return vec2(mix(mix(base) ^ index), mix(mix(~base) + index));
}

// A word of a row: any of 2^32 with the same chance.
fn random_word(row: vec2<u32>, element: u32) -> u32 {
    return mix(mix(element + row.x) ^ row.y);
}

// A whole number below `count`, of at most 16 bits, from a word: the upper half of their product.
fn below(word: u32, count: u32) -> u32 {
    return ((word >> 16u) * count + (((word & 0xffffu) * count) >> 16u)) >> 16u;
}
