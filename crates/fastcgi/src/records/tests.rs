use proptest::prelude::*;

use super::*;

#[test]
fn a_request_begins_as_the_specification_draws_it() {
    let mut out = Vec::new();
    write_begin(&mut out, Connection::Keep);
    assert_eq!(out, [1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    assert_eq!(VALUES_QUESTION, [1, 9, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn parameters_beyond_one_record_are_split() {
    let (mut pairs, mut out) = (Vec::new(), Vec::new());
    crate::write_param(&mut pairs, b"LONG", &vec![b'v'; 65_000]);
    crate::write_param(&mut pairs, b"MORE", &[b'v'; 600]);
    write_params(&mut out, &pairs).unwrap();
    // 65,000 and 4 and five for the lengths.
    assert_eq!(out[..8], [1, 4, 0, 1, 0xfd, 0xf1, 0, 0]);
    assert_eq!(out[8 + 65_009..][..12], [1, 4, 0, 1, 0x02, 0x61, 0, 0, 4, 0x80, 0, 2]);
    assert!(out.ends_with(&[b'v', 1, 4, 0, 1, 0, 0, 0, 0]));
    crate::write_param(&mut pairs, b"TOO_LONG", &vec![b'v'; 65_536]);
    assert_eq!(write_params(&mut out, &pairs), Err(PairTooLong { bytes: 65_549 }));
}

#[test]
fn an_answer_comes_out_in_its_parts() {
    let mut answer = record(STDERR, 1, b"PHP message: odd\n", 3);
    answer.extend(record(STDOUT, 1, b"Status: 204\r\n\r\n", 1));
    answer.extend(record(STDOUT, 1, b"", 0));
    answer.extend(record(END_REQUEST, 1, &[0, 0, 0, 7, 0, 0, 0, 0], 0));
    answer.extend(record(GET_VALUES_RESULT, 0, b"\x0f\x01FCGI_MPXS_CONNS0", 5));
    let (stdout, stderr, others) = transcript(&answer, answer.len());
    assert_eq!(stdout, b"Status: 204\r\n\r\n");
    assert_eq!(stderr, b"PHP message: odd\n");
    assert_eq!(others, ["End { exit_status: 7, protocol_status: 0 }", "Values"]);
}

#[test]
fn what_is_no_answer_is_named() {
    check(&[2, 6, 0, 1, 0, 0, 0, 0], Malformed::Version(2));
    check(&[1, 8, 0, 1, 0, 0, 0, 0], Malformed::Kind(8));
    check(&[1, 6, 0, 9, 0, 0, 0, 0], Malformed::Request(9));
    check(&[1, 3, 0, 1, 0, 7, 0, 0], Malformed::EndLength(7));
}

#[track_caller]
fn check(input: &[u8], expected: Malformed) {
    assert_eq!(Decoder::default().next(&mut &*input), Some(Err(expected)));
}

fn record(kind: u8, id: u16, content: &[u8], padding: u8) -> Vec<u8> {
    let mut record = header(kind, id, length(content)).to_vec();
    record[6] = padding;
    record.extend_from_slice(content);
    record.resize(record.len() + usize::from(padding), 0);
    record
}

proptest! {
    #[test]
    fn the_cut_of_the_input_changes_nothing(
        pieces in prop::collection::vec((prop::sample::select(vec![3u8, 6, 7, 10]),
            prop::collection::vec(any::<u8>(), 0..20), 0u8..9), 0..8),
        tail in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut data = Vec::new();
        for (kind, content, padding) in pieces {
            data.extend(record(kind, u16::from(kind != GET_VALUES_RESULT), &content, padding));
        }
        data.extend(tail);
        fuzz_records(&data);
    }
}
