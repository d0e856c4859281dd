//! The inputs that tables are prepared as, in files for `tests/readers/prepared.py`, which compares them with pandas' and
//! scikit-learn's.

use std::fmt::Write as _;
use std::path::PathBuf;

use gpu_mlp::rooms::data::Split;
use gpu_mlp::rooms::run::{Parameters, Run};
use serde_json::{Value, json};

/// `GPU_MLP_TABLES=tables.json cargo test --test readers -- --ignored`: a list of parameters, each with `OUT`, the file
/// that gets its inputs, a row a line, and whether each is trained on.
#[test]
#[ignore = "writes files, where GPU_MLP_TABLES tells which"]
fn writes_the_inputs_of_tables() {
    let place = std::env::var_os("GPU_MLP_TABLES").map(PathBuf::from);
    let text = std::fs::read_to_string(place.expect("GPU_MLP_TABLES names a file")).unwrap();
    let tables: Vec<Value> = serde_json::from_str(&text).unwrap();
    for mut parameters in tables {
        let out = parameters.as_object_mut().unwrap().remove("OUT").unwrap();
        std::fs::write(out.as_str().unwrap(), inputs(&parameters)).unwrap();
    }
}

fn inputs(parameters: &Value) -> String {
    let parameters = Parameters::from_json(&json!({ "parameters": parameters })).unwrap();
    let path = PathBuf::from(&parameters.dataset);
    let loaded = parameters.read_data(&path, None).unwrap();
    let run = Run::new(&loaded.parameters, &loaded.dataset).unwrap();
    let trained = run.folds[0].rows(Split::Train);
    let names = loaded.dataset.feature_names.unwrap();
    let mut text =
        names.iter().map(|name| format!("{name:?},")).collect::<String>() + "is trained\n";
    for (row, inputs) in loaded.dataset.inputs.to_reals().outer_iter().enumerate() {
        inputs.iter().for_each(|input| write!(text, "{input},").unwrap());
        writeln!(text, "{}", u8::from(trained.contains(&(row as u32)))).unwrap();
    }
    text
}
