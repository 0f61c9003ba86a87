//! Invoke in its three types, and `InvokeWithResponseStream`.

use std::io;

use base64_simd::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, StreamBody};
use serde::de::IgnoredAny;
use tokio::sync::mpsc;
use trace::TraceHeader;

use super::event_stream::message;
use super::fault::Fault;
use super::{Answer, Api, whole};
use crate::{Function, FunctionError, Invocation, Log, Streamed, asynchronous};

/// `POST /2015-03-31/functions/{name}/invocations`
pub(super) async fn invoke(
    api: &Api,
    function: &Function,
    headers: &HeaderMap,
    event: Bytes,
    request_id: &str,
) -> Result<Answer, Fault> {
    let invocation = invocation(function, headers, event)?;
    match header(headers, "x-amz-invocation-type").unwrap_or("RequestResponse") {
        "DryRun" => Ok(empty(StatusCode::NO_CONTENT, request_id)),
        "Event" => {
            if invocation.event.len() > ASYNCHRONOUS_LIMIT {
                return Err(Fault::event_too_large());
            }
            tokio::spawn(asynchronous::deliver(api.lambda.clone(), function.clone(), invocation));
            Ok(empty(StatusCode::ACCEPTED, request_id))
        }
        "RequestResponse" => {
            let answer = api.lambda.invoke(invocation).await.map_err(|error| Fault::of(&error))?;
            let mut response = whole(StatusCode::OK, "application/json", answer.payload);
            set(&mut response, "x-amzn-requestid", &answer.request_id);
            set(&mut response, "x-amz-executed-version", &answer.version);
            if let Some(error) = answer.function_error {
                set(&mut response, "x-amz-function-error", error.as_str());
            }
            if header(headers, "x-amz-log-type") == Some("Tail") {
                set(&mut response, "x-amz-log-result", &STANDARD.encode_to_string(&answer.log_tail));
            }
            Ok(response)
        }
        other => Err(Fault::invalid(&format!(
            "invocation type `{other}` is none of RequestResponse, Event, DryRun"
        ))),
    }
}

/// `POST /2021-11-15/functions/{name}/response-streaming-invocations`
pub(super) async fn invoke_streaming(
    api: &Api,
    function: &Function,
    headers: &HeaderMap,
    event: Bytes,
) -> Result<Answer, Fault> {
    let invocation = invocation(function, headers, event)?;
    let streamed = api.lambda.invoke_streaming(invocation).await.map_err(|error| Fault::of(&error))?;
    let (frames, body) = mpsc::channel::<Result<http_body::Frame<Bytes>, io::Error>>(FRAMES);
    let (answer, stream) = (streamed.answer, streamed.stream);
    let (payload, failed) = (answer.payload.clone(), answer.function_error);
    tokio::spawn(async move {
        let send = |bytes: Vec<u8>| frames.send(Ok(http_body::Frame::data(bytes.into())));
        let mut failure = failed.map(|_| (FunctionError::Unhandled.as_str().to_owned(), payload.clone()));
        if failure.is_none() && !payload.is_empty() {
            let _ = send(message("PayloadChunk", "application/octet-stream", &payload)).await;
        }
        if let Some(mut stream) = stream {
            while let Some(piece) = stream.recv().await {
                match piece {
                    Streamed::Data(data) => {
                        let _ = send(message("PayloadChunk", "application/octet-stream", &data)).await;
                    }
                    Streamed::Failed { error_type, body } => failure = Some((error_type, body)),
                }
            }
        }
        let complete = match failure {
            None => serde_json::json!({}),
            Some((code, details)) => {
                serde_json::json!({"ErrorCode": code, "ErrorDetails": String::from_utf8_lossy(&details)})
            }
        };
        let _ = send(message("InvokeComplete", "application/json", complete.to_string().as_bytes())).await;
    });
    let frames =
        futures_util::stream::unfold(body, |mut body| async { body.recv().await.map(|frame| (frame, body)) });
    let mut response = Answer::new(StreamBody::new(frames).boxed_unsync());
    set(&mut response, "content-type", "application/vnd.amazon.eventstream");
    set(&mut response, "x-amzn-requestid", &answer.request_id);
    set(&mut response, "x-amz-executed-version", &answer.version);
    Ok(response)
}

fn invocation(function: &Function, headers: &HeaderMap, event: Bytes) -> Result<Invocation, Fault> {
    // No payload is an empty object, as the service has it.
    let event = if event.is_empty() { Bytes::from_static(b"{}") } else { event };
    serde_json::from_slice::<IgnoredAny>(&event).map_err(|why| Fault::not_json(&why))?;
    let mut invocation = Invocation::new(&function.name, event);
    if header(headers, "x-amz-log-type") == Some("Tail") {
        invocation.log = Log::Tail;
    }
    if let Some(trace) = header(headers, "x-amzn-trace-id") {
        invocation.trace = TraceHeader::parse(trace);
    }
    if let Some(context) = header(headers, "x-amz-client-context") {
        let decoded = STANDARD.decode_to_vec(context).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let wrong = || Fault::invalid("X-Amz-Client-Context is not JSON in base64");
        invocation.client_context = Some(decoded.ok_or_else(wrong)?);
    }
    Ok(invocation)
}

fn empty(status: StatusCode, request_id: &str) -> Answer {
    let mut response = whole(status, "application/json", Bytes::new());
    set(&mut response, "x-amzn-requestid", request_id);
    response
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn set(response: &mut Answer, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Bytes of an event that nobody waits for (facts, lambda 1).
const ASYNCHRONOUS_LIMIT: usize = 1 << 20;
/// Frames that wait for a slow reader.
const FRAMES: usize = 4;
