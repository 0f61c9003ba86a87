//! AWS's event stream: binary messages with headers and two checksums.
//!
//! ```text
//! total length  headers length  CRC of those 8 bytes  headers  payload  CRC of all before
//! 4             4               4                     …        …        4
//! ```

use crc::{CRC_32_ISO_HDLC, Crc};

/// One message of type `event`.
pub(super) fn message(event: &str, content_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in [(":event-type", event), (":content-type", content_type), (":message-type", "event")]
    {
        headers.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        headers.extend(name.as_bytes());
        headers.push(STRING);
        headers.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        headers.extend(value.as_bytes());
    }
    let total = 16 + headers.len() + payload.len();
    let mut message = Vec::with_capacity(total);
    message.extend(length(total));
    message.extend(length(headers.len()));
    message.extend(CHECKSUM.checksum(&message).to_be_bytes());
    message.extend(headers);
    message.extend(payload);
    message.extend(CHECKSUM.checksum(&message).to_be_bytes());
    message
}

/// Payloads end at six megabytes, far below what four bytes hold.
fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

const CHECKSUM: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
/// The type of a header's value.
const STRING: u8 = 7;
