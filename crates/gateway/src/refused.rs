//! Routes whose authorizer does not run locally: they answer nobody, and say why. The template's
//! warnings name them before the first request.

use events::front_end::{Header, Reply};

use crate::exchange::Exchange;

/// The answer of such a route.
pub(crate) fn reply(exchange: &mut Exchange<'_>, key: &str, authorizer: &str) -> Reply<'static> {
    let message =
        format!("route {key} is guarded by {authorizer}, which Davy does not run: nobody is let in locally");
    exchange.explain(message.clone());
    let body = serde_json::json!({ "message": format!("Davy: {message}") }).to_string();
    Reply {
        status: 500,
        headers: vec![Header::new("Content-Type", "application/json")],
        body: body.into_bytes().into(),
    }
}
