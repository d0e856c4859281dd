// values[i, u] = 0

struct Parameters {
    capacity: u32,
    units: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, units)
@group(1) @binding(1) var<storage, read_write> values: array<f32>;

fn row_length() -> u32 {
    return parameters.units;
}

fn of_element(replica: u32, e: u32, at: u32) {
    values[at] = 0.0;
}
