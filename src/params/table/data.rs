//! Keys of the data set.

use serde_json::{Value, json};

use super::key::{DefaultValue, Key};
use crate::error::Result;
use crate::network::InputLayout;
use crate::params::augmentation::Augments;
use crate::params::columns::{Kinds, Names};
use crate::params::found::Found;
use crate::params::setting::{Field, Optional};
use crate::params::values::{Boolean, Choice, SIZE, Text, Values};

pub(super) const KEYS: &[Key] = &[
    Key {
        name: "DATASET",
        help: "the data, NPZ, NPY or CSV; looked up as given, beside the JSON, in `datasets/` of the current folder, and \
               in `datasets/` beside and above the JSON. Its name before, `NPZ_DATASET`, does too",
        default: DefaultValue::Required,
        other_names: &["DATA"],
        setting: &Field {
            of: Text { allowed: "the path of a file (NPZ, NPY, CSV), a text", examples: &[] },
            at: |p| &mut p.dataset,
        },
    },
    Key {
        name: "DATASET_SHA256",
        help: "the SHA-256 of the data, which a run writes in its `params.json`: other data are refused",
        default: DefaultValue::Usual,
        other_names: &[],
        setting: &Optional { of: Sha256, at: |p| &mut p.dataset_sha256 },
    },
    Key {
        name: "TARGET",
        help: "of a table: the column that is predicted, or several. Texts, booleans and at most 20 different whole \
               numbers are classes, other numbers values; `TASK` decides otherwise",
        default: DefaultValue::Usual,
        other_names: &["TARGETS", "LABEL", "LABELCOLUMN", "TARGETCOLUMN"],
        setting: &Optional { of: Names { what: "the name of a column" }, at: |p| &mut p.targets },
    },
    Key {
        name: "TEST_DATASET",
        help: "a table of the same columns whose rows are the test rows; looked up as `DATASET` is",
        default: DefaultValue::Usual,
        other_names: &["TESTDATA"],
        setting: &Optional {
            of: Text { allowed: "the path of a file, a text", examples: &[] },
            at: |p| &mut p.test_dataset,
        },
    },
    Key {
        name: "HEADER",
        help: "whether the first line of a CSV file names its columns; without names they are `column_1`, `column_2`, ...",
        default: DefaultValue::Told("the line itself tells"),
        other_names: &[],
        setting: &Optional { of: Boolean, at: |p| &mut p.header },
    },
    Key {
        name: "NA",
        help: "words of a table that stand for a missing cell, as an empty cell, `NA`, `nan` and `?` always do; given, also \
               as `[]`, NaN in an NPZ or NPY is one too",
        default: DefaultValue::Usual,
        other_names: &["NAVALUES", "MISSING"],
        setting: &Optional { of: Names { what: "a word" }, at: |p| &mut p.gaps },
    },
    Key {
        name: "COLUMNS",
        help: "what columns of a table are read as, where the cells do not tell: `{\"zip\": {\"as\": \"category\"}}`; \
               `\"number\"`, `\"boolean\"`, `\"category\"` and `\"date\"` are inputs, `\"weight\"` is how much each \
               row counts, `\"group\"` which rows stay in one split, `\"index\"` and `\"drop\"` are left out",
        default: DefaultValue::Usual,
        other_names: &["COLUMNTYPES", "DTYPES"],
        setting: &Optional { of: Kinds, at: |p| &mut p.columns },
    },
    Key {
        name: "INPUT_SHAPE",
        help: "the shape of a row, in place of the data's: `[1, 8, 8]` makes an image of 1 channel of 64 features, \
               `[2, 100]` a signal of 2 channels of 200",
        default: DefaultValue::Told("the data's"),
        other_names: &["INPUTSIZE", "BATCHINPUTSHAPE"],
        setting: &Optional { of: Shape, at: |p| &mut p.input_shape },
    },
    Key {
        name: "INPUT_LAYOUT",
        help: "where the channels of a row are: (channels, height, width) and (channels, samples), or (height, width, \
               channels) and (samples, channels), as Keras and image libraries have them; `INPUT_SHAPE` is in the same \
               layout",
        default: DefaultValue::Is("\"channels_first\""),
        other_names: &["DATAFORMAT", "IMAGEDATAFORMAT"],
        setting: &Optional {
            of: Choice(&[
                ("channels_first", InputLayout::ChannelsFirst),
                ("channels_last", InputLayout::ChannelsLast),
            ]),
            at: |p| &mut p.input_layout,
        },
    },
    Key {
        name: "AUGMENT",
        help: "how training rows, signals or images, are changed at random each time they are taken: `shift` moves them by \
               a whole number of elements, up to that many along each axis (of signals, along samples; of images \
               `[down, across]` tells them apart), and repeats the edge; `flip` reverses an axis with probability 1/2: \
               `\"horizontal\"` the last, `\"vertical\"` the height of images, `\"both\"` each by itself",
        default: DefaultValue::Usual,
        other_names: &["AUGMENTATION", "DATAAUGMENTATION"],
        setting: &Optional { of: Augments, at: |p| &mut p.augment },
    },
];

/// The sizes of a row.
struct Shape;

const SHAPE: &str = "a list of 1 to 3 whole numbers of 1 or more, such as [1, 8, 8]";

impl Values for Shape {
    type Value = Vec<usize>;

    fn allowed(&self) -> String {
        SHAPE.into()
    }

    fn schema(&self) -> Value {
        json!({"type": "array", "minItems": 1, "maxItems": 3, "items": SIZE.schema()})
    }

    fn read(&self, found: &Found) -> Result<Vec<usize>> {
        let shape = found.list(SHAPE, |size| SIZE.read(&size))?;
        if matches!(shape.len(), 1..=3) { Ok(shape) } else { Err(found.refuse(SHAPE)) }
    }

    fn write(&self, value: &Vec<usize>) -> Value {
        json!(value)
    }
}

/// Hexadecimal digits of either case, kept in small letters.
struct Sha256;

const SHA256: &str = "a SHA-256, 64 hexadecimal digits";

impl Values for Sha256 {
    type Value = String;

    fn allowed(&self) -> String {
        SHA256.into()
    }

    fn schema(&self) -> Value {
        json!({"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"})
    }

    fn read(&self, found: &Found) -> Result<String> {
        let text = found.text(SHA256)?;
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(text.to_lowercase());
        }
        Err(found.refuse(SHA256))
    }

    fn write(&self, value: &String) -> Value {
        value.as_str().into()
    }
}
