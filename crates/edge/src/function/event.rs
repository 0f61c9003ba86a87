//! The event of a CloudFront Function, version 1.0: requests and responses as JSON, and back.

use std::net::IpAddr;

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

/// What every event says about the distribution and the viewer.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub distribution_domain_name: String,
    pub distribution_id: String,
    pub request_id: String,
    pub viewer: IpAddr,
}

/// A request or a response as a function sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// Of a request.
    pub method: String,
    /// Of a request: the raw path.
    pub uri: String,
    /// Of a request.
    pub query: Option<String>,
    /// Of a response.
    pub status: u16,
    /// Without cookies.
    pub headers: HeaderMap,
    /// `Cookie`'s pairs, or the `Set-Cookie` lines.
    pub cookies: Vec<Cookie>,
    /// Of a response that a function makes.
    pub body: Option<String>,
}

/// A cookie; attributes are a response's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    pub name: String,
    pub value: String,
    pub attributes: Option<String>,
}

impl Message {
    /// Takes the cookies out of a request's headers.
    pub(crate) fn of_request(method: &str, uri: &str, query: Option<&str>, headers: &HeaderMap) -> Self {
        let cookies = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| {
                let (name, value) = pair.trim().split_once('=')?;
                Some(Cookie { name: name.to_owned(), value: value.to_owned(), attributes: None })
            })
            .collect();
        let mut headers = headers.clone();
        headers.remove(COOKIE);
        Self {
            method: method.to_owned(),
            uri: uri.to_owned(),
            query: query.map(str::to_owned),
            headers,
            cookies,
            ..Self::default()
        }
    }

    /// Takes the cookies out of an answer's headers.
    pub(crate) fn of_response(status: u16, headers: &HeaderMap) -> Self {
        let cookies = headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| {
                let (name, rest) = line.to_str().ok()?.split_once('=')?;
                let (value, attributes) = match rest.split_once(';') {
                    Some((value, attributes)) => (value, Some(attributes.trim().to_owned())),
                    None => (rest, None),
                };
                Some(Cookie { name: name.trim().to_owned(), value: value.to_owned(), attributes })
            })
            .collect();
        let mut headers = headers.clone();
        headers.remove(SET_COOKIE);
        Self { status, headers, cookies, ..Self::default() }
    }

    /// A request's headers with its cookies in them again.
    pub(crate) fn request_headers(mut self) -> HeaderMap {
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
            if let Ok(value) = HeaderValue::from_str(&pairs.join("; ")) {
                self.headers.insert(COOKIE, value);
            }
        }
        self.headers
    }

    /// An answer's headers with its cookies in them again.
    pub(crate) fn response_headers(mut self) -> HeaderMap {
        for cookie in &self.cookies {
            let mut line = format!("{}={}", cookie.name, cookie.value);
            if let Some(attributes) = &cookie.attributes {
                line.push_str("; ");
                line.push_str(attributes);
            }
            if let Ok(value) = HeaderValue::from_str(&line) {
                self.headers.append(SET_COOKIE, value);
            }
        }
        self.headers
    }
}

/// A viewer-request event.
pub(super) fn request(identity: &Identity, request: &Message) -> String {
    event(identity, "viewer-request", &json!({ "request": request_value(request) }))
}

/// A viewer-response event.
pub(super) fn response(identity: &Identity, request: &Message, response: &Message) -> String {
    let response = json!({
        "statusCode": response.status,
        "statusDescription": http::StatusCode::from_u16(response.status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default(),
        "headers": headers_value(&response.headers),
        "cookies": cookies_value(&response.cookies),
    });
    event(identity, "viewer-response", &json!({ "request": request_value(request), "response": response }))
}

fn event(identity: &Identity, kind: &str, messages: &Value) -> String {
    let mut event = json!({
        "version": "1.0",
        "context": {
            "distributionDomainName": identity.distribution_domain_name,
            "distributionId": identity.distribution_id,
            "eventType": kind,
            "requestId": identity.request_id,
        },
        "viewer": { "ip": identity.viewer.to_string() },
    });
    if let (Value::Object(event), Value::Object(messages)) = (&mut event, messages) {
        event.extend(messages.clone());
    }
    event.to_string()
}

fn request_value(request: &Message) -> Value {
    json!({
        "method": request.method,
        "uri": request.uri,
        "querystring": query_value(request.query.as_deref()),
        "headers": headers_value(&request.headers),
        "cookies": cookies_value(&request.cookies),
    })
}

/// Names to values; a name that comes twice has a `multiValue` with all of them.
fn multiple<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> Map<String, Value> {
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in pairs {
        let Some(Value::Object(before)) = map.get_mut(name) else {
            map.insert(name.to_owned(), json!({ "value": value }));
            continue;
        };
        let first = before["value"].clone();
        if let Value::Array(values) =
            before.entry("multiValue").or_insert_with(|| json!([{ "value": first }]))
        {
            values.push(json!({ "value": value }));
        }
    }
    map
}

fn headers_value(headers: &HeaderMap) -> Value {
    let lines = headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    Value::Object(multiple(lines))
}

fn query_value(query: Option<&str>) -> Value {
    let parameters = query.unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty());
    Value::Object(multiple(parameters.map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (name, value.to_owned())
    })))
}

