// The sizes of a normalisation, and the mean and scale of its elements. Prepended to kernels that read statistics.

struct Parameters {
    capacity: u32,
    channels: u32,
    positions: u32,
    // Where the weight and the bias begin in the weights of a replica, and the number of weights per replica; 0 where the
    // kernel reads none.
    weight: u32,
    bias: u32,
    weights: u32,
    // Elements per row of the statistics.
    statistics: u32,
}

// Whether statistics are those of the channels of a position, (replica, capacity, 2, positions); else those of a batch,
// (replica, 2, channels), with the number of values behind them where rows have lengths.
override OVER_CHANNELS: bool = false;
override ADDS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// Means, then scales.
@group(1) @binding(1) var<storage, read> statistics: array<f32>;

// The mean and the scale of element p of channel c of row i.
fn mean_and_scale(replica: u32, i: u32, c: u32, p: u32) -> vec2<f32> {
    let of_row = (replica * parameters.capacity + i) * parameters.statistics + p;
    let of_batch = replica * parameters.statistics + c;
    let at = select(of_batch, of_row, OVER_CHANNELS);
    let other = at + select(parameters.channels, parameters.positions, OVER_CHANNELS);
    return vec2(statistics[at], statistics[other]);
}
