//! CORS as a front end answers it by itself, in place of the function.

use events::front_end::switches::{PlainOptions, PreflightStatus};
use events::front_end::{Header, Reply, Switches};
use http::HeaderMap;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};

use crate::config::{Cors, RestCors};

impl Cors {
    /// The answer to a preflight; `None` if the request is none. No route is asked for it.
    pub(crate) fn preflight(
        &self,
        method: &str,
        headers: &HeaderMap,
        switches: &Switches,
    ) -> Option<Reply<'static>> {
        if method != "OPTIONS" {
            return None;
        }
        let asks = headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !asks && switches.plain_options == PlainOptions::Routed {
            return None;
        }
        let status = match switches.preflight {
            PreflightStatus::NoContent => 204,
            PreflightStatus::Ok => 200,
        };
        let mut reply = Reply { status, headers: Vec::new(), body: Vec::new().into() };
        if let Some(allowed) = self.allowed_origin(headers) {
            reply.headers.push(Header::new("Access-Control-Allow-Origin", &allowed));
            let lists = [
                ("Access-Control-Allow-Methods", &self.allow_methods),
                ("Access-Control-Allow-Headers", &self.allow_headers),
            ];
            for (name, values) in lists.into_iter().filter(|(_, values)| !values.is_empty()) {
                reply.headers.push(Header::new(name, &values.join(",")));
            }
            if let Some(seconds) = self.max_age {
                reply.headers.push(Header::new("Access-Control-Max-Age", &seconds.to_string()));
            }
            self.credentials(&mut reply.headers);
        }
        Some(reply)
    }

    /// Puts the configured headers in the place of the function's.
    pub(crate) fn dress(&self, request: &HeaderMap, reply: &mut Vec<Header>) {
        reply.retain(|header| {
            header.name.get(..PREFIX.len()).is_none_or(|start| !start.eq_ignore_ascii_case(PREFIX))
        });
        let Some(allowed) = self.allowed_origin(request) else { return };
        reply.push(Header::new("Access-Control-Allow-Origin", &allowed));
        if !self.expose_headers.is_empty() {
            reply.push(Header::new("Access-Control-Expose-Headers", &self.expose_headers.join(",")));
        }
        self.credentials(reply);
    }

    /// `*`, or the request's own origin if it is among those allowed.
    fn allowed_origin(&self, headers: &HeaderMap) -> Option<String> {
        let origin = headers.get(ORIGIN)?.to_str().ok()?;
        if self.allow_origins.iter().any(|allowed| allowed == "*") {
            return Some("*".to_owned());
        }
        let allows = |allowed: &String| match allowed.strip_suffix("://*") {
            Some(scheme) => origin.split_once("://").is_some_and(|(known, _)| known == scheme),
            None => allowed == origin,
        };
        self.allow_origins.iter().any(allows).then(|| origin.to_owned())
    }

    fn credentials(&self, headers: &mut Vec<Header>) {
        if self.allow_credentials {
            headers.push(Header::new("Access-Control-Allow-Credentials", "true"));
        }
    }
}

impl RestCors {
    /// What the `OPTIONS` method that SAM makes of `Cors` answers on a path with `methods`; `None`
    /// if the path is none, or has an `OPTIONS` of its own.
    ///
    /// Source: SAM's transform, whose mock integration answers 200 and `{}`.
    pub(crate) fn options(&self, methods: &[&str]) -> Option<Reply<'static>> {
        if methods.is_empty() || methods.contains(&"OPTIONS") {
            return None;
        }
        let of_the_path = || {
            let mut methods = if methods.contains(&"ANY") { EVERY_METHOD.to_vec() } else { methods.to_vec() };
            methods.push("OPTIONS");
            methods.sort_unstable();
            methods.join(",")
        };
        let mut headers = vec![
            Header::new("Access-Control-Allow-Origin", &self.allow_origin),
            Header::new("Content-Type", "application/json"),
        ];
        let methods = self.allow_methods.clone().unwrap_or_else(of_the_path);
        headers.push(Header::new("Access-Control-Allow-Methods", &methods));
        let more = [
            ("Access-Control-Allow-Headers", &self.allow_headers),
            ("Access-Control-Max-Age", &self.max_age),
        ];
        for (name, value) in more {
            headers.extend(value.as_deref().map(|value| Header::new(name, value)));
        }
        if self.allow_credentials {
            headers.push(Header::new("Access-Control-Allow-Credentials", "true"));
        }
        Some(Reply { status: 200, headers, body: b"{}\n"[..].into() })
    }
}

const EVERY_METHOD: [&str; 6] = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];
const PREFIX: &str = "access-control-";

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(strings: &[&str]) -> Vec<String> {
        strings.iter().map(|text| (*text).to_owned()).collect()
    }

    fn request(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn shown(headers: &[Header]) -> String {
        let lines: Vec<_> =
            headers.iter().map(|header| format!("{}: {}", header.name, header.value)).collect();
        lines.join(" | ")
    }

    fn cors() -> Cors {
        Cors {
            allow_origins: texts(&["https://a.example", "http://*"]),
            allow_methods: texts(&["GET", "POST"]),
            allow_headers: texts(&["x-a"]),
            expose_headers: texts(&["x-b"]),
            max_age: Some(60),
            allow_credentials: true,
        }
    }

    #[track_caller]
    fn preflight(lines: &[(&'static str, &str)], expected: Option<&str>) {
        let found = cors().preflight("OPTIONS", &request(lines), &Switches::default());
        assert_eq!(found.map(|reply| shown(&reply.headers)).as_deref(), expected);
    }

    #[test]
    fn preflights() {
        let all = "Access-Control-Allow-Origin: https://a.example | Access-Control-Allow-Methods: GET,POST | \
                   Access-Control-Allow-Headers: x-a | Access-Control-Max-Age: 60 | \
                   Access-Control-Allow-Credentials: true";
        preflight(&[("origin", "https://a.example"), ("access-control-request-method", "PUT")], Some(all));
        preflight(&[("origin", "https://b.example"), ("access-control-request-method", "PUT")], Some(""));
        preflight(&[("origin", "https://a.example")], None);
        preflight(&[("access-control-request-method", "PUT")], None);
    }

    #[test]
    fn the_functions_own_headers_do_not_count() {
        let mut headers = vec![Header::new("access-control-allow-ORIGIN", "*"), Header::new("x-b", "1")];
        cors().dress(&request(&[("origin", "http://anything:8080")]), &mut headers);
        assert_eq!(
            shown(&headers),
            "x-b: 1 | Access-Control-Allow-Origin: http://anything:8080 | \
             Access-Control-Expose-Headers: x-b | Access-Control-Allow-Credentials: true"
        );
    }

    #[test]
    fn any_origin() {
        let cors = Cors { allow_origins: texts(&["*"]), ..Cors::default() };
        let mut headers = Vec::new();
        cors.dress(&request(&[("origin", "https://b.example")]), &mut headers);
        assert_eq!(shown(&headers), "Access-Control-Allow-Origin: *");
        headers.clear();
        cors.dress(&request(&[]), &mut headers);
        assert_eq!(shown(&headers), "");
    }
}
