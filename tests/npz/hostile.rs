//! Damaged and malicious archives: always an answer, never a panic, never much memory.

use std::time::{Duration, Instant};

use gpu_mlp::rooms::data::{Dataset, npz};
use zip::CompressionMethod::{Deflated, Stored};

use crate::support::{Folder, fixture, header, npy, refused, zip};

/// An archive whose X is the given array, with two classes for y.
fn with_x(x: &[u8], method: zip::CompressionMethod) -> Vec<u8> {
    let classes = npy(&header("|u1", "(2,)"), &[0, 1]);
    zip(&[("X.npy", x), ("y.npy", &classes)], method)
}

/// The message for an X with this header and 16 bytes of data.
#[track_caller]
fn lie_refused(dict: &str, expected: &str) {
    let folder = Folder::new();
    for method in [Stored, Deflated] {
        let bytes = with_x(&npy(dict, &[0; 16]), method);
        refused(&folder.file("lie.npz", &bytes), &["array X", expected]);
    }
}

#[test]
fn an_honest_header_is_accepted() {
    let folder = Folder::new();
    let bytes = with_x(&npy(&header("<f8", "(2, 1)"), &[0; 16]), Deflated);
    Dataset::read(folder.file("good.npz", &bytes)).unwrap();
}

#[test]
fn an_archive_cut_at_any_length_is_refused() {
    let folder = Folder::new();
    for name in ["version_1.npz", "names_little.npz"] {
        let bytes = std::fs::read(fixture(name)).unwrap();
        for length in 0..bytes.len() {
            let path = folder.file("cut.npz", &bytes[..length]);
            assert!(Dataset::read(&path).is_err(), "{name} cut to {length} bytes");
            assert!(npz::list(&path).is_err(), "{name} cut to {length} bytes");
        }
    }
}

#[test]
fn an_array_cut_at_any_length_inside_a_sound_archive_is_refused() {
    let folder = Folder::new();
    let x = npy(&header("<f8", "(2, 1)"), &[0; 16]);
    for length in 0..x.len() {
        refused(&folder.file("cut.npz", &with_x(&x[..length], Stored)), &["array X"]);
    }
}

