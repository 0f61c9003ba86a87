//! The requests that both are asked.

use testkit::http::{Part, Request};

/// A request and what it is about.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) request: Request,
}

pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: String, request: Request| cases.push(Case { name, request });

    for path in PATHS {
        add(format!("path {path}"), Request::get(path));
    }
    for query in QUERIES {
        add(format!("query {query}"), Request::get(&format!("/find{query}")));
    }
    for cookie in COOKIES {
        add(format!("cookie {cookie}"), Request::get("/").header("Cookie", cookie));
    }
    for (header, value) in HEADERS {
        add(format!("header {header}: {value}"), Request::get("/").header(header, value));
    }
    for method in ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "POST"] {
        add(format!("method {method}"), Request::new(method, "/things/1?a=b"));
    }
    for method in ["PUT", "PATCH", "DELETE", "POST"] {
        let request = Request::new(method, "/things/1").header("Content-Type", "application/json");
        add(format!("method {method} with a body"), request.body(r#"{"name":"thing","é":[1,2.5,null]}"#));
        let request = Request::new(method, "/things/1").header("Content-Type", "application/octet-stream");
        add(format!("method {method} with bytes"), request.body(every_byte()));
    }
    for form in FORMS {
        add(format!("form {form}"), Request::form("/form?in=query", form));
    }
    for (name, content_type, body) in BODIES {
        add(
            format!("body {name}"),
            Request::new("POST", "/body").header("Content-Type", content_type).body(*body),
        );
    }
    add("body of no type".into(), Request::new("POST", "/body").body("a=1"));
    add("body of 64 KiB and one byte".into(), Request::form("/body", &format!("a={}", "x".repeat(65_535))));
    add("body of a megabyte".into(), typed("application/octet-stream", every_byte().repeat(4_096)));
    add("body of three megabytes".into(), typed("text/plain", b"line after line\n".repeat(196_608)));
    for (name, parts) in uploads() {
        add(format!("upload {name}"), Request::multipart("/upload", &parts));
    }
    add("several headers".into(), several_headers());
    add("two cookie headers".into(), Request::get("/").header("Cookie", "a=1").header("Cookie", "b=2"));
    add(
        "a header twice".into(),
        Request::get("/").header("Accept", "text/html").header("Accept", "text/plain"),
    );
    add("a broken multipart".into(), broken_multipart());
    add("a multipart without a boundary".into(), typed("multipart/form-data", b"x".to_vec()));
    cases
}

fn typed(content_type: &str, body: Vec<u8>) -> Request {
    Request::new("POST", "/body").header("Content-Type", content_type).body(body)
}

fn every_byte() -> Vec<u8> {
    (0..=255).collect()
}

fn uploads() -> Vec<(&'static str, Vec<Part<'static>>)> {
    let field = |name, content: &'static str| Part { name, file: None, content: content.as_bytes() };
    let file = |name, file, content| Part { name, file: Some(file), content };
    vec![
        ("of a field", vec![field("a", "1")]),
        ("of fields in arrays", vec![field("a[]", "1"), field("a[]", "2"), field("b[c][d]", "3")]),
        ("of a field in UTF-8", vec![field("grüße", "世界 🔥")]),
        ("of a text file", vec![file("file", "a.txt", b"some text\r\nin lines\n")]),
        ("of an empty file", vec![file("file", "empty.txt", b"")]),
        ("of bytes", vec![file("file", "bytes.bin", &[0, 255, 13, 10, 45, 45, 0, 128, 194])]),
        ("of two files", vec![file("one", "1.txt", b"1"), file("two", "2.txt", b"22")]),
        ("of files in an array", vec![file("all[]", "1.txt", b"1"), file("all[]", "2.txt", b"22")]),
        ("of files in a named array", vec![file("all[a]", "1.txt", b"1"), file("all[b][c]", "2.txt", b"22")]),
        ("of a file and fields", vec![field("a", "1"), file("file", "f", b"x"), field("b", "2")]),
        ("of a path as name", vec![file("file", "../../etc/passwd", b"x")]),
        ("of a Windows path as name", vec![file("file", r"C:\folder\f.txt", b"x")]),
        ("of a name in UTF-8", vec![file("file", "grüße 世界.txt", b"x")]),
        ("of no file chosen", vec![file("file", "", b"")]),
        ("of a script", vec![file("file", "a.php", b"<?php echo 1;")]),
    ]
}

fn several_headers() -> Request {
    Request::get("/")
        .header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Example/1.0")
        .header("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
        .header("Accept-Language", "de-CH, de;q=0.9, *;q=0.1")
        .header("Referer", "https://example.com/a?b=c#d")
        .header("X-Requested-With", "XMLHttpRequest")
        .header("Cache-Control", "max-age=0")
        .header("DNT", "1")
}

fn broken_multipart() -> Request {
    let body = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"b\"";
    typed("multipart/form-data; boundary=b", body.as_bytes().to_vec())
}

const PATHS: &[&str] = &[
    "/",
    "/index.php",
    "/index.php?a=1",
    "/index.php/a/b",
    "/a",
    "/a/",
    "/a/b/c",
    "/a.b",
    "/a.css",
    "/a-b_c",
    "/~a",
    "/a;b",
    "/a;b=c/d",
    "/a:b",
    "/a@b",
    "/a,b",
    "/a!b",
    "/a$b",
    "/a&b",
    "/a=b",
    "/a'b",
    "/a(b)",
    "/a*b",
    "/a+b",
    "/a%20b",
    "/a%25b",
    "/a%3Fb",
    "/a%23b",
    "/%C3%A4",
    "/%E2%82%AC",
    "/%F0%9F%94%A5",
    "/a%22b",
    "/a%3Cb%3E",
    "/a%5Bb%5D",
    "/a%7Bb%7D",
    "/a%7Cb",
    "/a%5Cb",
    "/a%5Eb",
    "/a%60b",
    "/a%2Bb",
    "/a%2Fb",
    "/a%40b",
    "/a//b",
    "//a",
    "/a/./b",
    "/a/../b",
    "/dev",
    "/dev/a",
    "/favicon.ico",
];

const QUERIES: &[&str] = &[
    "?a=1",
    "?a=1&b=2",
    "?a=1&a=2",
    "?a[]=1&a[]=2",
    "?a%5B%5D=1&a%5B%5D=2",
    "?a[b]=1&a[c][d]=2",
    "?a[0]=x&a[2]=y",
    "?a",
    "?a=",
    "?=b",
    "?&",
    "?a=1&&b=2",
    "?a=b=c",
    "?a=%20",
    "?a=+",
    "?a=%2B",
    "?a=%26&b=%3D",
    "?a=%25",
    "?a=%2520",
    "?a=%C3%A4",
    "?a=%FF",
    "?a=%0A",
    "?a=%00",
    "?a.b=1",
    "?a%20b=1",
    "?a[=1",
    "?%61=1",
    "?a=1;b=2",
    "?a=/b/c",
    "?a=b?c",
    "?a=@:!$'()*,;",
    "?a=%E4%B8%96",
    "?q=hello%20world&page=2&sort=-date",
    "?",
    "?a=http%3A%2F%2Fexample.com%2F%3Fx%3Dy%26z",
    "?1=2",
    "?a=1&A=2",
];

const COOKIES: &[&str] = &[
    "a=1",
    "a=1; b=2",
    "a=1;b=2",
    "a=1; a=2",
    "a=",
    "a",
    "a=b=c",
    "a=\"quoted\"",
    "a=%20",
    "a=+",
    "a=%2B",
    "a[b]=1; a[c]=2",
    "a.b=1",
    "PHPSESSID=0123456789abcdef0123456789abcdef",
    "a=1,2",
    "__Host-a=1",
    "a=%C3%A4",
    "a= 1",
    "a=1;",
    "json={\"a\":1}",
];

const HEADERS: &[(&str, &str)] = &[
    ("X-One", "1"),
    ("x-lower", "1"),
    ("X-UPPER", "1"),
    ("X-Empty", ""),
    ("X-Spaces", "a  b"),
    ("X-Commas", "a, b,c"),
    ("X-Quoted", "\"a\\\"b\""),
    ("X-Colon", "a:b"),
    ("X-Semicolon", "a; b=\"c\""),
    ("X-Percent", "%20"),
    ("X-Digits-1", "1"),
    ("Authorization", "Basic dXNlcjpwYXNz"),
    ("Authorization", "Bearer a.b.c"),
    ("User-Agent", "curl/8"),
    ("Referer", "http://example.com/"),
    ("Accept-Language", "de"),
    ("If-None-Match", "\"a\""),
    ("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ("Range", "bytes=0-1"),
    ("X-HTTP-Method-Override", "PUT"),
    ("Origin", "https://example.com"),
    ("Content-Type", "text/plain"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "example.com"),
    ("Accept-Encoding", "gzip"),
    ("Prefer", "wait=10"),
];

const FORMS: &[&str] = &[
    "",
    "a=1",
    "a=1&b=2",
    "a=1&a=2",
    "a[]=1&a[]=2",
    "a[b][c]=1",
    "a=%C3%A4+%26+%2B",
    "a=%FF",
    "a",
    "a.b=1",
    "a=1&in=body",
    "a=line%0D%0Aline",
    "_method=PUT&a=1",
    "a=%3Cscript%3E",
];

const BODIES: &[(&str, &str, &[u8])] = &[
    ("JSON", "application/json", br#"{"a":[1,"\u00e9"],"b":null}"#),
    ("JSON with a charset", "application/json; charset=utf-8", b"{}"),
    ("broken JSON", "application/json", b"{"),
    ("text", "text/plain", b"some text"),
    ("text in UTF-8", "text/plain; charset=utf-8", "grüße, 世界".as_bytes()),
    ("text in Latin-1", "text/plain; charset=iso-8859-1", b"gr\xfc\xdfe"),
    ("XML", "application/xml", b"<?xml version=\"1.0\"?><a b=\"c\"/>"),
    ("a form with a charset", "application/x-www-form-urlencoded; charset=UTF-8", b"a=1&b=2"),
    ("a form in upper case", "APPLICATION/X-WWW-FORM-URLENCODED", b"a=1"),
    ("a picture", "image/png", b"\x89PNG\r\n\x1a\n\x00\x00\xff"),
    ("nothing", "text/plain", b""),
    ("zeros", "application/octet-stream", &[0; 64]),
    ("line ends", "text/plain", b"a\r\nb\nc\r"),
    ("GraphQL", "application/graphql", b"{ user(id: 1) { name } }"),
];
