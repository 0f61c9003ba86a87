use super::*;

const ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

#[track_caller]
fn check(event: &Event<'_>, text: &str, json: &str) {
    let at = Timestamp::from_millis(1_369_353_600_042);
    assert_eq!(event.line(LogFormat::Text, at).unwrap_or_default(), text);
    assert_eq!(event.line(LogFormat::Json, at).unwrap_or_default(), json);
}

fn report() -> Report<'static> {
    Report {
        request_id: ID,
        duration: Duration::from_micros(3_010),
        initialization: None,
        memory_megabytes: 128,
        used_megabytes: 36,
        status: Status::Success,
        error_type: None,
        trace: None,
    }
}

#[test]
fn as_recorded() {
    check(
        &Event::Start { request_id: ID },
        "START RequestId: 8476a536-e9f4-11e8-9739-2dfe598c3fcd Version: $LATEST",
        r#"{"record":{"requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","version":"$LATEST"},"time":"2013-05-24T00:00:00.042Z","type":"platform.start"}"#,
    );
    check(&Event::End { request_id: ID }, "END RequestId: 8476a536-e9f4-11e8-9739-2dfe598c3fcd", "");
    check(
        &Event::TimedOut { request_id: ID, seconds: 1.0 },
        "2013-05-24T00:00:00.042Z 8476a536-e9f4-11e8-9739-2dfe598c3fcd Task timed out after 1.00 seconds\n",
        "",
    );
    check(
        &Event::InitReport {
            took: Duration::from_micros(10_009_140),
            phase: InitPhase::Init,
            status: Status::Timeout,
        },
        "INIT_REPORT Init Duration: 10009.14 ms\tPhase: init\tStatus: timeout",
        r#"{"record":{"initializationType":"on-demand","metrics":{"durationMs":10009.14},"phase":"init","status":"timeout"},"time":"2013-05-24T00:00:00.042Z","type":"platform.initReport"}"#,
    );
}

#[test]
fn reports() {
    check(
        &Event::Report(report()),
        "REPORT RequestId: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\tDuration: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t",
        r#"{"record":{"metrics":{"billedDurationMs":4,"durationMs":3.01,"maxMemoryUsedMB":36,"memorySizeMB":128},"requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","status":"success"},"time":"2013-05-24T00:00:00.042Z","type":"platform.report"}"#,
    );
    let cold = Report {
        initialization: Some(Duration::from_micros(110_100)),
        status: Status::Error,
        error_type: Some("Runtime.ExitError"),
        ..report()
    };
    let text = Event::Report(cold).line(LogFormat::Text, Timestamp::default()).unwrap_or_default();
    assert!(text.ends_with("Billed Duration: 114 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 110.10 ms\tStatus: error\tError Type: Runtime.ExitError"), "{text}");
}
