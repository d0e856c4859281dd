// The parameters of the kernels that move weights, and the sums over the rows of a batch that they move
// them by. The host writes `factors_of(i)`, the columns whose products are the gradient by weight i.

struct Parameters {
    // Bounds of each component and of the norm; infinite where there is none.
    bound: f32,
    norm_bound: f32,
    beta1: f32,
    beta2: f32,
    // 1 - β, computed in f64 on the host.
    rest1: f32,
    rest2: f32,
    epsilon: f32,
    replicas: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;

// Where the weights of the replica begin.
var<private> own: u32;

// The gradient by weight i: Σ over rows of the product of two columns, a quad at a time. One loop for all
// weights: software drivers make a turn of every loop of a branch that is not taken.
fn gradient(i: u32, quads: u32) -> f32 {
    let factors = factors_of(i);
    var sum = 0.0;
    for (var quad = 0u; quad < quads; quad++) {
        sum += dot(column(quad, factors.x), column(quad, factors.y));
    }
    return sum;
}

fn column_sum(c: u32, quads: u32) -> f32 {
    var sum = 0.0;
    for (var quad = 0u; quad < quads; quad++) {
        sum += sum4(column(quad, c));
    }
    return sum;
}
