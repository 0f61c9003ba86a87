use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(TraceHeader::parse(text).to_string(), expected);
}

#[test]
fn a_header_comes_back_as_it_was() {
    for text in [
        "Root=1-5759e988-bd862e3fe1be46a994272793",
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:0a1b2c3d:0",
    ] {
        check(text, text);
    }
}

#[test]
fn order_spaces_and_strangers_do_not_matter() {
    check(
        " Sampled=1 ; Self=1-2-3; Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272793",
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
    );
}

#[test]
fn malformed_parts_count_as_absent() {
    check("Root=1-5759e988;Parent=xyz;Sampled=?;;=;Lineage", "");
    check("Root=2-5759e988-bd862e3fe1be46a994272793;Sampled=0", "Sampled=0");
}

#[test]
fn any_bytes_are_read() {
    let header = b"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a:0";
    for start in 0..header.len() {
        for byte in [0, b';', b'=', b' ', 0xc3, 0xff] {
            let mut data = header.to_vec();
            data[start] = byte;
            fuzz_header(&data);
            fuzz_header(&data[start..]);
            fuzz_header(&data[..start]);
        }
    }
}
