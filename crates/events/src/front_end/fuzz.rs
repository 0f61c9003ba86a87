//! The fuzz bodies: whatever a client sends and a function returns, what comes out is whole.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::Value;

use super::{
    Context, FrontEnd, HeaderMaps, PathParameter, PayloadFormat, Reply, Request, Source, Switches, event,
    interpret, interpret_stream,
};

/// Reads `data` as what a function returned to each front end: a response that HTTP can carry, or
/// a refusal, and never a panic.
///
/// # Panics
/// If a response is not what HTTP can carry.
pub fn fuzz_answer(data: &[u8]) {
    let replies = front_ends().into_iter().map(|front_end| {
        let accept = data.first().is_some_and(|byte| byte % 2 == 0).then_some("image/png");
        interpret(&front_end, data, accept, &Switches::default())
    });
    for reply in
        replies.chain(front_ends().iter().map(|front_end| interpret_stream(front_end, data))).flatten()
    {
        let Reply { status, headers, .. } = reply;
        assert!((200..=599).contains(&status), "{status}");
        for header in headers {
            assert!(!header.name.is_empty() && header.name.bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(!header.value.contains(['\r', '\n', '\0']), "{header:?}");
        }
    }
}

/// Reads `data` as a request, line by line: target, header lines, an empty line, body. Every front
/// end's event is JSON, and where it promises the body, that is in it byte for byte.
///
/// # Panics
/// If it is not.
pub fn fuzz_request(data: &[u8]) {
    let (head, body) = match data.windows(2).position(|window| window == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (data, &[][..]),
    };
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let target = lines.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Vec<(Cow<'_, str>, Cow<'_, str>)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.into(), value.trim().into()))
        .collect();
    let request = Request { method: "POST", path, query, headers: &headers, body };
    let variables = BTreeMap::new();
    let parameters = [PathParameter { name: "proxy", value: path }];
    let context = Context {
        account: "",
        api_id: "",
        domain_name: "",
        stage: "$default",
        stage_variables: &variables,
        route_path: path,
        route_key: "ANY /{proxy+}",
        resource_id: "",
        deployment_id: "",
        path_parameters: &parameters,
        request_id: "",
        extended_request_id: "",
        trace: "",
        epoch_milliseconds: 0,
        source: Source { address: Ipv4Addr::LOCALHOST.into(), port: 80, secure: false },
        caller: None,
    };
    for front_end in front_ends() {
        let json = event(&front_end, &request, &context, &Switches::default());
        let value: Value = serde_json::from_slice(&json).expect("an event is JSON");
        let text = value["body"].as_str().unwrap_or_default();
        let found = if value["isBase64Encoded"] == true {
            base64_simd::STANDARD.decode_to_vec(text).expect("isBase64Encoded is true for base64 alone")
        } else {
            text.as_bytes().to_vec()
        };
        // REST takes bytes for text unless the type is among its binary media types.
        if !matches!(front_end, FrontEnd::RestApi { .. }) {
            assert!(found == body, "{front_end:?} changed the body");
        }
    }
}

fn front_ends() -> [FrontEnd; 6] {
    let balancer = |maps| FrontEnd::LoadBalancer { maps, target_group: String::new() };
    [
        FrontEnd::HttpApi(PayloadFormat::V1),
        FrontEnd::HttpApi(PayloadFormat::V2),
        FrontEnd::RestApi { binary_media_types: vec!["image/*".to_owned()] },
        FrontEnd::FunctionUrl,
        balancer(HeaderMaps::SingleValue),
        balancer(HeaderMaps::MultiValue),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every way to spoil a seed by one byte taken out, doubled or changed.
    fn spoiled(seed: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
        (0..seed.len()).flat_map(move |at| {
            let (before, after) = seed.split_at(at);
            let with = |middle: &[u8]| [before, middle, &after[1..]].concat();
            [
                with(b""),
                with(b"\""),
                with(b"\0"),
                with(b"\\"),
                with(b"\xff"),
                with(&[after[0]; 2]),
                before.to_vec(),
            ]
        })
    }

    #[test]
    fn spoiled_answers() {
        let seeds: [&[u8]; 5] = [
            br#"{"statusCode":200,"headers":{"a":"b","c":1},"cookies":["d=e"],"body":"Zg==","isBase64Encoded":true}"#,
            br#"{"statusCode":"201","multiValueHeaders":{"a":["b",null]},"headers":null,"body":{"x" : [1, "\u00e9"]}}"#,
            br#"[1, 2.5e3, "a\"b", {"c": null}]"#,
            br#""just \"text\"""#,
            b"{\"statusCode\":200,\"headers\":{\"a\":\"b\"}}\0\0\0\0\0\0\0\0body",
        ];
        for seed in seeds {
            fuzz_answer(seed);
            spoiled(seed).for_each(|data| fuzz_answer(&data));
        }
    }

    #[test]
    fn spoiled_requests() {
        let seeds: [&[u8]; 3] = [
            b"/a%20b/%e2%82%ac/%2F//?x=1&x=2&=&y+z=%zz%\nHost: h\nCookie: a=1; b=2;;c\nX-A: 1\nx-a: 2\n\nbody \xff",
            b"\nContent-Type: application/json\nContent-Encoding: gzip\n\n{\"a\":\"\\u0000\"}",
            b"*?%\ncontent-type: text/plain; charset=latin1\nx-forwarded-for: 1.2.3.4\n\nplain",
        ];
        for seed in seeds {
            fuzz_request(seed);
            spoiled(seed).for_each(|data| fuzz_request(&data));
        }
    }
}
