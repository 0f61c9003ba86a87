//! The same requests to nginx in front of php-fpm and, as a Function URL's events, to the bootstrap: PHP
//! must see the same.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use events::front_end::{self, Context, FrontEnd, Source, Switches};
use serde_json::{Map, Value};
use testkit::http::{Part, Request};
use testkit::reference::Reference;

use crate::site_of;

const DUMP: &str = "<?php $files = array_map(fn ($f) => is_array($f['tmp_name']) ? [$f['name'], $f['size'], $f['error']] : \
    [$f['name'], $f['type'], $f['size'], $f['tmp_name'] === '' ? '' : md5_file($f['tmp_name'])], $_FILES); \
    header('Content-Type: application/json'); \
    echo json_encode(['server' => $_SERVER, 'get' => $_GET, 'post' => $_POST, 'files' => $files, 'cookie' => $_COOKIE, \
    'input' => md5(file_get_contents('php://input')), 'user' => $_SERVER['PHP_AUTH_USER'] ?? null], \
    JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);";

/// What differs, and why. Everything else must be the same.
const DIFFERS: &[(&str, &str)] = &[
    ("SERVER_SOFTWARE", "each says its own name"),
    ("REMOTE_PORT", "no event tells it"),
    ("REQUEST_TIME", "the clock"),
    ("REQUEST_TIME_FLOAT", "the clock"),
    ("HTTP_X_FORWARDED_FOR", "the front end adds it"),
    ("HTTP_X_FORWARDED_PORT", "the front end adds it"),
    ("HTTP_X_FORWARDED_PROTO", "the front end adds it"),
    ("HTTP_X_AMZN_TRACE_ID", "the front end adds it"),
    ("LAMBDA_REQUEST_ID", "Lambda's own"),
    ("LAMBDA_REQUEST_CONTEXT", "Lambda's own"),
    ("_X_AMZN_TRACE_ID", "Lambda's own"),
    ("USER", "php-fpm's pool"),
    ("HOME", "php-fpm's pool"),
];

#[test]
fn php_sees_what_nginx_and_php_fpm_would_show_it() {
    let mut site = site_of(&[("index.php", DUMP)], "index.php", &[]);
    let reference = Reference::start(&site.task, 1);
    let requests = requests();
    assert!(requests.len() >= 150, "{} requests", requests.len());
    for request in requests {
        let response = reference.send(&request);
        let expected: Value = serde_json::from_slice(&response.body)
            .unwrap_or_else(|error| panic!("{} {}: {error}: {response:?}", request.method, request.target));
        let answer = site.api.invoke(event(&request, reference.address.port)).json();
        let body = answer["body"].as_str().unwrap_or_else(|| panic!("{request:?}: {answer}"));
        let found: Value = if answer["isBase64Encoded"] == true {
            serde_json::from_slice(&base64_simd::STANDARD.decode_to_vec(body).unwrap()).unwrap()
        } else {
            serde_json::from_str(body).unwrap()
        };
        for part in ["get", "post", "files", "cookie", "input", "user"] {
            assert_eq!(found[part], expected[part], "{part} of {} {}", request.method, request.target);
        }
        let (found, expected) = (variables(&found), variables(&expected));
        let only = |one: &Map<String, Value>, other: &Map<String, Value>| {
            let differing = one.iter().filter(|(name, value)| other.get(*name) != Some(value));
            differing.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
        };
        let asked = format!("{} {} {:?}", request.method, request.target, request.headers);
        assert_eq!(only(&found, &expected), only(&expected, &found), "{asked}");
    }
}

/// The variables but for the environment's and those that differ.
fn variables(seen: &Value) -> Map<String, Value> {
    let environment = [
        "PATH",
        "TMPDIR",
        "_HANDLER",
        "LAMBDA_TASK_ROOT",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "PWD",
        "SHLVL",
        "_",
    ];
    let differs = |name: &str| DIFFERS.iter().any(|(known, _)| *known == name) || environment.contains(&name);
    let all = seen["server"].as_object().unwrap().clone();
    all.into_iter().filter(|(name, _)| !differs(name)).collect()
}

fn event(request: &Request, port: u16) -> Vec<u8> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut headers: Vec<(Cow<'_, str>, Cow<'_, str>)> =
        vec![("Host".into(), format!("127.0.0.1:{port}").into())];
    headers.extend(request.headers.iter().map(|(name, value)| (name.into(), value.into())));
    if !request.body.is_empty() || ["POST", "PUT", "PATCH"].contains(&request.method.as_str()) {
        headers.push(("Content-Length".into(), request.body.len().to_string().into()));
    }
    let inner =
        front_end::Request { method: &request.method, path, query, headers: &headers, body: &request.body };
    let context = Context {
        account: "123456789012",
        api_id: "abc",
        domain_name: "abc.lambda-url.eu-west-1.on.aws",
        stage: "$default",
        stage_variables: &BTreeMap::new(),
        route_path: path,
        route_key: "$default",
        resource_id: "abc123",
        deployment_id: "abc123",
        path_parameters: &[],
        request_id: "id",
        extended_request_id: "id",
        trace: "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
        epoch_milliseconds: 1_700_000_000_000,
        source: Source { address: IpAddr::V4(Ipv4Addr::LOCALHOST), port, secure: false },
        caller: None,
    };
    front_end::event(&FrontEnd::FunctionUrl, &inner, &context, &Switches::default())
}

