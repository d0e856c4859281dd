//! The adapter of a test, or a line that the test is skipped. Shared with the unit tests of `src/gpu`.

use std::io::Write;

/// The first adapter, or None on a machine without one: then it names the skipped test, and fails with
/// GPU_MLP_REQUIRE_GPU=1.
pub fn first<A>(test: &str, adapters: Vec<A>) -> Option<A> {
    let first = adapters.into_iter().next();
    if first.is_none() {
        let required = std::env::var("GPU_MLP_REQUIRE_GPU").is_ok_and(|value| value == "1");
        assert!(!required, "{test}: no adapter, and GPU_MLP_REQUIRE_GPU=1 asks for one");
        // Not eprintln: the test runner would hide the line of a passing test.
        let _ = writeln!(
            std::io::stderr(),
            "skipped {test}: no Vulkan, Metal or DX12 adapter; a software one: \
             apt-get install libvulkan1 mesa-vulkan-drivers"
        );
    }
    first
}
