// The sum over a workgroup, in a fixed order. Every thread of the workgroup calls it. The kernel defines `THREADS` and
// the type `Summed` of a term.

var<workgroup> partial_sums: array<Summed, THREADS>;

fn reduce(local: u32, value: Summed) -> Summed {
    // Threads may still read the sum before.
    workgroupBarrier();
    partial_sums[local] = value;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if (local < half) {
            partial_sums[local] += partial_sums[local + half];
        }
        workgroupBarrier();
    }
    return partial_sums[0];
}
