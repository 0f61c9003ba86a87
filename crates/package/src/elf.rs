//! ELF files: what they need, and fixed paths in them replaced without moving a byte.

mod stand_in;

#[cfg(test)]
mod tests;

pub(crate) use self::stand_in::stand_in;

/// What the dynamic section says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elf {
    /// `EM_X86_64` is 62, `EM_AARCH64` 183.
    pub(crate) machine: u16,
    /// The loader, if it is a program.
    pub(crate) interpreter: Option<String>,
    /// Libraries by their names.
    pub(crate) needed: Vec<String>,
}

/// Reads a 64-bit little-endian ELF file; `None` for anything else, malformed ones too.
///
/// Source: System V ABI, "Object files" and "Dynamic linking".
pub(crate) fn read(bytes: &[u8]) -> Option<Elf> {
    if bytes.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let machine = u16::from_le_bytes(bytes.get(18..20)?.try_into().ok()?);
    let segments = segments(bytes)?;
    let text = |offset: usize| {
        let rest = bytes.get(offset..)?;
        let end = rest.iter().position(|byte| *byte == 0)?;
        String::from_utf8(rest[..end].to_vec()).ok()
    };
    let interpreter = segments.iter().find(|segment| segment.kind == PT_INTERP);
    let mut elf =
        Elf { machine, interpreter: interpreter.and_then(|found| text(found.offset)), needed: Vec::new() };
    let Some(dynamic) = segments.iter().find(|segment| segment.kind == PT_DYNAMIC) else { return Some(elf) };
    let entries: Vec<(usize, usize)> = (0..dynamic.length / 16)
        .map_while(|index| {
            let start = dynamic.offset.checked_add(index * 16)?;
            Some((number(bytes, start)?, number(bytes, start + 8)?))
        })
        .take_while(|(tag, _)| *tag != DT_NULL)
        .collect();
    let strings = entries.iter().find(|(tag, _)| *tag == DT_STRTAB)?.1;
    let load = segments.iter().find(|segment| {
        segment.kind == PT_LOAD
            && (segment.address..segment.address.saturating_add(segment.length)).contains(&strings)
    })?;
    let strings = strings - load.address + load.offset;
    for (_, offset) in entries.iter().filter(|(tag, _)| *tag == DT_NEEDED) {
        elf.needed.push(text(strings.checked_add(*offset)?)?);
    }
    Some(elf)
}

/// Replaces a path that is compiled in by another of the same length: it is filled up with slashes,
/// which a path may repeat, before its last name. Gives how many times it was found.
///
/// Only paths from their beginning are replaced: the byte before is none of a path's. The last name
/// should stay the same, since linkers let a shorter text share a longer one's end: the `cli` of
/// `/etc/php/8.2/cli` is also the name of PHP's interface.
pub(crate) fn replace_path(bytes: &mut [u8], from: &str, to: &str) -> usize {
    assert!(to.len() <= from.len(), "{to} does not fit into {from}");
    let last = to.trim_end_matches('/').rfind('/').unwrap_or(0);
    let filled = format!("{}{}{}", &to[..last], "/".repeat(from.len() - to.len()), &to[last..]);
    replace(bytes, from.as_bytes(), filled.as_bytes())
}

/// Gives a program another loader, whose path is no longer than the old one. False if it has none.
pub(crate) fn replace_interpreter(bytes: &mut [u8], to: &str) -> bool {
    let segments = segments(bytes).unwrap_or_default();
    let Some(segment) = segments.iter().find(|segment| segment.kind == PT_INTERP) else { return false };
    let end = segment.offset.saturating_add(segment.length);
    let Some(place) = bytes.get_mut(segment.offset..end).filter(|place| to.len() < place.len()) else {
        return false;
    };
    place.fill(0);
    place[..to.len()].copy_from_slice(to.as_bytes());
    true
}

/// What a library offers by name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Symbol {
    name: String,
    is_function: bool,
}

/// The functions and variables that a library offers; those of C++ apart.
fn offered(bytes: &[u8]) -> Option<Vec<Symbol>> {
    let table = number(bytes, 40)?;
    let half = |at: usize| {
        Some(usize::from(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?)))
    };
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let (size, count) = (half(58)?, half(60)?);
    let section = |index: usize| table.checked_add(index.checked_mul(size)?);
    let symbols = (0..count).filter_map(section).find(|at| word(at.saturating_add(4)) == Some(SHT_DYNSYM))?;
    let strings = section(usize::try_from(word(symbols + 40)?).ok()?)?;
    let strings = number(bytes, strings.checked_add(24)?)?;
    let (start, length) = (number(bytes, symbols + 24)?, number(bytes, symbols + 32)?);
    let mut names = Vec::new();
    for index in 0..length / 24 {
        let at = start.checked_add(index * 24)?;
        let (info, defined) = (*bytes.get(at.checked_add(4)?)?, half(at + 6)? != 0);
        let name = bytes.get(strings.checked_add(usize::try_from(word(at)?).ok()?)?..)?;
        let name = std::str::from_utf8(&name[..name.iter().position(|byte| *byte == 0)?]).ok()?;
        let (kind, is_global) = (info & 0xf, matches!(info >> 4, 1 | 2));
        if defined && is_global && matches!(kind, 1 | 2) && !name.starts_with("_Z") {
            names.push(Symbol { name: name.to_owned(), is_function: kind == 2 });
        }
    }
    Some(names)
}

fn segments(bytes: &[u8]) -> Option<Vec<Segment>> {
    let table = number(bytes, 32)?;
    let size = usize::from(u16::from_le_bytes(bytes.get(54..56)?.try_into().ok()?));
    let count = usize::from(u16::from_le_bytes(bytes.get(56..58)?.try_into().ok()?));
    let mut segments = Vec::new();
    for index in 0..count {
        let start = table.checked_add(index.checked_mul(size)?)?;
        let kind = u32::from_le_bytes(bytes.get(start..start.checked_add(4)?)?.try_into().ok()?);
        segments.push(Segment {
            kind,
            offset: number(bytes, start + 8)?,
            address: number(bytes, start + 16)?,
            length: number(bytes, start + 32)?,
        });
    }
    Some(segments)
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) -> usize {
    let mut found = 0;
    let mut at = 0;
    while let Some(position) = position(&bytes[at..], from) {
        let start = at + position;
        let before = start.checked_sub(1).map(|index| bytes[index]);
        if !before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'/') {
            bytes[start..start + from.len()].copy_from_slice(to);
            found += 1;
        }
        at = start + from.len();
    }
    found
}

fn position(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == first)?;
        if bytes[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

struct Segment {
    kind: u32,
    offset: usize,
    address: usize,
    length: usize,
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let eight = bytes.get(at..at.checked_add(8)?)?;
    usize::try_from(u64::from_le_bytes(eight.try_into().ok()?)).ok()
}

const SHT_DYNSYM: u32 = 11;
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_INTERP: u32 = 3;
const DT_NULL: usize = 0;
const DT_NEEDED: usize = 1;
const DT_STRTAB: usize = 5;
