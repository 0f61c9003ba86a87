//! Who gets an answer: a known Host, a token, and for what changes something a form of ours.
//!
//! The threats are other pages in the user's browser (they may send requests here, and with a
//! rebound name even read answers) and, beyond loopback, everybody.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use trace::Entropy;

use crate::console::{Access, Console};
use crate::view;

pub(crate) struct Guard {
    access: Access,
    /// Stands in each form of ours; a page from elsewhere can't know it.
    pub(crate) form_token: String,
}

impl Guard {
    pub(crate) fn new(access: Access, entropy: &dyn Entropy) -> Self {
        let form_token = format!("{:016x}{:016x}", entropy.next_u64(), entropy.next_u64());
        Self { access, form_token }
    }

    /// The refusal of a request, or none.
    fn refuse(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Refusal> {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        match &self.access {
            Access::Local if !is_local(host) => return Some(Refusal::Host),
            Access::Local => {}
            Access::Token(token) => {
                let given = cookie(headers).or_else(|| bearer(headers));
                if !given.is_some_and(|given| same(given, token)) {
                    return Some(match query_token(uri) {
                        Some(given) if same(&given, token) && method == Method::GET => Refusal::Welcome,
                        _ => Refusal::Token,
                    });
                }
            }
        }
        let changes = !matches!(*method, Method::GET | Method::HEAD);
        (changes && !is_from(host, headers)).then_some(Refusal::Origin)
    }
}

enum Refusal {
    Host,
    Token,
    Origin,
    /// The token came with the URL: it moves into a cookie, out of the address bar.
    Welcome,
}

/// Lets a request through, or answers it here; every answer gets the page's security headers.
pub(crate) async fn check(State(console): State<Console>, request: Request, next: Next) -> Response {
    let guard = &console.shared.guard;
    let mut response = match guard.refuse(request.method(), request.uri(), request.headers()) {
        None => next.run(request).await,
        Some(Refusal::Welcome) => welcome(guard, request.uri()),
        Some(Refusal::Host) => view::refused(StatusCode::MISDIRECTED_REQUEST, "another name", HOST),
        Some(Refusal::Token) => view::refused(StatusCode::UNAUTHORIZED, "no token", TOKEN),
        Some(Refusal::Origin) => view::refused(StatusCode::FORBIDDEN, "another page", ORIGIN),
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn welcome(guard: &Guard, uri: &Uri) -> Response {
    let Access::Token(token) = &guard.access else { return Redirect::to("/").into_response() };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict");
    let mut response = Redirect::to(uri.path()).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Whether `host` names this machine whatever DNS says: a name that was rebound is another.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a request that changes something comes from a page of `host`'s own. Browsers send
/// `Origin` with every such request; what sends none is no browser, and has no form token either.
fn is_from(host: &str, headers: &HeaderMap) -> bool {
    match headers.get(header::ORIGIN).map(HeaderValue::to_str) {
        Some(Ok(origin)) => origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host)),
        Some(Err(_)) => false,
        None => headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin"),
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// How a program that reads `/metrics` shows the token.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn query_token(uri: &Uri) -> Option<String> {
    form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, value)| value.into_owned())
}

/// Compares in a time that says nothing of where two secrets differ.
pub(crate) fn same(given: &str, secret: &str) -> bool {
    given.len() == secret.len()
        && given.bytes().zip(secret.bytes()).fold(0, |differing, (one, other)| differing | (one ^ other)) == 0
}

const COOKIE: &str = "davy_console";

const HOST: &str = "This page answers under the names of this machine only: localhost, 127.0.0.1 or [::1]. \
                    A page elsewhere that has its name pointed here gets nothing.";
const TOKEN: &str = "Open the address that `davy up` printed: it ends in ?token=… and is asked for once.";
const ORIGIN: &str = "Only this page's own forms may change something. Open the page and use its button.";

const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // With `no-referrer` a browser says `Origin: null` of our own forms too.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

#[cfg(test)]
mod tests;
