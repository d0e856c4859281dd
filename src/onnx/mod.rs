//! A trained network as an ONNX graph: original inputs in, probabilities or values in original units
//! out. The operators and messages are those of <https://onnx.ai/onnx/operators/> and `onnx.proto`.

mod activation;
mod graph;
mod layers;
mod lengths;
mod recurrent;
mod schema;
mod tensors;

use prost::Message;
use serde_json::json;

use self::graph::Graph;
use self::schema::{ModelProto, OperatorSetIdProto, StringStringEntryProto};
use crate::error::Result;
use crate::model::Model;

/// The version of the message format; runtimes from 2021 on read it.
const IR_VERSION: i64 = 7;
/// The version of the operators.
const OPERATOR_SET: i64 = 13;

/// The bytes of an ONNX file that predicts what the model predicts: one input `input`, f32, of
/// (batch, ...row shape), another, `sequence_lens`, i32 of (batch), where rows have lengths, and one output, `probabilities`, f32 of (batch, classes), or `values`, f64 of
/// (batch, outputs).
pub fn export(model: &Model) -> Result<Vec<u8>> {
    let mut graph = Graph::default();
    let output = layers::build(&mut graph, model)?;
    let property = |key: &str, value: String| StringStringEntryProto {
        key: Some(key.into()),
        value: Some(value),
    };
    let mut properties = vec![
        property("dataset", model.dataset.clone()),
        property("task", model.task_name().into()),
    ];
    for (key, names) in
        [("feature_names", &model.feature_names), ("target_names", &model.target_names)]
    {
        properties.extend(names.iter().map(|names| property(key, json!(names).to_string())));
    }
    if !model.labels.is_empty() {
        properties.push(property("labels", json!(model.labels).to_string()));
    }
    // What makes its inputs of the columns of a table.
    let documentation = model.prepared.as_ref().map(|own| own.columns.documentation());
    let proto = ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: Some(env!("CARGO_PKG_NAME").into()),
        producer_version: Some(env!("CARGO_PKG_VERSION").into()),
        opset_import: vec![OperatorSetIdProto {
            domain: Some(String::new()),
            version: Some(OPERATOR_SET),
        }],
        graph: Some(graph.finish(&model.network.input, documentation, output)),
        metadata_props: properties,
    };
    Ok(proto.encode_to_vec())
}
