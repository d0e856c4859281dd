//! Sequences of which each row has a length: what lies behind the end of a row reaches nothing.

use super::graph::{Graph, LENGTHS, Setting, Value};
use super::schema::INT32;

/// Values of (batch, channels, samples) with 0 behind the end of each row, whose lengths are an input of the graph.
pub(super) fn take(graph: &mut Graph, value: &str, samples: usize) -> Value {
    let numbers = (0..samples as i32).flat_map(i32::to_le_bytes).collect();
    let numbers = graph.constant("samples", &[1, 1, samples], INT32, numbers);
    let column = graph.whole_numbers("per_row", &[-1, 1, 1]);
    let lengths = graph.node("Reshape", &[LENGTHS, &column]);
    let existing = graph.node("Less", &[&numbers, &lengths]);
    graph.existing = Some(existing);
    or_else(graph, value, 0.0)
}

/// The values that exist, and a number for those that do not.
pub(super) fn or_else(graph: &mut Graph, value: &str, number: f64) -> Value {
    let Some(existing) = graph.existing.clone() else { return value.into() };
    let number = graph.number(number);
    graph.node("Where", &[&existing, value, &number])
}

/// The mean of what exists of each channel, (batch, channels).
pub(super) fn mean(graph: &mut Graph, value: &str) -> Value {
    let value = or_else(graph, value, 0.0);
    let samples = graph.whole_numbers("axis_of_samples", &[2]);
    let gone = [("keepdims", Setting::Int(0))];
    let sums = graph.node_with("ReduceSum", &[&value, &samples], &gone);
    let column = graph.whole_numbers("per_channel", &[-1, 1]);
    let lengths = graph.node("Reshape", &[LENGTHS, &column]);
    let lengths = graph.widened(&lengths);
    graph.node("Div", &[&sums, &lengths])
}
