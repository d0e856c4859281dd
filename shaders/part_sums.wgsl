// The gradient of a tensor from the parts of its sums, added in their order: one thread per element.

struct Parameters {
    parts: u32,
    // Elements of the tensor, where it begins in the weights of a replica, and the number of weights per replica.
    elements: u32,
    tensor: u32,
    weights: u32,
}

override ADDS: bool = false;

@group(1) @binding(0) var<uniform> parameters: Parameters;
// (replica, parts, elements)
@group(1) @binding(1) var<storage, read> sums: array<f32>;
// (replica, weights)
@group(1) @binding(2) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let replica = workgroup.z;
    let element = thread(workgroup, workgroups, local, 64u);
    if (element < parameters.elements) {
        var total = 0.0;
        for (var part = 0u; part < parameters.parts; part++) {
            total += sums[(replica * parameters.parts + part) * parameters.elements + element];
        }
        let at = replica * parameters.weights + parameters.tensor + element;
        if (ADDS) {
            gradients[at] += total;
        } else {
            gradients[at] = total;
        }
    }
}
