//! The numbers of this run for Prometheus, in its text format.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use telemetry::Statistics;

use crate::console::Console;

pub(crate) async fn page(State(console): State<Console>) -> Response {
    let text = render(&console.shared.telemetry.totals(), console.shared.telemetry.dropped());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn render(totals: &[Statistics], dropped: u64) -> String {
    let mut text = String::from(
        "# HELP davy_answers_total What each hop, and each entrance, has answered.\n# TYPE davy_answers_total counter\n",
    );
    for one in totals {
        let good = one.count - one.failures();
        let parts = [("ok", good), ("error", one.errors), ("throttle", one.throttles), ("fault", one.faults)];
        for (outcome, count) in parts {
            let labels = labels(one);
            let _ = writeln!(text, "davy_answers_total{{{labels},outcome=\"{outcome}\"}} {count}");
        }
    }
    text.push_str("# HELP davy_duration_seconds How long they took.\n# TYPE davy_duration_seconds summary\n");
    for one in totals {
        let labels = labels(one);
        for quantile in [0.5, 0.9, 0.99] {
            let seconds = one.percentile(quantile).as_secs_f64();
            let _ = writeln!(text, "davy_duration_seconds{{{labels},quantile=\"{quantile}\"}} {seconds}");
        }
        let sum = one.total_duration().as_secs_f64();
        let _ = writeln!(text, "davy_duration_seconds_sum{{{labels}}} {sum}");
        let _ = writeln!(text, "davy_duration_seconds_count{{{labels}}} {}", one.count);
    }
    let _ = write!(
        text,
        "# HELP davy_records_dropped_total Spans and log lines that could not be stored in time.\n\
         # TYPE davy_records_dropped_total counter\ndavy_records_dropped_total {dropped}\n"
    );
    text
}

fn labels(one: &Statistics) -> String {
    let name = one.name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("hop=\"{}\",name=\"{name}\"", one.subject.name())
}
