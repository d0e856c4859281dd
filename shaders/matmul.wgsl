// out (m, n) = left (m, k) · right (k, n), or out += it, either factor read as its transpose (`product.wgsl`).
// The batch is m or k, whose size comes from the step.

struct Parameters {
    m: u32,
    k: u32,
    n: u32,
    // 0: m is the batch; 1: k is the batch.
    batch_axis: u32,
    // Rows of the matrices per row of the batch.
    batch_rows: u32,
    // The first index of each matrix, the elements from one replica to the next (`_stride`), and from one row to the
    // next (`_row`).
    left: u32,
    left_stride: u32,
    left_row: u32,
    right: u32,
    right_stride: u32,
    right_row: u32,
    out: u32,
    out_stride: u32,
    out_row: u32,
}

override LEFT_TRANSPOSED: bool = false;
override RIGHT_TRANSPOSED: bool = false;
override ADDS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(1) @binding(1) var<storage, read> left: array<f32>;
@group(1) @binding(2) var<storage, read> right: array<f32>;
@group(1) @binding(3) var<storage, read_write> out: array<f32>;

fn m_of(replica: u32) -> u32 {
    return select(parameters.m, parameters.batch_rows * step_of(replica).rows, parameters.batch_axis == 0u);
}

fn k_of(replica: u32) -> u32 {
    return select(parameters.k, parameters.batch_rows * step_of(replica).rows, parameters.batch_axis == 1u);
}

fn terms_of(workgroup: vec3<u32>) -> u32 {
    return select(0u, k_of(workgroup.z), workgroup.y * TILE_ROWS < m_of(workgroup.z));
}

fn left_at(replica: u32, row: u32, k: u32) -> f32 {
    let inside = (row < m_of(replica)) & (k < k_of(replica));
    let at = select(row * parameters.left_row + k, k * parameters.left_row + row, LEFT_TRANSPOSED);
    let first = parameters.left + replica * parameters.left_stride;
    return select(0.0, left[first + select(0u, at, inside)], inside);
}

fn right_at(replica: u32, k: u32, column: u32) -> f32 {
    let inside = (k < k_of(replica)) & (column < parameters.n);
    let at = select(k * parameters.right_row + column, column * parameters.right_row + k, RIGHT_TRANSPOSED);
    let first = parameters.right + replica * parameters.right_stride;
    return select(0.0, right[first + select(0u, at, inside)], inside);
}

fn left_four(replica: u32, row: u32, k: u32) -> vec4<f32> {
    return vec4<f32>(
        left_at(replica, row, k),
        left_at(replica, row + 1u, k),
        left_at(replica, row + 2u, k),
        left_at(replica, row + 3u, k),
    );
}

fn right_four(replica: u32, k: u32, column: u32) -> vec4<f32> {
    return vec4<f32>(
        right_at(replica, k, column),
        right_at(replica, k, column + 1u),
        right_at(replica, k, column + 2u),
        right_at(replica, k, column + 3u),
    );
}

fn store(replica: u32, row: u32, column: u32, sum: f32) {
    if ((row < m_of(replica)) & (column < parameters.n)) {
        let first = parameters.out + replica * parameters.out_stride;
        let at = first + row * parameters.out_row + column;
        if (ADDS) {
            out[at] += sum;
        } else {
            out[at] = sum;
        }
    }
}

fn store_four(replica: u32, row: u32, column: u32, sums: vec4<f32>) {
    store(replica, row, column, sums.x);
    store(replica, row, column + 1u, sums.y);
    store(replica, row, column + 2u, sums.z);
    store(replica, row, column + 3u, sums.w);
}
