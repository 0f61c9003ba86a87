use super::*;

#[test]
fn a_member_as_gunzip_reads_it() {
    let text = b"davy ".repeat(1_000);
    let member = compressed(&text);
    let body = miniz_oxide::inflate::decompress_to_vec(&member[10..member.len() - 8]).unwrap();
    assert_eq!(body, text);
    // The check value of CRC-32 (RFC 1952's polynomial) for the nine digits.
    assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    assert_eq!(member[member.len() - 4..], 5_000u32.to_le_bytes());
}
