//! Builds events and reads answers as often as it is told, to be counted by callgrind:
//! `valgrind --tool=callgrind front_end_cost CASE ROUNDS`, twice, and the difference by the rounds.

#![expect(clippy::print_stderr, reason = "says how it is called")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::net::Ipv4Addr;

use events::front_end::{
    Context, FrontEnd, PathParameter, PayloadFormat, Request, Source, Switches, event, interpret,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [case, rounds] = &arguments[..] else {
        eprintln!("front_end_cost page|upload|answer ROUNDS");
        return;
    };
    let rounds: usize = rounds.parse().unwrap_or(0);
    let upload = vec![0x5a_u8; 4 << 20];
    let answer = format!(
        r#"{{"statusCode":200,"headers":{{"content-type":"text/html; charset=UTF-8","cache-control":"no-store"}},"cookies":["a=1; path=/"],"body":"{}"}}"#,
        "<p>hello</p>\\n".repeat(160)
    );
    for _ in 0..rounds {
        match case.as_str() {
            "page" => {
                black_box(build("GET", b""));
            }
            "upload" => {
                black_box(build("POST", &upload));
            }
            _ => {
                let front_end = FrontEnd::HttpApi(PayloadFormat::V2);
                let reply = interpret(&front_end, black_box(answer.as_bytes()), None, &Switches::default());
                black_box(reply.map(|reply| reply.body.len()).unwrap_or_default());
            }
        }
    }
}

/// The event of a browser's request.
fn build(method: &str, body: &[u8]) -> Vec<u8> {
    let headers: [(&str, &str); 10] = [
        ("host", "localhost:8080"),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
        ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("accept-language", "en-GB,en;q=0.5"),
        ("accept-encoding", "gzip, deflate, br"),
        ("cookie", "session=0123456789abcdef0123456789abcdef; theme=dark"),
        ("upgrade-insecure-requests", "1"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
        ("content-type", "application/octet-stream"),
    ];
    let headers = headers.map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value)));
    let request =
        Request { method, path: "/articles/2026/may", query: "page=2&sort=new", headers: &headers, body };
    let variables = BTreeMap::new();
    let parameters = [PathParameter { name: "proxy", value: "articles/2026/may" }];
    let context = Context {
        account: "123456789012",
        api_id: "abcdef1234",
        domain_name: "localhost",
        stage: "$default",
        stage_variables: &variables,
        route_path: request.path,
        route_key: "ANY /{proxy+}",
        resource_id: "",
        deployment_id: "",
        path_parameters: &parameters,
        request_id: "JCJJxhz4PHcEJgQ=",
        extended_request_id: "JCJJxhz4PHcEJgQ=",
        trace: "Root=1-67fd88a4-127eb8e773d2bb6f7df47ab6",
        epoch_milliseconds: 1_744_668_836_573,
        source: Source { address: Ipv4Addr::LOCALHOST.into(), port: 8080, secure: false },
        caller: None,
    };
    event(&FrontEnd::HttpApi(PayloadFormat::V2), black_box(&request), &context, &Switches::default())
}
