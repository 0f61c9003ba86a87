//! Request cases: the client's half goes in, the recorded event must come out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use events::front_end::{
    Context, FrontEnd, HeaderMaps, IamCaller, PathParameter, PayloadFormat, Request, Source, Switches, event,
};
use serde_json::Value;

use crate::Case;
use crate::compare::{differences, only_absent};

/// What differs on purpose: cases whose name begins so, the pointer, the reason. Each must be
/// needed.
const DELIBERATE: &[(&str, &str, &str)] = &[
    ("rest/request/edge-", "/headers/CloudFront-", EDGE_OPTIMISED),
    ("rest/request/edge-", "/headers/Via", EDGE_OPTIMISED),
    ("rest/request/edge-", "/headers/X-Amz-Cf-Id", EDGE_OPTIMISED),
    ("rest/request/edge-", "/multiValueHeaders/CloudFront-", EDGE_OPTIMISED),
    ("rest/request/edge-", "/multiValueHeaders/Via", EDGE_OPTIMISED),
    ("rest/request/edge-", "/multiValueHeaders/X-Amz-Cf-Id", EDGE_OPTIMISED),
    ("rest/request/edge-", "/multiValueHeaders/X-Forwarded-For", EDGE_OPTIMISED),
    ("rest/request/edge-", "/headers/X-Forwarded-For", EDGE_OPTIMISED),
];

const EDGE_OPTIMISED: &str =
    "an edge-optimised endpoint has CloudFront before it; local REST APIs are regional";

