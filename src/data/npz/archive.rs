//! An open archive: its members, their headers, and their bytes.

use std::collections::BTreeSet;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};
use zip::ZipArchive;
use zip::result::ZipError;

use super::elements;
use super::header::{Header, damaged};
use super::info::ArrayInfo;
use super::signature::not_an_archive;
use crate::data::numbers::Numbers;
use crate::error::{Error, Result};
use crate::input::open_file;
use crate::memory::refuse_to_read;

/// The most bytes of headers that a list reads: enough for tens of thousands of honest arrays.
const LISTED_HEADERS: usize = 16 << 20;

/// An NPZ archive. Its errors name arrays; the caller, who knows the path, adds it.
pub(in crate::rooms::data) struct Archive {
    zip: ZipArchive<Box<dyn Bytes>>,
    /// A name and its member's index, in the archive's order.
    arrays: Vec<(String, usize)>,
    /// Bytes of headers that a list may still read.
    headers_left: usize,
}

/// Where an archive's bytes come from: its file, or memory.
trait Bytes: Read + Seek {}

impl<B: Read + Seek> Bytes for B {}

impl Archive {
    /// Opens the archive at `path` and reads its table of contents.
    pub fn open(path: &Path) -> Result<Self> {
        let file = open_file(path).map_err(|error| unreadable(&error))?;
        Self::of(Box::new(BufReader::new(file)))
    }

    /// The same with the SHA-256 of the file in lower-case hexadecimal. Its arrays are read from the hashed
    /// bytes, whatever another process does to the file meanwhile.
    pub fn open_hashed(path: &Path) -> Result<(Self, String)> {
        let mut file = open_file(path).map_err(|error| unreadable(&error))?;
        refuse_to_read(file.metadata().map_err(|error| unreadable(&error))?.len())?;
        let mut bytes = vec![];
        file.read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok((Self::of(Box::new(Cursor::new(bytes)))?, sha256))
    }

    fn of(mut bytes: Box<dyn Bytes>) -> Result<Self> {
        let mut start = Vec::new();
        (&mut bytes).take(512).read_to_end(&mut start).map_err(|error| unreadable(&error))?;
        if let Some(found) = not_an_archive(&start) {
            return Err(Error::input(found));
        }
        let broken = |error: ZipError| {
            Error::input(format!(
                "the archive is truncated or damaged ({error}): copy, download or write it again"
            ))
        };
        let zip = ZipArchive::new(bytes).map_err(broken)?;
        let directory = zip.central_directory_start();
        // The zip library shows one member per name: the table of contents is read here too.
        let mut bytes = zip.into_inner();
        bytes.seek(SeekFrom::Start(directory)).map_err(|error| unreadable(&error))?;
        refuse_duplicates(&mut bytes)?;
        let zip = ZipArchive::new(bytes).map_err(broken)?;
        let arrays = (0..zip.len())
            .filter_map(|index| {
                Some((zip.name_for_index(index)?.strip_suffix(".npy")?.into(), index))
            })
            .collect();
        Ok(Self { zip, arrays, headers_left: LISTED_HEADERS })
    }

    /// Refuses arrays that together take more memory than there is, before any of them is read: 8 bytes
    /// per element, and for one at a time 8 more and its own bytes. Inputs stay bytes where all of them are.
    pub fn check_memory(&mut self, inputs: &[&str], targets: &[&str]) -> Result<()> {
        let [inputs, targets] =
            [inputs, targets].map(|names| self.honest_headers(names).collect::<Result<Vec<_>>>());
        let (inputs, targets) = (inputs?, targets?);
        let stay_bytes = inputs.iter().flatten().all(|header| header.element.is_byte());
        let inputs = inputs.iter().flatten().map(|own| (own, if stay_bytes { 1 } else { 8 }));
        let targets = targets.iter().flatten().map(|own| (own, 8));
        let (mut kept, mut most) = (0u64, 0);
        for (header, bytes) in inputs.chain(targets) {
            let decoded = bytes * header.count as u64;
            kept = kept.saturating_add(decoded);
            most = most.max(decoded.saturating_add(header.bytes as u64));
        }
        refuse_to_read(kept.saturating_add(most))
    }

