//! A request's header lines as a function sees them: what is left out, what is added, how names are
//! spelled, and the two shapes of an event's header maps.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::request::{Context, Request};
use super::switches::{ForwardedFor, Switches};

/// How one front end treats header lines.
pub(super) struct Rules {
    /// Names that never reach the event, in lower case.
    pub(super) dropped: &'static [&'static str],
    /// How names are written.
    pub(super) spelling: Spelling,
    /// Whether a `content-length` is written for a body that came without one.
    pub(super) length: Length,
}

/// How names are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `x-odd`
    Lower,
    /// `X-Odd`
    Canonical,
    /// As the client wrote them, except for three that REST was recorded to respell.
    Client,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    Added,
    AsSent,
}

/// A header line of an event.
pub(super) struct Line<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

/// The event's header lines, in the client's order; those of the front end follow.
pub(super) fn lines<'a>(
    request: &'a Request<'_>,
    context: &'a Context<'_>,
    rules: &Rules,
    switches: &Switches,
) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::with_capacity(request.headers.len() + ADDED.len() + 1);
    for (name, value) in request.headers {
        if among(name, rules.dropped) || among(name, &ADDED) {
            continue;
        }
        lines.push(Line { name: spelled(name, rules.spelling), value: Cow::Borrowed(value) });
    }
    let mut add = |name: &'static str, value: Cow<'a, str>| {
        let spelling = if rules.spelling == Spelling::Lower { Spelling::Lower } else { Spelling::Canonical };
        lines.push(Line { name: spelled(name, spelling), value });
    };
    if rules.length == Length::Added && !request.body.is_empty() && request.header("content-length").is_none()
    {
        add("content-length", Cow::Owned(request.body.len().to_string()));
    }
    add("x-amzn-trace-id", Cow::Borrowed(context.trace));
    add("x-forwarded-for", Cow::Owned(forwarded_for(request, context, switches)));
    add("x-forwarded-port", Cow::Owned(context.source.port.to_string()));
    add("x-forwarded-proto", Cow::Borrowed(context.source.scheme()));
    lines
}

/// One value a name, repeats joined by commas without a space.
pub(super) fn joined(lines: Vec<Line<'_>>) -> BTreeMap<Cow<'_, str>, Cow<'_, str>> {
    let mut map: BTreeMap<Cow<'_, str>, Cow<'_, str>> = BTreeMap::new();
    for Line { name, value } in lines {
        map.entry(name)
            .and_modify(|before| {
                let before = before.to_mut();
                before.push(',');
                before.push_str(&value);
            })
            .or_insert(value);
    }
    map
}

/// Every value of a name.
pub(super) fn listed(lines: Vec<Line<'_>>) -> BTreeMap<Cow<'_, str>, Vec<Cow<'_, str>>> {
    let mut map: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for Line { name, value } in lines {
        map.entry(name).or_default().push(value);
    }
    map
}

/// `x-odd-name` to `X-Odd-Name`, as HTTP/1.1 answers of an HTTP API are written.
pub(super) fn canonical(name: &str) -> String {
    let mut at_start = true;
    name.chars()
        .map(|letter| {
            let written = if at_start { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() };
            at_start = letter == '-';
            written
        })
        .collect()
}

/// Whether `name`, in any case, is one of `names`, which are in lower case.
pub(super) fn among(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn spelled(name: &str, spelling: Spelling) -> Cow<'_, str> {
    match spelling {
        Spelling::Lower if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Cow::Owned(name.to_ascii_lowercase())
        }
        Spelling::Canonical => Cow::Owned(canonical(name)),
        Spelling::Client if among(name, &["authorization", "host", "user-agent"]) => {
            Cow::Owned(canonical(name))
        }
        Spelling::Lower | Spelling::Client => Cow::Borrowed(name),
    }
}

fn forwarded_for(request: &Request<'_>, context: &Context<'_>, switches: &Switches) -> String {
    let peer = context.source.address;
    match switches.forwarded_for {
        ForwardedFor::Replaced => peer.to_string(),
        ForwardedFor::Appended => {
            let mut list = String::new();
            for (name, value) in request.headers {
                if name.eq_ignore_ascii_case("x-forwarded-for") && !value.is_empty() {
                    list.push_str(value);
                    list.push_str(", ");
                }
            }
            list + &peer.to_string()
        }
    }
}

/// What the front end writes itself; a client's own lines of these names are not passed.
const ADDED: [&str; 4] = ["x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"];

/// What concerns the connection and not the request (RFC 9110, 7.6.1), and is answered by the
/// listener.
pub(super) const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
