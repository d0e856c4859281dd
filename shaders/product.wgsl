// A product: out[row, column] = Σk left[row, k] · right[k, column], summed in the order of k. Prepended to a kernel that
// defines
//     terms_of(workgroup) -> u32                the number of terms k; 0 for a workgroup without outputs
//     left_four(replica, row, k) -> vec4        elements of four neighbouring rows of the left factor; 0 outside
//     right_four(replica, k, column) -> vec4    elements of four neighbouring columns of the right factor; 0 outside
//     store_four(replica, row, column, sums)    stores four neighbouring columns of outputs; nothing outside
// A workgroup of 64 threads computes a tile of 16 rows x 64 columns, a thread 4 x 4 of them. Workgroup memory holds 16 k
// at a time, so that each element of a factor is fetched once for all outputs of the tile.

const TILE_ROWS = 16u;
const TILE_COLUMNS = 64u;
const TILE_TERMS = 16u;

// (k, group of 4 rows) and (k, group of 4 columns)
var<workgroup> left_tile: array<vec4<f32>, 64>;
var<workgroup> right_tile: array<vec4<f32>, 256>;

// Four neighbouring columns of each of four rows of outputs.
struct Sums {
    first: vec4<f32>,
    second: vec4<f32>,
    third: vec4<f32>,
    fourth: vec4<f32>,
}

fn with_term(before: Sums, term: u32, rows: u32, columns: u32) -> Sums {
    let left = left_tile[term * 4u + rows];
    let right = right_tile[term * 16u + columns];
    return Sums(
        before.first + left.x * right,
        before.second + left.y * right,
        before.third + left.z * right,
        before.fourth + left.w * right,
    );
}

// Written out without a loop: software drivers limit the iterations of loops.
fn with_four_terms(before: Sums, term: u32, rows: u32, columns: u32) -> Sums {
    let one = with_term(before, term, rows, columns);
    let two = with_term(one, term + 1u, rows, columns);
    let three = with_term(two, term + 2u, rows, columns);
    return with_term(three, term + 3u, rows, columns);
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let first_row = workgroup.y * TILE_ROWS;
    let first_column = workgroup.x * TILE_COLUMNS;
    let rows = local / 16u;
    let columns = local % 16u;
    let column = first_column + 4u * columns;
    // All threads of a workgroup make the same iterations.
    let terms = terms_of(workgroup);
    var sums = Sums();
    for (var k = 0u; k < terms; k += TILE_TERMS) {
        // A thread fetches one term of four rows of the left factor: neighbours fetch neighbouring terms.
        left_tile[columns * 4u + rows] = left_four(replica, first_row + 4u * rows, k + columns);
        right_tile[rows * 16u + columns] = right_four(replica, k + rows, column);
        right_tile[(rows + 4u) * 16u + columns] = right_four(replica, k + rows + 4u, column);
        right_tile[(rows + 8u) * 16u + columns] = right_four(replica, k + rows + 8u, column);
        right_tile[(rows + 12u) * 16u + columns] = right_four(replica, k + rows + 12u, column);
        workgroupBarrier();
        sums = with_four_terms(sums, 0u, rows, columns);
        sums = with_four_terms(sums, 4u, rows, columns);
        sums = with_four_terms(sums, 8u, rows, columns);
        sums = with_four_terms(sums, 12u, rows, columns);
        workgroupBarrier();
    }
    let row = first_row + 4u * rows;
    store_four(replica, row, column, sums.first);
    store_four(replica, row + 1u, column, sums.second);
    store_four(replica, row + 2u, column, sums.third);
    store_four(replica, row + 3u, column, sums.fourth);
}
