//! Spans into X-Ray's segment documents.
//!
//! Services become segments, what happens inside an environment becomes subsegments of them: the
//! function's segment holds `Php`, and `Initialization` stands under whichever hop waited for it.
//!
//! Source: AWS X-Ray developer guide, "Segment documents".

use serde_json::{Map, Value, json};

use crate::{Hop, Outcome, SegmentId, Span, Timestamp};

/// The documents of one trace's spans, as `PutTraceSegments` takes them; one per segment, in the
/// spans' order. A subsegment whose segment is not among `spans` is a document of its own.
pub fn segment_documents(spans: &[Span]) -> Vec<Value> {
    let known = |id: Option<SegmentId>| spans.iter().any(|span| Some(span.id) == id && !is_own_parent(span));
    spans
        .iter()
        .filter(|span| is_segment(span.hop) || !known(span.parent) || is_own_parent(span))
        .map(|span| document(span, spans))
        .collect()
}

fn document(span: &Span, all: &[Span]) -> Value {
    let mut fields = common_fields(span, all);
    fields.insert("trace_id".into(), span.trace.to_string().into());
    if let Some(parent) = span.parent {
        fields.insert("parent_id".into(), parent.to_string().into());
    }
    if let Some(origin) = origin(span.hop) {
        fields.insert("origin".into(), origin.into());
    } else {
        fields.insert("type".into(), "subsegment".into());
    }
    Value::Object(fields)
}

fn common_fields(span: &Span, all: &[Span]) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("name".into(), name(&span.name).into());
    fields.insert("id".into(), span.id.to_string().into());
    fields.insert("start_time".into(), seconds(span.start));
    fields.insert("end_time".into(), seconds(span.end));
    match span.outcome {
        Outcome::Ok => {}
        Outcome::Error => drop(fields.insert("error".into(), true.into())),
        Outcome::Fault => drop(fields.insert("fault".into(), true.into())),
        Outcome::Throttle => {
            // A throttle is an error too; the console's colours go by both.
            fields.insert("throttle".into(), true.into());
            fields.insert("error".into(), true.into());
        }
    }
    let annotations: Map<String, Value> = span
        .annotations
        .iter()
        .take(ANNOTATIONS_MAX)
        .map(|(key, value)| (annotation_key(key), Value::from(value.as_str())))
        .collect();
    if !annotations.is_empty() {
        fields.insert("annotations".into(), annotations.into());
    }
    let inner: Vec<Value> = all
        .iter()
        .filter(|child| child.parent == Some(span.id) && !is_segment(child.hop) && !is_own_parent(child))
        .map(|child| Value::Object(common_fields(child, &without(span, all))))
        .collect();
    if !inner.is_empty() {
        fields.insert("subsegments".into(), inner.into());
    }
    fields
}

/// The spans but for one, so that parents in a circle, which a broken exporter may send, end.
fn without(span: &Span, all: &[Span]) -> Vec<Span> {
    all.iter().filter(|other| other.id != span.id).cloned().collect()
}

fn is_own_parent(span: &Span) -> bool {
    span.parent == Some(span.id)
}

const fn is_segment(hop: Hop) -> bool {
    origin(hop).is_some()
}

const fn origin(hop: Hop) -> Option<&'static str> {
    match hop {
        Hop::Edge => Some("AWS::CloudFront::Distribution"),
        Hop::Bucket => Some("AWS::S3::Bucket"),
        Hop::Gateway => Some("AWS::ApiGateway::Stage"),
        Hop::Lambda => Some("AWS::Lambda"),
        Hop::Invocation => Some("AWS::Lambda::Function"),
        Hop::Initialization | Hop::Php => None,
    }
}

/// Seconds with a fraction, as X-Ray wants its times.
fn seconds(time: Timestamp) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "2^53 microseconds last until the year 2255")]
    let seconds = time.micros() as f64 / 1_000_000.0;
    json!(seconds)
}

/// A name that X-Ray takes: at most 200 letters, digits, spaces and `_.:/%&#=+-@`.
fn name(text: &str) -> String {
    let fits = |letter: char| letter.is_alphanumeric() || letter == ' ' || "_.:/%&#=+-@".contains(letter);
    text.chars().take(200).map(|letter| if fits(letter) { letter } else { '_' }).collect()
}

/// A key that X-Ray indexes: letters, digits and underscores.
fn annotation_key(key: &str) -> String {
    key.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

/// X-Ray indexes at most 50 annotations of a trace.
const ANNOTATIONS_MAX: usize = 50;

#[cfg(test)]
mod tests;
