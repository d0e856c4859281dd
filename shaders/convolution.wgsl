// What the kernels of a convolution share: its sizes, and where the elements of a product's factors lie.
// Prepended to them.

struct Parameters {
    capacity: u32,
    channels: u32,
    samples: u32,
    filters: u32,
    kernel: u32,
    stride: u32,
    padding: u32,
    positions: u32,
    // Where W begins in the weights of a replica, and how many weights a replica has.
    weight: u32,
    weights: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;

// No element: padding, or beyond the sizes.
const NOWHERE = 0xffffffffu;

// The index that stands in for it where an element is fetched all the same, and not used.
fn fetched(at: u32) -> u32 {
    return select(at, 0u, at == NOWHERE);
}

// Where x[i, c, t·stride + j - padding] lies in (replica, capacity, channels, samples); (c, j) = q,
// (i, t) = n.
fn place_in_x(replica: u32, q: u32, n: u32) -> u32 {
    let c = q / parameters.kernel;
    let i = n / parameters.positions;
    // Before the first sample this wraps around and is beyond the last one.
    let s = n % parameters.positions * parameters.stride + q % parameters.kernel - parameters.padding;
    let inside =
        (i < step_of(replica).rows) & (c < parameters.channels) & (s < parameters.samples);
    let row = replica * parameters.capacity + i;
    return select(NOWHERE, (row * parameters.channels + c) * parameters.samples + s, inside);
}

// Where z[i, o, t] lies in (replica, capacity, filters, positions); (i, t) = n.
fn place_in_z(replica: u32, o: u32, n: u32) -> u32 {
    let i = n / parameters.positions;
    let inside = (o < parameters.filters) & (i < step_of(replica).rows);
    let row = replica * parameters.capacity + i;
    let at = (row * parameters.filters + o) * parameters.positions + n % parameters.positions;
    return select(NOWHERE, at, inside);
}
