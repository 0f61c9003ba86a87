//! The service's errors: HTTP status, `x-amzn-ErrorType`, a JSON body (facts, lambda 2).

use access::signature::Refusal;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{Answer, json as answer_json};
use crate::{InvokeError, PAYLOAD_LIMIT};

/// An error of the service, not of a function.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    status: StatusCode,
    kind: &'static str,
    body: Value,
}

impl Fault {
    fn new(status: StatusCode, kind: &'static str, message: &str) -> Self {
        let body = json!({"Type": "User", "Message": message, "message": message});
        Self { status, kind, body }
    }

    pub(super) fn answer(self, request_id: &str) -> Answer {
        let mut body = self.body;
        // The protocol of CloudWatch Logs reads the kind out of the body.
        body["__type"] = json!(self.kind);
        let mut answer = answer_json(self.status, &body);
        let headers = answer.headers_mut();
        headers.insert("x-amzn-errortype", HeaderValue::from_static(self.kind));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-amzn-requestid", id);
        }
        answer
    }

    pub(super) fn unknown_operation() -> Self {
        Self::new(StatusCode::NOT_FOUND, "UnknownOperationException", "Davy has no such operation")
    }

    pub(super) fn unsupported(operation: &str) -> Self {
        let message = format!("Davy doesn't have {operation} of CloudWatch Logs");
        Self::new(StatusCode::BAD_REQUEST, "UnknownOperationException", &message)
    }

    pub(super) fn invalid(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidParameterException", message)
    }

    pub(super) fn not_found(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ResourceNotFoundException", message)
    }

    pub(super) fn unreadable(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
    }

    pub(super) fn function_not_found(arn: &str) -> Self {
        let message = format!("Function not found: {arn}");
        let body = json!({"Message": message, "Type": "User"});
        Self { status: StatusCode::NOT_FOUND, kind: "ResourceNotFoundException", body }
    }

    pub(super) fn not_json(why: &serde_json::Error) -> Self {
        let message = format!("Could not parse request body into json: {why}");
        Self::new(StatusCode::BAD_REQUEST, "InvalidRequestContentException", &message)
    }

    pub(super) fn event_too_large() -> Self {
        let message = format!("{PAYLOAD_LIMIT} byte payload is the limit");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLargeException", &message)
    }

    pub(super) fn unsigned() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )
    }

    pub(super) fn refused(refusal: &Refusal) -> Self {
        let (kind, status) = match refusal {
            Refusal::UnknownKey | Refusal::WrongToken => {
                ("UnrecognizedClientException", StatusCode::FORBIDDEN)
            }
            Refusal::Malformed { .. } => ("IncompleteSignatureException", StatusCode::BAD_REQUEST),
            _ => ("InvalidSignatureException", StatusCode::FORBIDDEN),
        };
        Self::new(status, kind, &refusal.to_string())
    }

    pub(super) fn denied(who: &str, action: &str, resource: &str) -> Self {
        let message = format!(
            "User: {who} is not authorized to perform: {action} on resource: {resource} because no \
             identity-based policy allows the {action} action"
        );
        Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", &message)
    }

    pub(super) fn of(error: &InvokeError) -> Self {
        match error {
            InvokeError::Throttled { reason } => Self {
                status: StatusCode::TOO_MANY_REQUESTS,
                kind: "TooManyRequestsException",
                body: json!({"Reason": reason.as_str(), "Type": "User", "message": "Rate Exceeded."}),
            },
            InvokeError::EventTooLarge { .. } => Self::event_too_large(),
            InvokeError::FunctionNotFound { function } => Self::function_not_found(function),
            InvokeError::Timeout { .. } | InvokeError::ShuttingDown | InvokeError::Environment { .. } => {
                let body = json!({"Type": "Service", "Message": error.to_string()});
                Self { status: StatusCode::INTERNAL_SERVER_ERROR, kind: "ServiceException", body }
            }
        }
    }
}
