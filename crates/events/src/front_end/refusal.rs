//! What a front end answers when no function's answer is to be had: its own words, for each case.

use super::reply::ERROR_TYPE;
use super::switches::{HeadStatus, LoadBalancerThrottled, Switches, ThrottledStatus};
use super::{FrontEnd, Reply};

/// Why a front end answers by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is there: no stage, no route, no such URL.
    NotFound,
    /// Whoever asked may not.
    Forbidden,
    /// The function failed, or could not be invoked.
    FunctionError,
    /// The function's answer can't be made a response.
    MalformedAnswer,
    /// The function's base64 is none.
    MalformedBase64,
    /// The integration's time ran out.
    Timeout,
    /// Lambda would not take the invocation now.
    Throttled,
    /// The front end's own limit of requests a second.
    RateExceeded,
    /// The body, or the event made of it, is larger than may be.
    TooLarge,
    /// The request line and header lines are larger than may be.
    HeadTooLarge,
    /// The request's body broke off.
    BrokenRequest,
}

impl Refusal {
    /// The response, in the words of `front_end`.
    pub fn reply(self, front_end: &FrontEnd, switches: &Switches) -> Reply<'static> {
        match front_end {
            FrontEnd::HttpApi(_) => self.http_api(switches),
            FrontEnd::RestApi { .. } => self.rest_api(),
            FrontEnd::FunctionUrl => self.function_url(),
            FrontEnd::LoadBalancer { .. } => self.load_balancer(switches),
        }
    }

    fn http_api(self, switches: &Switches) -> Reply<'static> {
        let (status, message) = match self {
            Self::NotFound => (404, "Not Found"),
            Self::Forbidden => (403, "Forbidden"),
            Self::FunctionError | Self::MalformedAnswer | Self::MalformedBase64 => INTERNAL,
            Self::Timeout => UNAVAILABLE,
            Self::Throttled => match switches.throttled {
                ThrottledStatus::Unavailable => UNAVAILABLE,
                ThrottledStatus::InternalError => INTERNAL,
            },
            Self::RateExceeded => (429, "Too Many Requests"),
            Self::TooLarge => (413, "Request Entity Too Large"),
            Self::HeadTooLarge => match switches.head_too_large {
                HeadStatus::HeaderFieldsTooLarge => (431, "Request Header Fields Too Large"),
                HeadStatus::UriTooLong => (414, "Request-URI Too Long"),
            },
            Self::BrokenRequest => BAD_REQUEST,
        };
        json(status, format!(r#"{{"message":"{message}"}}"#))
    }

    fn rest_api(self) -> Reply<'static> {
        // The space after the colon is in some of its messages and not in others, as recorded.
        let internal = r#"{"message": "Internal server error"}"#;
        let (status, body, kind) = match self {
            Self::NotFound => {
                (403, r#"{"message":"Missing Authentication Token"}"#, "MissingAuthenticationTokenException")
            }
            Self::Forbidden => (403, r#"{"message":"Forbidden"}"#, "ForbiddenException"),
            Self::FunctionError | Self::MalformedAnswer => (502, internal, INTERNAL_ERROR),
            Self::MalformedBase64 | Self::Throttled => (500, internal, INTERNAL_ERROR),
            Self::Timeout => {
                (504, r#"{"message": "Endpoint request timed out"}"#, "InternalServerErrorException")
            }
            Self::RateExceeded => (429, r#"{"message":"Too Many Requests"}"#, "TooManyRequestsException"),
            Self::TooLarge => (413, r#"{"message":"Request Too Long"}"#, "RequestTooLargeException"),
            Self::HeadTooLarge => {
                (431, r#"{"message":"Request Header Fields Too Large"}"#, "BadRequestException")
            }
            Self::BrokenRequest => (400, r#"{"message":"Bad Request"}"#, "BadRequestException"),
        };
        json(status, body.to_owned()).with(ERROR_TYPE, kind)
    }

    fn function_url(self) -> Reply<'static> {
        match self {
            Self::NotFound => json(403, r#"{"Message":null}"#.to_owned()).with(ERROR_TYPE, ACCESS_DENIED),
            Self::Forbidden => json(403, FORBIDDEN_URL.to_owned()).with(ERROR_TYPE, ACCESS_DENIED),
            Self::FunctionError | Self::MalformedAnswer | Self::MalformedBase64 | Self::Timeout => {
                Reply::new(502, "text/plain", &b"Internal Server Error"[..])
            }
            Self::Throttled | Self::RateExceeded => json(
                429,
                r#"{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}"#
                    .to_owned(),
            )
            .with(ERROR_TYPE, "TooManyRequestsException"),
            Self::TooLarge => json(413, r#"{"message":"Request Entity Too Large"}"#.to_owned()),
            Self::HeadTooLarge => json(431, r#"{"message":"Request Header Fields Too Large"}"#.to_owned()),
            Self::BrokenRequest => json(400, r#"{"message":"Bad Request"}"#.to_owned()),
        }
    }

    fn load_balancer(self, switches: &Switches) -> Reply<'static> {
        let (status, phrase) = match self {
            Self::NotFound => (404, "Not Found"),
            Self::Forbidden => (403, "Forbidden"),
            Self::FunctionError | Self::MalformedAnswer | Self::MalformedBase64 | Self::Timeout => {
                BAD_GATEWAY
            }
            Self::Throttled => match switches.load_balancer_throttled {
                LoadBalancerThrottled::BadGateway => BAD_GATEWAY,
                LoadBalancerThrottled::Unavailable => (503, "Service Temporarily Unavailable"),
            },
            Self::RateExceeded => (503, "Service Temporarily Unavailable"),
            Self::TooLarge => (413, "Request Entity Too Large"),
            Self::HeadTooLarge | Self::BrokenRequest => BAD_REQUEST,
        };
        let page = format!(
            "<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>\r\n\
             <center><h1>{status} {phrase}</h1></center>\r\n</body>\r\n</html>\r\n"
        );
        Reply::new(status, "text/html", page.into_bytes())
    }
}

fn json(status: u16, body: String) -> Reply<'static> {
    Reply::new(status, "application/json", body.into_bytes())
}

const INTERNAL: (u16, &str) = (500, "Internal Server Error");
const UNAVAILABLE: (u16, &str) = (503, "Service Unavailable");
const BAD_REQUEST: (u16, &str) = (400, "Bad Request");
const BAD_GATEWAY: (u16, &str) = (502, "Bad Gateway");
const INTERNAL_ERROR: &str = "InternalServerErrorException";
const ACCESS_DENIED: &str = "AccessDeniedException";
const FORBIDDEN_URL: &str = r#"{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}"#;