#[test]
fn recorded_events() {
    let mut unused: Vec<usize> = (0..DELIBERATE.len()).collect();
    let mut failures = Vec::new();
    let mut played = BTreeMap::<String, usize>::new();
    for case in Case::all().iter().filter(|case| case.is("request")) {
        let Some(client) = case.json("request.json") else { continue };
        let expected = case.json("event.json").or_else(|| case.json("event-partial.json")).unwrap();
        let found = play(case, &client, &expected);
        *played.entry(case.kind().to_owned()).or_default() += 1;
        for (pointer, difference) in differences(&expected, &found) {
            let deliberate = DELIBERATE
                .iter()
                .position(|(id, start, _)| case.id.starts_with(id) && pointer.starts_with(start));
            if let Some(at) = deliberate {
                unused.retain(|one| *one != at);
            } else if !excused(case, &expected, &found, &pointer) {
                failures.push(format!("{}{pointer}: {difference}", case.id));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(unused.is_empty(), "these differences are none any more: {unused:?}");
    let counts: Vec<_> = played.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    assert_eq!(counts.join(", "), "alb 1, function-url 5, http-api-v1 3, http-api-v2 4, rest 11");
}

#[test]
fn raw_captures_without_a_client() {
    let mut played = 0;
    for case in Case::all().iter().filter(|case| case.is("request") && is_raw_capture(case)) {
        let expected = case.json("event.json").unwrap();
        let found = play(case, &client_of(&expected), &expected);
        let mut differing = differences(&expected, &found);
        // This one's recorder left the map out, though the request had a query; it was signed, and
        // its connection older than what Davy claims of every connection.
        let known = ["/queryStringParameters", "/requestContext/accountId", "/headers/x-amzn-tls-"];
        differing.retain(|(pointer, _)| {
            !(case.id.ends_with("capture-get-cookie-twice")
                && known.iter().any(|start| pointer.starts_with(start)))
        });
        assert_eq!(differing, [], "{}", case.id);
        played += 1;
    }
    assert_eq!(played, 4);
}

#[test]
fn which_bodies_come_as_base64() {
    let case = Case::all().into_iter().find(|case| case.id.ends_with("base64-by-content-type")).unwrap();
    for row in case.json("cases.json").unwrap()["rows"].as_array().unwrap() {
        let kind = row["contentType"].as_str();
        let headers: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            kind.iter().map(|kind| ("content-type".into(), (*kind).into())).collect();
        let request = Request { method: "POST", path: "/", query: "", headers: &headers, body: b"body" };
        let (none, parameters) = (BTreeMap::new(), []);
        let context = context(&Value::Null, "$default", "/", &none, &parameters);
        for format in [PayloadFormat::V1, PayloadFormat::V2] {
            let made = event(&FrontEnd::HttpApi(format), &request, &context, &Switches::default());
            let made: Value = serde_json::from_slice(&made).unwrap();
            let expected = row["isBase64Encoded"].as_bool().unwrap_or(true);
            assert_eq!(made["isBase64Encoded"], expected, "{kind:?}");
            assert_eq!(made["body"], if expected { "Ym9keQ==" } else { "body" });
        }
    }
}

/// Whether the event tells what its client sent. The test button of a console and a health check of
/// the balancer itself have no client.
pub(crate) fn is_raw_capture(case: &Case) -> bool {
    case.trust == "recorded-unstated" && !case.id.contains("console") && !case.id.contains("health-check")
}

/// The event of `client`'s request, in the circumstances that the recorded event tells.
fn play(case: &Case, client: &Value, recorded: &Value) -> Value {
    let gateway = &case.entry["gateway"];
    let front_end = front_end(case, gateway, recorded);
    let headers: Vec<(Cow<'_, str>, Cow<'_, str>)> = client["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_str().unwrap().into(), pair[1].as_str().unwrap().into()))
        .collect();
    let body = match client["bodyBase64"].as_str() {
        Some(encoded) => base64_simd::STANDARD.decode_to_vec(encoded).unwrap(),
        None => client["body"].as_str().unwrap_or_default().as_bytes().to_vec(),
    };
    let target = client["target"].as_str().unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let method = client["method"].as_str().unwrap();
    let request = Request { method, path, query, headers: &headers, body: &body };

    let stage = gateway["stage"].as_str().unwrap_or("$default");
    let route = gateway["route"].as_str().unwrap_or("$default");
    let route_path = match path.strip_prefix(&format!("/{stage}")) {
        // A REST API takes the slashes after the stage for one.
        Some(rest) => &rest[rest.len() - rest.trim_start_matches('/').len() - 1..],
        None => path,
    };
    let parameters = parameters(route, route_path);
    let variables = BTreeMap::new();
    let context = Context {
        stage,
        route_path,
        caller: (gateway["authType"] == "AWS_IAM").then_some(IamCaller {
            access_key: "AKIA",
            account: recorded["requestContext"]["accountId"].as_str().unwrap_or_default(),
            caller_id: "AIDA",
            arn: "arn",
        }),
        ..context(recorded, route, route_path, &variables, &parameters)
    };
    serde_json::from_slice(&event(&front_end, &request, &context, &Switches::default())).unwrap()
}

fn front_end(case: &Case, gateway: &Value, recorded: &Value) -> FrontEnd {
    match case.kind() {
        "http-api-v1" => FrontEnd::HttpApi(PayloadFormat::V1),
        "http-api-v2" => FrontEnd::HttpApi(PayloadFormat::V2),
        "function-url" => FrontEnd::FunctionUrl,
        "rest" => {
            let types = gateway["binaryMediaTypes"].as_array().into_iter().flatten();
            FrontEnd::RestApi {
                binary_media_types: types.map(|one| one.as_str().unwrap().to_owned()).collect(),
            }
        }
        "alb" => FrontEnd::LoadBalancer {
            maps: if recorded.get("multiValueHeaders").is_some() {
                HeaderMaps::MultiValue
            } else {
                HeaderMaps::SingleValue
            },
            target_group: recorded["requestContext"]["elb"]["targetGroupArn"].as_str().unwrap().to_owned(),
        },
        other => panic!("no front end for {other}"),
    }
}

/// Circumstances that the recorded event tells: names, identifiers, the time and the peer.
fn context<'a>(
    recorded: &'a Value,
    route: &'a str,
    route_path: &'a str,
    variables: &'a BTreeMap<String, String>,
    parameters: &'a [PathParameter<'a>],
) -> Context<'a> {
    let told = &recorded["requestContext"];
    let text = |value: &'a Value| value.as_str().unwrap_or_default();
    let header = |name| text(header(recorded, name));
    let address = told["http"]["sourceIp"].as_str().or(told["identity"]["sourceIp"].as_str());
    let forwarded = header("x-forwarded-for");
    Context {
        account: text(&told["accountId"]),
        api_id: text(&told["apiId"]),
        domain_name: text(&told["domainName"]),
        stage: "$default",
        stage_variables: variables,
        route_path,
        route_key: route,
        resource_id: text(&told["resourceId"]),
        deployment_id: text(&told["deploymentId"]),
        path_parameters: parameters,
        request_id: text(&told["requestId"]),
        extended_request_id: text(&told["extendedRequestId"]),
        trace: header("x-amzn-trace-id"),
        epoch_milliseconds: told["timeEpoch"].as_u64().or(told["requestTimeEpoch"].as_u64()).unwrap_or(0),
        source: Source {
            address: address.unwrap_or(forwarded).parse().unwrap_or(std::net::Ipv4Addr::LOCALHOST.into()),
            port: header("x-forwarded-port").parse().unwrap_or(443),
            secure: header("x-forwarded-proto") != "http",
        },
        caller: None,
    }
}

/// The client's half of a 2.0 or a load balancer's event that came without one.
fn client_of(event: &Value) -> Value {
    let added = ["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"];
    let maps = event["headers"].as_object().or(event["multiValueHeaders"].as_object()).unwrap();
    let headers: Vec<Value> = maps
        .iter()
        .filter(|(name, _)| !added.contains(&name.as_str()) && !name.starts_with("x-amzn-tls"))
        .map(|(name, value)| serde_json::json!([name, value.as_str().or(value[0].as_str())]))
        .collect();
    let maps = event["queryStringParameters"].as_object();
    let maps = maps.or(event["multiValueQueryStringParameters"].as_object());
    let pairs: Vec<String> = maps
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name}={}", value.as_str().or(value[0].as_str()).unwrap()))
        .collect();
    let query = event["rawQueryString"].as_str().map_or_else(|| pairs.join("&"), str::to_owned);
    let path = event["rawPath"].as_str().or(event["path"].as_str()).unwrap();
    let method = event["requestContext"]["http"]["method"].as_str().or(event["httpMethod"].as_str());
    let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    serde_json::json!({ "method": method, "target": target, "headers": headers, "body": "" })
}

