// to[i, u] = from[i, u], or to += from

struct Parameters {
    capacity: u32,
    units: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
override ADDS: bool = false;

// (replica, capacity, units), both
@group(1) @binding(1) var<storage, read> from_values: array<f32>;
@group(1) @binding(2) var<storage, read_write> to_values: array<f32>;

fn row_length() -> u32 {
    return parameters.units;
}

fn of_element(replica: u32, e: u32, at: u32) {
    if (ADDS) {
        to_values[at] += from_values[at];
    } else {
        to_values[at] = from_values[at];
    }
}
