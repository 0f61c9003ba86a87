//! Payload format 1.0: an HTTP API's event and a REST API's, its older relative.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use super::body::{self, Form, matches_media_type};
use super::calendar::common_log_time;
use super::headers::{self, HOP_BY_HOP, Length, Line, Rules, Spelling};
use super::parameters;
use super::request::{Context, Request};
use super::switches::{HeaderNames, Switches};
use super::version_2::path_parameters;

pub(super) fn http_api(request: &Request<'_>, context: &Context<'_>, switches: &Switches) -> Vec<u8> {
    let spelling = match switches.version_1_names {
        HeaderNames::Canonical => Spelling::Canonical,
        HeaderNames::LowerCase => Spelling::Lower,
    };
    let rules = Rules { dropped: &HOP_BY_HOP, spelling, length: Length::Added };
    let form = if request.body.is_empty() { Form::Null } else { body::by_type(request, switches) };
    let user_agent = Some(request.header("user-agent").unwrap_or_default());
    let parts = Parts {
        version: Some("1.0"),
        path: request.path,
        path_parameters: path_parameters(context, switches),
        lines: headers::lines(request, context, &rules, switches),
        context: RequestContext {
            deployment_id: None,
            extended_request_id: context.request_id,
            path: parameters::decode(request.path),
            // Recorded; the documentation shows null.
            resource_id: context.route_key,
            ..request_context(request, context, user_agent)
        },
        form,
    };
    write(request, context, parts)
}

pub(super) fn rest_api(
    request: &Request<'_>,
    context: &Context<'_>,
    binary_media_types: &[String],
    switches: &Switches,
) -> Vec<u8> {
    let rules = Rules { dropped: &REST_DROPS, spelling: Spelling::Client, length: Length::AsSent };
    let form = if request.body.is_empty() {
        Form::Null
    } else if matches_media_type(binary_media_types, request.header("content-type")) {
        Form::Base64
    } else {
        // Text whatever it is: bytes that are no UTF-8 are lost, as in AWS.
        Form::Text
    };
    let parts = Parts {
        version: None,
        path: context.route_path,
        path_parameters: rest_parameters(context),
        lines: headers::lines(request, context, &rules, switches),
        context: request_context(request, context, request.header("user-agent")),
        form,
    };
    write(request, context, parts)
}

/// What the two front ends do differently.
struct Parts<'a> {
    version: Option<&'static str>,
    path: &'a str,
    path_parameters: Option<BTreeMap<&'a str, Cow<'a, str>>>,
    lines: Vec<Line<'a>>,
    context: RequestContext<'a>,
    form: Form,
}

fn write(request: &Request<'_>, context: &Context<'_>, parts: Parts<'_>) -> Vec<u8> {
    let lines = headers::listed(parts.lines);
    let query = parameters::decoded(request.query);
    let head = Event {
        version: parts.version,
        resource: context.route_resource(),
        path: parts.path,
        http_method: request.method,
        headers: parameters::last(&lines),
        multi_value_headers: &lines,
        query_string_parameters: Some(parameters::last(&query)).filter(|map| !map.is_empty()),
        multi_value_query_string_parameters: Some(&query).filter(|map| !map.is_empty()),
        path_parameters: parts.path_parameters,
        stage_variables: Some(context.stage_variables).filter(|variables| !variables.is_empty()),
        request_context: parts.context,
        is_base64_encoded: parts.form.is_base64(),
    };
    body::with_body(&head, request.body, parts.form)
}

/// The request's context as REST has it.
fn request_context<'a>(
    request: &'a Request<'_>,
    context: &'a Context<'_>,
    user_agent: Option<&'a str>,
) -> RequestContext<'a> {
    RequestContext {
        account_id: context.account,
        api_id: context.api_id,
        deployment_id: Some(context.deployment_id),
        domain_name: context.domain_name,
        domain_prefix: context.domain_prefix(),
        extended_request_id: context.extended_request_id,
        http_method: request.method,
        identity: Identity {
            source_ip: context.source.address.to_string(),
            user_agent,
            ..Identity::default()
        },
        path: Cow::Borrowed(request.path),
        protocol: "HTTP/1.1",
        request_id: context.request_id,
        request_time: common_log_time(context.epoch_milliseconds),
        request_time_epoch: context.epoch_milliseconds,
        resource_id: context.resource_id,
        resource_path: context.route_resource(),
        stage: context.stage,
    }
}

/// Variables as they came, a closing slash dropped.
fn rest_parameters<'a>(context: &Context<'a>) -> Option<BTreeMap<&'a str, Cow<'a, str>>> {
    (!context.path_parameters.is_empty()).then(|| {
        context
            .path_parameters
            .iter()
            .map(|parameter| {
                let value = parameter.value.strip_suffix('/').unwrap_or(parameter.value);
                (parameter.name, Cow::Borrowed(value))
            })
            .collect()
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    resource: &'a str,
    path: &'a str,
    http_method: &'a str,
    headers: BTreeMap<&'a str, &'a str>,
    multi_value_headers: &'a BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>,
    query_string_parameters: Option<BTreeMap<&'a str, &'a str>>,
    multi_value_query_string_parameters: Option<&'a BTreeMap<Cow<'a, str>, Vec<Cow<'a, str>>>>,
    path_parameters: Option<BTreeMap<&'a str, Cow<'a, str>>>,
    stage_variables: Option<&'a BTreeMap<String, String>>,
    request_context: RequestContext<'a>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'a str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment_id: Option<&'a str>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    extended_request_id: &'a str,
    http_method: &'a str,
    identity: Identity<'a>,
    path: Cow<'a, str>,
    protocol: &'static str,
    request_id: &'a str,
    request_time: String,
    request_time_epoch: u64,
    resource_id: &'a str,
    resource_path: &'a str,
    stage: &'a str,
}

/// Who called; nobody is known without an authorizer.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    access_key: Option<&'a str>,
    account_id: Option<&'a str>,
    caller: Option<&'a str>,
    cognito_authentication_provider: Option<&'a str>,
    cognito_authentication_type: Option<&'a str>,
    cognito_identity_id: Option<&'a str>,
    cognito_identity_pool_id: Option<&'a str>,
    principal_org_id: Option<&'a str>,
    source_ip: String,
    user: Option<&'a str>,
    user_agent: Option<&'a str>,
    user_arn: Option<&'a str>,
}

/// Recorded, one by one.
const REST_DROPS: [&str; 14] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];
