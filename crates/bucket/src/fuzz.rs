//! What the fuzz targets run, and ordinary tests too.

use crate::key::{self, Key};
use crate::protocol::Decoder;
use crate::range::Range;
use crate::xml::Element;

/// An aws-chunked body decodes to the same, or is refused, however it is cut.
///
/// # Panics
/// If it makes a difference.
pub fn fuzz_chunks(data: &[u8]) {
    let decode = |step: usize| {
        let (mut decoder, mut bytes) = (Decoder::new(None), Vec::new());
        for piece in data.chunks(step.max(1)) {
            decoder.feed(piece, |piece| bytes.extend_from_slice(piece)).ok()?;
        }
        Some((bytes, decoder.finish().ok()?))
    };
    let whole = decode(data.len());
    assert!(decode(1) == whole && decode(7) == whole, "the cuts made a difference");
}

/// Any bytes are an XML document, or none; none ends the process.
pub fn fuzz_document(data: &[u8]) {
    let _ = Element::read(data, "Delete");
}

/// Any key has a file of its own below its folder; any `Range` lies within the object.
///
/// # Panics
/// If not.
pub fn fuzz_key(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let size = data.len() as u64;
    if let Range::Part { start, end } = Range::parse(&text, size) {
        assert!(start <= end && end < size, "{text:?} of {size}");
    }
    let Some(key) = Key::new(text) else { return };
    let location = key.location();
    let folders: Vec<&str> = location.folder.iter().filter_map(|name| name.to_str()).collect();
    for name in folders.iter().copied().chain([location.name.as_str()]) {
        let plain = name.len() <= 255 && !name.contains(['/', '\0']) && !matches!(name, "" | "." | "..");
        assert!(plain, "{name:?} is no file's name");
    }
    let folders = folders.iter().map(|name| key::read_folder(name));
    let read = folders.chain([key::read_file(&location.name)]).collect::<Option<String>>();
    assert_eq!(read.as_deref(), Some(key.as_str()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    #[test]
    fn seeds() {
        for data in [
            &b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"[..],
            b"5;chunk-signature=x\r\nhello\r\n0\r\n\r\n\r\n",
            b"fffffffffffffffff\r\n",
            b"0\r\n",
            b"",
        ] {
            fuzz_chunks(data);
        }
        for data in [&b"<Delete><Key>&#x110000;</Key></Delete>"[..], b"<Delete a=\"", b"<!DOCTYPE Delete ["] {
            fuzz_document(data);
        }
        for data in
            ["bytes=-1", "bytes=0-0", "..", "%+", "%", "a%+/b", &"/".repeat(1_024), &"%".repeat(1_024)]
        {
            fuzz_key(data.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..200)) {
            fuzz_chunks(&data);
            fuzz_document(&data);
            fuzz_key(&data);
        }

        /// Keys of what paths are sensitive to, longer than a file's name.
        #[test]
        fn odd_keys(text in "[a./%+\\\\\u{0}é]{1,400}") {
            fuzz_key(text.as_bytes());
        }
    }
}
