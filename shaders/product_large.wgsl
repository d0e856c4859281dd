// The tiles of `product.wgsl` for large matrices on devices with enough cores: a workgroup of 256 threads computes
// 128 rows x 128 columns, a thread 8 x 8 of them as four blocks of 4 x 4. Workgroup memory holds 8 k at a time. The
// kernel defines what `product.wgsl` lists, and LEFT_TRANSPOSED and RIGHT_TRANSPOSED: by them neighbouring threads fetch
// neighbouring elements of either factor.

const TILE_ROWS = 128u;
const TILE_COLUMNS = 128u;
const TILE_TERMS = 8u;

// (k, group of 4 rows) and (k, group of 4 columns)
var<workgroup> left_tile: array<vec4<f32>, 256>;
var<workgroup> right_tile: array<vec4<f32>, 256>;

// Four neighbouring columns of each of four rows of outputs.
struct Sums {
    first: vec4<f32>,
    second: vec4<f32>,
    third: vec4<f32>,
    fourth: vec4<f32>,
}

fn with_term(before: Sums, left: vec4<f32>, right: vec4<f32>) -> Sums {
    return Sums(
        before.first + left.x * right,
        before.second + left.y * right,
        before.third + left.z * right,
        before.fourth + left.w * right,
    );
}

fn fetch_left(local: u32, replica: u32, first_row: u32, first_k: u32) {
    let term = select(local % TILE_TERMS, local / 32u, LEFT_TRANSPOSED);
    let group = select(local / TILE_TERMS, local % 32u, LEFT_TRANSPOSED);
    let row = first_row + 4u * group;
    let k = first_k + term;
    left_tile[term * 32u + group] = vec4<f32>(
        left_at(replica, row, k),
        left_at(replica, row + 1u, k),
        left_at(replica, row + 2u, k),
        left_at(replica, row + 3u, k),
    );
}

fn fetch_right(local: u32, replica: u32, first_k: u32, first_column: u32) {
    let term = select(local / 32u, local % TILE_TERMS, RIGHT_TRANSPOSED);
    let group = select(local % 32u, local / TILE_TERMS, RIGHT_TRANSPOSED);
    let column = first_column + 4u * group;
    let k = first_k + term;
    right_tile[term * 32u + group] = vec4<f32>(
        right_at(replica, k, column),
        right_at(replica, k, column + 1u),
        right_at(replica, k, column + 2u),
        right_at(replica, k, column + 3u),
    );
}

fn store_row(replica: u32, row: u32, column: u32, sums: vec4<f32>) {
    store(replica, row, column, sums.x);
    store(replica, row, column + 1u, sums.y);
    store(replica, row, column + 2u, sums.z);
    store(replica, row, column + 3u, sums.w);
}

fn store_block(replica: u32, row: u32, column: u32, sums: Sums) {
    store_row(replica, row, column, sums.first);
    store_row(replica, row + 1u, column, sums.second);
    store_row(replica, row + 2u, column, sums.third);
    store_row(replica, row + 3u, column, sums.fourth);
}

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let first_row = workgroup.y * TILE_ROWS;
    let first_column = workgroup.x * TILE_COLUMNS;
    // A thread's blocks are half a tile apart, so that neighbours read neighbours.
    let rows = local / 16u;
    let columns = local % 16u;
    // All threads of a workgroup make the same iterations.
    let terms = terms_of(workgroup);
    var upper_left = Sums();
    var upper_right = Sums();
    var lower_left = Sums();
    var lower_right = Sums();
    for (var k = 0u; k < terms; k += TILE_TERMS) {
        fetch_left(local, replica, first_row, k);
        fetch_right(local, replica, k, first_column);
        workgroupBarrier();
        for (var term = 0u; term < TILE_TERMS; term++) {
            let upper = left_tile[term * 32u + rows];
            let lower = left_tile[term * 32u + 16u + rows];
            let left = right_tile[term * 32u + columns];
            let right = right_tile[term * 32u + 16u + columns];
            upper_left = with_term(upper_left, upper, left);
            upper_right = with_term(upper_right, upper, right);
            lower_left = with_term(lower_left, lower, left);
            lower_right = with_term(lower_right, lower, right);
        }
        workgroupBarrier();
    }
    let row = first_row + 4u * rows;
    let column = first_column + 4u * columns;
    store_block(replica, row, column, upper_left);
    store_block(replica, row, column + 64u, upper_right);
    store_block(replica, row + 64u, column, lower_left);
    store_block(replica, row + 64u, column + 64u, lower_right);
}
