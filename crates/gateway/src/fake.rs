//! A function for tests: it answers as it is told and keeps what it was asked.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use lambda::{Answer, FunctionError, Invocation, InvokeError, Streamed, StreamedAnswer};
use serde_json::Value;
use telemetry::{Placement, Start};
use tokio::sync::mpsc;
use trace::{Clock, Entropy, Timestamp};

use crate::invoke::Invoke;

/// Gives one answer, as often as it is asked.
pub(crate) struct Function {
    answer: Result<Returned, InvokeError>,
    asked: Mutex<Vec<Invocation>>,
}

#[derive(Clone)]
struct Returned {
    payload: String,
    error: Option<FunctionError>,
    /// What follows if it streams.
    stream: Option<Vec<Streamed>>,
}

impl Function {
    pub(crate) fn returning(payload: &str) -> Arc<Self> {
        Self::answering(Ok(Returned { payload: payload.to_owned(), error: None, stream: None }))
    }

    pub(crate) fn failing(payload: &str) -> Arc<Self> {
        Self::answering(Ok(Returned {
            payload: payload.to_owned(),
            error: Some(FunctionError::Unhandled),
            stream: None,
        }))
    }

    pub(crate) fn streaming(pieces: Vec<Streamed>) -> Arc<Self> {
        Self::answering(Ok(Returned { payload: String::new(), error: None, stream: Some(pieces) }))
    }

    pub(crate) fn refusing(error: InvokeError) -> Arc<Self> {
        Self::answering(Err(error))
    }

    fn answering(answer: Result<Returned, InvokeError>) -> Arc<Self> {
        Arc::new(Self { answer, asked: Mutex::default() })
    }

    /// What it was asked last.
    pub(crate) fn asked(&self) -> Invocation {
        self.asked.lock().unwrap().last().expect("the function was not invoked").clone()
    }

    /// How often it was asked.
    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// The event that it was asked with last.
    pub(crate) fn event(&self) -> Value {
        serde_json::from_slice(&self.asked().event).unwrap()
    }
}

impl Invoke for Function {
    fn invoke(
        &self,
        invocation: Invocation,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, InvokeError>> + Send + '_>> {
        Box::pin(async move { Ok(self.invoke_streaming(invocation).await?.answer) })
    }

    fn invoke_streaming(
        &self,
        invocation: Invocation,
    ) -> Pin<Box<dyn Future<Output = Result<StreamedAnswer, InvokeError>> + Send + '_>> {
        let bytes = invocation.event.len();
        let function = invocation.function.clone();
        let request_id = invocation.request_id.clone().unwrap_or_default();
        self.asked.lock().unwrap().push(invocation);
        let too_large = bytes > lambda::PAYLOAD_LIMIT;
        let answer = if too_large { Err(InvokeError::EventTooLarge { bytes }) } else { self.answer.clone() };
        Box::pin(async move {
            let Returned { payload, error, stream } = answer?;
            let answer = Answer {
                payload: Bytes::from(payload),
                function_error: error,
                request_id,
                version: "$LATEST".to_owned(),
                placement: Placement { function, environment: "one".to_owned(), start: Start::Warm },
                log_tail: Bytes::new(),
            };
            let stream = stream.map(|pieces| {
                let (sender, receiver) = mpsc::channel(pieces.len().max(1));
                for piece in pieces {
                    sender.try_send(piece).unwrap();
                }
                receiver
            });
            Ok(StreamedAnswer { answer, stream })
        })
    }
}

/// A clock that stands at the moment of the recorded request.
pub(crate) struct Still(pub(crate) AtomicU64);

impl Still {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(1_783_711_145_766)))
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Counts.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Entropy for Counting {
    fn next_u64(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// A request as a story writes it: `POST /a?b=c`, header lines, a body.
pub(crate) fn request(
    line: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<UnsyncBoxBody<Bytes, io::Error>> {
    let (method, target) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body: Bytes = body.into();
    request.body(Full::new(body).map_err(|never| match never {}).boxed_unsync()).unwrap()
}

/// `200 [name: value | …] body`, identifiers as they are.
pub(crate) async fn shown(response: Response<UnsyncBoxBody<Bytes, io::Error>>) -> String {
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let lines: Vec<String> =
        head.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    format!("{} [{}] {}", head.status.as_u16(), lines.join(" | "), String::from_utf8_lossy(&body))
}
