//! PHP's response into the answer that an event's sender reads.

use std::borrow::Cow;
use std::fmt;

use super::body::{self, PAYLOAD_MAX, Spelling};
use super::json;
use super::request::{Form, Maps, Sender};

/// A response, complete.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// The header fields in their order.
    pub fields: &'a [Field<'a>],
    /// The body.
    pub body: &'a [u8],
}

/// One header field; a value that is not UTF-8 is read as ISO-8859-1.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The name, not empty.
    pub name: &'a [u8],
    /// The value.
    pub value: &'a [u8],
}

/// Which bodies become base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// Those that need it, and large text where it's cheaper.
    Detected,
    /// Those that need it: bytes that are no text.
    Needed,
    /// All.
    Always,
}

/// How header names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// As the script wrote them.
    AsSent,
    /// A capital at the start and after each dash, the rest in lower case, as Bref does.
    Capitalised,
}

/// An answer as the Runtime API takes it.
#[derive(Debug)]
pub struct Encoded {
    /// The JSON.
    pub json: Vec<u8>,
    /// How much of it is in front of the body: about as long as the response's head will be.
    pub head_bytes: usize,
    /// Names of which only the last value could be kept: a load balancer without multi-value headers
    /// takes one each.
    pub dropped: Vec<String>,
}

/// An answer that is longer than an invocation's payload may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// How long the answer would be, in bytes.
    pub bytes: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "The response takes {} bytes as an answer; Lambda carries {PAYLOAD_MAX}. Send less, let the viewer \
             accept gzip, put large files into a bucket, or stream (DAVY_RESPONSE=stream behind a Function URL).",
            self.bytes
        )
    }
}

impl std::error::Error for TooLarge {}

/// The answer to an event of that form.
///
/// Errors: [`TooLarge`] if it has more than [`PAYLOAD_MAX`] bytes.
pub fn encode(answer: &Answer<'_>, form: Form, binary: Binary, names: Names) -> Result<Encoded, TooLarge> {
    let mut json =
        Vec::with_capacity(256 + answer.fields.len() * 48 + answer.body.len() + answer.body.len() / 8);
    let mut dropped = Vec::new();
    json.extend_from_slice(b"{\"statusCode\":");
    json.extend_from_slice(answer.status.to_string().as_bytes());
    if form.sender == Sender::LoadBalancer && names == Names::AsSent {
        json.extend_from_slice(b",\"statusDescription\":\"");
        json.extend_from_slice(answer.status.to_string().as_bytes());
        json.extend_from_slice(b" ");
        json.extend_from_slice(reason(answer.status).as_bytes());
        json.push(b'"');
    }
    let groups = groups(answer.fields, names);
    match (form.sender, form.maps) {
        (Sender::HttpApi2 | Sender::FunctionUrl, _) => write_with_cookies(&mut json, &groups, answer.fields),
        (_, Maps::Multi) => write_lists(&mut json, b",\"multiValueHeaders\":{", groups.iter(), answer.fields),
        (sender, Maps::Single) => {
            write_single(&mut json, b",\"headers\":{", groups.iter(), answer.fields, Joined::Last);
            let repeated = || groups.iter().filter(|group| group.count > 1);
            if sender == Sender::LoadBalancer {
                dropped = repeated().map(|group| String::from_utf8_lossy(&group.name).into_owned()).collect();
            } else if repeated().next().is_some() {
                write_lists(&mut json, b",\"multiValueHeaders\":{", repeated(), answer.fields);
            }
        }
    }
    let head_bytes = json.len();
    json.extend_from_slice(b",\"body\":");
    write_body(&mut json, answer, form.sender, binary);
    json.push(b'}');
    if json.len() > PAYLOAD_MAX {
        return Err(TooLarge { bytes: json.len() });
    }
    Ok(Encoded { json, head_bytes, dropped })
}