fn cookies_value(cookies: &[Cookie]) -> Value {
    let mut map = multiple(cookies.iter().map(|cookie| (cookie.name.as_str(), cookie.value.clone())));
    for cookie in cookies {
        if let (Some(attributes), Some(Value::Object(entry))) =
            (&cookie.attributes, map.get_mut(&cookie.name))
        {
            entry.insert("attributes".to_owned(), json!(attributes));
        }
    }
    Value::Object(map)
}

/// What a function returned as a request. A query that it did not touch stays as it was, to the byte; a
/// changed one is in the order of its names.
pub(super) fn read_request(returned: &Value, before: &Message) -> Result<Message, String> {
    let uri = returned.get("uri").and_then(Value::as_str).ok_or("it has no uri")?;
    if !uri.starts_with('/') {
        return Err(format!("its uri has to start with /, and is {uri}"));
    }
    let query = returned.get("querystring").unwrap_or(&Value::Null);
    let query = if *query == query_value(before.query.as_deref()) {
        before.query.clone()
    } else {
        let parameters: Vec<String> = pairs(query)?
            .into_iter()
            .map(
                |pair| {
                    if pair.value.is_empty() { pair.name } else { format!("{}={}", pair.name, pair.value) }
                },
            )
            .collect();
        (!parameters.is_empty()).then(|| parameters.join("&"))
    };
    Ok(Message {
        method: before.method.clone(),
        uri: uri.to_owned(),
        query,
        headers: read_headers(returned)?,
        cookies: read_cookies(returned)?,
        ..Message::default()
    })
}

/// What a function returned as a response.
pub(super) fn read_response(returned: &Value) -> Result<Message, String> {
    let status = returned.get("statusCode").ok_or("it has no statusCode")?;
    let status = status
        .as_u64()
        .or_else(|| status.as_str()?.parse().ok())
        .and_then(|status| u16::try_from(status).ok())
        .filter(|status| (200..600).contains(status))
        .ok_or_else(|| format!("its statusCode has to be a number from 200 to 599, and is {status}"))?;
    Ok(Message {
        status,
        headers: read_headers(returned)?,
        cookies: read_cookies(returned)?,
        body: read_body(returned.get("body")),
        ..Message::default()
    })
}

fn read_body(body: Option<&Value>) -> Option<String> {
    match body? {
        Value::String(text) => Some(text.clone()),
        Value::Object(body) => body.get("data").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

fn read_headers(message: &Value) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for pair in pairs(message.get("headers").unwrap_or(&Value::Null))? {
        let name: HeaderName = pair.name.parse().map_err(|_| format!("{} is no header's name", pair.name))?;
        let value =
            HeaderValue::from_str(&pair.value).map_err(|_| format!("the header {name} has no text"))?;
        headers.append(name, value);
    }
    Ok(headers)
}

fn read_cookies(message: &Value) -> Result<Vec<Cookie>, String> {
    pairs(message.get("cookies").unwrap_or(&Value::Null))
}

/// The entries of an object of names; `multiValue` beats `value`.
fn pairs(object: &Value) -> Result<Vec<Cookie>, String> {
    let entries = match object {
        Value::Object(entries) => entries,
        Value::Null => return Ok(Vec::new()),
        other => return Err(format!("expected an object of names, found {other}")),
    };
    let mut pairs = Vec::with_capacity(entries.len());
    for (name, entry) in entries {
        let values = match entry.get("multiValue") {
            Some(Value::Array(values)) => values.iter().collect(),
            _ => vec![entry],
        };
        for value in values {
            let text = match value.get("value") {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::Bool(truth)) => truth.to_string(),
                _ => return Err(format!("{name} has no value")),
            };
            let attributes =
                value.get("attributes").or_else(|| entry.get("attributes")).and_then(Value::as_str);
            pairs.push(Cookie { name: name.clone(), value: text, attributes: attributes.map(str::to_owned) });
        }
    }
    Ok(pairs)
}
