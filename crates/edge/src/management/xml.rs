//! The API's documents.

use access::calendar::iso_millis;
use quick_xml::escape::escape;

use super::{Fault, Invalidation};

/// One invalidation.
pub(super) fn invalidation(invalidation: &Invalidation, status: &str) -> String {
    let paths: String = invalidation
        .batch
        .paths
        .iter()
        .map(|path| format!("<Path>{}</Path>", escape(path.as_str())))
        .collect();
    format!(
        "{DECLARATION}<Invalidation xmlns=\"{NAMESPACE}\"><Id>{}</Id><Status>{status}</Status>\
         <CreateTime>{}</CreateTime><InvalidationBatch><Paths><Quantity>{}</Quantity><Items>{paths}</Items></Paths>\
         <CallerReference>{}</CallerReference></InvalidationBatch></Invalidation>",
        invalidation.id,
        iso_millis(invalidation.at.millis()),
        invalidation.batch.paths.len(),
        escape(invalidation.batch.caller_reference.as_str())
    )
}

/// All of a distribution's; there are never so many that they need pages.
pub(super) fn list(invalidations: &[&Invalidation]) -> String {
    let items: String = invalidations
        .iter()
        .map(|one| {
            format!(
                "<InvalidationSummary><Id>{}</Id><CreateTime>{}</CreateTime><Status>Completed</Status>\
                 </InvalidationSummary>",
                one.id,
                iso_millis(one.at.millis())
            )
        })
        .collect();
    format!(
        "{DECLARATION}<InvalidationList xmlns=\"{NAMESPACE}\"><Marker></Marker><MaxItems>1000</MaxItems>\
         <IsTruncated>false</IsTruncated><Quantity>{}</Quantity><Items>{items}</Items></InvalidationList>",
        invalidations.len()
    )
}

/// An error.
pub(super) fn fault(fault: &Fault, request_id: &str) -> String {
    format!(
        "{DECLARATION}<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{}</Code>\
         <Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        fault.code,
        escape(fault.message.as_str())
    )
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
