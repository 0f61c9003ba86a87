//! What a function returned, read as the HTTP response that it stands for.

mod object;
mod prepared;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use super::body::matches_media_type;
use super::headers::{HOP_BY_HOP, among};
use super::stream::has_prelude;
use super::switches::{
    BareText, CookieOrder, InferredJson, LoadBalancerType, ReservedHeaders, Switches, Tolerance,
};
use super::{FrontEnd, Header, HeaderMaps, PayloadFormat, Refusal, Reply};
use object::{Object, Returned};
use prepared::{Bodies, Prepared};

/// Reads `payload`, which is what the function returned without an error.
///
/// `accept` is the request's own header: a REST API decodes base64 only if its first type is one of
/// the API's binary media types.
pub fn interpret<'a>(
    front_end: &FrontEnd,
    payload: &'a [u8],
    accept: Option<&str>,
    switches: &Switches,
) -> Result<Reply<'a>, Malformed> {
    let returned = Returned::read(payload);
    match front_end {
        FrontEnd::HttpApi(PayloadFormat::V2) => http_api_2(returned, switches),
        FrontEnd::HttpApi(PayloadFormat::V1) => http_api_1(returned, switches),
        FrontEnd::RestApi { binary_media_types } => rest_api(returned, binary_media_types, accept, switches),
        FrontEnd::FunctionUrl => function_url(returned),
        FrontEnd::LoadBalancer { maps, .. } => load_balancer(returned, *maps, switches),
    }
}

fn http_api_2<'a>(returned: Returned<'a>, switches: &Switches) -> Result<Reply<'a>, Malformed> {
    let object = match returned {
        Returned::Object(object) if object.has("statusCode") => object,
        Returned::Object(Object { text, .. }) | Returned::Json(text) => {
            return Ok(inferred(match switches.inferred_json {
                InferredJson::AsReturned => Cow::Borrowed(text.as_bytes()),
                InferredJson::Compacted => object::compact(text),
            }));
        }
        Returned::Text(text) => return Ok(inferred(bytes(text))),
        Returned::NotJson(bytes) => match switches.bare_text {
            BareText::Sent => return Ok(inferred(Cow::Borrowed(bytes))),
            BareText::Refused => return Err(Malformed::NotAnObject),
        },
    };
    let mut prepared = Prepared::new(object.status(switches.status_as_text)?);
    prepared.single_values(&object)?;
    prepared.cookies(&object, switches.cookie_order == CookieOrder::CookiesFirst)?;
    prepared.body(&object, bodies(switches.body_as_object))?;
    prepared.keep_for_the_front_end(|name| http_api_reserved(name, switches));
    Ok(prepared.reply(PLAIN_TEXT))
}

fn http_api_1<'a>(returned: Returned<'a>, switches: &Switches) -> Result<Reply<'a>, Malformed> {
    let Returned::Object(object) = returned else { return Err(Malformed::NotAnObject) };
    let mut prepared = Prepared::new(object.status(switches.status_as_text)?);
    prepared.single_values(&object)?;
    prepared.multiple_values(&object)?;
    prepared.body(&object, bodies(switches.body_as_object))?;
    prepared.keep_for_the_front_end(|name| http_api_reserved(name, switches));
    Ok(prepared.reply(PLAIN_TEXT))
}

/// The response that the prelude of a streamed answer describes: JSON like an answer's, in which
/// the status may be missing and the body follows by itself.
pub(super) fn streamed<'a>(
    front_end: &FrontEnd,
    prelude: &'a [u8],
    body: &'a [u8],
) -> Result<Reply<'a>, Malformed> {
    let Returned::Object(object) = Returned::read(prelude) else { return Err(Malformed::NotAnObject) };
    let status = if object.has("statusCode") { object.status(Tolerance::Accepted)? } else { 200 };
    let mut prepared = Prepared::new(status);
    prepared.single_values(&object)?;
    prepared.multiple_values(&object)?;
    prepared.cookies(&object, true)?;
    prepared.keep_for_the_front_end(match front_end {
        FrontEnd::RestApi { .. } => rest_reserved,
        _ => hop_reserved,
    });
    Ok(Reply { body: Cow::Borrowed(body), ..prepared.reply(BYTES) })
}

fn rest_api<'a>(
    returned: Returned<'a>,
    binary_media_types: &[String],
    accept: Option<&str>,
    switches: &Switches,
) -> Result<Reply<'a>, Malformed> {
    let object = match returned {
        Returned::Object(object) => object,
        Returned::NotJson(bytes) if has_prelude(bytes) => return Err(Malformed::Streamed),
        _ => return Err(Malformed::NotAnObject),
    };
    if object.is_empty() && switches.empty_object == Tolerance::Refused {
        return Err(Malformed::NoStatus);
    }
    object.only(&["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"])?;
    let status = if object.has("statusCode") { object.status(Tolerance::Accepted)? } else { 200 };
    let mut prepared = Prepared::new(status);
    prepared.multiple_values(&object)?;
    prepared.single_values(&object)?;
    prepared.unify_spelling();
    let first = accept.and_then(|accept| accept.split(',').next()).map(str::trim);
    let bodies =
        if matches_media_type(binary_media_types, first) { Bodies::Strings } else { Bodies::Undecoded };
    prepared.body(&object, bodies)?;
    prepared.keep_for_the_front_end(rest_reserved);
    Ok(prepared.reply(JSON))
}

