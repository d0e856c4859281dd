// x[i, c] = (table[row[i], c] - shift[c]) · scale[c], the table centred in f64 before it was uploaded.
// A table larger than a binding comes in parts; each dispatch fills the rows of its part.

struct Parameters {
    capacity: u32,
    inputs: u32,
    // The rows of this part of the table.
    first_row: u32,
    part_rows: u32,
}

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (part rows, inputs)
@group(1) @binding(1) var<storage, read> table: array<f32>;
// (replica, shifts and then scales)
@group(1) @binding(2) var<storage, read> frames: array<f32>;
// (replica, capacity)
@group(1) @binding(3) var<storage, read> rows: array<u32>;
// (replica, capacity, inputs)
@group(1) @binding(4) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let element = thread(workgroup, workgroups, local, 64u);
    let i = element / parameters.inputs;
    let c = element % parameters.inputs;
    if (i >= step_of(replica).rows) {
        return;
    }
    let row = rows[replica * parameters.capacity + i];
    if (row < parameters.first_row || row - parameters.first_row >= parameters.part_rows) {
        return;
    }
    let frame = replica * 2u * parameters.inputs;
    let value = table[(row - parameters.first_row) * parameters.inputs + c];
    let scaled = (value - frames[frame + c]) * frames[frame + parameters.inputs + c];
    x[(replica * parameters.capacity + i) * parameters.inputs + c] = scaled;
}