fn requests() -> Vec<Request> {
    let mut requests = Vec::new();
    for query in QUERIES {
        requests.push(Request::get(&format!("/?{query}")));
        requests.push(Request::form(&format!("/form?{query}"), query));
    }
    for path in PATHS {
        requests.push(Request::get(path));
        requests.push(Request::get(&format!("{path}?a=1")));
    }
    for (name, value) in HEADERS {
        requests.push(Request::get("/").header(name, value));
    }
    for method in ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT"] {
        if method != "HEAD" {
            requests.push(Request::new(method, "/m").header("Content-Type", "text/plain").body("some body"));
            requests.push(Request::new(method, "/m"));
        }
    }
    for body in
        [b"0".as_slice(), b"", b"{\"a\":1}", b"\xff\xfe\0binary", b"a=1&b[]=2&b[]=3", "é=ü".as_bytes()]
    {
        for content_type in [
            "application/json",
            "text/plain; charset=utf-8",
            "application/octet-stream",
            "application/x-www-form-urlencoded",
        ] {
            requests.push(Request::new("POST", "/b").header("Content-Type", content_type).body(body));
        }
    }
    requests
        .push(Request::new("POST", "/large").header("Content-Type", "text/plain").body(vec![b'x'; 300_000]));
    requests.push(Request::multipart(
        "/upload",
        &[
            Part { name: "field", file: None, content: b"value" },
            Part { name: "list[]", file: None, content: b"one" },
            Part { name: "list[]", file: None, content: b"two" },
            Part { name: "file", file: Some("a b.bin"), content: &[0, 1, 2, 255, 13, 10, 0] },
            Part { name: "empty", file: Some(""), content: b"" },
        ],
    ));
    let cookies: Vec<String> = (0..100).map(|number| format!("c{number}=v{number}")).collect();
    requests.push(Request::get("/cookies").header("Cookie", &cookies.join("; ")));
    requests
}

const QUERIES: &[&str] = &[
    "a=1",
    "a=1&a=2",
    "a[]=1&a[]=2",
    "a[x]=1&a[y][z]=2",
    "a.b=1",
    "a%2eb=1",
    "a+b=c+d",
    "a%20b=c%20d",
    "a",
    "a=",
    "=a",
    "&&a=1&&",
    "a=%zz",
    "a=%",
    "a=%00",
    "a=%FF%FE",
    "a=é",
    "%C3%A9=%C3%BC",
    "a=1;b=2",
    "a==b",
    "a=b=c",
    "a[=1",
    "a[b=1",
    "a]b=1",
    "[a]=1",
    "a=<script>",
    "a='\"`",
    "utm_source=n&utm_medium=e-mail",
    "a=/../../etc/passwd",
    "a=?b",
    "a=~!*()'",
    "0=x&1=y",
    "a[0]=x&a[2]=y",
    "a=%2B+%20",
    "a=1%26b=2",
    "https://example.com/?x=1",
    "a=,&b=;",
    "a=\\",
    "very=long&q=0123456789012345678901234567890123456789012345678901234567890123456789",
];

const PATHS: &[&str] = &[
    "/",
    "/blog",
    "/blog/",
    "/blog/2026/may",
    "/a%20b",
    "/a+b",
    "/%C3%A9",
    "/a%2Fb",
    "/a%3Fb",
    "/a;b=1",
    "/a:b@c",
    "/a~b",
    "/index.php",
    "/index.php/",
    "/index.php/a/b",
    "/index.php/a%20b",
    "/file.txt",
    "/deep/file.css",
    "/a%25b",
    "/(x)",
    "/a,b",
    "/a'b",
    "/%7Euser",
    "/.well-known/x",
    "/x.php",
    "/x.php/y",
];

const HEADERS: &[(&str, &str)] = &[
    ("Accept", "text/html,application/xhtml+xml;q=0.9"),
    ("ACCEPT-LANGUAGE", "de"),
    ("x-lower", "1"),
    ("X-Empty", ""),
    ("Authorization", "Basic YWxhZGRpbjpvcGVuc2VzYW1l"),
    ("Authorization", "Bearer abc.def"),
    ("Proxy", "evil:80"),
    (
        "X-Long",
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
    ),
    ("Cookie", "a=1; b=2"),
    ("Cookie", "a=1; b=2; a=3"),
    ("Cookie", "a[x]=1; a[y]=2"),
    ("Cookie", "bad"),
    ("Cookie", "a=%20+é"),
    ("X-Numbers-123", "456"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("Referer", "http://example.com/?a=1"),
    ("User-Agent", "Mozilla/5.0 (odd; \"quotes\")"),
    ("If-None-Match", "\"abc\""),
    ("Range", "bytes=0-1"),
    ("Content-Type", "text/plain"),
    ("X-Tab", "a\tb"),
    ("Origin", "null"),
    ("DNT", "1"),
    ("Cache-Control", "no-cache"),
];
