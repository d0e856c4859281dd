//! An NPY array, written in blocks of rows.
//!
//! ndarray-npy writes whole arrays; this is for those larger than memory.

use std::io::{self, BufWriter, Seek, SeekFrom, Write};

/// The length of the header, in bytes: it aligns the data after it, as NumPy asks.
const HEADER: usize = 128;

/// An array of rows in C order; their number is known only at the end.
pub(super) struct NpyOutput<W: Write + Seek> {
    writer: BufWriter<W>,
    element: &'static str,
    /// The numbers per row; None for an array of one axis.
    columns: Option<usize>,
}

impl<W: Write + Seek> NpyOutput<W> {
    /// `element` is NumPy's code of the type, such as `<f4`.
    pub fn new(writer: W, element: &'static str, columns: Option<usize>) -> io::Result<Self> {
        let mut writer = BufWriter::with_capacity(1 << 16, writer);
        // Room for the header, which tells the number of rows.
        writer.write_all(&[0; HEADER])?;
        Ok(NpyOutput { writer, element, columns })
    }

    /// Adds elements.
    pub fn write<const N: usize>(
        &mut self,
        elements: impl IntoIterator<Item = [u8; N]>,
    ) -> io::Result<()> {
        elements.into_iter().try_for_each(|bytes| self.writer.write_all(&bytes))
    }

    /// Writes the header, and returns the writer.
    pub fn finish(mut self, rows: u64) -> io::Result<W> {
        let columns = self.columns.map_or_else(String::new, |columns| columns.to_string());
        let element = self.element;
        let dictionary = format!(
            "{{'descr': '{element}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
        );
        // Magic, version 1.0, the length of what follows; blanks, and a line end.
        let mut header = b"\x93NUMPY\x01\x00".to_vec();
        header.extend((HEADER as u16 - 10).to_le_bytes());
        header.extend(dictionary.bytes());
        header.resize(HEADER - 1, b' ');
        header.push(b'\n');
        self.writer.seek(SeekFrom::Start(0))?;
        self.writer.write_all(&header)?;
        self.writer.into_inner().map_err(io::IntoInnerError::into_error)
    }
}
