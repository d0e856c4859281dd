//! The SHA-256 of bytes while they are read.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

/// A reader whose bytes are hashed as they pass.
pub(super) struct Hashed<R> {
    bytes: R,
    digest: Digested,
}

/// The digest of the bytes that have passed.
#[derive(Clone, Default)]
pub(super) struct Digested(Arc<Mutex<Sha256>>);

impl<R: Read> Hashed<R> {
    /// The reader, and its digest.
    pub fn new(bytes: R) -> (Self, Digested) {
        let digest = Digested::default();
        (Hashed { bytes, digest: digest.clone() }, digest)
    }
}

impl Digested {
    /// Another reader, whose bytes come behind those before.
    pub fn also<R: Read>(&self, bytes: R) -> Hashed<R> {
        Hashed { bytes, digest: self.clone() }
    }

    /// The SHA-256 in lower-case hexadecimal.
    pub fn hexadecimal(&self) -> String {
        let digest = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        let mut digest = self.digest.0.lock().unwrap_or_else(PoisonError::into_inner);
        digest.update(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_hashed() {
        let (mut bytes, digest) = Hashed::new(&b"abc"[..]);
        io::copy(&mut bytes, &mut io::sink()).unwrap();
        assert!(digest.hexadecimal().starts_with("ba7816bf8f01cfea"));
    }
}
