//! Name-value pairs, as PARAMS records carry them.

/// Appends one pair. The name isn't empty; the value may be.
///
/// Lengths up to 127 take one byte, longer ones four with the top bit set (FastCGI 1.0, 3.4).
#[inline]
pub fn write_param(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.reserve(8 + name.len() + value.len());
    write_length(out, name.len());
    write_length(out, value.len());
    out.extend_from_slice(name);
    out.extend_from_slice(value);
}

/// Appends one pair whose value comes in parts.
pub fn write_joined_param(out: &mut Vec<u8>, name: &[u8], parts: &[&str]) {
    write_length(out, name.len());
    write_length(out, parts.iter().map(|part| part.len()).sum());
    out.extend_from_slice(name);
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
}

fn write_length(out: &mut Vec<u8>, length: usize) {
    if let Ok(short @ 0..=0x7f) = u8::try_from(length) {
        out.push(short);
    } else {
        let long = u32::try_from(length).expect("an event is far smaller than 2 GiB") | LONG;
        out.extend_from_slice(&long.to_be_bytes());
    }
}

/// Writes pairs cut out of arbitrary bytes and reads them back.
///
/// # Panics
/// If they changed on the way: that is what it looks for.
pub fn fuzz_params(data: &[u8]) {
    let pairs: Vec<(&[u8], &[u8])> = data
        .split(|&byte| byte == b'\n')
        .map(|line| line.split_at(line.iter().position(|&byte| byte == b'=').unwrap_or(line.len())))
        .collect();
    let mut written = Vec::new();
    for (name, value) in &pairs {
        write_param(&mut written, name, value);
    }
    let mut rest = written.as_slice();
    for (name, value) in &pairs {
        let (name_length, value_length) = (read_length(&mut rest), read_length(&mut rest));
        assert_eq!(&rest[..name_length], *name, "the name changed on the way");
        assert_eq!(&rest[name_length..name_length + value_length], *value, "the value changed on the way");
        rest = &rest[name_length + value_length..];
    }
    assert!(rest.is_empty(), "more was written than there are pairs");
}

/// How many bytes the first of these pairs takes, lengths included.
pub(crate) fn pair_length(pairs: &[u8]) -> usize {
    let mut rest = pairs;
    let (name, value) = (read_length(&mut rest), read_length(&mut rest));
    pairs.len() - rest.len() + name + value
}

fn read_length(input: &mut &[u8]) -> usize {
    let size = if input[0] & 0x80 == 0 { 1 } else { 4 };
    let length = input[..size].iter().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte));
    *input = &input[size..];
    if size == 1 { length } else { length & !(LONG as usize) }
}

const LONG: u32 = 1 << 31;

#[cfg(test)]
mod tests;
