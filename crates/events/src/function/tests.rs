//! The recorded events, read; and what is left of them when bytes are changed, which must do no harm.

use std::path::Path;

use super::*;

#[test]
fn the_recorded_path_comes_back_encoded_and_without_its_stage() {
    let check = |event: &str, path: &str, query: &str| {
        let Ok(Event::Http(request)) = read(event.as_bytes()) else { panic!("{event}: no request") };
        assert_eq!((&*request.target_path(), &*request.query_string()), (path, query), "{event}");
    };
    let v2 = |path: &str, stage: &str| {
        format!(
            r#"{{"version":"2.0","rawPath":"{path}","rawQueryString":"a=%2F&b","requestContext":{{"stage":"{stage}","http":{{"method":"GET"}}}}}}"#
        )
    };
    check(&v2("/space value/é%", "$default"), "/space%20value/%C3%A9%25", "a=%2F&b");
    check(&v2("/dev/x", "dev"), "/x", "a=%2F&b");
    check(&v2("/dev", "dev"), "/", "a=%2F&b");
    check(&v2("/device", "dev"), "/device", "a=%2F&b");
    check(
        r#"{"version":"1.0","httpMethod":"GET","path":"/dev/a%20b","requestContext":{"stage":"dev"},"multiValueQueryStringParameters":{"a":["1 2","&"]}}"#,
        "/a%20b",
        "a=1%202&a=%26",
    );
    check(
        r#"{"httpMethod":"GET","path":"/dev/a","requestContext":{"stage":"dev"},"queryStringParameters":null}"#,
        "/dev/a",
        "",
    );
    check(
        r#"{"httpMethod":"GET","path":"/a%20b","requestContext":{"elb":{}},"multiValueQueryStringParameters":{"a":["%20","+"]}}"#,
        "/a%20b",
        "a=%20&a=+",
    );
}

#[test]
fn senders_are_told_apart() {
    let check = |event: &str, sender: Sender, maps: Maps| {
        let Ok(Event::Http(request)) = read(event.as_bytes()) else { panic!("{event}: no request") };
        assert_eq!(request.form, Form { sender, maps }, "{event}");
    };
    let context =
        r#""requestContext":{"domainName":"abc.lambda-url.eu-west-1.on.aws","http":{"method":"get"}}"#;
    check(&format!(r#"{{"version":"2.0",{context}}}"#), Sender::FunctionUrl, Maps::Single);
    check(r#"{"version":"2.0","requestContext":{"http":{"method":"GET"}}}"#, Sender::HttpApi2, Maps::Single);
    check(r#"{"version":"1.0","httpMethod":"GET","multiValueHeaders":{}}"#, Sender::HttpApi1, Maps::Multi);
    check(r#"{"httpMethod":"GET","multiValueHeaders":null}"#, Sender::RestApi, Maps::Single);
    check(
        r#"{"httpMethod":"GET","requestContext":{"elb":{"targetGroupArn":"x"}}}"#,
        Sender::LoadBalancer,
        Maps::Single,
    );
}

#[test]
fn changed_events_do_no_harm() {
    let events = recorded();
    assert!(events.len() >= 40, "{} events", events.len());
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        // xorshift, so that a failure repeats.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below as u64).unwrap()
    };
    for round in 0..20_000 {
        let mut event = events[round % events.len()].clone();
        for _ in 0..=next(4) {
            let at = next(event.len());
            match next(4) {
                0 => event[at] = u8::try_from(next(256)).unwrap(),
                1 => drop(event.drain(at..(at + next(20)).min(event.len()))),
                2 => event.insert(at, b"\"\\{}[],:0"[next(9)]),
                _ => event.truncate(at + 1),
            }
            if event.is_empty() {
                break;
            }
        }
        fuzz_event(&event);
    }
}

fn recorded() -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/http-events");
    let mut events = Vec::new();
    for kind in ["http-api-v2", "http-api-v1", "rest", "function-url", "alb"] {
        for entry in std::fs::read_dir(corpus.join(kind).join("request")).unwrap().flatten() {
            if entry.file_name().to_string_lossy().ends_with(".event.json") {
                events.push(std::fs::read(entry.path()).unwrap());
            }
        }
    }
    events
}
