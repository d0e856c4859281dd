//! Keys of what is trained for, and how.

use super::key::{DefaultValue, Key};
use crate::network::Task;
use crate::params::bounds::ABOVE_ZERO;
use crate::params::rate_schedules::{self, RateSchedules};
use crate::params::setting::{Field, Optional, Part};
use crate::params::values::{COUNT, Choice, Number, ROWS, Text};
use crate::run::BatchGradient;

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "TASK",
        help: "what the outputs are trained for: `\"classification\"`, one class a row; `\"multi_label\"`, any \
               of several labels a row; `\"regression\"`; under `\"auto\"` output and targets tell",
        default: DefaultValue::Usual,
        other_names: &["OBJECTIVE", "PROBLEMTYPE"],
        setting: &Field {
            of: Choice(&[
                ("auto", None),
                ("classification", Some(Task::Classification)),
                ("multi_label", Some(Task::MultiLabel)),
                ("regression", Some(Task::Regression)),
            ]),
            at: |p| &mut p.task,
        },
    },
    Key {
        name: "LOSS",
        help: "the loss of values, the mean over outputs of a function of the error e = prediction - target: \
               `\"mse\"` e², `\"mae\"` |e|, `\"huber(1)\"` e²/2 up to |e| = 1 and |e| - 1/2 beyond (of another \
               number d: d·(|e| - d/2)), or an expression of e that is least at 0, such as \
               `\"max(0.1*e, -0.9*e)\"`, whose predictions are the quantile 0.9",
        default: DefaultValue::Told("`\"mse\"`"),
        other_names: &["LOSSFUNCTION", "CRITERION"],
        setting: &Optional {
            of: Text {
                allowed: "a text such as \"mse\" or \"huber(1)\"",
                examples: &["mse", "mae", "huber(1)"],
            },
            at: |p| &mut p.loss,
        },
    },
    Key {
        name: "LR",
        help: "learning rate",
        default: DefaultValue::OfData("0.001 with Adam, else 0.01"),
        other_names: &["LEARNINGRATE", "LEARNINGRATEINIT", "ETA"],
        setting: &Field { of: Number(&ABOVE_ZERO), at: |p| &mut p.learning_rate },
    },
    Key {
        name: "LR_SCHEDULE",
        help: "how the learning rate changes from step to step: `\"constant\"`, not at all; `\"cosine\"`, by half \
               a cosine from `LR` in the first step to 0, or to FLOOR with `\"cosine(FLOOR)\"`, over all steps of \
               `MAX_EPOCHS` epochs, also where patience ends the run before",
        default: DefaultValue::OfData("`\"constant\"`, with `HIDDEN` `\"cosine\"`"),
        other_names: &["LRSCHEDULER", "LEARNINGRATESCHEDULE", "LEARNINGRATESCHEDULER"],
        setting: &Part {
            of: RateSchedules,
            set: rate_schedules::set,
            get: |p| Some(p.rate_schedule),
        },
    },
    Key {
        name: "MAX_EPOCHS",
        help: "the epochs after which training ends",
        default: DefaultValue::OfData("40, and up to 250 to make 1,500 steps"),
        other_names: &["EPOCHS", "NUMEPOCHS", "NEPOCHS", "MAXITER"],
        setting: &Field { of: COUNT, at: |p| &mut p.max_epochs },
    },
    Key {
        name: "BATCH_SIZE",
        help: "the rows of a step; the last, shorter batch of an epoch is trained too",
        default: DefaultValue::OfData("about a hundredth of the training rows, from 32 to 256"),
        other_names: &["BATCH", "MINIBATCH", "MINIBATCHSIZE"],
        setting: &Field { of: ROWS, at: |p| &mut p.batch_size },
    },
    Key {
        name: "BATCH_GRADIENT",
        help: "the data gradient of a batch: the mean over its rows, or their sum",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Field {
            of: Choice(&[("mean", BatchGradient::Mean), ("sum", BatchGradient::Sum)]),
            at: |p| &mut p.batch_gradient,
        },
    },
];
