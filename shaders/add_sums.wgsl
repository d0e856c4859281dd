// Adds the numbers of a step to the sums of its slot (`sums.wgsl`).

// Adds x to sum k; one thread calls it for each k of a step that has rows.
fn add_to_sum(step: Step, k: u32, length: u32, x: f32) {
    let slot = step.slot * slot_length(length);
    let full = countTrailingZeros(~step.number);
    var sum = x;
    for (var level = 0u; level < full; level++) {
        sum = sums[slot + level * length + k] + sum;
    }
    sums[slot + full * length + k] = sum;
    if (k == 0u) {
        let at = slot + LEVELS * length;
        let before = select(sums[at], 0.0, step.number == 0u);
        sums[at] = select(before, f32(step.number + 1u), (before == 0.0) & !is_finite(x));
    }
}
