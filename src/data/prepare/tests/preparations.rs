//! Preparations as JSON.

use super::found;
use super::table::frame;
use crate::data::prepare::Preparation;

fn preparation() -> Preparation {
    let text =
        "age,sex,alone,day,y\n20,a,yes,1.1.2024,1\n30,b,no,2.2.2024,2.5\n,b,yes,3.2.2025,2\n";
    Preparation::fit(&found(&frame(text), &[]).inputs, &[0, 1, 2]).unwrap()
}

#[test]
fn a_preparation_comes_back_as_it_was() {
    let preparation = preparation();
    let json = serde_json::to_string(&preparation).unwrap();
    assert!(json.starts_with(
        r#"{"columns":[{"name":"age","coding":{"number":{"fill":25.0,"has_indicator":true}}}"#
    ));
    let back: Preparation = serde_json::from_str(&json).unwrap();
    assert_eq!(back, preparation);
    back.check(back.inputs().len()).unwrap();
}

#[test]
fn damaged_preparations_are_refused() {
    let json = serde_json::to_string(&preparation()).unwrap();
    let inputs = preparation().inputs().len();
    let message = preparation().check(3).unwrap_err().to_string();
    assert_eq!(message, format!("the preparation makes {inputs} inputs, and the network takes 3"));
    for (before, after, expected) in [
        (r#"["a","b"]"#, r#"["b","a"]"#, "categories that are not in order"),
        (r#"["a","b"]"#, r#"["b","b"]"#, "categories that are not in order, or twice"),
        (r#""name":"sex""#, r#""name":"age""#, "a name that is empty or another column's"),
        (r#""has_other":false"#, r#""has_other":true"#, "a category for all others"),
        (r#"["no","yes"]"#, r#"["yes","YES"]"#, "two words that are empty or the same"),
        (r#"["count","year""#, r#"["year","count""#, "parts of dates that are not in order"),
    ] {
        assert!(json.contains(before), "{before} in {json}");
        let damaged = json.replace(before, after);
        let damaged: Preparation = serde_json::from_str(&damaged).unwrap();
        let message = damaged.check(inputs).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    let mut far: serde_json::Value = serde_json::from_str(&json).unwrap();
    far["columns"][3]["coding"]["date"]["fill"] = 1e30.into();
    let far: Preparation = serde_json::from_value(far).unwrap();
    assert!(far.check(inputs).unwrap_err().to_string().contains("a fill that is no date"));
    let stranger = json.replace("\"fill\"", "\"filling\"");
    assert!(serde_json::from_str::<Preparation>(&stranger).is_err(), "an unknown key");
    for damaged in ["{}", "[]", r#"{"columns":[{"name":"a","coding":{"number":{"fill":null}}}]}"#] {
        assert!(serde_json::from_str::<Preparation>(damaged).is_err());
    }
}
