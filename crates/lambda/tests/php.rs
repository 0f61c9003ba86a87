//! Davy's own bootstrap with the installed php-fpm, enclosed.
#![allow(
    clippy::unwrap_used,
    clippy::unused_self,
    clippy::unused_async,
    reason = "a test ends where its scene cannot be set"
)]

#[path = "support/stage.rs"]
#[allow(dead_code, reason = "no test uses all of the stage")]
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
    stage_prepared(script, |_| {}).await
}

async fn stage_prepared(script: &str, prepare: impl FnOnce(&mut Function)) -> Stage {
    let script = script.to_owned();
    Stage::new(move |function: &mut Function| {
        std::fs::remove_file(function.code.join("bootstrap")).unwrap();
        std::fs::write(function.code.join("index.php"), script).unwrap();
        function.bootstrap = Some(bootstrap());
        function.timeout = Duration::from_secs(10);
        function.memory_megabytes = 1_024;
        let fpm = php_fpm().to_string_lossy().into_owned();
        function.environment.insert("DAVY_PHP_FPM".to_owned(), fpm);
        prepare(function);
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

/// A script that looks for ways out. Each attempt answers one word; `docs/enclosure.md` tells what
/// each is about.
const HOSTILE: &str = r#"<?php
$shell = fn (string $command) => trim((string) shell_exec("export PATH=/usr/bin:/bin:/usr/sbin:/sbin; ($command) 2>&1"));
$out = [];
$out["another user's secrets"] = @file_get_contents('/etc/shadow') === false ? 'shut' : 'read';
$out["people's homes"] = @scandir('/home') || @scandir('/root') ? 'seen' : 'absent';
$out["the stack's state"] = @scandir('/var/task/.davy') || @file_get_contents('/var/task/.davy/secret') ? 'seen' : 'shut';
$out["the project's own secrets"] = @file_get_contents('/var/task/.env') === false ? 'shut' : 'read';
$out["the way up"] = @scandir('/var/task/../../../../work') || @scandir('/proc/self/cwd/../../../root') ? 'seen' : 'absent';
$out["another root"] = @scandir('/proc/1/root/etc') ? 'seen' : 'shut';
$out["the supervisor's variables"] = @file_get_contents('/proc/1/environ') ? 'read' : 'shut';
$out["the supervisor's memory"] = @fopen('/proc/1/mem', 'r') ? 'opened' : 'shut';
$out["other processes"] = max(array_map('intval', scandir('/proc'))) < 1000 && !str_contains($shell('cat /proc/[0-9]*/comm'), 'cargo') ? 'absent' : 'seen';
$out["the supervisor's life"] = $shell('kill -9 1; sleep 0.05; kill -0 1 && echo lives');
$out["writing code"] = @file_put_contents('/var/task/evil.php', 'x') || @unlink('/var/task/index.php') ? 'written' : 'refused';
$out["writing layers"] = @file_put_contents('/opt/bootstrap', 'x') ? 'written' : 'refused';
$out["writing the system"] = @file_put_contents('/usr/bin/evil', 'x') || @file_put_contents('/etc/passwd', 'x') || @mkdir('/evil') ? 'written' : 'refused';
$out["becoming root"] = @posix_setuid(0) || @posix_setgid(0) ? 'root' : 'refused';
$out["setuid programs"] = str_contains($shell('for p in su sudo mount passwd; do $p -c id </dev/null; done'), 'uid=0') ? 'root' : 'refused';
$out["a user namespace"] = str_contains($shell('unshare -Ur id'), 'uid=0') ? 'root' : 'refused';
$out["a network namespace"] = str_contains($what = $shell('unshare -n true; echo $?'), 'not permitted') ? 'refused' : $what;
$out["mounting"] = str_contains($shell('mount --bind /tmp /usr && echo mounted'), "\nmounted") ? 'mounted' : 'refused';
$out["remounting"] = str_contains($shell('mount -o remount,rw /var/task && echo mounted'), "\nmounted") ? 'mounted' : 'refused';
$out["devices"] = array_values(array_diff(scandir('/dev'), ['.', '..', 'null', 'zero', 'full', 'random', 'urandom', 'fd', 'stdin', 'stdout', 'stderr'])) === [] ? 'absent' : 'seen';
$out["making devices"] = str_contains($shell('mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk && echo read'), 'read') ? 'read' : 'refused';
$out["the kernel's settings"] = @file_put_contents('/proc/sys/kernel/core_pattern', '|/tmp/x') || @file_put_contents('/proc/sysrq-trigger', 'b') ? 'written' : 'refused';
$out["the kernel's memory"] = @fopen('/proc/kcore', 'r') || @fopen('/proc/kmsg', 'r') || @fopen('/dev/mem', 'r') ? 'opened' : 'refused';
$out["hardware and control groups"] = @scandir('/sys') ? 'seen' : 'absent';
$out["packets of others"] = $shell(<<<'PERL'
perl -e 'print socket(my $s, 17, 3, 768) ? "opened" : "refused"'
PERL);
$out["tracing"] = $shell(<<<'PERL'
perl -e 'my $p = fork; if (!$p) { sleep 5; exit } print syscall($ARGV[0], 16, $p, 0, 0) == 0 ? "traced" : "refused"; kill 9, $p' TRACE
PERL);
$out["keys"] = $shell(<<<'PERL'
perl -e 'print syscall($ARGV[0], 0, -3, 0) >= 0 ? "read" : "refused"' KEYCTL
PERL);
$out["limits"] = str_contains($shell('ulimit -n 100000 && echo raised'), "raised") ? 'raised' : 'refused';
$out["much of the disk"] = $shell('head -c 60000000 /dev/zero > /tmp/large && echo filled; rm -f /tmp/large') === 'filled' ? 'filled' : 'refused';
$out["what a neighbour left"] = @file_exists('/tmp/left-by-a-neighbour') ? 'seen' : 'absent';
$out["staying behind"] = $shell('(setsid sh -c "exec sleep 86399" > /dev/null 2>&1 &); echo tried');
file_put_contents('/tmp/left-by-a-neighbour', 'x');
echo json_encode($out);
"#;

#[tokio::test]
async fn a_hostile_script_finds_no_way_out() {
    let (trace, keyctl) = if cfg!(target_arch = "aarch64") { ("117", "219") } else { ("101", "250") };
    let script = HOSTILE.replace("TRACE", trace).replace("KEYCTL", keyctl);
    let stage = stage_prepared(&script, |function| {
        function.ephemeral_storage_megabytes = 50;
        std::fs::write(function.code.join(".env"), "SECRET=1").unwrap();
    })
    .await;
    // Two environments at the same time: each looks for what the other leaves.
    let (lambda, request) = (&stage.lambda, || stage.invocation(&request("/")));
    let (first, second) = tokio::join!(lambda.invoke(request()), lambda.invoke(request()));
    for answer in [first.unwrap(), second.unwrap()] {
        let text = body(&answer.payload);
        let found: std::collections::BTreeMap<String, String> =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let good = ["shut", "absent", "refused", "lives", "tried"];
        let ways_out: Vec<_> = found
            .iter()
            .filter(|(_, result)| !good.contains(&result.lines().last().unwrap_or_default()))
            .collect();
        assert!(ways_out.is_empty(), "{ways_out:?}");
        assert!(found.len() >= 30, "only {} attempts", found.len());
    }
    stage.end().await;
    let sleepers = std::fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        command == b"sleep\x0086399\0"
    });
    assert_eq!(sleepers.count(), 0, "nobody stays behind");
}
