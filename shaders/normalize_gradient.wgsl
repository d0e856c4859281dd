// dw[c] = Σi Σp delta[i, c, p] · (x[i, c, p] - mean) · scale, in a fixed order: one workgroup per channel. Statistics and
// sizes as in `norm.wgsl`.

// (replica, capacity, channels, positions), both
@group(1) @binding(2) var<storage, read> delta: array<f32>;
@group(1) @binding(3) var<storage, read> x: array<f32>;
// (replica, weights)
@group(1) @binding(4) var<storage, read_write> gradients: array<f32>;

const THREADS = 64u;
alias Summed = f32;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    // The grid has two dimensions if one is too short.
    let channel = workgroup.y * workgroups.x + workgroup.x;
    let is_channel = channel < parameters.channels;
    let terms = select(0u, step_of(replica).rows * parameters.positions, is_channel);
    var sum = 0.0;
    for (var e = local; e < terms; e += 64u) {
        let i = e / parameters.positions;
        let p = e % parameters.positions;
        let row = replica * parameters.capacity + i;
        let at = (row * parameters.channels + channel) * parameters.positions + p;
        let moments = mean_and_scale(replica, i, channel, p);
        sum += delta[at] * ((x[at] - moments.x) * moments.y);
    }
    let total = reduce(local, sum);
    if ((local == 0u) & is_channel) {
        let at = replica * parameters.weights + parameters.weight + channel;
        if (ADDS) {
            gradients[at] += total;
        } else {
            gradients[at] = total;
        }
    }
}
