// to[i, b, a] = from[i, a, b], or to[i, b, a] += from[i, a, b]

struct Parameters {
    capacity: u32,
    m: u32,
    n: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
override ADDS: bool = false;

// (replica, capacity, m, n)
@group(1) @binding(1) var<storage, read> from_values: array<f32>;
// (replica, capacity, n, m)
@group(1) @binding(2) var<storage, read_write> to_values: array<f32>;

fn row_length() -> u32 {
    return parameters.m * parameters.n;
}

fn of_element(replica: u32, e: u32, at: u32) {
    let own = e % row_length();
    let from_at = at - own + own % parameters.m * parameters.n + own / parameters.m;
    if (ADDS) {
        to_values[at] += from_values[from_at];
    } else {
        to_values[at] = from_values[from_at];
    }
}
