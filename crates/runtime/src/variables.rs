//! The variables that PHP gets with a request: what nginx and php-fpm would give it.

use std::borrow::Cow;

use events::function::{Header, Request, Sender, Values};
use fastcgi::{write_joined_param, write_param};

use crate::event::Invocation;
use crate::script::Script;
use crate::settings::Settings;
use viewer::Viewer;

pub(crate) mod bref;
mod viewer;

/// Everything as FastCGI parameters.
pub(crate) fn write(
    request: &Request<'_>,
    invocation: &Invocation,
    script: &Script,
    path: &str,
    settings: &Settings,
) -> Vec<u8> {
    let mut params = Params::new();
    let viewer = Viewer::of(request, settings.origin_secret.as_deref());
    let query = request.query_string();
    let root = settings.document_root.to_string_lossy();
    params.add("GATEWAY_INTERFACE", "CGI/1.1");
    params.add("SERVER_SOFTWARE", concat!("davy/", env!("CARGO_PKG_VERSION")));
    params.add("REQUEST_METHOD", &request.method);
    params.add("QUERY_STRING", &query);
    params.add("CONTENT_TYPE", request.header("content-type").unwrap_or_default());
    params.add("CONTENT_LENGTH", &content_length(request));
    params.join("SCRIPT_FILENAME", &[&root, &script.name]);
    params.add("SCRIPT_NAME", &script.name);
    params.add("DOCUMENT_ROOT", &root);
    // nginx says the path that it ended at, after its rewriting.
    params.join("DOCUMENT_URI", &[&script.name, &script.path_info]);
    if !script.path_info.is_empty() {
        params.add("PATH_INFO", &script.path_info);
    }
    if query.is_empty() {
        params.add("REQUEST_URI", path);
    } else {
        params.join("REQUEST_URI", &[path, "?", &query]);
    }
    params.add("SERVER_PROTOCOL", protocol(request));
    params.add("REQUEST_SCHEME", viewer.scheme());
    if viewer.is_secure {
        params.add("HTTPS", "on");
    }
    params.add("REMOTE_ADDR", viewer.address);
    params.add("REMOTE_PORT", "0");
    params.add("REMOTE_USER", &remote_user(request));
    params.add("SERVER_ADDR", "127.0.0.1");
    params.add("SERVER_PORT", &viewer.port());
    params.add("SERVER_NAME", viewer.server_name());
    params.add("REDIRECT_STATUS", "200");
    params.add("LAMBDA_REQUEST_ID", &invocation.request_id);
    params.add("_X_AMZN_TRACE_ID", &invocation.trace_id);
    params.add("LAMBDA_REQUEST_CONTEXT", request.context.json.map_or("{}", serde_json::value::RawValue::get));
    write_headers(&mut params, request, &viewer);
    params.bytes
}

/// Headers as `HTTP_*`. A name that differs from another in `-` and `_` alone could pretend to be it,
/// so only letters, digits and dashes make a variable, as with nginx.
fn write_headers(params: &mut Params, request: &Request<'_>, viewer: &Viewer<'_>) {
    let mut name = Vec::with_capacity(64);
    let mut host_sent = false;
    for (index, header) in request.headers.iter().enumerate() {
        if !write_name(&mut name, &header.name) || viewer::is_ours(&header.name) {
            continue;
        }
        let is_repeated = |other: &Header<'_>| other.name.eq_ignore_ascii_case(&header.name);
        if request.headers[..index].iter().any(is_repeated) {
            continue;
        }
        if name == b"HTTP_HOST" {
            host_sent = true;
            write_param(&mut params.bytes, &name, viewer.host.as_bytes());
            continue;
        }
        let separator = if name == b"HTTP_COOKIE" { "; " } else { ", " };
        let later = request.headers[index + 1..].iter().filter(|other| is_repeated(other));
        let value = joined(&header.values, later.map(|header| &header.values), separator);
        write_param(&mut params.bytes, &name, value.as_bytes());
    }
    if !host_sent && !viewer.host.is_empty() {
        params.add("HTTP_HOST", viewer.host);
    }
}

fn joined<'a>(
    values: &'a Values<'a>,
    later: impl Iterator<Item = &'a Values<'a>>,
    separator: &str,
) -> Cow<'a, str> {
    let mut all = values.iter().chain(later.flat_map(Values::iter));
    let mut joined = Cow::Borrowed(all.next().unwrap_or_default());
    for value in all {
        let joined = joined.to_mut();
        joined.push_str(separator);
        joined.push_str(value);
    }
    joined
}

/// The variable's name for a header's, if it gets one.
///
/// Proxy is left out: programs take `HTTP_PROXY` for their own setting (CVE-2016-5385).
fn write_name(name: &mut Vec<u8>, header: &str) -> bool {
    name.clear();
    name.extend_from_slice(b"HTTP_");
    name.extend_from_slice(header.as_bytes());
    let mut plain = true;
    for byte in &mut name[5..] {
        match *byte {
            b'a'..=b'z' => *byte -= 32,
            b'-' => *byte = b'_',
            b'A'..=b'Z' | b'0'..=b'9' => {}
            _ => plain = false,
        }
    }
    plain && name.len() > 5 && name != b"HTTP_PROXY"
}

/// The name that the viewer gives for basic authentication, whether anybody checks it or not.
fn remote_user(request: &Request<'_>) -> String {
    let credentials = request.header("authorization").and_then(|value| {
        let (scheme, credentials) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("basic").then_some(credentials.trim())
    });
    credentials
        .and_then(|credentials| base64_simd::STANDARD.decode_to_vec(credentials).ok())
        .and_then(|bytes| Some(String::from_utf8_lossy(&bytes).split_once(':')?.0.to_owned()))
        .unwrap_or_default()
}

/// The body's true length; absent means none was sent, and then there is no length either.
fn content_length<'a>(request: &'a Request<'_>) -> Cow<'a, str> {
    if request.body.is_empty() {
        return Cow::Borrowed(if request.header("content-length").is_some() { "0" } else { "" });
    }
    Cow::Owned(request.body.len().to_string())
}

fn protocol<'a>(request: &'a Request<'_>) -> &'a str {
    let context = &request.context;
    match request.form.sender {
        Sender::HttpApi2 | Sender::FunctionUrl => context.http_protocol.as_deref(),
        _ => context.protocol.as_deref(),
    }
    .unwrap_or("HTTP/1.1")
}

struct Params {
    bytes: Vec<u8>,
}

impl Params {
    fn new() -> Self {
        Self { bytes: Vec::with_capacity(2_048) }
    }

    fn add(&mut self, name: &str, value: &str) {
        write_param(&mut self.bytes, name.as_bytes(), value.as_bytes());
    }

    fn join(&mut self, name: &str, parts: &[&str]) {
        write_joined_param(&mut self.bytes, name.as_bytes(), parts);
    }
}
