//! Infinite numbers.

use super::{found, refusal, texts, with_target};
use crate::data::prepare::AskedKind;

#[test]
fn an_infinite_number_is_refused_where_it_is_used() {
    for cells in [&["1", "inf", "2"], &["a", "inf", "b"]] {
        let message = refusal(&with_target("x", texts(cells)), &[]);
        assert!(message.starts_with("line 3, column \"x\": inf is not finite"), "{message}");
    }
    let frame = with_target("x", texts(&["1", "inf", "2"]));
    assert_eq!(found(&frame, &[("x", AskedKind::Drop)]).inputs.len(), 1);
    for kind in [AskedKind::Category, AskedKind::Group, AskedKind::Number] {
        assert!(refusal(&frame, &[("x", kind)]).contains("inf is not finite"));
    }
}
