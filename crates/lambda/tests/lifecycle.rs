//! An execution environment's life as its caller and its log see it, with a runtime of the tests'.
#![allow(
    clippy::unwrap_used,
    clippy::unused_self,
    clippy::unused_async,
    reason = "a test ends where its scene cannot be set"
)]

#[path = "support/stage.rs"]
#[allow(dead_code, reason = "no test uses all of the stage")]
mod stage;

use std::time::Duration;

use lambda::{FunctionError, InvokeError, Log, PAYLOAD_LIMIT, ThrottleReason};
use stage::Stage;
use telemetry::Start;

#[tokio::test]
async fn the_first_is_cold_and_the_second_warm() {
    let stage = Stage::new(|_| {}).await;
    let first = stage.invoke(r#"{"hello":"world"}"#).await.unwrap();
    assert_eq!(first.payload, r#"{"hello":"world"}"#);
    assert_eq!(first.function_error, None);
    assert!(matches!(first.placement.start, Start::Cold { initialization } if !initialization.is_zero()));
    let second = stage.invoke("{}").await.unwrap();
    assert_eq!(second.placement.start, Start::Warm);
    assert_eq!(second.placement.environment, first.placement.environment);
    stage.end().await;
}

#[tokio::test]
async fn variables_and_places_are_lambdas() {
    let stage = Stage::new(|function| {
        function.environment.insert("GREETING".to_owned(), "hei".to_owned());
    })
    .await;
    for (name, value) in [
        ("GREETING", "hei"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("AWS_LAMBDA_FUNCTION_NAME", "site"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("DAVY_LAUNCHER", ""),
        ("CARGO_MANIFEST_DIR", ""),
    ] {
        let answer = stage.invoke(&format!(r#"{{"do":"variable","with":"{name}"}}"#)).await.unwrap();
        assert_eq!(answer.payload, format!("\"{value}\""), "{name}");
    }
    stage.end().await;
}

#[tokio::test]
async fn failures_have_awss_words() {
    let stage = Stage::new(|function| function.timeout = Duration::from_millis(300)).await;
    for (event, kind, message) in [
        (r#"{"do":"exit","with":0}"#, "Runtime.ExitError", "Runtime exited without providing a reason"),
        (r#"{"do":"exit","with":7}"#, "Runtime.ExitError", "Runtime exited with error: exit status 7"),
        (r#"{"do":"signal","with":9}"#, "Runtime.ExitError", "Runtime exited with error: signal: killed"),
        (
            r#"{"do":"signal","with":11}"#,
            "Runtime.ExitError",
            "Runtime exited with error: signal: segmentation fault",
        ),
        (r#"{"do":"hang"}"#, "Sandbox.Timedout", "Task timed out after 0.30 seconds"),
    ] {
        let answer = stage.invoke(event).await.unwrap();
        let id = &answer.request_id;
        let expected =
            format!(r#"{{"errorMessage":"RequestId: {id} Error: {message}","errorType":"{kind}"}}"#);
        assert_eq!(String::from_utf8_lossy(&answer.payload), expected);
        assert_eq!(answer.function_error, Some(FunctionError::Unhandled));
        assert_eq!(stage.invoke("{}").await.unwrap().payload, "{}", "the next one is served");
    }
    let answer = stage.invoke(r#"{"do":"error"}"#).await.unwrap();
    assert_eq!(
        answer.payload,
        r#"{"errorType":"My.Error","errorMessage":"as I said","stackTrace":["a","b"]}"#
    );
    assert_eq!(answer.function_error, Some(FunctionError::Unhandled));
    stage.end().await;
}

#[tokio::test]
async fn one_byte_more_than_allowed_is_refused() {
    let stage = Stage::with(
        |settings| settings.concurrency = 1,
        |function| function.timeout = Duration::from_secs(30),
    )
    .await;
    let event = |bytes: usize| format!(r#"{{"do":"large","with":{bytes}}}"#);
    let answer = stage.invoke(&event(PAYLOAD_LIMIT)).await.unwrap();
    assert_eq!((answer.payload.len(), answer.function_error), (PAYLOAD_LIMIT, None));
    let environment = answer.placement.environment;
    let answer = stage.invoke(&event(PAYLOAD_LIMIT + 1)).await.unwrap();
    assert_eq!(
        answer.payload,
        r#"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}"#
    );
    let answer = stage.invoke("{}").await.unwrap();
    assert_eq!(answer.placement.environment, environment, "it lives on");
    let event = format!(r#"{{"x":"{}"}}"#, "y".repeat(PAYLOAD_LIMIT - 8));
    assert_eq!(event.len(), PAYLOAD_LIMIT);
    assert_eq!(stage.invoke(&event).await.unwrap().payload.len(), PAYLOAD_LIMIT);
    let error = stage.invoke(&format!("{event} ")).await.unwrap_err();
    assert_eq!(error, InvokeError::EventTooLarge { bytes: PAYLOAD_LIMIT + 1 });
    stage.end().await;
}

#[tokio::test]
async fn a_failed_start_is_tried_once_more() {
    let volume = tempfile::tempdir().unwrap();
    let stage = Stage::new(|function| {
        stage::add_volume(function, volume.path());
        function.handler = "exit-first /mnt/shared/started".to_owned();
    })
    .await;
    assert_eq!(stage.invoke("{}").await.unwrap().payload, "{}");
    let log = stage.log().await;
    assert!(
        log.iter()
            .any(|line| line.starts_with("INIT_REPORT") && line.ends_with("Phase: init\tStatus: error")),
        "{log:?}"
    );
    stage.end().await;
}

#[tokio::test]
async fn a_start_that_always_fails_fails_the_invocation() {
    let stage = Stage::new(|function| function.handler = "exit 4".to_owned()).await;
    let answer = stage.invoke("{}").await.unwrap();
    assert!(String::from_utf8_lossy(&answer.payload).contains("Runtime exited with error: exit status 4"));
    stage.end().await;
    let stage = Stage::new(|function| function.handler = "init-error".to_owned()).await;
    let answer = stage.invoke("{}").await.unwrap();
    assert_eq!(answer.payload, r#"{"errorType":"Init.Broken","errorMessage":"no way"}"#);
    stage.end().await;
    let stage = Stage::new(|function| function.handler = String::new()).await;
    std::fs::remove_file(stage.code().join("bootstrap")).unwrap();
    let answer = stage.invoke("{}").await.unwrap();
    assert!(String::from_utf8_lossy(&answer.payload).contains("Runtime.InvalidEntrypoint"), "{answer:?}");
    stage.end().await;
}

#[tokio::test]
async fn the_log_is_whole_and_in_order() {
    let stage = Stage::new(|_| {}).await;
    let mut invocation = stage.invocation(r#"{"do":"print","with":"hei"}"#);
    invocation.log = Log::Tail;
    let answer = stage.lambda.invoke(invocation).await.unwrap();
    let tail = String::from_utf8(answer.log_tail.to_vec()).unwrap();
    let id = &answer.request_id;
    let mut lines: Vec<&str> = tail.lines().collect();
    lines[1..3].sort_unstable();
    assert_eq!(
        lines[..4],
        [
            &*format!("START RequestId: {id} Version: $LATEST"),
            "hei",
            "hei again",
            &*format!("END RequestId: {id}")
        ]
    );
    assert!(
        lines[4].starts_with(&format!("REPORT RequestId: {id}\tDuration: "))
            && lines[4].contains("Init Duration: "),
        "{tail}"
    );
    assert!(!lines[4].contains("Max Memory Used: 0 MB"), "{tail}");
    stage.end().await;
}

#[tokio::test]
async fn a_refusal_is_explained_by_awss_rule() {
    let stage = Stage::new(|_| {}).await;
    let mut invocation = stage.invocation(r#"{"do":"print","with":"mkdir: Read-only file system"}"#);
    invocation.log = Log::Tail;
    let answer = stage.lambda.invoke(invocation).await.unwrap();
    let tail = String::from_utf8(answer.log_tail.to_vec()).unwrap();
    assert_eq!(tail.matches("read-only in Lambda: write to /tmp").count(), 1, "{tail}");
    stage.end().await;
}

#[tokio::test]
async fn answers_to_the_wrong_question_are_refused() {
    let stage = Stage::new(|_| {}).await;
    assert_eq!(stage.invoke(r#"{"do":"twice"}"#).await.unwrap().payload, "1");
    stage.invoke("{}").await.unwrap();
    let expected = r#"status 400 {"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}"#;
    assert!(stage.log().await.iter().any(|line| line == expected));
    stage.end().await;
}

#[tokio::test]
async fn as_many_environments_as_there_are_requests_under_way() {
    let volume = tempfile::tempdir().unwrap();
    let stage = Stage::with(
        |settings| settings.concurrency = 4,
        |function| {
            stage::add_volume(function, volume.path());
            function.timeout = Duration::from_secs(20);
        },
    )
    .await;
    let calls: Vec<_> = (0..10)
        .map(|number| {
            let (lambda, invocation) = (
                stage.lambda.clone(),
                stage.invocation(&format!(r#"{{"do":"gate","with":"/mnt/shared","n":{number}}}"#)),
            );
            tokio::spawn(async move { lambda.invoke(invocation).await })
        })
        .collect();
    // Four run; the other six wait, and nobody runs two at once.
    stage::until(|| std::fs::read_dir(volume.path()).unwrap().count() == 4).await;
    std::fs::write(volume.path().join("open"), "").unwrap();
    let mut environments = std::collections::BTreeSet::new();
    for call in calls {
        let answer = call.await.unwrap().unwrap();
        assert_eq!(answer.function_error, None);
        environments.insert(answer.placement.environment);
    }
    assert_eq!(environments.len(), 4);
    stage.end().await;
}

#[tokio::test]
async fn two_hundred_environments_hold() {
    let volume = tempfile::tempdir().unwrap();
    let stage = Stage::with(
        |settings| settings.concurrency = 200,
        |function| {
            stage::add_volume(function, volume.path());
            function.timeout = Duration::from_mins(2);
        },
    )
    .await;
    let calls: Vec<_> = (0..200)
        .map(|_| {
            let (lambda, gate) =
                (stage.lambda.clone(), stage.invocation(r#"{"do":"gate","with":"/mnt/shared"}"#));
            tokio::spawn(async move { lambda.invoke(gate).await })
        })
        .collect();
    stage::until(|| std::fs::read_dir(volume.path()).unwrap().count() == 200).await;
    assert_eq!(stage.bootstraps().len(), 200);
    std::fs::write(volume.path().join("open"), "").unwrap();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().function_error, None);
    }
    stage.lambda.drain(Duration::from_secs(5)).await;
    assert_eq!(stage.bootstraps(), [] as [u32; 0]);
}

#[tokio::test]
async fn an_idle_environment_stands_still_until_the_next_event() {
    let stage = Stage::new(|_| {}).await;
    stage.invoke("{}").await.unwrap();
    let bootstrap = stage.bootstraps().pop().unwrap();
    let condition = || {
        let stat = std::fs::read_to_string(format!("/proc/{bootstrap}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next())
    };
    stage::until(|| condition() == Some('T')).await;
    let answer = stage.invoke("{}").await.unwrap();
    assert_eq!((answer.payload.as_ref(), answer.placement.start), (b"{}".as_slice(), Start::Warm));
    stage::until(|| condition() == Some('T')).await;
    stage::kill(bootstrap);
    assert_eq!(stage.invoke("{}").await.unwrap().function_error, None, "a frozen one's death is noticed too");
    stage.end().await;
}

#[tokio::test]
async fn a_runtime_may_come_in_a_layer_or_as_a_script() {
    let layers = tempfile::tempdir().unwrap();
    let script = "#!/bin/sh\nexec /opt/lib/runtime\n";
    let stage = Stage::new(|function| {
        for (layer, file) in [("lower", "lib/runtime"), ("upper", "bootstrap")] {
            let path = layers.path().join(layer).join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            if file == "bootstrap" {
                std::fs::write(&path, script).unwrap();
            } else {
                std::fs::rename(function.code.join("bootstrap"), &path)
                    .or_else(|_| std::fs::copy(function.code.join("bootstrap"), &path).map(drop))
                    .unwrap();
            }
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
            function.layers.push(layers.path().join(layer));
        }
    })
    .await;
    assert_eq!(stage.invoke(r#"{"a":1}"#).await.unwrap().payload, r#"{"a":1}"#);
    stage.end().await;
}

#[tokio::test]
async fn patience_ends_and_the_invocation_goes_on() {
    let stage = Stage::with(
        |settings| settings.concurrency = 1,
        |function| {
            function.timeout = Duration::from_millis(600);
        },
    )
    .await;
    stage.invoke("{}").await.unwrap();
    let mut hanging = stage.invocation(r#"{"do":"hang"}"#);
    hanging.patience = Duration::from_millis(100);
    let mut waiting = stage.invocation("{}");
    waiting.patience = Duration::from_millis(150);
    let (hanging, waiting) = tokio::join!(stage.lambda.invoke(hanging), stage.lambda.invoke(waiting));
    assert!(matches!(hanging, Err(InvokeError::Timeout { .. })), "{hanging:?}");
    assert!(matches!(waiting, Err(InvokeError::Timeout { .. })), "{waiting:?}");
    assert_ne!(stage.invoke("{}").await.unwrap().placement.start, Start::Warm);
    stage.end().await;
}

#[tokio::test]
async fn reserved_concurrency_of_zero_throttles_all() {
    let stage = Stage::new(|function| function.reserved_concurrency = Some(0)).await;
    let reason = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
    assert_eq!(stage.invoke("{}").await.unwrap_err(), InvokeError::Throttled { reason });
    stage.end().await;
}

#[tokio::test]
async fn a_bootstrap_killed_between_requests_costs_nothing() {
    let stage = Stage::new(|_| {}).await;
    stage.invoke("{}").await.unwrap();
    for round in 0..30 {
        let bootstrap = stage.bootstraps().pop().expect("one is warm");
        stage::kill(bootstrap);
        let answer = stage.invoke(r#"{"round":1}"#).await.unwrap();
        assert_eq!(
            (answer.payload.as_ref(), answer.function_error),
            (br#"{"round":1}"#.as_slice(), None),
            "{round}"
        );
    }
    stage.end().await;
}

#[tokio::test]
async fn an_answer_counts_even_if_the_runtime_ends_after_it() {
    let stage = Stage::new(|_| {}).await;
    assert_eq!(stage.invoke(r#"{"do":"answer-and-exit"}"#).await.unwrap().payload, "\"answered\"");
    assert_eq!(stage.invoke("{}").await.unwrap().payload, "{}");
    stage.end().await;
}

#[tokio::test]
async fn a_reload_replaces_environments_and_fails_nobody() {
    let stage = Stage::new(|_| {}).await;
    let first = stage.invoke("{}").await.unwrap().placement.environment;
    let mut function = stage.lambda.functions().remove(0);
    function.environment.insert("GREETING".to_owned(), "new".to_owned());
    stage.lambda.reload(function).unwrap();
    let answer = stage.invoke(r#"{"do":"variable","with":"GREETING"}"#).await.unwrap();
    assert_eq!(answer.payload, "\"new\"");
    assert_ne!(answer.placement.environment, first);
    stage.end().await;
}

#[tokio::test]
async fn streamed_answers_come_in_pieces_or_whole() {
    use lambda::Streamed;
    let stage = Stage::new(|_| {}).await;
    assert_eq!(stage.invoke(r#"{"do":"stream"}"#).await.unwrap().payload, "onetwo");
    let mut answer = stage.lambda.invoke_streaming(stage.invocation(r#"{"do":"stream"}"#)).await.unwrap();
    let mut pieces = answer.stream.take().expect("it streams");
    let mut text = Vec::new();
    while let Some(piece) = pieces.recv().await {
        match piece {
            Streamed::Data(data) => text.extend_from_slice(&data),
            Streamed::Failed { .. } => panic!("nothing failed"),
        }
    }
    assert_eq!(text, b"onetwo");
    let trailers =
        "Lambda-Runtime-Function-Error-Type: My.Late\\r\\nLambda-Runtime-Function-Error-Body: e30=\\r\\n";
    let event = format!(r#"{{"do":"stream","with":"{trailers}"}}"#);
    let answer = stage.invoke(&event).await.unwrap();
    assert_eq!(
        (answer.payload.as_ref(), answer.function_error),
        (b"{}".as_slice(), Some(FunctionError::Unhandled))
    );
    stage.end().await;
}

#[tokio::test]
async fn draining_leaves_no_process() {
    let stage = Stage::new(|_| {}).await;
    stage.invoke("{}").await.unwrap();
    let processes = stage.bootstraps();
    assert_eq!(processes.len(), 1);
    let (lambda, hanging) = (stage.lambda.clone(), stage.invocation(r#"{"do":"hang"}"#));
    let hanging = tokio::spawn(async move { lambda.invoke(hanging).await });
    stage::until(|| stage.is_running()).await;
    stage.lambda.drain(Duration::from_millis(50)).await;
    assert_eq!(hanging.await.unwrap().unwrap_err(), InvokeError::ShuttingDown);
    assert_eq!(stage.bootstraps(), [] as [u32; 0]);
    assert_eq!(stage.invoke("{}").await.unwrap_err(), InvokeError::ShuttingDown);
}

#[tokio::test]
async fn a_neighbours_events_are_not_to_be_had() {
    let volume = tempfile::tempdir().unwrap();
    let stage = Stage::new(|function| {
        stage::add_volume(function, volume.path());
        function.timeout = Duration::from_secs(20);
    })
    .await;
    let answer = stage.invoke(r#"{"do":"variable","with":"AWS_LAMBDA_RUNTIME_API"}"#).await.unwrap();
    let victim = String::from_utf8(answer.payload.to_vec()).unwrap().replace('"', "");
    let (lambda, gate) = (stage.lambda.clone(), stage.invocation(r#"{"do":"gate","with":"/mnt/shared"}"#));
    let held = tokio::spawn(async move { lambda.invoke(gate).await });
    stage::until(|| std::fs::read_dir(volume.path()).unwrap().count() == 1).await;
    let thief = stage.invoke(&format!(r#"{{"do":"connect","with":"{victim}"}}"#)).await.unwrap();
    assert_ne!(thief.placement.environment, answer.placement.environment);
    assert_eq!(thief.payload, "\"HTTP/1.1 403 Forbidden\"");
    std::fs::write(volume.path().join("open"), "").unwrap();
    assert_eq!(held.await.unwrap().unwrap().function_error, None);
    stage.end().await;
}

#[tokio::test]
async fn an_extension_hears_of_invocations_and_of_the_end() {
    let (layer, volume) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stage = Stage::new(|function| {
        stage::add_volume(function, volume.path());
        std::fs::create_dir(layer.path().join("extensions")).unwrap();
        std::fs::copy(function.code.join("bootstrap"), layer.path().join("extensions/agent")).unwrap();
        function.layers.push(layer.path().to_owned());
    })
    .await;
    // It starts beside the runtime, so the first invocation may be over before it listens.
    while !volume.path().join("INVOKE").exists() {
        stage.invoke("{}").await.unwrap();
    }
    let function = stage.lambda.functions().remove(0);
    stage.lambda.reload(function).unwrap();
    stage::until(|| volume.path().join("SHUTDOWN").exists()).await;
    stage::until(|| stage.lambda.environments().is_empty()).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deaths_under_load_cost_at_most_one_invocation_each() {
    let stage = Stage::with(|settings| settings.concurrency = 4, |_| {}).await;
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let lambda = stage.lambda.clone();
            let invocation = stage.invocation("{}");
            tokio::spawn(async move {
                let mut failed = 0;
                for _ in 0..400 {
                    let answer = lambda.invoke(invocation.clone()).await.expect("there is always an answer");
                    failed += usize::from(answer.function_error.is_some());
                }
                failed
            })
        })
        .collect();
    let mut kills = 0;
    while !callers.iter().all(tokio::task::JoinHandle::is_finished) {
        if let Some(&victim) = stage.bootstraps().first()
            && kills < 40
        {
            // It may have ended a moment ago.
            kills += usize::from(stage::try_kill(victim));
        }
        tokio::task::yield_now().await;
    }
    let mut failed = 0;
    for caller in callers {
        failed += caller.await.unwrap();
    }
    assert!(failed <= kills, "{failed} failed by {kills} deaths");
    stage.end().await;
}

#[tokio::test]
async fn a_state_folder_inside_the_code_is_shut_by_whatever_name() {
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link");
    let stage = Stage::with(
        |settings| settings.state = link.join("state"),
        |function| std::os::unix::fs::symlink(&function.code, &link).unwrap(),
    )
    .await;
    let answer = stage.invoke(r#"{"do":"write","with":"/var/task/state/x"}"#).await.unwrap();
    assert!(String::from_utf8_lossy(&answer.payload).contains("PermissionDenied"), "{answer:?}");
    stage.end().await;
}

#[tokio::test]
async fn unenclosed_it_runs_as_well_and_leaves_nothing() {
    // No process has this number: pids end at 4,194,304.
    let left = std::env::temp_dir().join("davy-4194305-1");
    std::fs::create_dir_all(&left).unwrap();
    let stage = Stage::with(
        |settings| settings.isolation = sandbox::Isolation::Unenclosed { why: "a test".to_owned() },
        |function| {
            let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(function.code.parent().unwrap(), open).unwrap();
        },
    )
    .await;
    assert!(!left.exists());
    let answer = stage.invoke(r#"{"do":"variable","with":"TMPDIR"}"#).await.unwrap();
    let temporary = String::from_utf8(answer.payload.to_vec()).unwrap().replace('"', "");
    assert!(std::path::Path::new(&temporary).is_dir(), "{temporary}");
    stage::kill(stage.bootstraps().pop().unwrap());
    assert_eq!(stage.invoke("{}").await.unwrap().payload, "{}");
    stage.lambda.drain(Duration::from_secs(5)).await;
    assert_eq!(stage.bootstraps(), [] as [u32; 0]);
    assert!(!std::path::Path::new(&temporary).exists());
}
