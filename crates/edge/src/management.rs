//! CloudFront's REST API, as far as invalidations go: the aws CLI and the SDKs purge with it
//! (E-180 to E-184).
//!
//! Source: CloudFront API reference, version 2020-05-31: `CreateInvalidation`, `GetInvalidation`,
//! `ListInvalidations`.

mod batch;
mod xml;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited};
use trace::{Clock, Entropy, Timestamp};

use self::batch::Batch;
use crate::distribution::Distribution;

/// The API of all distributions of a stack. It listens on loopback and takes any credentials: who can
/// reach it can edit the template too. It wants the header that only a signing client sends, so that no
/// web page can have a browser purge a cache.
#[derive(Clone)]
pub struct ManagementApi {
    distributions: Arc<HashMap<String, Distribution>>,
    invalidations: Arc<Mutex<Vec<Invalidation>>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// One that was asked for; it was done at once.
#[derive(Clone, Debug)]
struct Invalidation {
    id: String,
    distribution: String,
    at: Timestamp,
    batch: Batch,
}

/// An error of CloudFront's, by its code.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Fault {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

impl ManagementApi {
    /// The API of these distributions, each by its id.
    pub fn new(distributions: Vec<Distribution>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let by_id = distributions.into_iter().map(|one| (one.id().to_owned(), one)).collect();
        Self { distributions: Arc::new(by_id), invalidations: Arc::default(), clock, entropy }
    }

    /// Answers one call.
    pub async fn serve(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        self.answer(request).await.unwrap_or_else(|fault| {
            let id = format!("{:016x}", self.entropy.next_u64());
            document(fault.status, xml::fault(&fault, &id))
        })
    }

    async fn answer(
        &self,
        request: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Result<Response<UnsyncBoxBody<Bytes, io::Error>>, Fault> {
        let (head, body) = request.into_parts();
        let signed = head
            .headers
            .get("authorization")
            .is_some_and(|header| header.as_bytes().starts_with(b"AWS4-HMAC-SHA256 "));
        if !signed {
            return Err(Fault::new(
                StatusCode::FORBIDDEN,
                "MissingAuthenticationToken",
                "The request has no signature; use the aws CLI or an SDK, with any credentials",
            ));
        }
        let path = head.uri.path().trim_end_matches('/').to_owned();
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        match (&head.method, segments.as_slice()) {
            (&Method::POST, [VERSION, "distribution", id, "invalidation"]) => {
                let distribution = self.distribution(id)?;
                let body = Limited::new(body, BODY_BYTES).collect().await.map_err(|error| {
                    Fault::new(
                        StatusCode::BAD_REQUEST,
                        "InvalidArgument",
                        format!("The body cannot be read: {error}"),
                    )
                })?;
                self.create(distribution, Batch::read(&body.to_bytes())?)
            }
            (&Method::GET, [VERSION, "distribution", id, "invalidation"]) => {
                self.distribution(id)?;
                let known = self.invalidations.lock().unwrap_or_else(PoisonError::into_inner);
                let own: Vec<&Invalidation> =
                    known.iter().rev().filter(|known| known.distribution == *id).collect();
                Ok(document(StatusCode::OK, xml::list(&own)))
            }
            (&Method::GET, [VERSION, "distribution", id, "invalidation", invalidation]) => {
                self.distribution(id)?;
                let known = self.invalidations.lock().unwrap_or_else(PoisonError::into_inner);
                let found = known.iter().find(|known| known.id == *invalidation && known.distribution == *id);
                let found = found.ok_or_else(|| {
                    Fault::new(
                        StatusCode::NOT_FOUND,
                        "NoSuchInvalidation",
                        format!("The specified invalidation {invalidation} does not exist"),
                    )
                })?;
                Ok(document(StatusCode::OK, xml::invalidation(found, "Completed")))
            }
            _ => Err(Fault::new(
                StatusCode::NOT_IMPLEMENTED,
                "NotImplemented",
                format!(
                    "{} {path} is not served here; of CloudFront's API there are CreateInvalidation, \
                     GetInvalidation and ListInvalidations",
                    head.method
                ),
            )),
        }
    }

    fn distribution(&self, id: &str) -> Result<&Distribution, Fault> {
        self.distributions.get(id).ok_or_else(|| {
            let mut known: Vec<&str> = self.distributions.keys().map(String::as_str).collect();
            known.sort_unstable();
            Fault::new(
                StatusCode::NOT_FOUND,
                "NoSuchDistribution",
                format!("The specified distribution {id} does not exist; there are: {}", known.join(", ")),
            )
        })
    }

    fn create(
        &self,
        distribution: &Distribution,
        batch: Batch,
    ) -> Result<Response<UnsyncBoxBody<Bytes, io::Error>>, Fault> {
        let mut known = self.invalidations.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = known.iter().find(|known| {
            known.distribution == distribution.id() && known.batch.caller_reference == batch.caller_reference
        });
        let created = match earlier {
            Some(earlier) if earlier.batch == batch => earlier.clone(),
            Some(_) => {
                return Err(Fault::new(
                    StatusCode::BAD_REQUEST,
                    "InvalidationBatchAlreadyExists",
                    format!("Another batch has the CallerReference {} already", batch.caller_reference),
                ));
            }
            None => {
                distribution.purge(&batch.paths);
                let made = Invalidation {
                    id: self.new_id(),
                    distribution: distribution.id().to_owned(),
                    at: self.clock.now(),
                    batch,
                };
                if known.len() == KEPT {
                    known.remove(0);
                }
                known.push(made.clone());
                made
            }
        };
        let mut response = document(StatusCode::CREATED, xml::invalidation(&created, "InProgress"));
        let location = format!(
            "https://cloudfront.amazonaws.com/{VERSION}/distribution/{}/invalidation/{}",
            created.distribution, created.id
        );
        if let Ok(location) = HeaderValue::from_str(&location) {
            response.headers_mut().insert(LOCATION, location);
        }
        Ok(response)
    }

    /// `I` and 25 more capitals and digits.
    fn new_id(&self) -> String {
        let mut id = String::from("I");
        let mut bits = 0;
        for at in 0..25 {
            if at % 12 == 0 {
                bits = self.entropy.next_u64();
            }
            id.push(char::from(ID[usize::try_from(bits % 36).unwrap_or(0)]));
            bits /= 36;
        }
        id
    }
}

fn document(status: StatusCode, text: String) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
    let mut response =
        Response::new(Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}

const VERSION: &str = "2020-05-31";
const ID: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// 3,000 paths of 4,000 characters, and their elements.
const BODY_BYTES: usize = 16 << 20;
/// Invalidations that are remembered.
const KEPT: usize = 1_000;

#[cfg(test)]
mod tests;
