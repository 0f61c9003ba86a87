//! The front end's side of an event: an HTTP request becomes the event that a function gets, and
//! what the function returns becomes an HTTP response, as each of AWS's front ends does it.
//!
//! Spellings and edge cases follow `testdata/http-events`; what is not recorded anywhere is decided
//! in [`switches`].

mod answer;
mod body;
mod calendar;
mod fuzz;
mod headers;
mod load_balancer;
mod parameters;
mod refusal;
mod reply;
mod request;
mod stream;
pub mod switches;
mod version_1;
mod version_2;

pub use answer::{Malformed, interpret};
pub use body::matches_media_type;
pub use calendar::common_log_time;
pub use fuzz::{fuzz_answer, fuzz_request};
pub use parameters::decode as percent_decoded;
pub use refusal::Refusal;
pub use reply::{Header, Identifiers, Reply};
pub use request::{Context, IamCaller, PathParameter, Request, Source};
pub use stream::{interpret_stream, prelude_is_known};
pub use switches::Switches;

/// Which of AWS's front ends is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrontEnd {
    /// An HTTP API's route with this payload format.
    HttpApi(PayloadFormat),
    /// A REST API's proxy integration.
    RestApi {
        /// `BinaryMediaTypes`
        binary_media_types: Vec<String>,
    },
    /// A Function URL.
    FunctionUrl,
    /// A load balancer's target group.
    LoadBalancer {
        /// Which maps the target group was told to use.
        maps: HeaderMaps,
        /// The target group's ARN.
        target_group: String,
    },
}

/// `PayloadFormatVersion`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PayloadFormat {
    /// `"1.0"`
    V1,
    /// `"2.0"`, SAM's default.
    #[default]
    V2,
}

/// `lambda.multi_value_headers.enabled` of a target group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeaderMaps {
    /// `headers` and `queryStringParameters`, the last value of each name.
    #[default]
    SingleValue,
    /// `multiValueHeaders` and `multiValueQueryStringParameters` in their place.
    MultiValue,
}

/// The event that a function gets for `request`, as JSON.
pub fn event(
    front_end: &FrontEnd,
    request: &Request<'_>,
    context: &Context<'_>,
    switches: &Switches,
) -> Vec<u8> {
    match front_end {
        FrontEnd::HttpApi(PayloadFormat::V2) => version_2::http_api(request, context, switches),
        FrontEnd::FunctionUrl => version_2::function_url(request, context, switches),
        FrontEnd::HttpApi(PayloadFormat::V1) => version_1::http_api(request, context, switches),
        FrontEnd::RestApi { binary_media_types } => {
            version_1::rest_api(request, context, binary_media_types, switches)
        }
        FrontEnd::LoadBalancer { maps, target_group } => {
            load_balancer::event(request, context, *maps, target_group, switches)
        }
    }
}

impl PayloadFormat {
    /// The format that `PayloadFormatVersion` names.
    pub fn named(text: &str) -> Option<Self> {
        match text {
            "1.0" => Some(Self::V1),
            "2.0" => Some(Self::V2),
            _ => None,
        }
    }
}
