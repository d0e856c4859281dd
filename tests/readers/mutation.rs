//! New inputs from good ones: bytes changed, cut out, doubled, put in from elsewhere; numbers made
//! extreme. proptest makes values of a grammar; what breaks readers is a good file a little changed, and
//! cargo-fuzz, which does that, needs a nightly compiler.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Pieces that readers take seriously.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b",",
    b":",
    b"-",
    b"e",
    b"^",
    b"null",
    b"999999999999999999999",
    b"-1",
    b"1e999",
    b"NaN",
    b"0",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0\0\0\0\0",
    b"x",
    b"if(",
    b"PK\x01\x02",
    b"\x93NUMPY",
];

/// A case: of one seed always the same.
pub fn case(seed: u64, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut bytes = corpus[random.random_range(0..corpus.len())].clone();
    // Mostly a change or two: what many have damaged is refused at its first byte.
    for _ in 0..1 << random.random_range(0..5) {
        change(&mut bytes, corpus, &mut random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut ChaCha8Rng) {
    let at = random.random_range(0..=bytes.len());
    let end = (at + (1 << random.random_range(0..7))).min(bytes.len());
    match random.random_range(0..8) {
        0 => bytes[at..end].iter_mut().take(1).for_each(|byte| *byte ^= 1 << (at % 8)),
        1 => bytes[at..end].iter_mut().take(1).for_each(|byte| *byte = random.random()),
        2 => drop(bytes.drain(at..end)),
        3 => bytes.truncate(at.max(1)),
        4 => {
            let part = bytes[at..end].to_vec();
            // Nesting, and lists that are long.
            let times = 1 << random.random_range(0..9);
            bytes.splice(at..at, part.repeat(times));
        }
        5 => {
            let piece = PIECES[random.random_range(0..PIECES.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
        6 => {
            let piece = PIECES[random.random_range(0..PIECES.len())];
            bytes.splice(at..end, piece.iter().copied());
        }
        _ => {
            let other = &corpus[random.random_range(0..corpus.len())];
            let from = random.random_range(0..=other.len());
            let to = (from + (1 << random.random_range(0..9))).min(other.len());
            bytes.splice(at..end, other[from..to].iter().copied());
        }
    }
}
