//! What other programs call the settings of a run, and what there is here.

use super::key_names::KEYS;

/// What a name that is no key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A key of another name.
    Key(&'static str),
    /// Something that is done otherwise, or not at all: what there is.
    Told(&'static str),
}

const SCORE: &str =
    "the patience is ACC_PATIENCE, R2_PATIENCE or LOSS_PATIENCE, each a number of epochs";
const RATE: &str =
    "the learning rate is constant: LR; OPTIMIZER \"adam\" adapts the steps to the gradients";
const NESTEROV: &str = "there is no Nesterov momentum; MOMENTUM is the plain one";
const DROPOUT: &str = "there is no dropout; against overfitting there are L2 and LOSS_PATIENCE";
const SPLIT: &str = "SPLIT has all parts: [0.7, 0.2, 0.1] is train, validation and test";

/// Names without underscores, in capitals.
const NAMES: &[(&str, Meaning)] = &[
    ("LEARNINGRATE", Meaning::Key("LR")),
    ("LEARNINGRATEINIT", Meaning::Key("LR")),
    ("ETA", Meaning::Key("LR")),
    ("EPOCHS", Meaning::Key("MAX_EPOCHS")),
    ("NUMEPOCHS", Meaning::Key("MAX_EPOCHS")),
    ("NEPOCHS", Meaning::Key("MAX_EPOCHS")),
    ("MAXITER", Meaning::Key("MAX_EPOCHS")),
    ("BATCH", Meaning::Key("BATCH_SIZE")),
    ("MINIBATCH", Meaning::Key("BATCH_SIZE")),
    ("MINIBATCHSIZE", Meaning::Key("BATCH_SIZE")),
    ("SEED", Meaning::Key("RANDOM_SEED")),
    ("RANDOMSTATE", Meaning::Key("RANDOM_SEED")),
    ("WEIGHTDECAY", Meaning::Key("L2")),
    ("L2REG", Meaning::Key("L2")),
    ("ALPHA", Meaning::Key("L2")),
    ("TOL", Meaning::Key("LOSS_TOL")),
    ("TOLERANCE", Meaning::Key("LOSS_TOL")),
    ("DATA", Meaning::Key("NPZ_DATASET")),
    ("DATASET", Meaning::Key("NPZ_DATASET")),
    ("ACTIVATION", Meaning::Key("LAYER_ACTS")),
    ("ACTIVATIONS", Meaning::Key("LAYER_ACTS")),
    ("HIDDENLAYERSIZES", Meaning::Key("LAYER_SIZES")),
    ("HIDDENSIZES", Meaning::Key("LAYER_SIZES")),
    ("CLIPNORM", Meaning::Key("GRAD_CLIP")),
    ("MAXGRADNORM", Meaning::Key("GRAD_CLIP")),
    ("BETA1", Meaning::Key("ADAM_BETA1")),
    ("BETA2", Meaning::Key("ADAM_BETA2")),
    ("EPSILON", Meaning::Key("ADAM_EPS")),
    ("WARMUP", Meaning::Key("WARMUP_EPOCHS")),
    ("SCALER", Meaning::Key("NORMALIZE")),
    ("WEIGHTINIT", Meaning::Key("INIT")),
    ("KERNELINITIALIZER", Meaning::Key("INIT")),
    ("LOSSFUNCTION", Meaning::Key("LOSS")),
    ("CRITERION", Meaning::Key("LOSS")),
    ("OBJECTIVE", Meaning::Key("TASK")),
    ("PROBLEMTYPE", Meaning::Key("TASK")),
    ("SOLVER", Meaning::Key("OPTIMIZER")),
    ("CLIPVALUE", Meaning::Told("GRAD_CLIP is the bound, with GRAD_CLIP_MODE \"value\"")),
    ("DROPOUT", Meaning::Told(DROPOUT)),
    ("DROPOUTRATE", Meaning::Told(DROPOUT)),
    ("NESTEROV", Meaning::Told(NESTEROV)),
    ("LRSCHEDULE", Meaning::Told(RATE)),
    ("LRSCHEDULER", Meaning::Told(RATE)),
    ("LRDECAY", Meaning::Told(RATE)),
    ("LEARNINGRATEDECAY", Meaning::Told(RATE)),
    ("L1", Meaning::Told("there is no L1; L2 is what there is")),
    ("BATCHNORM", Meaning::Told("there is no batch normalisation; NORMALIZE scales the inputs")),
    (
        "BATCHNORMALIZATION",
        Meaning::Told("there is no batch normalisation; NORMALIZE scales the inputs"),
    ),
    ("PATIENCE", Meaning::Told(SCORE)),
    ("EARLYSTOPPING", Meaning::Told(SCORE)),
    ("VALIDATIONSPLIT", Meaning::Told(SPLIT)),
    ("VALSPLIT", Meaning::Told(SPLIT)),
    ("VALIDATIONFRACTION", Meaning::Told(SPLIT)),
    ("TESTSIZE", Meaning::Told(SPLIT)),
    ("TESTSPLIT", Meaning::Told(SPLIT)),
    ("SHUFFLE", Meaning::Told("the rows of every epoch are shuffled, always")),
    ("DTYPE", Meaning::Told("networks are trained in 32-bit floats, always")),
    ("PRECISION", Meaning::Told("networks are trained in 32-bit floats, always")),
];

/// What the name of a setting means here, letter case, `-` and `_` aside; a key means itself.
pub fn meaning(name: &str) -> Option<Meaning> {
    let plain = |name: &str| name.replace(['-', '_'], "").to_uppercase();
    let name = plain(name);
    let key = KEYS.into_iter().find(|key| plain(key) == name).map(Meaning::Key);
    key.or_else(|| NAMES.iter().find(|(own, _)| *own == name).map(|(_, meaning)| *meaning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_keys_and_are_none_themselves() {
        for (name, its) in NAMES {
            assert_eq!(meaning(name), Some(*its), "{name} is a key, or stands here twice");
            assert!(!matches!(its, Meaning::Key(key) if !KEYS.contains(key)), "{name}");
        }
        assert_eq!(meaning("batch-size"), Some(Meaning::Key("BATCH_SIZE")));
        assert_eq!(meaning("learning_rate"), Some(Meaning::Key("LR")));
        assert_eq!(meaning("colour"), None);
    }
}
