//! Davy's own bootstrap with the installed php-fpm, enclosed.

#[path = "support/stage.rs"]
mod stage;

use std::path::PathBuf;
use std::time::Duration;

use lambda::Function;
use serde_json::{Value, json};
use stage::Stage;

#[tokio::test]
async fn a_page_from_an_enclosed_php_fpm() {
    let stage =
        stage_with("<?php echo php_sapi_name(), ' ', posix_getuid(), ' ', getmypid() > 0, ' ', __FILE__;")
            .await;
    let first = stage.invoke(&request("/")).await.unwrap();
    assert_eq!(body(&first.payload), "fpm-fcgi 1051 1 /var/task/index.php");
    let second = stage.invoke(&request("/")).await.unwrap();
    assert_eq!(second.placement.start, telemetry::Start::Warm);
    stage.end().await;
}

async fn stage_with(script: &str) -> Stage {
    let script = script.to_owned();
    Stage::new(move |function: &mut Function| {
        std::fs::remove_file(function.code.join("bootstrap")).unwrap();
        std::fs::write(function.code.join("index.php"), script).unwrap();
        function.bootstrap = Some(bootstrap());
        function.timeout = Duration::from_secs(10);
        function.memory_megabytes = 1_024;
        let fpm = php_fpm().to_string_lossy().into_owned();
        function.environment.insert("DAVY_PHP_FPM".to_owned(), fpm);
    })
    .await
}

fn request(path: &str) -> String {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"host": "example.org"},
        "requestContext": {
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""},
            "domainName": "example.org", "stage": "$default", "requestId": "a", "timeEpoch": 0
        },
        "isBase64Encoded": false
    })
    .to_string()
}

fn body(payload: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(payload).unwrap();
    let body = answer["body"].as_str().unwrap_or_else(|| panic!("no page: {answer}"));
    if answer["isBase64Encoded"] == true {
        let bytes = base64_simd::STANDARD.decode_to_vec(body).unwrap();
        return String::from_utf8(bytes).unwrap();
    }
    body.to_owned()
}

/// The runtime's binary beside the tests' own, built if it isn't there.
fn bootstrap() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_BIN_EXE_lambda-bootstrap")).parent().unwrap().to_owned();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    #[expect(clippy::disallowed_methods, reason = "a test builds what it runs")]
    let status =
        std::process::Command::new(cargo).args(["build", "--quiet", "-p", "runtime"]).status().unwrap();
    assert!(status.success(), "the runtime must build");
    folder.join("bootstrap")
}

fn php_fpm() -> PathBuf {
    let mut found: Vec<_> = std::fs::read_dir("/usr/sbin")
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("php-fpm")))
        .collect();
    found.sort();
    found.pop().expect("php-fpm is installed")
}
