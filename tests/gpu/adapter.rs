//! The adapter of a test, or the word that it is skipped. Shared with the unit tests of `src/gpu`.

use std::io::Write;

/// The first adapter, or None where the machine has none: then the skipped test is named, and with
/// GPU_MLP_REQUIRE_GPU=1 it fails.
pub fn first<A>(test: &str, adapters: Vec<A>) -> Option<A> {
    let first = adapters.into_iter().next();
    if first.is_none() {
        let required = std::env::var("GPU_MLP_REQUIRE_GPU").is_ok_and(|value| value == "1");
        assert!(!required, "{test}: no adapter, and GPU_MLP_REQUIRE_GPU=1 asks for one");
        // Not eprintln: the test runner would hide what a passing test prints.
        let _ = writeln!(
            std::io::stderr(),
            "skipped {test}: no Vulkan, Metal or DX12 adapter; a software one: \
             apt-get install libvulkan1 mesa-vulkan-drivers"
        );
    }
    first
}
