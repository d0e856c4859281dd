// The tiles of `product.wgsl` for large products on devices with enough cores: a workgroup computes TILE_ROWS rows x 128
// columns, each of its 2 · TILE_ROWS threads 8 x 8 of them as four blocks of 4 x 4. Workgroup memory holds 8 k at a time.
// The kernel defines what `product.wgsl` lists, and LEFT_TRANSPOSED and RIGHT_TRANSPOSED: by them neighbouring threads
// fetch neighbouring elements of either factor.

// 128, or 64 or 32 for products of few rows.
override TILE_ROWS: u32 = 128u;
const TILE_COLUMNS = 128u;
const TILE_TERMS = 8u;

override THREADS: u32 = 2u * TILE_ROWS;
// Groups of 4 rows, and of 4 columns.
override ROW_GROUPS: u32 = TILE_ROWS / 4u;
const COLUMN_GROUPS = 32u;

// (k, group of 4 rows) and (k, group of 4 columns)
var<workgroup> left_tile: array<vec4<f32>, THREADS>;
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
    let term = select(local % TILE_TERMS, local / ROW_GROUPS, LEFT_TRANSPOSED);
    let group = select(local / TILE_TERMS, local % ROW_GROUPS, LEFT_TRANSPOSED);
    left_tile[term * ROW_GROUPS + group] = left_four(replica, first_row + 4u * group, first_k + term);
}

fn fetch_right(local: u32, replica: u32, first_k: u32, first_column: u32) {
    // Once in tiles of 128 rows, twice in tiles of 64.
    for (var i = local; i < TILE_TERMS * COLUMN_GROUPS; i += THREADS) {
        let term = select(i / COLUMN_GROUPS, i % TILE_TERMS, RIGHT_TRANSPOSED);
        let group = select(i % COLUMN_GROUPS, i / TILE_TERMS, RIGHT_TRANSPOSED);
        right_tile[term * COLUMN_GROUPS + group] = right_four(replica, first_k + term, first_column + 4u * group);
    }
}

fn store_block(replica: u32, row: u32, column: u32, sums: Sums) {
    store_four(replica, row, column, sums.first);
    store_four(replica, row + 1u, column, sums.second);
    store_four(replica, row + 2u, column, sums.third);
    store_four(replica, row + 3u, column, sums.fourth);
}

@compute @workgroup_size(THREADS)
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
            let upper = left_tile[term * ROW_GROUPS + rows];
            let lower = left_tile[term * ROW_GROUPS + ROW_GROUPS / 2u + rows];
            let left = right_tile[term * COLUMN_GROUPS + columns];
            let right = right_tile[term * COLUMN_GROUPS + 16u + columns];
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
    store_block(replica, row + TILE_ROWS / 2u, column, lower_left);
    store_block(replica, row + TILE_ROWS / 2u, column + 64u, lower_right);
}