/// What goes before a streamed body: the head as JSON, and eight zero bytes.
///
/// Source: Lambda developer guide, "Response streaming for custom runtimes", `awslambda.HttpResponseStream`.
pub fn prelude(status: u16, fields: &[Field<'_>], sender: Sender) -> Vec<u8> {
    let mut json = Vec::with_capacity(256);
    json.extend_from_slice(b"{\"statusCode\":");
    json.extend_from_slice(status.to_string().as_bytes());
    let groups = groups(fields, Names::AsSent);
    match sender {
        Sender::RestApi => write_lists(&mut json, b",\"multiValueHeaders\":{", groups.iter(), fields),
        _ => write_with_cookies(&mut json, &groups, fields),
    }
    json.push(b'}');
    json.extend_from_slice(&[0; 8]);
    json
}

fn write_body(json: &mut Vec<u8>, answer: &Answer<'_>, sender: Sender, binary: Binary) {
    let value_of = |name: &[u8]| answer.fields.iter().rfind(|field| field.name.eq_ignore_ascii_case(name));
    let is_binary = match binary {
        Binary::Always => true,
        Binary::Needed => false,
        Binary::Detected => {
            value_of(b"content-encoding").is_some_and(|field| !field.value.eq_ignore_ascii_case(b"identity"))
                || value_of(b"content-type").is_some_and(|field| body::is_binary_type(field.value))
        }
    };
    // Compat mode sends text as text, however long; so does what is asked of a REST API.
    let choosing = if binary == Binary::Needed { Sender::RestApi } else { sender };
    let before = json.len();
    let mut spelling = body::write(json, answer.body, choosing, is_binary);
    if json.len() + ENVELOPE_END > PAYLOAD_MAX && spelling == Spelling::Text && sender != Sender::RestApi {
        // Text full of quotes and line ends can be longer escaped than encoded.
        json.truncate(before);
        spelling = body::write(json, answer.body, choosing, true);
    }
    json.extend_from_slice(match spelling {
        Spelling::Text => b",\"isBase64Encoded\":false",
        Spelling::Base64 => b",\"isBase64Encoded\":true",
    });
}

/// A name, the place of its first field, and how many fields it has.
struct Group<'a> {
    name: Cow<'a, [u8]>,
    first: usize,
    last: usize,
    count: usize,
}

/// The fields by their names, which are one whatever their case.
fn groups<'a>(fields: &[Field<'a>], names: Names) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        match groups.iter_mut().find(|group| group.name.eq_ignore_ascii_case(field.name)) {
            Some(group) => {
                group.last = index;
                group.count += 1;
            }
            None => {
                groups.push(Group { name: spelled(field.name, names), first: index, last: index, count: 1 });
            }
        }
    }
    groups
}

fn write_with_cookies(json: &mut Vec<u8>, groups: &[Group<'_>], fields: &[Field<'_>]) {
    let is_cookie = |group: &&Group<'_>| group.name.eq_ignore_ascii_case(b"set-cookie");
    json.extend_from_slice(b",\"cookies\":");
    match groups.iter().find(is_cookie) {
        Some(group) => write_list(json, group, fields),
        None => json.extend_from_slice(b"[]"),
    }
    write_single(
        json,
        b",\"headers\":{",
        groups.iter().filter(|group| !is_cookie(group)),
        fields,
        Joined::Comma,
    );
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Joined {
    Comma,
    Last,
}

fn write_single<'a>(
    json: &mut Vec<u8>,
    opening: &[u8],
    groups: impl Iterator<Item = &'a Group<'a>>,
    fields: &[Field<'_>],
    joined: Joined,
) {
    json.extend_from_slice(opening);
    let mut separator: &[u8] = b"";
    for group in groups {
        json.extend_from_slice(separator);
        separator = b",";
        json::write_bytes(json, &group.name);
        json.push(b':');
        if group.count == 1 || joined == Joined::Last {
            json::write_bytes(json, fields[group.last].value);
        } else {
            let values: Vec<&[u8]> = group.values(fields).collect();
            json::write_bytes(json, &values.join(&b", "[..]));
        }
    }
    json.push(b'}');
}

fn write_lists<'a>(
    json: &mut Vec<u8>,
    opening: &[u8],
    groups: impl Iterator<Item = &'a Group<'a>>,
    fields: &[Field<'_>],
) {
    json.extend_from_slice(opening);
    let mut separator: &[u8] = b"";
    for group in groups {
        json.extend_from_slice(separator);
        separator = b",";
        json::write_bytes(json, &group.name);
        json.push(b':');
        write_list(json, group, fields);
    }
    json.push(b'}');
}

fn write_list(json: &mut Vec<u8>, group: &Group<'_>, fields: &[Field<'_>]) {
    let mut separator = b'[';
    for value in group.values(fields) {
        json.push(separator);
        separator = b',';
        json::write_bytes(json, value);
    }
    json.push(b']');
}

impl Group<'_> {
    fn values<'a>(&'a self, fields: &'a [Field<'a>]) -> impl Iterator<Item = &'a [u8]> {
        fields[self.first..=self.last]
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case(&self.name))
            .map(|field| field.value)
    }
}

fn spelled(name: &[u8], names: Names) -> Cow<'_, [u8]> {
    if names == Names::AsSent {
        return Cow::Borrowed(name);
    }
    let mut name = name.to_vec();
    let mut at_start = true;
    for byte in &mut name {
        *byte = if at_start { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
        at_start = *byte == b'-';
    }
    Cow::Owned(name)
}

/// RFC 9110's reason phrases; a load balancer wants one.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}

/// `,"isBase64Encoded":false}`
const ENVELOPE_END: usize = 25;
