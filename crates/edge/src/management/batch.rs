//! An `InvalidationBatch` read out of its document, and held against CloudFront's limits.

use http::StatusCode;
use quick_xml::Reader;
use quick_xml::events::Event;

use super::Fault;

/// What is to be invalidated, under the caller's own name for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Batch {
    pub paths: Vec<String>,
    pub caller_reference: String,
}

impl Batch {
    /// Reads the document.
    pub(super) fn read(document: &[u8]) -> Result<Self, Fault> {
        let malformed = |why: &dyn std::fmt::Display| {
            Fault::new(
                StatusCode::BAD_REQUEST,
                "MalformedXML",
                format!("The InvalidationBatch is malformed: {why}"),
            )
        };
        let text = std::str::from_utf8(document).map_err(|error| malformed(&error))?;
        let mut reader = Reader::from_str(text);
        let mut batch = Self::default();
        let mut quantity = None;
        let mut element = Vec::new();
        let mut content = String::new();
        loop {
            match reader.read_event().map_err(|error| malformed(&error))? {
                Event::Start(start) => {
                    element = start.local_name().as_ref().to_vec();
                    content.clear();
                }
                Event::Text(text) => content.push_str(&text.decode().map_err(|error| malformed(&error))?),
                Event::GeneralRef(reference) => {
                    let name = reference.decode().map_err(|error| malformed(&error))?;
                    let resolved = quick_xml::escape::unescape(&format!("&{name};"))
                        .map_err(|error| malformed(&error))?
                        .into_owned();
                    content.push_str(&resolved);
                }
                Event::End(end) if end.local_name().as_ref() == element.as_slice() => {
                    let content = content.trim().to_owned();
                    match element.as_slice() {
                        b"Path" => batch.paths.push(content),
                        b"CallerReference" => batch.caller_reference = content,
                        b"Quantity" => quantity = content.parse().ok(),
                        _ => {}
                    }
                    element.clear();
                }
                Event::Eof => break,
                _ => {}
            }
        }
        batch.check(quantity)?;
        Ok(batch)
    }

    /// E-181, E-183.
    fn check(&self, quantity: Option<usize>) -> Result<(), Fault> {
        let invalid = |why: String| Err(Fault::new(StatusCode::BAD_REQUEST, "InvalidArgument", why));
        if self.caller_reference.is_empty() {
            return invalid("The batch has no CallerReference".to_owned());
        }
        if self.paths.is_empty() {
            return invalid("The batch has no Path".to_owned());
        }
        if quantity != Some(self.paths.len()) {
            return Err(Fault::new(
                StatusCode::BAD_REQUEST,
                "InconsistentQuantities",
                format!("Quantity is {}, and there are {} paths", quantity.unwrap_or(0), self.paths.len()),
            ));
        }
        if let Some(path) = self.paths.iter().find(|path| !path.starts_with('/') || path.len() > PATH_BYTES) {
            return invalid(format!(
                "A path starts with / and has at most {PATH_BYTES} characters; this one is {path}"
            ));
        }
        let wildcards = self.paths.iter().filter(|path| path.ends_with('*')).count();
        if self.paths.len() > PATHS || wildcards > WILDCARDS {
            return Err(Fault::new(
                StatusCode::BAD_REQUEST,
                "TooManyInvalidationsInProgress",
                format!(
                    "At most {PATHS} paths, {WILDCARDS} of them with *, may be under way; the batch has {} and {wildcards}",
                    self.paths.len()
                ),
            ));
        }
        Ok(())
    }
}

const PATH_BYTES: usize = 4_000;
const PATHS: usize = 3_000;
const WILDCARDS: usize = 15;
