//! Numbers in JSON, which has neither infinity nor NaN: the texts `inf`, `-inf`, `NaN` stand for them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Finite(f64),
    Other(String),
}

pub fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.is_finite() {
        serializer.serialize_f64(*number)
    } else {
        serializer.collect_str(number)
    }
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    match Written::deserialize(deserializer)? {
        Written::Finite(number) => Ok(number),
        Written::Other(text) => match text.as_str() {
            "inf" => Ok(f64::INFINITY),
            "-inf" => Ok(f64::NEG_INFINITY),
            "NaN" => Ok(f64::NAN),
            _ => Err(D::Error::custom(format!("{text:?} is no number"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, Deserialize)]
    struct One(#[serde(with = "super")] f64);

    #[test]
    fn every_number_comes_back_with_its_bits() {
        let subnormal = f64::from_bits(1);
        let whole = [0.0, -0.0, 3.0, 1e300, subnormal, 0.1 + 0.2, f64::MAX];
        for number in whole.into_iter().chain([f64::INFINITY, f64::NEG_INFINITY, f64::NAN]) {
            let text = serde_json::to_string(&One(number)).unwrap_or_default();
            let back = serde_json::from_str(&text).map_or(0.5, |One(back)| back);
            assert_eq!(back.to_bits(), number.to_bits(), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_numbers() {
        assert!(serde_json::from_str::<One>("\"infinity\"").is_err());
    }
}
