//! An answer that is sent while the function still makes it: Function URLs with `RESPONSE_STREAM`,
//! REST APIs with `ResponseTransferMode: STREAM`.

use std::io;

use bytes::Bytes;
use events::front_end::{FrontEnd, Reply, prelude_is_known};
use http::Response;
use http_body_util::combinators::UnsyncBoxBody;
use lambda::Streamed;

use crate::exchange::{Call, Event, Exchange};

/// Invokes the function; sends the head once the prelude is read, and each piece as it comes.
/// `dress` puts on what the front end adds to a reply.
pub(crate) async fn answer(
    mut exchange: Exchange<'_>,
    front_end: &FrontEnd,
    call: &Call<'_>,
    event: Event,
    dress: impl Fn(&Exchange<'_>, &mut Reply<'_>),
) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    let switches = exchange.service.switches;
    let (payload, stream) = match exchange.invoke_streaming(call, event).await {
        Ok(answered) => answered,
        Err(refusal) => {
            let mut reply = refusal.reply(front_end, &switches);
            dress(&exchange, &mut reply);
            return exchange.send(front_end, reply, None);
        }
    };
    let Some(mut stream) = stream else {
        // A buffered answer comes out as it is, the JSON of a response too (recorded).
        if payload.starts_with(b"{\"statusCode\"") {
            exchange.explain(
                "answers are streamed here and the function answers buffered, so its JSON is taken for the body, \
                 as in AWS: set DAVY_RESPONSE=stream, or stop streaming in the template"
                    .to_owned(),
            );
        }
        let mut reply = exchange.interpret_stream(front_end, call.function, &payload);
        dress(&exchange, &mut reply);
        return exchange.send(front_end, reply, Some(&payload));
    };
    let mut collected = payload.to_vec();
    while !prelude_is_known(&collected) {
        match stream.recv().await {
            None => break,
            Some(Streamed::Data(piece)) => collected.extend_from_slice(&piece),
            Some(Streamed::Failed { error_type, .. }) => {
                let refusal = exchange.failed(call.function, &error_type);
                let mut reply = refusal.reply(front_end, &switches);
                dress(&exchange, &mut reply);
                return exchange.send(front_end, reply, None);
            }
        }
    }
    let mut reply = exchange.interpret_stream(front_end, call.function, &collected);
    dress(&exchange, &mut reply);
    exchange.send_streaming(front_end, reply, stream)
}
