//! Files into a zip whose bytes depend on nothing but their names, modes and contents.

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use flate2::{Compression, Crc, write::DeflateEncoder};

/// Writes one archive. Entries are written in the order in which they are added: sort them.
pub struct Writer<W> {
    inner: W,
    written: u64,
    directory: Vec<u8>,
    entries: u64,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A file and its bytes.
    File {
        /// The content.
        bytes: &'a [u8],
        /// Whether it may be executed.
        executable: bool,
    },
    /// A symbolic link and where it leads.
    Link(&'a str),
}

impl<W: Write> Writer<W> {
    /// Begins an archive.
    pub fn new(inner: W) -> Writer<W> {
        Writer { inner, written: 0, directory: Vec::new(), entries: 0 }
    }

    /// Adds one entry; `path` has slashes and none at its beginning.
    ///
    /// Errors: those of the writer beneath, and `InvalidInput` for what the format cannot hold.
    pub fn add(&mut self, path: &str, kind: Kind<'_>) -> io::Result<()> {
        let (bytes, mode): (&[u8], u32) = match kind {
            Kind::File { bytes, executable: false } => (bytes, 0o100_644),
            Kind::File { bytes, executable: true } => (bytes, 0o100_755),
            Kind::Link(target) => (target.as_bytes(), 0o120_777),
        };
        let mut crc = Crc::new();
        crc.update(bytes);
        let packed = deflate(bytes)?;
        // What does not shrink is stored.
        let (method, content) =
            if packed.len() < bytes.len() { (DEFLATED, &packed[..]) } else { (STORED, bytes) };
        let offset = small(self.written)?;
        let mut common = Vec::with_capacity(26);
        common.extend(VERSION_NEEDED.to_le_bytes());
        common.extend(UTF8_NAMES.to_le_bytes());
        common.extend(method.to_le_bytes());
        common.extend(MIDNIGHT.to_le_bytes());
        common.extend(FIRST_DAY.to_le_bytes());
        common.extend(crc.sum().to_le_bytes());
        common.extend(small(content.len() as u64)?.to_le_bytes());
        common.extend(small(bytes.len() as u64)?.to_le_bytes());
        let length = u16::try_from(path.len()).map_err(|_| too_much("a path has more than 65,535 bytes"))?;
        common.extend(length.to_le_bytes());
        common.extend(0_u16.to_le_bytes()); // no extra fields

        self.write(&LOCAL_HEADER)?;
        self.write(&common)?;
        self.write(path.as_bytes())?;
        self.write(content)?;

        self.directory.extend(CENTRAL_HEADER);
        self.directory.extend(MADE_BY_UNIX.to_le_bytes());
        self.directory.extend(&common);
        self.directory.extend([0; 6]); // no comment, first disk, no internal attributes
        self.directory.extend((mode << 16).to_le_bytes());
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(path.as_bytes());
        self.entries += 1;
        Ok(())
    }

    /// Writes the directory and gives the writer back.
    ///
    /// Errors: as [`Writer::add`].
    pub fn finish(mut self) -> io::Result<W> {
        let entries =
            u16::try_from(self.entries).map_err(|_| too_much("the archive has more than 65,535 files"))?;
        let (start, directory) = (small(self.written)?, std::mem::take(&mut self.directory));
        self.write(&directory)?;
        let mut end = END_OF_DIRECTORY.to_vec();
        end.extend([0; 4]); // one disk
        end.extend(entries.to_le_bytes());
        end.extend(entries.to_le_bytes());
        end.extend(small(directory.len() as u64)?.to_le_bytes());
        end.extend(start.to_le_bytes());
        end.extend(0_u16.to_le_bytes()); // no comment
        self.write(&end)?;
        Ok(self.inner)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_all(bytes)?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

fn deflate(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::new(LEVEL));
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Without zip64 sizes have 32 bits: far beyond what Lambda takes.
fn small(number: u64) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| too_much("the archive has more than 4 GiB"))
}

fn too_much(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

/// Part of the bytes: another level is another archive.
const LEVEL: u32 = 6;

// Source: PKWARE's APPNOTE 6.3.10, sections 4.3 and 4.4.
const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
const CENTRAL_HEADER: [u8; 4] = *b"PK\x01\x02";
const END_OF_DIRECTORY: [u8; 4] = *b"PK\x05\x06";
const VERSION_NEEDED: u16 = 20;
const MADE_BY_UNIX: u16 = 0x031e;
const UTF8_NAMES: u16 = 1 << 11;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const MIDNIGHT: u16 = 0;
/// 1980-01-01: the first day that the format knows.
const FIRST_DAY: u16 = 1 << 5 | 1;
