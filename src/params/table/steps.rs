//! Keys of a step: what the gradient is made of, and what the optimizer makes of it.

use super::key::{DefaultValue, Key};
use crate::error::Result;
use crate::params::bounds::{ABOVE_ZERO, BELOW_ONE, ZERO_OR_MORE};
use crate::params::class_weights::ClassWeights;
use crate::params::found::Found;
use crate::params::setting::{Field, Optional, Part};
use crate::params::values::{Choice, Number};
use crate::run::{Clip, LayerStack, Optimizer, Parameters};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "GRAD_CLIP",
        help: "a bound on the batch's gradient, before L2",
        default: DefaultValue::Usual,
        other_names: &["CLIPNORM", "MAXGRADNORM"],
        setting: &Part {
            of: Number(&ABOVE_ZERO),
            set: |p, bound, _| {
                p.clip = Some(ClipMode::Norm.clip(bound));
                Ok(())
            },
            get: |p| p.clip.map(bound),
        },
    },
    Key {
        name: "GRAD_CLIP_MODE",
        help: "what `GRAD_CLIP` bounds: the gradient's L2 norm over all tensors, or with `\"value\"` each component",
        default: DefaultValue::Is("\"norm\""),
        other_names: &[],
        setting: &Part {
            of: Choice(&[("norm", ClipMode::Norm), ("value", ClipMode::Value)]),
            set: |p, mode, _| {
                p.clip = p.clip.map(|clip| mode.clip(bound(clip)));
                Ok(())
            },
            get: |p| p.clip.map(ClipMode::of),
        },
    },
    Key {
        name: "OPTIMIZER",
        help: "stochastic gradient descent, or Adam (Kingma and Ba, 2015)",
        default: DefaultValue::OfData("`\"sgd\"`, with `HIDDEN` `\"adam\"`"),
        other_names: &["SOLVER"],
        setting: &Part {
            of: Choice(&[("sgd", Optimizer::Sgd), ("adam", ADAM)]),
            set: |p, optimizer, _| {
                p.optimizer = optimizer;
                Ok(())
            },
            get: |p| match p.optimizer {
                Optimizer::Sgd | Optimizer::Momentum { .. } => Some(Optimizer::Sgd),
                Optimizer::Adam { .. } => Some(ADAM),
            },
        },
    },
    Key {
        name: "MOMENTUM",
        help: "of `\"sgd\"` alone: v = `MOMENTUM` · v + g, W -= `LR` · v, v = 0 at first and g the bounded \
               gradient with L2's part, as in PyTorch",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Part {
            of: Number(&BELOW_ONE),
            set: set_momentum,
            get: |p| match p.optimizer {
                Optimizer::Sgd => Some(0.0),
                Optimizer::Momentum { momentum } => Some(momentum),
                Optimizer::Adam { .. } => None,
            },
        },
    },
    Key {
        name: "ADAM_BETA1",
        help: "of `\"adam\"`: the decay of the mean of gradients",
        default: DefaultValue::Is("0.9"),
        other_names: &["BETA1"],
        setting: &Part {
            of: Number(&BELOW_ONE),
            set: |p, number, _| {
                if let Optimizer::Adam { beta1, .. } = or_adam(p) {
                    *beta1 = number;
                }
                Ok(())
            },
            get: |p| match p.optimizer {
                Optimizer::Adam { beta1, .. } => Some(beta1),
                Optimizer::Sgd | Optimizer::Momentum { .. } => None,
            },
        },
    },
    Key {
        name: "ADAM_BETA2",
        help: "of `\"adam\"`: the decay of the mean of their squares",
        default: DefaultValue::Is("0.999"),
        other_names: &["BETA2"],
        setting: &Part {
            of: Number(&BELOW_ONE),
            set: |p, number, _| {
                if let Optimizer::Adam { beta2, .. } = or_adam(p) {
                    *beta2 = number;
                }
                Ok(())
            },
            get: |p| match p.optimizer {
                Optimizer::Adam { beta2, .. } => Some(beta2),
                Optimizer::Sgd | Optimizer::Momentum { .. } => None,
            },
        },
    },
    Key {
        name: "ADAM_EPS",
        help: "of `\"adam\"`: keeps the division by the root of that mean finite",
        default: DefaultValue::Is("1e-8"),
        other_names: &["EPSILON"],
        setting: &Part {
            of: Number(&ABOVE_ZERO),
            set: |p, number, _| {
                if let Optimizer::Adam { epsilon, .. } = or_adam(p) {
                    *epsilon = number;
                }
                Ok(())
            },
            get: |p| match p.optimizer {
                Optimizer::Adam { epsilon, .. } => Some(epsilon),
                Optimizer::Sgd | Optimizer::Momentum { .. } => None,
            },
        },
    },
    Key {
        name: "L2",
        help: "adds (L2 / rows of the batch) · W to the gradient with `BATCH_GRADIENT` `\"mean\"`, L2 · W with \
               `\"sum\"`, to weights only",
        default: DefaultValue::OfData(
            "0; with `HIDDEN` 1 up to 10,000 training rows and 0.1 beyond",
        ),
        other_names: &["WEIGHTDECAY", "L2REG", "ALPHA"],
        setting: &Field { of: Number(&ZERO_OR_MORE), at: |p| &mut p.l2 },
    },
    Key {
        name: "CLASS_WEIGHT",
        help: "the weights of classes in the loss: `\"balanced\"`, one number a class, or `{\"label\": number}`, \
               where classes that are not named weigh 1; an array `sample_weight` in the NPZ weighs rows. A \
               batch's gradient is Σ w · g, with `\"mean\"` divided by rows of the batch · mean w of the \
               training rows",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Optional { of: ClassWeights, at: |p| &mut p.class_weight },
    },
];

