//! What an environment leaves behind for people: spans, platform lines, its processes' lines.

use std::time::Duration;

use telemetry::{LogLine, LogSource, annotation};
use trace::{Hop, Outcome, SegmentId, Span, Timestamp};

use super::{Environment, Inner, Running};
use crate::platform::Event;
use crate::service::Service;

impl Environment {
    pub(super) fn record_spans(&self, running: &Running, now: Timestamp, service: &Service) {
        let job = &running.job;
        let outcome = if running.error_type.is_some() { Outcome::Fault } else { Outcome::Ok };
        let span = |id, hop, start, end, outcome| Span {
            trace: job.trace,
            id,
            parent: Some(job.span),
            hop,
            name: self.function.name.clone(),
            start,
            end,
            outcome,
            annotations: vec![
                (annotation::REQUEST_ID.to_owned(), job.request_id.clone()),
                (annotation::ENVIRONMENT.to_owned(), self.name.clone()),
            ],
        };
        if let Some(took) = running.initialization {
            let id = SegmentId::new(&*service.entropy);
            let end = running.delivered;
            let start = Timestamp::from_micros(end.micros().saturating_sub(micros(took))).max(job.arrived);
            service.telemetry.record_span(span(id, Hop::Initialization, start, end, Outcome::Ok));
        }
        service.telemetry.record_span(span(job.segment, Hop::Invocation, running.delivered, now, outcome));
    }

    pub(super) fn say(&self, inner: &mut Inner, service: &Service, event: &Event<'_>) {
        let now = service.clock.now();
        if let Some(text) = event.line(self.function.log_format, now) {
            for line in text.split('\n') {
                self.log(inner.running.as_mut(), service, now, LogSource::Platform, line.to_owned());
            }
        }
    }

    /// Says once what `MemorySize` would have meant. It is not enforced: a limit of the address
    /// space would keep php-fpm from starting, and control groups are seldom ours to make.
    pub(super) fn tell_of_memory(&self, inner: &mut Inner, service: &Service) {
        let limit = u64::from(self.function.memory_megabytes);
        let used = inner.memory_bytes.div_ceil(1 << 20);
        if used <= limit || std::mem::replace(&mut inner.memory_told, true) {
            return;
        }
        let text = format!(
            "Davy: this environment holds {used} MB; Lambda would have ended it at its MemorySize of \
             {limit} MB (Runtime.ExitError, signal: killed)"
        );
        self.log(inner.running.as_mut(), service, service.clock.now(), LogSource::Platform, text);
    }

    pub(super) fn log(
        &self,
        running: Option<&mut Running>,
        service: &Service,
        at: Timestamp,
        source: LogSource,
        text: String,
    ) {
        let request_id = running.map(|running| {
            if let Some(tail) = &mut running.tail {
                tail.push_str(&text);
                tail.push('\n');
            }
            running.job.request_id.clone()
        });
        let (function, stream) = (self.function.name.clone(), self.name.clone());
        service.telemetry.record_log(LogLine { at, function, stream, request_id, text, source });
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
