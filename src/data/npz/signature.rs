//! Names the format of a file that should have been an NPZ archive, by its first bytes.

use super::header::MAGIC;

/// What every zip archive with a member starts with.
const ZIP: &[u8] = b"PK\x03\x04";

/// The remedy for a file of the wrong format.
const SAVE: &str = "save the arrays with np.savez_compressed('name.npz', X=X, y=y)";

/// Says why a file that starts with `start` is no archive; `None` if it starts as one.
pub(super) fn not_an_archive(start: &[u8]) -> Option<String> {
    let found = match start {
        [] => "an empty file",
        _ if start.starts_with(ZIP) => return None,
        _ if start.starts_with(b"PK\x05\x06") => "an archive without arrays",
        _ if start.starts_with(MAGIC) => {
            return Some(
                "a plain .npy file, which holds one array; an .npz archive with X and y is needed: \
                 np.savez_compressed('name.npz', X=X, y=y)"
                    .into(),
            );
        }
        _ if start.starts_with(b"\x1f\x8b") => "a gzip file",
        _ if start.starts_with(b"\x89HDF") => "an HDF5 file",
        _ if start.starts_with(b"PAR1") => "a Parquet file",
        _ if start.starts_with(b"7z\xbc\xaf\x27\x1c") => "a 7-Zip file",
        _ if start.starts_with(b"\xfd7zXZ") => "an xz file",
        _ if start.starts_with(b"BZh") => "a bzip2 file",
        [0x80, 2..=5, ..] => "a Python pickle, which is never loaded",
        _ if is_text(start) => "a CSV or other text file",
        _ => "a file of an unknown format",
    };
    Some(format!("{found}, not an .npz archive; {SAVE}"))
}

/// True if every byte is one that text files have: no control characters but tab and line ends.
fn is_text(start: &[u8]) -> bool {
    start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_formats_are_recognised() {
        for (start, expected) in [
            (&b""[..], "an empty file"),
            (b"\x93NUMPY\x01\x00", "a plain .npy file"),
            (b"a,b\n1,2\n", "a CSV or other text file"),
            ("größe,été\n".as_bytes(), "a CSV or other text file"),
            (b"\x1f\x8b\x08", "a gzip file"),
            (b"\x80\x04\x95", "a Python pickle"),
            (b"\x00\x01", "an unknown format"),
        ] {
            assert!(not_an_archive(start).unwrap().contains(expected), "{expected}");
        }
        assert_eq!(not_an_archive(b"PK\x03\x04..."), None);
    }
}