/// A header of an event, in whichever spelling and map.
fn header<'a>(event: &'a Value, name: &str) -> &'a Value {
    let find = |map: &str| {
        let map = event[map].as_object()?;
        map.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    find("headers").or_else(|| find("multiValueHeaders").map(|list| &list[0])).unwrap_or(&Value::Null)
}

fn parameters<'a>(route: &'a str, path: &'a str) -> Vec<PathParameter<'a>> {
    let Some((_, route)) = route.split_once(' ') else { return Vec::new() };
    let mut rest = path;
    let mut parameters = Vec::new();
    for segment in route.split('/').skip(1) {
        rest = rest.strip_prefix('/').unwrap_or_default();
        let name = segment.trim_matches(['{', '}']);
        let value = if name.ends_with('+') { rest } else { rest.split('/').next().unwrap() };
        if name != segment {
            parameters.push(PathParameter { name: name.trim_end_matches('+'), value });
        }
        rest = &rest[value.len()..];
    }
    parameters
}

/// Whether the case itself says that this can't be compared.
fn excused(case: &Case, expected: &Value, found: &Value, pointer: &str) -> bool {
    let under = |name: &str| {
        case.compare(name).iter().any(|start| pointer == *start || pointer.starts_with(&format!("{start}/")))
    };
    let (there, made) = (expected.pointer(pointer).is_some(), found.pointer(pointer).is_some());
    // Ignored values vary, but the key must be there.
    (under("ignore") && there && made)
        || (under("ignore") && pointer.starts_with("/requestContext/authorizer"))
        || (under("notRecorded") && !there)
        || (under("nullOrAbsentUnknown") && only_absent(expected, found, pointer))
        || (case.entry["compare"]["partial"] == true && !there && !pointer.starts_with("/headers/"))
}
