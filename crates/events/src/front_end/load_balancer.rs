//! A load balancer's event: header and query maps in one of two flavours, nothing decoded.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::HeaderMaps;
use super::body::{self, Form};
use super::headers::{self, Length, Rules, Spelling};
use super::parameters;
use super::request::{Context, Request};
use super::switches::Switches;

pub(super) fn event(
    request: &Request<'_>,
    context: &Context<'_>,
    maps: HeaderMaps,
    target_group: &str,
    switches: &Switches,
) -> Vec<u8> {
    let rules = Rules { dropped: &["transfer-encoding"], spelling: Spelling::Lower, length: Length::Added };
    let lines = headers::listed(headers::lines(request, context, &rules, switches));
    let query = parameters::raw(request.query);
    // A target group without a body gets an empty string.
    let form = if request.body.is_empty() { Form::Text } else { form(request) };
    let single = maps == HeaderMaps::SingleValue;
    let head = Event {
        request_context: RequestContext { elb: Elb { target_group_arn: target_group } },
        http_method: request.method,
        path: request.path,
        query_string_parameters: single.then(|| parameters::last(&query)),
        multi_value_query_string_parameters: (!single).then_some(&query),
        headers: single.then(|| parameters::last(&lines)),
        multi_value_headers: (!single).then_some(&lines),
        is_base64_encoded: form.is_base64(),
    };
    body::with_body(&head, request.body, form)
}

/// Base64 with any `Content-Encoding`, else text for the four kinds that the documentation names.
fn form(request: &Request<'_>) -> Form {
    if request.header("content-encoding").is_some() {
        return Form::Base64;
    }
    body::by_type(request, &Switches::default())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    request_context: RequestContext<'a>,
    http_method: &'a str,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_string_parameters: Option<BTreeMap<&'a str, &'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_value_query_string_parameters: Option<&'a BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<BTreeMap<&'a str, &'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    multi_value_headers: Option<&'a BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
struct RequestContext<'a> {
    elb: Elb<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Elb<'a> {
    target_group_arn: &'a str,
}
