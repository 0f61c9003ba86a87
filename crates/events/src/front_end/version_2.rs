//! Payload format 2.0: an HTTP API's event, and a Function URL's, which differs in four places.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::body::{self, Form};
use super::calendar::common_log_time;
use super::headers::{self, HOP_BY_HOP, Length, Line, Rules, Spelling};
use super::parameters;
use super::request::{Context, Request};
use super::switches::{ProxySlash, Switches};

pub(super) fn http_api(request: &Request<'_>, context: &Context<'_>, switches: &Switches) -> Vec<u8> {
    let rules = Rules { dropped: &HTTP_API_DROPS, spelling: Spelling::Lower, length: Length::Added };
    let lines = headers::lines(request, context, &rules, switches);
    write(request, context, lines, parameters::decode(request.path), context.account, switches)
}

pub(super) fn function_url(request: &Request<'_>, context: &Context<'_>, switches: &Switches) -> Vec<u8> {
    let dropped: &[&str] = if context.caller.is_some() { &SIGNED_URL_DROPS } else { &HOP_BY_HOP };
    let rules = Rules { dropped, spelling: Spelling::Lower, length: Length::Added };
    let mut lines = headers::lines(request, context, &rules, switches);
    if context.source.secure {
        for (name, value) in TLS {
            lines.push(Line { name: name.into(), value: value.into() });
        }
    }
    let account = context.caller.as_ref().map_or("anonymous", |caller| caller.account);
    // Only here is the path not decoded.
    write(request, context, lines, Cow::Borrowed(request.path), account, switches)
}

/// Variables of a route, decoded, as HTTP APIs give them in both formats.
pub(super) fn path_parameters<'a>(
    context: &Context<'a>,
    switches: &Switches,
) -> Option<BTreeMap<&'a str, Cow<'a, str>>> {
    (!context.path_parameters.is_empty()).then(|| {
        let value = |value: &'a str| match switches.proxy_slash {
            ProxySlash::Kept => value,
            ProxySlash::Dropped => value.strip_suffix('/').unwrap_or(value),
        };
        context
            .path_parameters
            .iter()
            .map(|parameter| (parameter.name, parameters::decode(value(parameter.value))))
            .collect()
    })
}

fn write(
    request: &Request<'_>,
    context: &Context<'_>,
    lines: Vec<Line<'_>>,
    raw_path: Cow<'_, str>,
    account: &str,
    switches: &Switches,
) -> Vec<u8> {
    let form = if request.body.is_empty() { Form::Absent } else { body::by_type(request, switches) };
    let head = Event {
        version: "2.0",
        route_key: context.route_key,
        raw_path,
        raw_query_string: request.query,
        cookies: cookies(request),
        headers: headers::joined(lines),
        query_string_parameters: Some(parameters::joined(parameters::decoded(request.query)))
            .filter(|map| !map.is_empty()),
        request_context: RequestContext {
            account_id: account,
            api_id: context.api_id,
            authorizer: context.caller.as_ref().map(|caller| Authorizer {
                iam: Iam {
                    access_key: caller.access_key,
                    account_id: caller.account,
                    caller_id: caller.caller_id,
                    cognito_identity: None,
                    principal_org_id: None,
                    user_arn: caller.arn,
                    user_id: caller.caller_id,
                },
            }),
            domain_name: context.domain_name,
            domain_prefix: context.domain_prefix(),
            http: Http {
                method: request.method,
                path: parameters::decode(request.path),
                // Recorded as HTTP/1.1 whatever the client spoke.
                protocol: "HTTP/1.1",
                source_ip: context.source.address.to_string(),
                user_agent: request.header("user-agent").unwrap_or_default(),
            },
            request_id: context.request_id,
            route_key: context.route_key,
            stage: context.stage,
            time: common_log_time(context.epoch_milliseconds),
            time_epoch: context.epoch_milliseconds,
        },
        path_parameters: path_parameters(context, switches),
        stage_variables: Some(context.stage_variables).filter(|variables| !variables.is_empty()),
        is_base64_encoded: form.is_base64(),
    };
    body::with_body(&head, request.body, form)
}

/// `a=1; b=2` in its parts.
fn cookies<'a>(request: &'a Request<'_>) -> Option<Vec<&'a str>> {
    let cookies: Vec<&str> = request
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"))
        .flat_map(|(_, value)| value.split(';'))
        .map(str::trim)
        .filter(|cookie| !cookie.is_empty())
        .collect();
    (!cookies.is_empty()).then_some(cookies)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: Cow<'a, str>,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<Vec<&'a str>>,
    headers: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_string_parameters: Option<BTreeMap<Cow<'a, str>, Cow<'a, str>>>,
    request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_parameters: Option<BTreeMap<&'a str, Cow<'a, str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage_variables: Option<&'a BTreeMap<String, String>>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'a str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<Authorizer<'a>>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: String,
    time_epoch: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: Cow<'a, str>,
    protocol: &'static str,
    source_ip: String,
    user_agent: &'a str,
}

#[derive(Serialize)]
struct Authorizer<'a> {
    iam: Iam<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Iam<'a> {
    access_key: &'a str,
    account_id: &'a str,
    caller_id: &'a str,
    cognito_identity: Option<&'a str>,
    principal_org_id: Option<&'a str>,
    user_arn: &'a str,
    user_id: &'a str,
}

/// The cookies are a list of their own on an HTTP API; a Function URL keeps the header as well.
const HTTP_API_DROPS: [&str; HOP_BY_HOP.len() + 1] = hop_by_hop_and("cookie");

/// A verified signature is not passed on.
const SIGNED_URL_DROPS: [&str; HOP_BY_HOP.len() + 1] = hop_by_hop_and("authorization");

/// What a Function URL says of the connection; the values are those of most recordings.
const TLS: [(&str, &str); 2] =
    [("x-amzn-tls-cipher-suite", "TLS_AES_128_GCM_SHA256"), ("x-amzn-tls-version", "TLSv1.3")];

const fn hop_by_hop_and(name: &'static str) -> [&'static str; HOP_BY_HOP.len() + 1] {
    let mut names = [name; HOP_BY_HOP.len() + 1];
    let mut at = 0;
    while at < HOP_BY_HOP.len() {
        names[at] = HOP_BY_HOP[at];
        at += 1;
    }
    names
}
