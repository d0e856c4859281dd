// a[i, j] = e^(z[j] - m) / Σ e^(z - m), m the row's maximum, one thread per row.

struct Parameters {
    capacity: u32,
    classes: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, capacity, classes), both
@group(1) @binding(1) var<storage, read> z: array<f32>;
@group(1) @binding(2) var<storage, read_write> a: array<f32>;

fn of_row(replica: u32, i: u32, step: Step) {
    let own = (replica * parameters.capacity + i) * parameters.classes;
    var maximum = z[own];
    for (var j = 1u; j < parameters.classes; j++) {
        maximum = max(maximum, z[own + j]);
    }
    var sum = 0.0;
    for (var j = 0u; j < parameters.classes; j++) {
        let e = exponential(z[own + j] - maximum);
        a[own + j] = e;
        sum += e;
    }
    for (var j = 0u; j < parameters.classes; j++) {
        a[own + j] /= sum;
    }
}
