//! Invocations that nobody waits for: tried again when they fail, and sent on when that fails too.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Answer, Function, Invocation, InvokeError, Lambda};

/// Runs an event's invocation: once, and after a failure as often more as the function's
/// `MaximumRetryAttempts` says. What fails in the end goes to its `OnFailure` destination.
///
/// Source: Lambda developer guide, "Asynchronous invocation": errors of the function are retried
/// twice, throttles for up to six hours.
pub(crate) async fn deliver(lambda: Lambda, function: Function, invocation: Invocation) {
    let mut attempt = 0;
    let failed = loop {
        let result = lambda.invoke(invocation.clone()).await;
        match result {
            Ok(answer) if answer.function_error.is_none() => return,
            Err(InvokeError::ShuttingDown) => return,
            Ok(answer) if attempt == function.retries => break Some(answer),
            Err(_) if attempt == THROTTLED_MAX => break None,
            _ => {}
        }
        tokio::time::sleep(PAUSE * 2_u32.pow(attempt.min(6))).await;
        attempt += 1;
    };
    if let Some(destination) = &function.on_failure {
        let record = record(&function, &invocation, failed.as_ref(), attempt + 1);
        let told = lambda.invoke(Invocation::new(destination, record.to_string())).await;
        if let Err(error) = told {
            lambda.notice(&format!(
                "a failed event of {} could not go to {destination}: {error}",
                function.name
            ));
        }
    }
}

/// What a destination gets.
fn record(function: &Function, invocation: &Invocation, answer: Option<&Answer>, attempts: u32) -> Value {
    let parsed = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or(Value::Null);
    json!({
        "version": "1.0",
        "requestContext": {
            "requestId": answer.map(|answer| answer.request_id.as_str()),
            "functionArn": format!("{}:$LATEST", function.arn),
            "condition": if answer.is_some() { "RetriesExhausted" } else { "EventAgeExceeded" },
            "approximateInvokeCount": attempts,
        },
        "requestPayload": parsed(&invocation.event),
        "responseContext": answer.map(|answer| json!({
            "statusCode": 200,
            "executedVersion": answer.version,
            "functionError": answer.function_error.map(crate::FunctionError::as_str),
        })),
        "responsePayload": answer.map(|answer| parsed(&answer.payload)),
    })
}

/// Before the second attempt; then twice as long. AWS waits a minute, which nobody at a terminal does.
const PAUSE: Duration = Duration::from_millis(500);
/// Attempts at placing an event that is throttled.
const THROTTLED_MAX: u32 = 10;
