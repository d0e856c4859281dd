//! From [`Parameters`] to the JSON that gives them back: every key, with the value used.

use serde_json::{Map, Value, json};

use super::choices::{BATCH_GRADIENT, INIT, NORMALIZE, TASK, name_of};
use super::keys::OUTER;
use crate::network::Layer;
use crate::network::layers::Field;
use crate::plan::Padding;
use crate::run::{ClassWeight, Clip, LayerStack, Optimizer, Parameters};

impl Parameters {
    /// `{"parameters": {...}}` with every key of [`KEYS`](super::KEYS) in that order, null where it
    /// is off. Reading it gives [`Parameters::resolved`].
    pub fn to_json(&self) -> Value {
        let p = self.resolved();
        let [sizes, names, activations, layers] = layers(&p.layers);
        let [clip, clip_mode] = match p.clip {
            None => [Value::Null, Value::Null],
            Some(Clip::Norm(bound)) => [bound.into(), "norm".into()],
            Some(Clip::Value(bound)) => [bound.into(), "value".into()],
        };
        let [optimizer, momentum, beta1, beta2, epsilon] = optimizer(p.optimizer);
        let pairs: [(&str, Value); super::KEYS.len()] = [
            ("NPZ_DATASET", p.dataset.into()),
            ("NPZ_SHA256", p.dataset_sha256.into()),
            ("LAYER_SIZES", sizes),
            ("LAYER_NAMES", names),
            ("LAYER_ACTS", activations),
            ("LAYERS", layers),
            ("CUSTOM_FUNCTION", p.custom_function.into()),
            ("TASK", name_of(TASK, &p.task).into()),
            ("LOSS", p.loss.into()),
            ("LR", p.learning_rate.into()),
            ("MAX_EPOCHS", p.max_epochs.into()),
            ("BATCH_SIZE", p.batch_size.into()),
            ("BATCH_GRADIENT", name_of(BATCH_GRADIENT, &p.batch_gradient).into()),
            ("LOSS_TOL", p.loss_tolerance.into()),
            ("ACC_PATIENCE", p.accuracy_patience.into()),
            ("R2_PATIENCE", p.r2_patience.into()),
            ("LOSS_PATIENCE", p.loss_patience.into()),
            ("WARMUP_EPOCHS", p.warmup_epochs.into()),
            ("GRAD_CLIP", clip),
            ("GRAD_CLIP_MODE", clip_mode),
            ("OPTIMIZER", optimizer),
            ("MOMENTUM", momentum),
            ("ADAM_BETA1", beta1),
            ("ADAM_BETA2", beta2),
            ("ADAM_EPS", epsilon),
            ("L2", p.l2.into()),
            ("CLASS_WEIGHT", class_weight(p.class_weight)),
            ("RANDOM_SEED", p.random_seed.into()),
            ("SPLIT_SEED", p.split_seed.into()),
            ("SPLIT", split(p.split)),
            ("STRATIFY", p.stratify.into()),
            ("NORMALIZE", name_of(NORMALIZE, &p.normalize).into()),
            ("TARGET_NORMALIZE", p.target_normalize.and_then(|n| name_of(NORMALIZE, &n)).into()),
            ("INIT", name_of(INIT, &p.initialization).into()),
            ("DEVICE", p.device.into()),
            ("SCHEDULE", p.schedule.into()),
        ];
        let object: Map<_, _> =
            pairs.map(|(key, value)| (key.to_string(), value)).into_iter().collect();
        json!({ OUTER: object })
    }
}

/// `OPTIMIZER`, `MOMENTUM`, `ADAM_BETA1`, `ADAM_BETA2` and `ADAM_EPS`.
fn optimizer(optimizer: Optimizer) -> [Value; 5] {
    let null = Value::Null;
    match optimizer {
        Optimizer::Sgd => ["sgd".into(), 0.0.into(), null.clone(), null.clone(), null],
        Optimizer::Momentum { momentum } => {
            ["sgd".into(), momentum.into(), null.clone(), null.clone(), null]
        }
        Optimizer::Adam { beta1, beta2, epsilon } => {
            ["adam".into(), null, beta1.into(), beta2.into(), epsilon.into()]
        }
    }
}

/// `LAYER_SIZES`, `LAYER_NAMES`, `LAYER_ACTS` and `LAYERS`.
fn layers(layers: &LayerStack) -> [Value; 4] {
    match layers {
        LayerStack::Mlp { sizes, names, activations } => {
            [json!(sizes), json!(names), json!(activations), Value::Null]
        }
        LayerStack::General(layers) => {
            let list = layers.iter().map(layer_object).collect();
            [Value::Null, Value::Null, Value::Null, Value::Array(list)]
        }
    }
}

/// A layer as an object of `LAYERS`, every field with its value.
fn layer_object(layer: &Layer<String>) -> Value {
    let value = |field| match field {
        Field::Size(size) => json!(size),
        Field::Pair(pair) => json!(pair),
        Field::Padding(Padding::Each(zeros)) => json!(zeros),
        Field::Padding(Padding::Same) => json!("same"),
    };
    let fields = layer.kind.fields().into_iter().map(|(name, field)| (name, value(field)));
    let activation = layer.activation().map(|text| ("activation", json!(text)));
    let all = [("type", json!(layer.name()))].into_iter().chain(fields).chain(activation);
    all.map(|(name, value)| (name.to_string(), value)).collect()
}

fn class_weight(weight: Option<ClassWeight>) -> Value {
    match weight {
        None => Value::Null,
        Some(ClassWeight::Balanced) => "balanced".into(),
        Some(ClassWeight::Each(weights)) => weights.into(),
        Some(ClassWeight::ByLabel(weights)) => {
            weights.into_iter().map(|(label, weight)| (label.to_string(), json!(weight))).collect()
        }
    }
}

/// Two numbers where there is no test split: archives with a test split of their own take no third.
fn split(split: [f64; 3]) -> Value {
    match split {
        [train, validation, 0.0] => json!([train, validation]),
        all => json!(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::KEYS;

    #[test]
    fn every_key_is_written_in_order() {
        let layers = LayerStack::General(vec![Layer::dense(3, "linear")]);
        let json =
            Parameters::new(layers).learning_rate(0.1).max_epochs(10).batch_size(5).to_json();
        let written: Vec<&str> =
            json[OUTER].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        assert_eq!(written, KEYS);
    }
}
