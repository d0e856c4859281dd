//! `gpu-mlp export`. tests/onnx/check.py tests the graph's results with onnxruntime.

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
        ["Gemm", "Tanh", "Softmax", "inputs.shift", "layers.1.bias", "probabilities", "setosa"]
    {
        let found = bytes.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(found, "{name}");
    }
}

/// A folder with a model of one input.
fn made(name: &str) -> Folder {
    let folder = Folder::new();
    let (description, weights) = identity(1, "linear", None);
    folder.write(name, identity_file(&description, &weights));
    folder
}

#[test]
fn a_model_is_not_replaced_by_its_export() {
    let folder = made("m.onnx");
    let bytes = folder.bytes("m.onnx");
    let words = &["m.onnx: would replace what is read"];
    folder.run(&["export", "m.onnx"]).refused(words);
    folder.run(&["export", "m.onnx", "-o", "./m.onnx"]).refused(words);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path("m.onnx"), folder.path("link")).unwrap();
        folder.run(&["export", "m.onnx", "-o", "link"]).refused(&["link: would replace"]);
        folder.run(&["export", "link", "-o", "m.onnx"]).refused(words);
    }
    assert_eq!(folder.bytes("m.onnx"), bytes);
}

#[test]
fn a_graph_goes_to_standard_output_and_a_folder_that_is_missing_is_wrong_input() {
    let folder = made("m.safetensors");
    folder.run(&["export", "m.safetensors", "-o", "g.onnx"]).ended(0);
    let output = folder.command(&["export", "m.safetensors", "-o", "-"]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout, folder.bytes("g.onnx"));
    assert_eq!(folder.list("."), ["g.onnx", "m.safetensors"]);
    folder
        .run(&["export", "m.safetensors", "-o", "none/g.onnx"])
        .refused(&["none/g.onnx: can't be written"]);
}

/// A path that is no plain file is written to, not replaced.
#[cfg(target_os = "linux")]
#[test]
fn a_device_and_the_file_behind_a_link_take_a_graph() {
    let folder = made("m.safetensors");
    folder.run(&["export", "m.safetensors", "-o", "/dev/full"]).ended(1).says(&["No space left"]);
    folder.write("real.onnx", "old");
    std::os::unix::fs::symlink("real.onnx", folder.path("link.onnx")).unwrap();
    folder.run(&["export", "m.safetensors", "-o", "link.onnx"]).ended(0);
    assert!(folder.path("link.onnx").is_symlink());
    assert_ne!(folder.bytes("real.onnx"), b"old");
}
