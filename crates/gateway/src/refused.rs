//! Routes whose authorizer does not run locally: they answer nobody, and say why.

use events::front_end::{Header, Reply};

use crate::api::Target;
use crate::config::Authorization;
use crate::exchange::Exchange;

/// One sentence for each of them, for the start.
pub(crate) fn warnings(api: &str, targets: &[Target]) -> Vec<String> {
    targets
        .iter()
        .filter_map(|target| match &target.authorization {
            Authorization::None => None,
            Authorization::Unsupported { authorizer } => Some(format!(
                "{api}: route `{}` is guarded by {authorizer}, which does not run locally. It refuses every \
                 request here, because answering would let in whom AWS keeps out",
                target.key
            )),
        })
        .collect()
}

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