/// The quantity that a bound bounds.
#[derive(Clone, Copy, PartialEq)]
enum ClipMode {
    Norm,
    Value,
}

impl ClipMode {
    fn of(clip: Clip) -> Self {
        match clip {
            Clip::Norm(_) => ClipMode::Norm,
            Clip::Value(_) => ClipMode::Value,
        }
    }

    fn clip(self, bound: f64) -> Clip {
        match self {
            ClipMode::Norm => Clip::Norm(bound),
            ClipMode::Value => Clip::Value(bound),
        }
    }
}

fn bound(clip: Clip) -> f64 {
    match clip {
        Clip::Norm(bound) | Clip::Value(bound) => bound,
    }
}

/// Adam with the defaults of its keys.
const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/// The optimizer, Adam where it is left to the data and will be that.
fn or_adam(parameters: &mut Parameters) -> &mut Optimizer {
    let is_left = parameters.left_to_data.contains(&"OPTIMIZER");
    let hides = matches!(parameters.layers, LayerStack::Hidden { .. });
    if is_left && hides && parameters.optimizer == Optimizer::Sgd {
        parameters.optimizer = ADAM;
    }
    &mut parameters.optimizer
}

/// Plain where there is no momentum.
fn set_momentum(parameters: &mut Parameters, momentum: f64, found: &Found) -> Result<()> {
    let optimizer = &mut parameters.optimizer;
    match optimizer {
        _ if momentum == 0.0 => Ok(()),
        Optimizer::Sgd | Optimizer::Momentum { .. } => {
            *optimizer = Optimizer::Momentum { momentum };
            Ok(())
        }
        Optimizer::Adam { .. } => {
            let reason = ", which only OPTIMIZER \"sgd\" has";
            Err(found.refuse_because(reason, "0; the momentum of \"adam\" is ADAM_BETA1"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adam_has_the_defaults_of_its_keys() {
        let mut parameters = super::super::blank();
        parameters.optimizer = ADAM;
        for key in KEYS.iter().filter(|key| key.name.starts_with("ADAM_")) {
            assert_eq!(
                key.default_json(),
                Some(key.setting.write(&mut parameters)),
                "{}",
                key.name
            );
        }
    }
}
