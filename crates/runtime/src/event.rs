//! An event into what a worker is sent.

use events::function::{Event, Form, NotHttp, Request, read};
use trace::Timestamp;

use crate::api::Reply;
use crate::exchange::{Body, Exchange};
use crate::script;
use crate::settings::Settings;
use crate::variables;

/// What the Runtime API says of an invocation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) function_arn: String,
    pub(crate) trace_id: String,
}

/// What is to be done for an event.
pub(crate) enum Work {
    /// Nothing but saying so.
    Warm,
    /// A script is to run.
    Run { exchange: Box<Exchange>, form: Form },
}

/// Decides what is to be done.
pub(crate) fn work(reply: Reply, invocation: &Invocation, settings: &Settings) -> Result<Work, NotHttp> {
    let event = &reply.bytes[reply.body.clone()];
    let request = match read(event)? {
        Event::Warmer => return Ok(Work::Warm),
        Event::Http(request) => request,
    };
    let params = params(&request, invocation, settings);
    let form = request.form;
    let body = match request.body {
        std::borrow::Cow::Owned(bytes) => Body::Own(bytes),
        std::borrow::Cow::Borrowed(bytes) => match place(&reply.bytes, bytes) {
            Some(place) => Body::InEvent { place, event: reply.bytes },
            None => Body::Own(bytes.to_vec()),
        },
    };
    Ok(Work::Run { exchange: Box::new(Exchange::new(&params, body)), form })
}

/// Where in the event a body borrowed from it lies, so that it needn't be copied out of it.
fn place(event: &[u8], body: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = (body.as_ptr() as usize).checked_sub(event.as_ptr() as usize)?;
    (start + body.len() <= event.len()).then(|| start..start + body.len())
}

fn params(request: &Request<'_>, invocation: &Invocation, settings: &Settings) -> Vec<u8> {
    if settings.compatible_with_bref {
        return variables::bref::write(request, invocation, settings);
    }
    let path = request.target_path();
    let decoded = script::decode(&path);
    let script = script::front_controller(settings, &decoded);
    variables::write(request, invocation, &script, &path, settings)
}