    /// The names of all arrays.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.arrays.iter().map(|(name, _)| name.as_str())
    }

    /// True if the archive holds an array of this name.
    pub fn has(&self, name: &str) -> bool {
        self.arrays.iter().any(|(known, _)| known == name)
    }

    /// Every array of the archive.
    pub fn list(&mut self) -> Vec<ArrayInfo> {
        (0..self.arrays.len()).map(|position| self.info(position)).collect()
    }

    fn info(&mut self, position: usize) -> ArrayInfo {
        let (name, index) = self.arrays[position].clone();
        let bytes = self.zip.by_index_raw(index).map_or(0, |member| member.size());
        let (dtype, shape, fortran_order) = match self.listed_header(index) {
            Ok(header) => (header.element.describe(), header.shape, header.fortran_order),
            Err(error) => (format!("unreadable: {error}"), Vec::new(), false),
        };
        ArrayInfo { name, dtype, shape, fortran_order, bytes }
    }

    /// The numbers of the array `name`; any other type is refused.
    pub fn numbers(&mut self, name: &str) -> Result<Numbers> {
        self.read_numbers(name).map_err(|error| error.within(format!("array {name}")))
    }

    fn read_numbers(&mut self, name: &str) -> Result<Numbers> {
        let index = self.index(name)?;
        let element = self.header(index)?.element;
        if !element.is_number() {
            return Err(elements::not_numbers(name, &element));
        }
        let (header, raw) = self.member(index)?;
        elements::numbers(&header, raw)
    }

    /// The texts of the array `name`, in C order; `None` if its elements are not text.
    pub fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>> {
        self.read_texts(name).map_err(|error| error.within(format!("array {name}")))
    }

    fn read_texts(&mut self, name: &str) -> Result<Option<Vec<String>>> {
        let index = self.index(name)?;
        if !self.header(index)?.element.is_text() {
            return Ok(None);
        }
        let (header, raw) = self.member(index)?;
        elements::texts(&header, &raw[raw.len() - header.bytes..]).map(Some)
    }

    fn index(&self, name: &str) -> Result<usize> {
        let found = self.arrays.iter().find(|(known, _)| known == name);
        found.map(|(_, index)| *index).ok_or_else(|| Error::input("not in the archive"))
    }

    /// The honest headers of these arrays.
    fn honest_headers(&mut self, names: &[&str]) -> impl Iterator<Item = Result<Option<Header>>> {
        names.iter().map(|name| {
            let honest = self.index(name).and_then(|index| self.honest_header(index));
            honest.map_err(|error| error.within(format!("array {name}")))
        })
    }

    /// The header of a member whose size is as its header claims; other members are refused where they are read.
    fn honest_header(&mut self, index: usize) -> Result<Option<Header>> {
        let mut member = self.zip.by_index(index).map_err(|error| refused(&error))?;
        let mut raw = vec![];
        let header = Header::read(&mut member, &mut raw)?;
        let expected = raw.len() as u64 + header.bytes as u64;
        Ok((member.size() == expected).then_some(header))
    }

    fn listed_header(&mut self, index: usize) -> Result<Header> {
        if self.headers_left == 0 {
            return Err(Error::input("the headers of this archive have no end"));
        }
        let mut member = self.zip.by_index(index).map_err(|error| refused(&error))?;
        let mut raw = vec![];
        let header = Header::read(&mut member, &mut raw);
        self.headers_left = self.headers_left.saturating_sub(raw.len());
        header
    }

    fn header(&mut self, index: usize) -> Result<Header> {
        let mut member = self.zip.by_index(index).map_err(|error| refused(&error))?;
        Header::read(&mut member, &mut Vec::new())
    }

    /// The header of a member, and all its bytes, exactly as many as the header claims.
    ///
    /// Two claims must agree before elements are read, the header's and the archive's, and then
    /// at most one byte more is read: neither can make memory grow beyond what the file holds.
    fn member(&mut self, index: usize) -> Result<(Header, Vec<u8>)> {
        let mut member = self.zip.by_index(index).map_err(|error| refused(&error))?;
        let mut raw = Vec::new();
        let header = Header::read(&mut member, &mut raw)?;
        let expected = raw.len() as u64 + header.bytes as u64;
        if member.size() == expected {
            let rest = header.bytes as u64 + 1;
            member.take(rest).read_to_end(&mut raw).map_err(|error| damaged(&error))?;
            if raw.len() as u64 == expected {
                return Ok((header, raw));
            }
        }
        Err(Error::input(format!(
            "its header claims the shape {:?} of {}, {} bytes, but the archive does not hold as many: \
             the file is damaged; copy, download or write it again",
            header.shape,
            header.element.describe(),
            header.bytes
        )))
    }
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::input(format!("cannot be read: {error}"))
}

/// The error for a member that the zip library does not open.
fn refused(error: &ZipError) -> Error {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Error::input(
            "it is encrypted, which is not supported; save the archive without a password",
        ),
        ZipError::UnsupportedArchive(_) => Error::input(
            "its compression method is not supported; allowed are stored and deflated: save it with \
             np.savez or np.savez_compressed",
        ),
        other => {
            Error::input(format!("the file is damaged ({other}): copy, download or write it again"))
        }
    }
}

/// Refuses an archive with two members of one name, of which the zip library would show the last.
///
/// `directory` stands at the table of contents: records of 46 bytes that give, from byte 28 on,
/// the lengths of the name, the extra fields and the comment that follow them.
fn refuse_duplicates(directory: &mut impl Read) -> Result<()> {
    let mut names = BTreeSet::new();
    let mut record = [0; 46];
    while directory.read_exact(&mut record).is_ok() && record.starts_with(b"PK\x01\x02") {
        let length = |at: usize| u64::from(u16::from_le_bytes([record[at], record[at + 1]]));
        let (mut name, mut rest) = (Vec::new(), Vec::new());
        directory
            .by_ref()
            .take(length(28))
            .read_to_end(&mut name)
            .map_err(|error| damaged(&error))?;
        let skipped = length(30) + length(32);
        directory.by_ref().take(skipped).read_to_end(&mut rest).map_err(|error| damaged(&error))?;
        if let Some(name) = names.replace(name) {
            let name = String::from_utf8_lossy(&name);
            let name = name.strip_suffix(".npy").unwrap_or(&name).escape_debug();
            return Err(Error::input(format!(
                "the archive holds two arrays named {name}; write it again with one of each name"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_those_of_the_bytes_that_were_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.npz");
        let write = |value: f64| {
            let mut archive = ndarray_npy::NpzWriter::new(std::fs::File::create(&path).unwrap());
            archive.add_array("X", &ndarray::arr1(&[value; 3])).unwrap();
            archive.finish().unwrap();
            std::fs::read(&path).unwrap()
        };
        let bytes = write(1.0);
        let (mut archive, sha256) = Archive::open_hashed(&path).unwrap();
        // Another process writes to the file, in place.
        assert_ne!(write(2.0), bytes);
        let values = archive.numbers("X").unwrap().into_reals();
        assert_eq!(values.into_raw_vec_and_offset().0, [1.0; 3]);
        let hashed: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(sha256, hashed);
    }
}
