//! The API's documents.

use access::calendar::iso_millis;
use quick_xml::escape::escape;

use super::{Fault, Invalidation};

/// One invalidation.
pub(super) fn invalidation(invalidation: &Invalidation, status: &str) -> String {
    let mut paths = String::new();
    for path in &invalidation.batch.paths {
        paths.push_str("<Path>");
        paths.push_str(&escape(path.as_str()));
        paths.push_str("</Path>");
    }
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
    let mut items = String::new();
    for one in invalidations {
        items.push_str("<InvalidationSummary><Id>");
        items.push_str(&one.id);
        items.push_str("</Id><CreateTime>");
        items.push_str(&iso_millis(one.at.millis()));
        items.push_str("</CreateTime><Status>Completed</Status></InvalidationSummary>");
    }
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
