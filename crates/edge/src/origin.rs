//! What answers for an origin on this machine: a bucket, an HTTP API, a function's URL, or a server
//! somewhere else.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use access::Principal;
use bucket::Buckets;
use bytes::Bytes;
use gateway::HttpApi;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;

/// What answers for an origin's domain name on this machine (E-079).
#[derive(Clone)]
pub enum OriginTarget {
    /// A bucket of the stack, read in the process.
    Bucket {
        /// All of the stack's buckets.
        buckets: Buckets,
        /// This one's name.
        name: String,
        /// Who reads: the origin access identity, CloudFront itself on behalf of the distribution,
        /// or [`Principal::Anonymous`].
        identity: Principal,
    },
    /// An HTTP API of the stack.
    HttpApi(Arc<HttpApi>),
    /// Something else of the stack that takes HTTP requests and believes the edge's `X-Davy-*`
    /// headers: a REST API, a function's URL.
    Service(Arc<dyn OriginService>),
    /// The server that the origin's domain name and ports name.
    External,
}

/// Takes an origin request, in the process.
pub trait OriginService: Send + Sync {
    /// Answers it.
    #[expect(
        clippy::type_complexity,
        reason = "the workspace has no aliases; this is what an async method is"
    )]
    fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Pin<Box<dyn Future<Output = Response<UnsyncBoxBody<Bytes, io::Error>>> + Send + '_>>;
}

impl fmt::Debug for OriginTarget {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket { name, identity, .. } => {
                write!(out, "Bucket({name} as {})", identity.name())
            }
            Self::HttpApi(_) => out.write_str("HttpApi"),
            Self::Service(_) => out.write_str("Service"),
            Self::External => out.write_str("External"),
        }
    }
}
