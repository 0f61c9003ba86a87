//! A zip's files, put into a folder: what Lambda does with a layer.

#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Component, Path, PathBuf};

use flate2::read::DeflateDecoder;

/// Unpacks `zip` into `folder`, which is there and empty.
///
/// Files keep their permissions; what would lie outside the folder is refused, and so is more than
/// Lambda takes unpacked.
pub(super) fn unpack(zip: &[u8], folder: &Path) -> io::Result<()> {
    let mut left = UNPACKED_MAX;
    for entry in entries(zip)? {
        let path = folder.join(inside(&entry.name)?);
        if entry.name.ends_with('/') {
            fs::create_dir_all(&path)?;
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
            // A link that the zip brought itself must not lead the next file elsewhere.
            if !parent.canonicalize()?.starts_with(folder.canonicalize()?) {
                return Err(invalid(&format!("{} lies outside", entry.name)));
            }
        }
        let content = entry.content(zip, left)?;
        left -= content.len() as u64;
        if entry.mode & TYPE == LINK {
            let target = String::from_utf8(content).map_err(|_| invalid("a link's target is not UTF-8"))?;
            symlink(target, &path)?;
        } else {
            fs::write(&path, content)?;
            // A zip of a system without permissions has none: readable for all then.
            let mode = Some(entry.mode & 0o777).filter(|mode| *mode != 0).unwrap_or(0o644);
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}

struct Entry {
    name: String,
    /// 0: as it is; 8: deflated.
    method: u16,
    packed: usize,
    /// Where its local header is.
    at: usize,
    mode: u32,
}

impl Entry {
    fn content(&self, zip: &[u8], most: u64) -> io::Result<Vec<u8>> {
        let local = slice(zip, self.at, 30)?;
        let start = self.at + 30 + usize::from(u16_at(local, 26)) + usize::from(u16_at(local, 28));
        let packed = slice(zip, start, self.packed)?;
        let mut content = Vec::new();
        match self.method {
            0 => packed.take(most + 1).read_to_end(&mut content)?,
            8 => DeflateDecoder::new(packed).take(most + 1).read_to_end(&mut content)?,
            other => return Err(invalid(&format!("{} is packed by method {other}", self.name))),
        };
        if content.len() as u64 > most {
            return Err(invalid("unpacked it is over Lambda's 262,144,000 bytes"));
        }
        Ok(content)
    }
}

/// The central directory, which is found from the file's end (APPNOTE 4.3.16).
fn entries(zip: &[u8]) -> io::Result<Vec<Entry>> {
    let from = zip.len().saturating_sub(22 + usize::from(u16::MAX));
    let end = zip[from..]
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")
        .ok_or_else(|| invalid("it is not a zip"))?;
    let end = slice(zip, from + end, 22)?;
    let mut at = u32_at(end, 16);
    let mut entries = Vec::new();
    for _ in 0..u16_at(end, 10) {
        let header = slice(zip, at, 46)?;
        if !header.starts_with(b"PK\x01\x02") {
            return Err(invalid("its directory is damaged"));
        }
        let name_bytes = usize::from(u16_at(header, 28));
        let name = String::from_utf8_lossy(slice(zip, at + 46, name_bytes)?).into_owned();
        entries.push(Entry {
            name,
            method: u16_at(header, 10),
            packed: u32_at(header, 20),
            at: u32_at(header, 42),
            mode: u32::from(u16_at(header, 40)),
        });
        at += 46 + name_bytes + usize::from(u16_at(header, 30)) + usize::from(u16_at(header, 32));
    }
    Ok(entries)
}

fn inside(name: &str) -> io::Result<PathBuf> {
    let path = PathBuf::from(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if plain { Ok(path) } else { Err(invalid(&format!("{name} lies outside"))) }
}

fn slice(bytes: &[u8], at: usize, length: usize) -> io::Result<&[u8]> {
    let end = at.checked_add(length);
    end.and_then(|end| bytes.get(at..end)).ok_or_else(|| invalid("it is cut short"))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize
}

fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

const TYPE: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
/// Bytes of code and layers together, unpacked (Lambda quotas).
const UNPACKED_MAX: u64 = 262_144_000;
