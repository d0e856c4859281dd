//! Keys of the initial weights and of the device.

use super::key::{DefaultValue, Key};
use crate::network::Initialization;
use crate::params::setting::Field;
use crate::params::values::{Choice, Text};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "INIT",
        help: "how weights start: under `\"auto\"` He normal for the ReLU family, Glorot for tanh, sigmoid, \
               softplus and the output, LeCun for SELU, orthogonal for what a recurrent layer makes of h; under `\"source\"` weights N(0, 0.5), biases N(0, 0.1)",
        default: DefaultValue::Usual,
        other_names: &["WEIGHTINIT", "KERNELINITIALIZER"],
        setting: &Field {
            of: Choice(&[("auto", Initialization::Auto), ("source", Initialization::Source)]),
            at: |p| &mut p.initialization,
        },
    },
    Key {
        name: "DEVICE",
        help: "what computes, as `--device` on the command line: `\"auto\"`, `\"cpu\"`, or a GPU's number or part \
               of its name",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Field {
            of: Text { allowed: "a text such as \"auto\" or \"cpu\"", examples: &["auto", "cpu"] },
            at: |p| &mut p.device,
        },
    },
    Key {
        name: "SCHEDULE",
        help: "how a device makes a step, as `--schedule` on the command line",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Field {
            of: Text {
                allowed: "a text such as \"auto\"",
                examples: &["auto", "layered", "blocked", "fused", "two-phase", "resident"],
            },
            at: |p| &mut p.schedule,
        },
    },
];