fn function_url(returned: Returned<'_>) -> Result<Reply<'_>, Malformed> {
    let object = match returned {
        Returned::Object(object) if object.has("statusCode") => object,
        Returned::Object(Object { text, .. }) | Returned::Json(text) => {
            return Ok(inferred(object::compact(text)));
        }
        Returned::Text(text) => return Ok(inferred(bytes(text))),
        Returned::NotJson(bytes) => return Ok(inferred(Cow::Borrowed(bytes))),
    };
    let mut prepared = Prepared::new(object.status(Tolerance::Accepted)?);
    prepared.single_values(&object)?;
    prepared.cookies(&object, true)?;
    prepared.body(&object, Bodies::AnyJson)?;
    prepared.keep_for_the_front_end(hop_reserved);
    Ok(prepared.reply(JSON))
}

fn load_balancer<'a>(
    returned: Returned<'a>,
    maps: HeaderMaps,
    switches: &Switches,
) -> Result<Reply<'a>, Malformed> {
    let Returned::Object(object) = returned else { return Err(Malformed::NotAnObject) };
    let mut prepared = Prepared::new(object.status(Tolerance::Refused)?);
    match maps {
        HeaderMaps::SingleValue => prepared.single_values(&object)?,
        HeaderMaps::MultiValue => prepared.multiple_values(&object)?,
    }
    prepared.body(&object, Bodies::Strings)?;
    prepared.keep_for_the_front_end(hop_reserved);
    Ok(match switches.load_balancer_type {
        LoadBalancerType::None => prepared.reply(""),
        LoadBalancerType::OctetStream => prepared.reply(BYTES),
    })
}

/// What becomes of a function's header line.
pub(super) enum Fate {
    Sent,
    Dropped,
    /// Sent as `x-amzn-Remapped-…`.
    Renamed,
}

fn http_api_reserved(name: &str, switches: &Switches) -> Fate {
    let prefixed =
        |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if !among(name, &HOP_BY_HOP)
        && !among(name, &["content-length"])
        && !prefixed("apigw-")
        && !prefixed("x-amz")
    {
        return Fate::Sent;
    }
    match switches.reserved_headers {
        ReservedHeaders::Dropped => Fate::Dropped,
        ReservedHeaders::Renamed => Fate::Renamed,
    }
}

fn rest_reserved(name: &str) -> Fate {
    if among(name, &["keep-alive", "proxy-connection", "transfer-encoding"]) {
        Fate::Dropped
    } else if among(name, &HOP_BY_HOP) || among(name, &REST_RENAMED) {
        Fate::Renamed
    } else {
        Fate::Sent
    }
}

fn hop_reserved(name: &str) -> Fate {
    if among(name, &HOP_BY_HOP) || among(name, &["content-length"]) { Fate::Dropped } else { Fate::Sent }
}

fn bodies(objects: Tolerance) -> Bodies {
    match objects {
        Tolerance::Accepted => Bodies::AnyJson,
        Tolerance::Refused => Bodies::Strings,
    }
}

/// The response of a function that returned data in place of a response.
fn inferred(body: Cow<'_, [u8]>) -> Reply<'_> {
    Reply { status: 200, headers: vec![Header::new("Content-Type", JSON)], body }
}

fn bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Why what a function returned is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Something other than a JSON object.
    NotAnObject,
    /// A stream without a prelude, where one must be.
    NoPrelude,
    /// A stream, where a response in JSON must be.
    Streamed,
    /// No `statusCode`.
    NoStatus,
    /// A `statusCode` that is no status; its JSON text.
    Status(String),
    /// A field that this front end does not know and therefore refuses.
    UnknownField(String),
    /// A field of the wrong type.
    FieldType(&'static str),
    /// A header line that HTTP can't carry; its name.
    HeaderLine(String),
    /// `isBase64Encoded` is true and `body` is no base64.
    Base64,
}

impl Malformed {
    /// The refusal that the viewer gets in place of a response.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Base64 => Refusal::MalformedBase64,
            _ => Refusal::MalformedAnswer,
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => {
                out.write_str("expected a JSON object with `statusCode`, found something else")
            }
            Self::NoPrelude => out.write_str(
                "expected a stream that begins with JSON and eight NUL bytes, found none in its first 16 KB; \
                 Davy's runtime writes them with DAVY_RESPONSE=stream",
            ),
            Self::Streamed => out.write_str(
                "expected a response in JSON, found a stream; the method wants ResponseTransferMode: STREAM for \
                 that, or the function no DAVY_RESPONSE",
            ),
            Self::NoStatus => out.write_str("expected `statusCode`, found an object without it"),
            Self::Status(found) => {
                write!(out, "expected `statusCode` to be a whole number from 200 to 599, found {found}")
            }
            Self::UnknownField(name) => write!(
                out,
                "a REST API takes only `statusCode`, `headers`, `multiValueHeaders`, `body` and \
                 `isBase64Encoded`; found `{name}` as well"
            ),
            Self::FieldType(expected) => write!(out, "expected {expected}"),
            Self::HeaderLine(name) => {
                write!(out, "header `{name}` has a name or a value that HTTP can't carry")
            }
            Self::Base64 => out.write_str("`isBase64Encoded` is true, but `body` is not base64"),
        }
    }
}

impl std::error::Error for Malformed {}

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";
/// Source: API Gateway developer guide, "important notes"; recorded in part.
const REST_RENAMED: [&str; 5] = ["content-length", "date", "max-forwards", "server", "www-authenticate"];
