//! What ships about the keys, beside their table.

use std::fs;
use std::path::Path;

use gpu_mlp::rooms::network::layers::{Kind, LAYER_TYPES};
use gpu_mlp::rooms::params::{schema, with_tables};

const PAGE: &str = "docs/parameters.md";

/// Compares a file with what the table says; under `GPU_MLP_RENEW=1` writes it.
fn compare(path: &str, made: &str) {
    if std::env::var_os("GPU_MLP_RENEW").is_some() {
        fs::write(path, made).unwrap();
    }
    let shipped = fs::read_to_string(path).unwrap();
    let renew = "GPU_MLP_RENEW=1 cargo test --test parameters reference";
    assert!(shipped == made, "{path} is not what the table of keys says; `{renew}` writes it");
}

#[test]
fn the_page_has_every_key_of_the_table() {
    let page = fs::read_to_string(PAGE).unwrap();
    compare(PAGE, &with_tables(&page).unwrap());
}

#[test]
fn the_schema_is_that_of_the_table() {
    compare("docs/parameters.schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_page_names_every_layer_with_its_fields() {
    let page = fs::read_to_string(PAGE).unwrap();
    for name in LAYER_TYPES {
        let object = format!("| `{{\"type\": \"{name}\"");
        let row = page.lines().find(|line| line.contains(&object));
        let row = row.unwrap_or_else(|| panic!("{PAGE} has no {object}"));
        for field in Kind::fields_of(name).unwrap() {
            assert!(row.contains(&format!("\"{field}\": ")), "{PAGE}, {name}: {field}");
        }
    }
}

#[test]
fn every_shipped_file_names_the_schema() {
    for entry in fs::read_dir("params").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let file: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
        let (key, name) = file.iter().next().unwrap();
        assert_eq!(key, "$schema", "{}", path.display());
        let named = path.parent().unwrap().join(name.as_str().unwrap());
        assert!(named.ends_with("docs/parameters.schema.json") && Path::new(&named).is_file());
    }
}
