//! What a script answers → what of it the viewer sees.

use testkit::http::{Address, Request, Response};

use super::requests::Case;

/// Status, the headers that PHP decides about, and the body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    status: u16,
    headers: Vec<(String, Vec<String>)>,
    body: String,
}

pub(crate) fn seen(answer: &Response, address: &Address) -> Seen {
    let without_port = |text: &str| text.replace(&address.port.to_string(), "PORT");
    let headers = DECIDED_BY_PHP.iter().map(|name| {
        let values = answer.all(name).into_iter().map(without_port).collect();
        ((*name).to_owned(), values)
    });
    // A megabyte of body in a report helps nobody.
    let body = if answer.body.len() > 200 { digest(&answer.body) } else { format!("{:?}", answer.text()) };
    Seen { status: answer.status, headers: headers.collect(), body }
}

/// What of nginx's answer a viewer of an HTTP API sees otherwise, each with its reason.
pub(crate) fn through_an_http_api(name: &str, mut seen: Seen) -> Seen {
    for (header, values) in &mut seen.headers {
        match (name, header.as_str()) {
            // A function's answer of format 2.0 has one value for a name; only cookies are a list.
            ("repeated", "X-Repeated") => *values = vec![values.join(", ")],
            // An HTTP API names a type where the function names none.
            ("no-type", "Content-Type") => *values = vec!["text/plain; charset=utf-8".to_owned()],
            _ => {}
        }
    }
    seen
}

/// Not for strangers' eyes, so that a short sum will do (FNV-1a).
fn digest(bytes: &[u8]) -> String {
    let sum = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{} bytes, {sum:x}", bytes.len())
}

pub(crate) fn requests() -> Vec<Case> {
    let get = |name: &str| Case { name: name.to_owned(), request: Request::get(&format!("/?answer={name}")) };
    let mut cases: Vec<Case> = [
        "text",
        "empty",
        "html",
        "json",
        "utf8",
        "latin1",
        "binary",
        "large-text",
        "large-binary",
        "gzip",
        "redirect",
        "redirect-301",
        "redirect-relative",
        "created",
        "no-content",
        "not-modified",
        "forbidden",
        "not-found",
        "teapot",
        "error",
        "unavailable",
        "cookies",
        "repeated",
        "no-type",
        "download",
        "etag",
        "long-header",
        "output-buffer",
        "finish",
    ]
    .into_iter()
    .map(get)
    .collect();
    for name in ["text", "not-found", "redirect"] {
        cases.push(Case {
            name: format!("HEAD {name}"),
            request: Request::new("HEAD", &format!("/?answer={name}")),
        });
        cases.push(Case {
            name: format!("POST {name}"),
            request: Request::form(&format!("/?answer={name}"), "a=1"),
        });
    }
    cases
}

const DECIDED_BY_PHP: [&str; 12] = [
    "Content-Type",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Location",
    "Set-Cookie",
    "ETag",
    "Cache-Control",
    "Expires",
    "X-Powered-By",
    "X-Repeated",
    "X-Long",
];

pub(crate) const SCRIPT: &str = r#"<?php
header('Cache-Control: no-store');
switch ($_GET['answer']) {
    case 'text': header('Content-Type: text/plain; charset=utf-8'); echo 'as text'; break;
    case 'empty': break;
    case 'html': echo '<p>as html</p>'; break;
    case 'json': header('Content-Type: application/json'); echo '{"as":"json","é":"\u00e9"}'; break;
    case 'utf8': echo 'grüße, 世界, 🔥'; break;
    case 'latin1': header('Content-Type: text/plain; charset=ISO-8859-1'); echo "gr\xfc\xdfe"; break;
    case 'binary':
        header('Content-Type: application/octet-stream');
        for ($byte = 0; $byte < 256; $byte++) { echo chr($byte); }
        break;
    case 'large-text': header('Content-Type: text/plain'); echo str_repeat("line after line \"quoted\"\n", 40_000); break;
    case 'large-binary': header('Content-Type: image/png'); echo str_repeat("\x89PNG\x00\xff", 200_000); break;
    case 'gzip':
        header('Content-Type: text/plain'); header('Content-Encoding: gzip');
        echo gzencode(str_repeat('compressed by the script ', 100));
        break;
    case 'redirect': header('Location: /elsewhere?a=1&b=2'); break;
    case 'redirect-301': header('Location: https://example.com/', true, 301); echo 'moved'; break;
    case 'redirect-relative': header('Location: next'); break;
    case 'created': http_response_code(201); header('Location: /things/1'); echo 'made'; break;
    case 'no-content': http_response_code(204); break;
    case 'not-modified': http_response_code(304); header('ETag: "a"'); break;
    case 'forbidden': http_response_code(403); echo 'no'; break;
    case 'not-found': http_response_code(404); echo 'not here'; break;
    case 'teapot': header('HTTP/1.1 418 I am a teapot'); echo 'short and stout'; break;
    case 'error': http_response_code(500); echo 'our own page for it'; break;
    case 'unavailable': http_response_code(503); echo 'later'; break;
    case 'cookies':
        setcookie('a', '1'); setcookie('b', 'two words; and more', ['path' => '/', 'secure' => true, 'samesite' => 'None']);
        header('Set-Cookie: c=raw', false);
        break;
    case 'repeated': header('X-Repeated: one'); header('X-Repeated: two', false); break;
    case 'no-type': header_remove('Content-Type'); ini_set('default_mimetype', ''); echo 'untyped'; break;
    case 'download': header('Content-Disposition: attachment; filename="a b.txt"'); header('Content-Type: text/plain'); echo 'x'; break;
    case 'etag': header('ETag: "abc"'); header('Expires: Thu, 01 Jan 1970 00:00:00 GMT'); header('Content-Language: de'); echo 'x'; break;
    case 'long-header': header('X-Long: ' . str_repeat('x', 3_000)); break;
    case 'output-buffer': ob_start(); echo 'kept '; $kept = ob_get_clean(); echo strtoupper($kept), 'back'; break;
    case 'finish': echo 'answered'; fastcgi_finish_request(); usleep(100_000); echo 'never seen'; break;
}
"#;
