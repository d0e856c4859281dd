// The order of an epoch, a bijection of the indices for each (seed, epoch): the swap-or-not shuffle. The twin of
// src/data/order.rs, which says why. Prepended to `batch.wgsl`, after `random.wgsl`.

const ROUNDS = 24u;

fn coin(word: u32) -> bool {
    let x = word * 0x7feb352du;
    return (((x ^ (x >> 15u)) * 0x846ca68bu) >> 31u) == 1u;
}

// The row at `index` of the epoch, of `rows` rows.
fn order(seed_low: u32, seed_high: u32, epoch: u32, rows: u32, index: u32) -> u32 {
    let base = mix(seed_low ^ mix(seed_high ^ mix(epoch)));
    var row = index;
    for (var round = 0u; round < ROUNDS; round++) {
        let offset = mix(base + 2u * round) % rows;
        let flip = mix(base + 2u * round + 1u);
        let partner = offset + select(rows, 0u, row <= offset) - row;
        row = select(row, partner, coin(max(row, partner) ^ flip));
    }
    return row;
}
