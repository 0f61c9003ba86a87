//! CloudWatch Logs as far as `aws logs tail` and a page of lines need it: groups, streams, events.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use telemetry::{LogFilter, LogLine};
use trace::Timestamp;

use super::fault::Fault;
use super::{Answer, Api, json as answer_json};

/// The parameters of all four operations.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Parameters {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_group_name_prefix: Option<String>,
    log_stream_name: Option<String>,
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
    filter_pattern: Option<String>,
    start_time: Option<u64>,
    end_time: Option<u64>,
    limit: Option<usize>,
    next_token: Option<String>,
}

/// Answers one of the operations.
pub(super) fn answer(api: &Api, operation: &str, body: &[u8]) -> Result<Answer, Fault> {
    let parameters: Parameters =
        serde_json::from_slice(body).map_err(|why| Fault::invalid(&why.to_string()))?;
    let value = match operation {
        "DescribeLogGroups" => groups(api, &parameters),
        "DescribeLogStreams" => streams(api, &parameters)?,
        "FilterLogEvents" => filter(api, &parameters)?,
        "GetLogEvents" => events(api, &parameters)?,
        other => return Err(Fault::unsupported(other)),
    };
    let mut answer = answer_json(StatusCode::OK, &value);
    let kind = http::HeaderValue::from_static("application/x-amz-json-1.1");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    Ok(answer)
}

fn groups(api: &Api, parameters: &Parameters) -> Value {
    let prefix = parameters.log_group_name_prefix.as_deref().unwrap_or_default();
    let names = api.lambda.functions().into_iter().map(|function| format!("{GROUP}{}", function.name));
    let groups: Vec<Value> = names
        .filter(|name| name.starts_with(prefix))
        .map(|name| {
            let arn = format!("arn:aws:logs:{}:{}:log-group:{name}", api.region, api.account);
            json!({
                "logGroupName": name, "logGroupArn": arn, "arn": format!("{arn}:*"),
                "creationTime": 0, "metricFilterCount": 0, "storedBytes": 0, "logGroupClass": "STANDARD",
            })
        })
        .collect();
    json!({"logGroups": groups})
}

fn streams(api: &Api, parameters: &Parameters) -> Result<Value, Fault> {
    let prefix = parameters.log_stream_name_prefix.as_deref().unwrap_or_default();
    let mut streams: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for line in lines(api, parameters, None)?.0 {
        let at = line.at.millis();
        let range = streams.entry(line.stream).or_insert((at, at));
        *range = (range.0.min(at), range.1.max(at));
    }
    let streams: Vec<Value> = streams
        .into_iter()
        .filter(|(name, _)| name.starts_with(prefix))
        .map(|(name, (first, last))| {
            json!({
                "logStreamName": name, "creationTime": first, "firstEventTimestamp": first,
                "lastEventTimestamp": last, "lastIngestionTime": last, "storedBytes": 0,
            })
        })
        .collect();
    Ok(json!({"logStreams": streams}))
}

fn filter(api: &Api, parameters: &Parameters) -> Result<Value, Fault> {
    let skipped = parameters.next_token.as_deref().and_then(|token| token.parse().ok()).unwrap_or(0);
    let (lines, _) = lines(api, parameters, parameters.filter_pattern.as_deref())?;
    let limit = parameters.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let wanted: Vec<&LogLine> = lines
        .iter()
        .filter(|line| {
            parameters.log_stream_names.is_empty() || parameters.log_stream_names.contains(&line.stream)
        })
        .filter(|line| {
            line.stream.starts_with(parameters.log_stream_name_prefix.as_deref().unwrap_or_default())
        })
        .skip(skipped)
        .collect();
    let more = wanted.len() > limit;
    let events: Vec<Value> = wanted
        .into_iter()
        .take(limit)
        .map(|line| {
            json!({
                // A follower tells lines that it has seen by this.
                "eventId": identity(line),
                "logStreamName": line.stream,
                "timestamp": line.at.millis(),
                "ingestionTime": line.at.millis(),
                "message": line.text,
            })
        })
        .collect();
    let mut value = json!({"events": events, "searchedLogStreams": []});
    if more {
        value["nextToken"] = json!((skipped + limit).to_string());
    }
    Ok(value)
}

fn events(api: &Api, parameters: &Parameters) -> Result<Value, Fault> {
    let (lines, _) = lines(api, parameters, None)?;
    let stream = parameters.log_stream_name.as_deref();
    let events: Vec<Value> = lines
        .iter()
        .filter(|line| stream.is_none_or(|stream| line.stream == stream))
        .map(|line| {
            json!({"timestamp": line.at.millis(), "ingestionTime": line.at.millis(), "message": line.text})
        })
        .collect();
    Ok(json!({"events": events, "nextForwardToken": "f/end", "nextBackwardToken": "b/end"}))
}

/// The same for the same line, whatever was asked: its time, and a hash of the rest (FNV-1a).
fn identity(line: &LogLine) -> String {
    let bytes = line.stream.bytes().chain(line.text.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:020}{hash:020}", line.at.micros())
}

/// The group's lines, the oldest first.
fn lines(api: &Api, parameters: &Parameters, pattern: Option<&str>) -> Result<(Vec<LogLine>, String), Fault> {
    let group = parameters.log_group_name.as_deref().or(parameters.log_group_identifier.as_deref());
    let group = group.ok_or_else(|| Fault::invalid("logGroupName is missing"))?;
    let group = group.rsplit_once("log-group:").map_or(group, |(_, name)| name).trim_end_matches(":*");
    let function = group
        .strip_prefix(GROUP)
        .filter(|name| api.lambda.functions().iter().any(|function| function.name == *name));
    let function = function.ok_or_else(|| Fault::not_found("The specified log group does not exist."))?;
    let filter = LogFilter {
        function: Some(function.to_owned()),
        text: pattern.map(|pattern| pattern.trim_matches('"').to_owned()).filter(|text| !text.is_empty()),
        since: parameters.start_time.map(Timestamp::from_millis),
        // `endTime` is the last millisecond that counts.
        until: parameters.end_time.map(|end| Timestamp::from_millis(end.saturating_add(1))),
        limit: LINES_MAX,
        ..LogFilter::default()
    };
    let page = api.telemetry.reader().logs(&filter).map_err(|error| Fault::invalid(&error.to_string()))?;
    let mut lines = page.lines;
    lines.sort_by_key(|line| line.at);
    Ok((lines, function.to_owned()))
}

const GROUP: &str = "/aws/lambda/";
/// Events of one answer, as the service has it.
const PAGE: usize = 10_000;
const LINES_MAX: usize = 100_000;