#[test]
fn no_flipped_bit_makes_the_reader_panic() {
    let folder = Folder::new();
    for name in ["version_1.npz", "names_big.npz"] {
        let mut bytes = std::fs::read(fixture(name)).unwrap();
        for bit in 0..8 * bytes.len() {
            bytes[bit / 8] ^= 1 << (bit % 8);
            let path = folder.file("flipped.npz", &bytes);
            let _ = Dataset::read(&path);
            let _ = npz::list(&path);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn no_flipped_bit_in_a_header_makes_the_reader_panic() {
    // Stored with a fresh checksum, so that the test reaches the header's own checks.
    let folder = Folder::new();
    let mut x = npy(&header("<f8", "(2, 1)"), &[0; 16]);
    for bit in 0..8 * x.len() {
        x[bit / 8] ^= 1 << (bit % 8);
        let _ = Dataset::read(folder.file("flipped.npz", &with_x(&x, Stored)));
        x[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn shapes_that_the_data_do_not_fill_are_refused() {
    lie_refused(&header("<f8", "(3, 1)"), "does not hold as many");
    lie_refused(&header("<f8", "(1, 1)"), "does not hold as many");
    lie_refused(&header("<f8", "(1000000000, 1000000)"), "does not hold as many");
    lie_refused(&header("<f8", "(1000000000000000000, 1)"), "does not hold as many");
    lie_refused(&header("<f8", "(4294967296, 4294967296)"), "larger than any memory");
    lie_refused(&header("<f8", "(99999999999999999999, 1)"), "too large");
    lie_refused(&header("<f8", "(-2, 1)"), "\"-2\" where a whole number was expected");
    lie_refused(&header("<f8", "(2.0, 1)"), "whole number");
    lie_refused(&header("<f8", &format!("({})", "1,".repeat(65))), "65 dimensions");
}

#[test]
fn headers_that_are_no_dictionary_of_three_keys_are_refused() {
    lie_refused("", "header is wrong");
    lie_refused("{'descr': '<f8', 'shape': (2, 1)}", "\"fortran_order\" is missing");
    lie_refused("{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 1)}", "header is wrong");
    lie_refused("{'descr': '<q8', 'fortran_order': False, 'shape': (2, 1)}", "raw memory");
    lie_refused(&format!("{{'descr': {}", "[".repeat(60_000)), "without its closing bracket");
    lie_refused(&format!("{{'shape': {}", "(".repeat(60_000)), "whole number");
}

#[test]
fn a_header_with_an_impossible_version_or_length_is_refused() {
    let folder = Folder::new();
    let good = npy(&header("<f8", "(2, 1)"), &[0; 16]);
    let mut version = good.clone();
    version[6] = 9;
    refused(&folder.file("v9.npz", &with_x(&version, Stored)), &["array X", "version is 9.0"]);
    let mut endless = good.clone();
    endless[8..10].copy_from_slice(&[0xff, 0xff]);
    refused(&folder.file("end.npz", &with_x(&endless, Stored)), &["array X", "cut short"]);
    let huge = [b"\x93NUMPY\x02\x00\xff\xff\xff\xff", &good[10..]].concat();
    refused(
        &folder.file("huge.npz", &with_x(&huge, Stored)),
        &["array X", "claims 4294967295 bytes"],
    );
    refused(
        &folder.file("no.npz", &with_x(b"hello, I am no array", Stored)),
        &["array X", "not an array"],
    );
}

#[test]
fn a_bomb_behind_a_small_header_is_not_unpacked() {
    let bomb = npy(&header("<f8", "(2, 1)"), &vec![0; 64 << 20]);
    let folder = Folder::new();
    let path = folder.file("bomb.npz", &with_x(&bomb, Deflated));
    let start = Instant::now();
    refused(&path, &["array X", "does not hold as many"]);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn a_bomb_that_also_lies_about_its_size_is_read_one_byte_too_far() {
    let small = npy(&header("<f8", "(2, 1)"), &[0; 16]);
    let bomb = npy(&header("<f8", "(2, 1)"), &vec![0; 64 << 20]);
    let mut bytes = with_x(&bomb, Deflated);
    let (real, claimed) = ((bomb.len() as u32).to_le_bytes(), (small.len() as u32).to_le_bytes());
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..at + 4] == real).collect();
    assert_eq!(places.len(), 2, "one size in the member's header, one in the table of contents");
    for at in places {
        bytes[at..at + 4].copy_from_slice(&claimed);
    }
    let folder = Folder::new();
    refused(&folder.file("bomb.npz", &bytes), &["array X", "does not hold as many"]);
}

#[test]
fn an_empty_type_cannot_claim_endless_names() {
    let inputs = npy(&header("|u1", "(2, 1)"), &[0; 2]);
    let classes = npy(&header("|u1", "(2,)"), &[0, 1]);
    for shape in ["(1000000000000000000,)", "(1000000000000000000, 0)"] {
        let names = npy(&header("<U0", shape), b"");
        let members = [("X.npy", &inputs[..]), ("y.npy", &classes), ("feature_names.npy", &names)];
        let folder = Folder::new();
        let path = folder.file("names.npz", &zip(&members, Stored));
        assert_eq!(Dataset::read(&path).unwrap().feature_names, None);
    }
}

#[test]
fn an_array_of_endless_empty_rows_is_refused() {
    let folder = Folder::new();
    let x = npy(&header("<f8", "(1000000000000000000, 0)"), b"");
    refused(&folder.file("rows.npz", &with_x(&x, Stored)), &["array X has zero columns"]);
}

#[test]
fn a_checksum_that_does_not_fit_is_refused() {
    let mut bytes = with_x(&npy(&header("<f8", "(2, 1)"), &[0; 16]), Stored);
    let data = bytes.windows(16).position(|window| window == [0; 16]).unwrap();
    bytes[data] = 1;
    let folder = Folder::new();
    refused(&folder.file("sum.npz", &bytes), &["array X", "damaged"]);
}

#[test]
fn a_header_of_thousands_of_keys_is_refused_at_the_first_too_many() {
    let keys: String = (0..5000).map(|key| format!("'{key}':(),")).collect();
    lie_refused(&format!("{{{keys}}}"), "more than 8 keys, where an array has three");
}

#[test]
fn listing_shows_an_unreadable_array_and_goes_on() {
    let folder = Folder::new();
    let path = folder.file("odd.npz", &with_x(b"hello, I am no array", Stored));
    let arrays = npz::list(&path).unwrap();
    assert_eq!(arrays.len(), 2);
    assert!(arrays[0].dtype.starts_with("unreadable: not an array"), "{}", arrays[0].dtype);
    assert_eq!(arrays[1].dtype, "uint8");
}
