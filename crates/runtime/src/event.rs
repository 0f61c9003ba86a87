//! An event into what is to be done for it.

use std::ops::Range;

use events::function::{Event, Form, NotHttp, Request, Sender, read};
use trace::Timestamp;

use crate::exchange::{Body, Exchange};
use crate::file::{self, Ready};
use crate::script::{self, Target};
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
    Run { exchange: Box<Exchange>, caller: Caller },
    /// The response is there already.
    Answer { ready: Ready, caller: Caller },
}

/// What of a request decides the form of its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) form: Form,
    pub(crate) accepts_gzip: bool,
    /// Whether the answer is passed on as it comes.
    pub(crate) streams: bool,
}

/// Decides what is to be done for the event in `bytes`, which are taken only if the body lies in them.
pub(crate) fn work(
    bytes: &mut Vec<u8>,
    event: Range<usize>,
    invocation: &Invocation,
    settings: &Settings,
) -> Result<Work, NotHttp> {
    let request = match read(&bytes[event])? {
        Event::Warmer => return Ok(Work::Warm),
        Event::Http(request) => request,
    };
    // Only these two front ends can pass on an answer as it comes.
    let can_stream = matches!(request.form.sender, Sender::FunctionUrl | Sender::RestApi);
    let caller = Caller {
        form: request.form,
        accepts_gzip: accepts_gzip(&request),
        streams: settings.streaming && can_stream,
    };
    let params = match params(&request, invocation, settings) {
        Ok(params) => params,
        Err(ready) => return Ok(Work::Answer { ready, caller }),
    };
    let body = match request.body {
        std::borrow::Cow::Owned(bytes) => Body::Own(bytes),
        std::borrow::Cow::Borrowed(body) => match place(bytes, body) {
            Some(place) => Body::InEvent { place, event: std::mem::take(bytes) },
            None => Body::Own(body.to_vec()),
        },
    };
    Ok(match Exchange::new(&params, body) {
        Ok(exchange) => Work::Run { exchange: Box::new(exchange), caller },
        Err(error) => {
            Work::Answer { ready: Ready::plain(431, &format!("Of this request, {error}.")), caller }
        }
    })
}

/// Where in the event a body borrowed from it lies, so that it needn't be copied out of it.
fn place(event: &[u8], body: &[u8]) -> Option<Range<usize>> {
    let start = (body.as_ptr() as usize).checked_sub(event.as_ptr() as usize)?;
    (start + body.len() <= event.len()).then(|| start..start + body.len())
}

/// The parameters of the script that answers; or the answer itself, where none is needed.
fn params(request: &Request<'_>, invocation: &Invocation, settings: &Settings) -> Result<Vec<u8>, Ready> {
    if settings.compatible_with_bref && !settings.scripts {
        return Ok(variables::bref::write(request, invocation, settings));
    }
    let path = request.target_path();
    match script::resolve(settings, &script::decode(&path)) {
        Target::Script(script) => Ok(variables::write(request, invocation, &script, &path, settings)),
        Target::File(file) => {
            Err(file::respond(&file, request)
                .unwrap_or_else(|_| Ready::plain(403, "This file can't be read.")))
        }
        Target::Slash => {
            let query = request.query_string();
            let mark = if query.is_empty() { "" } else { "?" };
            // One slash in front: two would make a host of what follows.
            Err(Ready::redirect(format!("/{}/{mark}{query}", path.trim_start_matches('/'))))
        }
        Target::Refused(400) => Err(Ready::plain(400, "This path leads nowhere.")),
        Target::Refused(status) => Err(Ready::plain(status, "Not found.")),
    }
}

fn accepts_gzip(request: &Request<'_>) -> bool {
    request.header("accept-encoding").is_some_and(|accepted| {
        accepted.split(',').any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
            let refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0));
            name.trim().eq_ignore_ascii_case("gzip") && !refused
        })
    })
}
