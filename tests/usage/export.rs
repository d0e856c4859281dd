//! `gpu-mlp export`. What the graph computes is tests/onnx/check.py's to say, with onnxruntime.

use serde_json::json;

use crate::made::{identity, identity_file};
use crate::support::Folder;

#[test]
fn a_graph_goes_beside_its_model_the_same_every_time() {
    let folder = Folder::new();
    folder.train(&folder.parameters(json!({})), "run", &[]).ended(0);
    let ran = folder.run(&["export", "run/model.safetensors", "--format", "onnx"]).ended(0);
    assert_eq!(ran.stdout, "");
    ran.says(&["saved in run/model.onnx"]);
    folder.run(&["export", "run/model.safetensors", "-o", "again.onnx"]).ended(0);
    let bytes = folder.bytes("run/model.onnx");
    assert_eq!(bytes, folder.bytes("again.onnx"));
    for name in
        ["Gemm", "Tanh", "Softmax", "inputs.shift.low", "layers.1.bias", "probabilities", "setosa"]
    {
        let found = bytes.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(found, "{name}");
    }
}

#[test]
fn what_f32_can_not_hold_is_refused() {
    let folder = Folder::new();
    let (mut description, weights) = identity(1, "linear", None);
    description["inputs"]["scale"] = json!([1e300]);
    folder.write("m.safetensors", identity_file(&description, &weights));
    folder
        .run(&["export", "m.safetensors"])
        .refused(&["m.safetensors", "the scaling of the inputs is beyond what f32 holds"]);
    assert_eq!(folder.list("."), ["m.safetensors"]);
}
