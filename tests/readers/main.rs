//! The readers of what comes from outside, on bytes that nobody would write: whatever they are given,
//! they read it or refuse it, without a panic, soon, and with memory of the order of what they were
//! given.
//!
//! A test makes a few hundred cases. `GPU_MLP_FUZZ_SECONDS=600 cargo test --test readers` makes new ones
//! for ten minutes a reader; the seed of a case that fails is in its message.

mod allocation;
mod mutation;
mod prepared;
mod readers;
