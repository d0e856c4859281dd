//! The names of settings in other programs, and their meaning here.

use super::table::{Key, keys};

/// The meaning of a name that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A key of another name.
    Key(&'static str),
    /// Something that is done in another way, or not at all: words that say so.
    Told(&'static str),
}

const SCORE: &str =
    "the patience is ACC_PATIENCE, R2_PATIENCE or LOSS_PATIENCE, each a number of epochs";
const RATE: &str = "the learning rate falls from LR with LR_SCHEDULE \"cosine\"";
const NESTEROV: &str = "there is no Nesterov momentum; MOMENTUM is the plain one";
const DROPOUT: &str =
    "dropout is a layer of LAYERS, such as {\"type\": \"dropout\", \"rate\": 0.5}";
const BATCH_NORM: &str = "batch normalisation is a layer of LAYERS: {\"type\": \"batch_norm\"}";
const SPLIT: &str = "SPLIT has all parts: [0.7, 0.2, 0.1] is train, validation and test";

/// Names, in capitals without underscores, that no key stands for.
const TOLD: &[(&str, &str)] = &[
    ("CLIPVALUE", "GRAD_CLIP is the bound, with GRAD_CLIP_MODE \"value\""),
    ("DROPOUT", DROPOUT),
    ("DROPOUTRATE", DROPOUT),
    ("NESTEROV", NESTEROV),
    ("LRDECAY", RATE),
    ("LEARNINGRATEDECAY", RATE),
    ("L1", "there is no L1; L2 is what there is"),
    ("BATCHNORM", BATCH_NORM),
    ("BATCHNORMALIZATION", BATCH_NORM),
    ("PATIENCE", SCORE),
    ("EARLYSTOPPING", SCORE),
    ("VALIDATIONSPLIT", SPLIT),
    ("VALSPLIT", SPLIT),
    ("VALIDATIONFRACTION", SPLIT),
    ("TESTSIZE", SPLIT),
    ("TESTSPLIT", SPLIT),
    ("SHUFFLE", "the rows of every epoch are shuffled, always"),
    ("DTYPE", "networks are trained in 32-bit floats, always"),
    ("PRECISION", "networks are trained in 32-bit floats, always"),
];

/// The meaning of a setting's name, letter case, `-` and `_` aside; a key means itself.
pub fn meaning(name: &str) -> Option<Meaning> {
    let name = plain(name);
    let is_meant = |key: &&Key| plain(key.name) == name || key.other_names.contains(&&*name);
    let key = keys().find(is_meant).map(|key| Meaning::Key(key.name));
    let told = || TOLD.iter().find(|(own, _)| *own == name).map(|(_, words)| Meaning::Told(words));
    key.or_else(told)
}

fn plain(name: &str) -> String {
    name.replace(['-', '_'], "").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_one_thing() {
        for (name, words) in TOLD {
            assert_eq!(meaning(name), Some(Meaning::Told(words)), "{name} stands here twice");
        }
        for key in keys() {
            for name in key.other_names {
                assert_eq!(meaning(name), Some(Meaning::Key(key.name)), "{name} is another's too");
                assert_eq!(plain(name), *name);
            }
        }
        assert_eq!(meaning("batch-size"), Some(Meaning::Key("BATCH_SIZE")));
        assert_eq!(meaning("learning_rate"), Some(Meaning::Key("LR")));
        assert_eq!(meaning("colour"), None);
    }
}
