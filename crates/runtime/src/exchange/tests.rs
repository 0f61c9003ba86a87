use super::*;

/// Everything that is written, when each write takes at most `step` bytes.
fn written(body: &[u8], step: usize) -> Vec<u8> {
    let mut exchange = Exchange::new(b"\x01\x01AB", Body::Own(body.to_vec())).unwrap();
    let mut out = Vec::new();
    exchange
        .write(|slices| {
            let all: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
            let taken = all.len().min(step);
            out.extend_from_slice(&all[..taken]);
            Ok(taken)
        })
        .unwrap();
    assert!(exchange.is_sent());
    out
}

#[test]
fn a_body_of_any_length_survives_writes_of_any_length() {
    for length in [0, 1, COPIED, COPIED + 1, RECORD_MAX, RECORD_MAX + 1, 2 * RECORD_MAX, 40 * RECORD_MAX + 7]
    {
        let body: Vec<u8> = (0..length).map(|index| u8::try_from(index % 251).unwrap()).collect();
        let all = written(&body, usize::MAX);
        assert_eq!(all, written(&body, 7_919), "a body of {length} bytes");
        let mut stdin = Vec::new();
        let mut rest = &all[16 + 12 + 8..];
        loop {
            let content = usize::from(u16::from_be_bytes([rest[4], rest[5]]));
            assert_eq!(rest[..4], [1, 5, 0, 1]);
            stdin.extend_from_slice(&rest[8..8 + content]);
            rest = &rest[8 + content..];
            if content == 0 {
                break;
            }
        }
        assert!(stdin == body && rest.is_empty(), "a body of {length} bytes");
    }
}

#[test]
fn a_write_that_failed_at_once_delivered_nothing() {
    let mut exchange = Exchange::new(b"", Body::Own(Vec::new())).unwrap();
    assert!(exchange.write(|_| Err(io::ErrorKind::BrokenPipe.into())).is_err());
    assert!(!exchange.is_delivered());
    let mut first = true;
    let result = exchange
        .write(|_| if std::mem::take(&mut first) { Ok(3) } else { Err(io::ErrorKind::BrokenPipe.into()) });
    assert!(result.is_err() && exchange.is_delivered());
}
