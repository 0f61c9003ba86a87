//! A response's body, compressed, where it would fit into no answer otherwise.

use miniz_oxide::deflate::compress_to_vec;

/// The bytes as a gzip member (RFC 1952), with no name and no time in it.
pub(crate) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut member = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    member.append(&mut compress_to_vec(bytes, LEVEL));
    member.extend_from_slice(&checksum(bytes).to_le_bytes());
    #[expect(clippy::cast_possible_truncation, reason = "RFC 1952: the length modulo 2^32")]
    member.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    member
}

/// CRC-32 as RFC 1952 has it.
fn checksum(bytes: &[u8]) -> u32 {
    let next = |sum: u32, &byte: &u8| TABLE[usize::from(sum.to_le_bytes()[0] ^ byte)] ^ (sum >> 8);
    !bytes.iter().fold(!0, next)
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "at most 255")]
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

/// Fast: six megabytes of text take about 60 ms.
const LEVEL: u8 = 3;

#[cfg(test)]
mod tests;
