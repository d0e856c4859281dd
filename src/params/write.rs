//! From [`Parameters`] to JSON that reads back as the same: every key, with the value used.

use serde_json::{Map, Value, json};

use super::keys::OUTER;
use super::table::keys;
use crate::run::Parameters;

impl Parameters {
    /// `{"parameters": {...}}` with every key in the order of the table, null where it is off. Reading it
    /// gives [`Parameters::resolved`].
    pub fn to_json(&self) -> Value {
        let mut resolved = self.resolved();
        let written = keys().map(|key| {
            let is_left = self.left_to_data.contains(&key.name);
            let value = if is_left { Value::Null } else { key.setting.write(&mut resolved) };
            (key.name.into(), value)
        });
        json!({ OUTER: written.collect::<Map<String, Value>>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Layer;
    use crate::run::LayerStack;

    #[test]
    fn every_key_is_written_in_order() {
        let layers = LayerStack::General(vec![Layer::dense(3, "linear")]);
        let json =
            Parameters::new(layers).learning_rate(0.1).max_epochs(10).batch_size(5).to_json();
        let written: Vec<&str> =
            json[OUTER].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        let names: Vec<&str> = keys().map(|key| key.name).collect();
        assert_eq!(written, names);
    }
}
