//! The two sides against each other: what the runtime reads out of a front end's event is what the
//! client sent, and what the client gets is what PHP answered.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use events::front_end::{
    self, Context, FrontEnd, HeaderMaps, PathParameter, PayloadFormat, Reply, Source, Switches,
};
use events::function::{self, Answer, Binary, Event, Field, Names};

#[test]
fn forms_and_paths() {
    let form = ("content-type", "application/x-www-form-urlencoded");
    check("/a/b%20c?x=1&x=2&y=a+b%2B", &[form], b"name=caf%C3%A9&x=1");
    check("/", &[("cookie", "a=1; b=2"), ("accept", "*/*")], b"");
    check("/%E2%82%AC/;,@:!$&'()*+=~", &[], b"");
    check("/index.php/info/?q", &[("x-odd", "one, two")], b"");
}

#[test]
fn bodies_of_every_kind() {
    let every: Vec<u8> = (0..=255).collect();
    check("/up", &[("content-type", "image/png")], &every);
    check("/up", &[("content-type", "text/plain")], &every);
    check("/up", &[("content-type", "text/plain; charset=utf-8")], "größe \"\u{0}\\ €".as_bytes());
    check("/up", &[("content-type", "application/json"), ("content-encoding", "gzip")], &every);
    check("/up", &[], b"no type");
}

#[test]
fn answers() {
    let every: Vec<u8> = (0..=255).collect();
    answered(
        200,
        &[("Content-Type", "text/html; charset=UTF-8"), ("X-A", "1")],
        b"<p>\"hello\" \\ \xc3\xa9</p>",
    );
    answered(404, &[("Content-Type", "image/png")], &every);
    answered(302, &[("Location", "/a?b"), ("Content-Type", "text/html")], b"");
    answered(200, &[("Set-Cookie", "a=1; path=/"), ("Set-Cookie", "b=2"), ("Content-Type", "t/x")], b"x");
    answered(200, &[("Content-Type", "text/css"), ("Content-Encoding", "gzip")], &every);
}

/// Sends one request through every front end and reads it on the other side.
#[track_caller]
fn check(target: &str, headers: &[(&str, &str)], body: &[u8]) {
    for front_end in front_ends() {
        let event = event(&front_end, target, headers, body);
        let Ok(Event::Http(request)) = function::read(&event) else {
            panic!("{front_end:?} sent no request")
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        assert_eq!(request.method, "POST");
        assert_eq!(request.target_path(), path, "{front_end:?}");
        assert_eq!(&*request.body, body, "{front_end:?}");
        for (name, value) in headers {
            assert_eq!(request.header(name), Some(*value), "{front_end:?}: {name}");
        }
        // Only formats with the raw query keep the spelling; the values are the same everywhere.
        let single = matches!(&front_end, FrontEnd::LoadBalancer { maps: HeaderMaps::SingleValue, .. });
        if !single {
            assert_eq!(values(&request.query_string()), values(query), "{front_end:?}");
        }
    }
}

/// Answers one request through every front end.
#[track_caller]
fn answered(status: u16, headers: &[(&str, &str)], body: &[u8]) {
    let fields: Vec<Field<'_>> = headers
        .iter()
        .map(|(name, value)| Field { name: name.as_bytes(), value: value.as_bytes() })
        .collect();
    for front_end in front_ends() {
        let single = matches!(&front_end, FrontEnd::LoadBalancer { maps: HeaderMaps::SingleValue, .. });
        if single && headers.iter().filter(|(name, _)| *name == "Set-Cookie").count() > 1 {
            continue; // Such a target group carries one value a name.
        }
        let event = event(&front_end, "/", &[("accept", "image/png")], b"");
        let Ok(Event::Http(request)) = function::read(&event) else {
            panic!("{front_end:?} sent no request")
        };
        let answer = Answer { status, fields: &fields, body };
        let Ok(encoded) = function::encode(&answer, request.form, Binary::Detected, Names::AsSent) else {
            panic!("{front_end:?}: the answer is small")
        };
        let reply = front_end::interpret(&front_end, &encoded.json, Some("image/png"), &Switches::default());
        let Ok(Reply { status: found, headers: lines, body: bytes }) = reply else {
            panic!("{front_end:?} refused {}", String::from_utf8_lossy(&encoded.json))
        };
        assert_eq!((found, &*bytes), (status, body), "{front_end:?}");
        let sorted = |mut lines: Vec<(String, String)>| {
            lines.sort();
            lines
        };
        let lines =
            lines.into_iter().map(|header| (header.name.to_ascii_lowercase(), header.value)).collect();
        let sent =
            headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), (*value).to_owned())).collect();
        assert_eq!(sorted(lines), sorted(sent), "{front_end:?}");
    }
}

fn event(front_end: &FrontEnd, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let headers: Vec<(Cow<'_, str>, Cow<'_, str>)> =
        headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let request = front_end::Request { method: "POST", path, query, headers: &headers, body };
    let variables = BTreeMap::new();
    let parameters = [PathParameter { name: "proxy", value: &path[1..] }];
    let context = Context {
        account: "123456789012",
        api_id: "abc",
        // A Function URL is told by its own host alone.
        domain_name: match front_end {
            FrontEnd::FunctionUrl => "abc.lambda-url.us-east-1.on.aws",
            _ => "localhost",
        },
        stage: if matches!(front_end, FrontEnd::RestApi { .. }) { "Prod" } else { "$default" },
        stage_variables: &variables,
        route_path: path,
        route_key: "ANY /{proxy+}",
        resource_id: "abcdef",
        deployment_id: "abcdef",
        path_parameters: &parameters,
        request_id: "id",
        extended_request_id: "id=",
        trace: "Root=1-5759e988-bd862e3fe1be46a994272793",
        epoch_milliseconds: 0,
        source: Source { address: Ipv4Addr::LOCALHOST.into(), port: 8080, secure: false },
        caller: None,
    };
    front_end::event(front_end, &request, &context, &Switches::default())
}

/// A query's names and values, decoded, without regard to the order of different names.
fn values(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| front_end::percent_decoded(&text.replace('+', " ")).into_owned();
    let mut values: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    values.sort_by(|(one, _), (other, _)| one.cmp(other));
    values
}

fn front_ends() -> [FrontEnd; 6] {
    let balancer = |maps| FrontEnd::LoadBalancer { maps, target_group: "arn".to_owned() };
    [
        FrontEnd::HttpApi(PayloadFormat::V1),
        FrontEnd::HttpApi(PayloadFormat::V2),
        FrontEnd::RestApi { binary_media_types: vec!["*/*".to_owned()] },
        FrontEnd::FunctionUrl,
        balancer(HeaderMaps::SingleValue),
        balancer(HeaderMaps::MultiValue),
    ]
}
