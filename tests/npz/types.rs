//! Every element type, byte order, array order, compression and header version, against the
//! formulas in tests/fixtures/make_fixtures.py.

use gpu_mlp::rooms::data::{Dataset, Targets};
use gpu_mlp::rooms::data::{Numbers, npz};
use ndarray::{Array2, ArrayD, IxDyn};

use crate::support::fixture;

fn reals(archive: &str, name: &str) -> Vec<f64> {
    match npz::read(&fixture(archive), name).unwrap() {
        Numbers::Reals(values) => values.iter().copied().collect(),
        Numbers::Integers(_) | Numbers::Bytes(_) => panic!("{name} should hold real numbers"),
    }
}

fn integers(archive: &str, name: &str) -> Vec<i64> {
    match npz::read(&fixture(archive), name).unwrap() {
        Numbers::Integers(values) => values.iter().copied().collect(),
        Numbers::Bytes(values) => values.iter().map(|&byte| byte.into()).collect(),
        Numbers::Reals(_) => panic!("{name} should hold integers"),
    }
}

/// The fixture's values of one type.
fn expected(kind: &str) -> Numbers {
    let shape = IxDyn(&[2, 3, 4]);
    let integers = |f: fn(i64) -> i64| {
        Numbers::Integers(ArrayD::from_shape_vec(shape.clone(), (0..24).map(f).collect()).unwrap())
    };
    match &kind[..1] {
        "f" => {
            let values = (0..24).map(|n| f64::from(n) / 4.0 - 2.0).collect();
            Numbers::Reals(ArrayD::from_shape_vec(shape, values).unwrap())
        }
        "i" => integers(|n| n - 5),
        "u" if kind.starts_with("u1") => {
            Numbers::Bytes(ArrayD::from_shape_vec(shape, (0..24).collect()).unwrap())
        }
        "u" => integers(|n| n),
        _ => integers(|n| n % 2),
    }
}

#[test]
fn every_type_in_both_byte_orders_and_both_array_orders_stored_and_deflated() {
    let mut checked = 0;
    for archive in ["types_stored.npz", "types_deflated.npz"] {
        for array in npz::list(&fixture(archive)).unwrap() {
            let found = npz::read(&fixture(archive), &array.name).unwrap();
            assert_eq!(found, expected(&array.name), "{} in {archive}", array.name);
            checked += 1;
        }
    }
    assert_eq!(checked, 2 * 12 * 4);
}

#[test]
fn the_largest_and_smallest_values_of_each_type_survive() {
    let archive = "extremes.npz";
    assert_eq!(integers(archive, "i1"), [-128, 127]);
    assert_eq!(integers(archive, "i2"), [-32768, 32767]);
    assert_eq!(integers(archive, "i4"), [i64::from(i32::MIN), i64::from(i32::MAX)]);
    assert_eq!(integers(archive, "i8"), [i64::MIN, i64::MAX]);
    assert_eq!(integers(archive, "u1"), [0, 255]);
    assert_eq!(integers(archive, "u2"), [0, 65535]);
    assert_eq!(integers(archive, "u4"), [0, i64::from(u32::MAX)]);
    assert_eq!(integers(archive, "u8"), [0, i64::MAX]);
    assert_eq!(reals(archive, "f2"), [65504.0, -65504.0, 2.0_f64.powi(-24), 0.0]);
    assert!(reals(archive, "f2")[3].is_sign_negative());
    assert_eq!(
        reals(archive, "f4"),
        [f64::from(f32::MAX), f64::from(1e-45_f32), f64::from(0.1_f32)]
    );
    assert_eq!(reals(archive, "f8"), [f64::MAX, 5e-324, 0.1]);
    assert_eq!(reals(archive, "scalar"), [7.5]);
    assert!(reals(archive, "empty").is_empty());
}

#[test]
fn half_precision_nan_and_infinities_are_told_apart() {
    let special = reals("extremes.npz", "special");
    assert!(special[0].is_nan());
    assert_eq!(special[1..], [f64::INFINITY, f64::NEG_INFINITY]);
}

#[test]
fn an_unsigned_integer_beyond_the_signed_range_is_refused_with_its_place() {
    let message = npz::read(&fixture("extremes.npz"), "too_large").unwrap_err().to_string();
    for part in ["array too_large", "9223372036854775808", "[1, 1]", "float64"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn header_versions_1_to_3_are_read() {
    for version in 1..=3 {
        let dataset = Dataset::read(fixture(&format!("version_{version}.npz"))).unwrap();
        let inputs = Array2::from_shape_fn((4, 3), |(row, column)| (3 * row + column) as f64 / 2.0);
        assert_eq!(dataset.inputs, inputs);
        assert_eq!(dataset.targets, Targets::Integers(ndarray::array![[0], [1], [1], [0]]));
    }
}

#[test]
fn listing_tells_type_shape_order_and_size_without_reading_elements() {
    let arrays = npz::list(&fixture("types_stored.npz")).unwrap();
    let find = |name: &str| arrays.iter().find(|array| array.name == name).unwrap();
    let array = find("f4_big_fortran");
    assert_eq!(array.dtype, "float32, big-endian");
    assert_eq!(array.shape, [2, 3, 4]);
    assert!(array.fortran_order);
    assert_eq!(array.bytes, 128 + 24 * 4);
    assert!(!find("b1_little_c").fortran_order);
}

#[test]
fn listing_names_types_that_are_not_read() {
    let arrays = npz::list(&fixture("strangers.npz")).unwrap();
    let dtype = |name: &str| arrays.iter().find(|a| a.name == name).unwrap().dtype.as_str();
    assert_eq!(dtype("objects"), "pickled Python objects");
    assert_eq!(dtype("records"), "structured records");
    assert_eq!(dtype("complex"), "complex numbers (<c16)");
    assert_eq!(dtype("dates"), "dates (<M8[D])");
    assert_eq!(dtype("durations"), "durations (<m8[s])");
    assert_eq!(dtype("raw"), "raw memory (|V5)");
    assert_eq!(dtype("text"), "text (<U2)");
    assert_eq!(dtype("extended"), "extended-precision numbers (<f16)");
}

#[test]
fn arrays_that_nothing_needs_are_ignored_whatever_their_type() {
    let dataset = Dataset::read(fixture("strangers.npz")).unwrap();
    assert_eq!(dataset.inputs.dim(), (4, 3));
}
