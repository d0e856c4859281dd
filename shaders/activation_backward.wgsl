// delta[i, u] *= slope[i, u]

struct Parameters {
    capacity: u32,
    units: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, units), both
@group(1) @binding(1) var<storage, read> slope: array<f32>;
@group(1) @binding(2) var<storage, read_write> delta: array<f32>;

fn row_length() -> u32 {
    return parameters.units;
}

fn of_element(replica: u32, e: u32, at: u32) {
    delta[at] *= slope[at];
}
