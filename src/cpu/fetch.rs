//! Numbers on their way into the first cache before they are needed: what lies far apart, the processor does not expect.

/// Has the lines of these numbers fetched, and does not wait for them.
#[inline(always)]
pub(super) fn fetch<X>(numbers: &[X]) {
    #[cfg(target_arch = "x86_64")]
    #[expect(unsafe_code, reason = "a prefetch is an intrinsic that takes a pointer")]
    for line in numbers.chunks(64 / size_of::<X>()) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch reads nothing; every x86-64 has it.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = numbers;
}

/// Has a row of a table fetched, unless it is behind the last.
#[inline(always)]
pub(super) fn fetch_row<X>(table: &[X], row: usize, len: usize) {
    if let Some(row) = table.get(row * len..(row + 1) * len) {
        fetch(row);
    }
}
