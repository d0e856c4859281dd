// out (m, n) = left (m, k) · right (k, n), either factor read as its transpose.
// Tiles of 16 x 16 through workgroup memory; the sum over k runs in order.
// The batch is m or k: that size comes from the step.

struct Parameters {
    m: u32,
    k: u32,
    n: u32,
    // 0: m is the batch; 1: k is the batch.
    batch_axis: u32,
    // Where the matrices begin, and how far those of one replica are from those of the next.
    left: u32,
    left_stride: u32,
    right: u32,
    right_stride: u32,
    out: u32,
    out_stride: u32,
}

override LEFT_TRANSPOSED: bool = false;
override RIGHT_TRANSPOSED: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(1) @binding(1) var<storage, read> left: array<f32>;
@group(1) @binding(2) var<storage, read> right: array<f32>;
@group(1) @binding(3) var<storage, read_write> out: array<f32>;

const TILE = 16u;

// Left (row, k) and right (k, column).
var<workgroup> left_tile: array<f32, 256>;
var<workgroup> right_tile: array<f32, 256>;

// Four terms of the sum, from term `t` of the tiles on.
fn four_terms(t: u32, local: vec3<u32>) -> f32 {
    let a = local.y * TILE + t;
    let b = t * TILE + local.x;
    return left_tile[a] * right_tile[b]
        + left_tile[a + 1u] * right_tile[b + TILE]
        + left_tile[a + 2u] * right_tile[b + 2u * TILE]
        + left_tile[a + 3u] * right_tile[b + 3u * TILE];
}

@compute @workgroup_size(16, 16)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
) {
    let replica = workgroup.z;
    let rows = step_of(replica).rows;
    let m = select(parameters.m, rows, parameters.batch_axis == 0u);
    let k = select(parameters.k, rows, parameters.batch_axis == 1u);
    let n = parameters.n;
    let left_base = parameters.left + replica * parameters.left_stride;
    let right_base = parameters.right + replica * parameters.right_stride;
    let row = workgroup.y * TILE + local.y;
    let column = workgroup.x * TILE + local.x;
    var sum = 0.0;
    // The workgroup's threads all make the same turns: k is the same for all of them.
    for (var tile = 0u; tile < k; tile += TILE) {
        let left_k = tile + local.x;
        var l = 0.0;
        if (row < m && left_k < k) {
            l = left[left_base + select(row * k + left_k, left_k * parameters.m + row, LEFT_TRANSPOSED)];
        }
        let right_k = tile + local.y;
        var r = 0.0;
        if (column < n && right_k < k) {
            r = right[right_base + select(right_k * n + column, column * k + right_k, RIGHT_TRANSPOSED)];
        }
        left_tile[local.y * TILE + local.x] = l;
        right_tile[local.y * TILE + local.x] = r;
        workgroupBarrier();
        sum += four_terms(0u, local);
        sum += four_terms(4u, local);
        sum += four_terms(8u, local);
        sum += four_terms(12u, local);
        workgroupBarrier();
    }
    if (row < m && column < n) {
        out[parameters.out + replica * parameters.out_stride + row * n + column] = sum;
    }
}
