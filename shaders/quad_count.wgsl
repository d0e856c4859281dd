// Counts of (true, predicted) classes.

// Counts the rows in use in their cells, from `first` on.
fn count(first: u32, cells: vec4<u32>, used: vec4<bool>) {
    if (used.x) { atomicAdd(&confusion[first + cells.x], 1u); }
    if (used.y) { atomicAdd(&confusion[first + cells.y], 1u); }
    if (used.z) { atomicAdd(&confusion[first + cells.z], 1u); }
    if (used.w) { atomicAdd(&confusion[first + cells.w], 1u); }
}
