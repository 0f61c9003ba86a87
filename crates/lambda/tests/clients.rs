//! Lambda's API and CloudWatch Logs' to the clients that people use: boto3 and the aws CLI.
//!
//! The clients must be installed (`scripts/python-tools`): a missing one fails, it never skips.
#![allow(
    clippy::unwrap_used,
    clippy::unused_self,
    clippy::unused_async,
    reason = "a test ends where its scene cannot be set"
)]
#![expect(clippy::disallowed_methods, reason = "these tests are about other processes")]

#[path = "support/stage.rs"]
#[allow(dead_code, reason = "no test uses all of the stage")]
mod stage;

use std::io;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use access::{Credentials, Policy, Principal};
use http_body_util::BodyExt as _;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use lambda::{Api, Caller};
use stage::Stage;
use telemetry::SystemClock;
use tokio::net::TcpListener;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn boto3_drives_it() {
    let stage = Stage::new(|_| {}).await;
    let address = serve(&stage).await;
    run(&address, OWNER, "python3", &["-c", BOTO3]).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_aws_cli_drives_it() {
    let stage = Stage::new(|_| {}).await;
    let address = serve(&stage).await;
    let script = r#"
        set -e
        aws lambda invoke --function-name site --payload '{"do":"print","with":"from the shell"}' --log-type Tail --query LogResult --output text "$OUT/answer" \
            | base64 -d | grep -q "from the shell"
        test "$(cat "$OUT/answer")" = '"printed"'
        aws lambda list-functions --query 'Functions[].FunctionName' --output text | grep -qx site
        aws logs filter-log-events --log-group-name /aws/lambda/site --query 'events[].message' --output text \
            | grep -q "START RequestId"
        aws logs describe-log-streams --log-group-name /aws/lambda/site --query 'logStreams[0].logStreamName' --output text | grep -q LATEST
        aws lambda invoke --function-name nobody "$OUT/none" 2>&1 | grep -q ResourceNotFoundException
    "#;
    run(&address, OWNER, "bash", &["-c", script]).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_may_do_what_its_policies_say() {
    let stage = Stage::new(|_| {}).await;
    let address = serve(&stage).await;
    let script = r#"
        set -e
        aws lambda invoke --function-name site "$OUT/answer" > /dev/null
        aws lambda list-functions 2>&1 | grep -q "AccessDenied.*not authorized to perform: lambda:ListFunctions"
    "#;
    run(&address, ROLE, "bash", &["-c", script]).await;
    run(&address, "stranger", "bash", &["-c", "aws lambda list-functions 2>&1 | grep -q UnrecognizedClient"])
        .await;
    stage.end().await;
}

const BOTO3: &str = r#"
import base64, boto3, json, time
from botocore.exceptions import ClientError

l = boto3.client("lambda")
a = l.invoke(FunctionName="site", Payload=b'{"hello":"world"}')
assert a["StatusCode"] == 200 and a["ExecutedVersion"] == "$LATEST", a
assert json.load(a["Payload"]) == {"hello": "world"}
assert "FunctionError" not in a
a = l.invoke(FunctionName="site", Payload=b'{"do":"error"}', LogType="Tail")
assert a["FunctionError"] == "Unhandled" and json.load(a["Payload"])["errorType"] == "My.Error"
tail = base64.b64decode(a["LogResult"]).decode()
assert tail.startswith("START RequestId: ") and "REPORT RequestId: " in tail, tail
assert l.invoke(FunctionName="site", InvocationType="DryRun")["StatusCode"] == 204
a = l.invoke(FunctionName="site:$LATEST", InvocationType="Event", Payload=b'{"do":"print","with":"later"}')
assert a["StatusCode"] == 202 and a["Payload"].read() == b""
for arn in [l.get_function(FunctionName="site")["Configuration"]["FunctionArn"], "site"]:
    c = l.get_function_configuration(FunctionName=arn)
    assert c["Handler"] == "index.php" and c["MemorySize"] == 128 and c["Timeout"] == 3, c
assert [f["FunctionName"] for f in l.list_functions()["Functions"]] == ["site"]
for name, payload, code in [("nobody", b"{}", "ResourceNotFoundException"), ("site", b"{", "InvalidRequestContentException")]:
    try:
        l.invoke(FunctionName=name, Payload=payload)
        raise SystemExit(f"{code} expected")
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response

events = list(l.invoke_with_response_stream(FunctionName="site", Payload=b'{"do":"stream"}')["EventStream"])
text = b"".join(e["PayloadChunk"]["Payload"] for e in events if "PayloadChunk" in e)
assert text == b"onetwo" and "InvokeComplete" in events[-1], events

logs = boto3.client("logs")
assert logs.describe_log_groups(logGroupNamePrefix="/aws/")["logGroups"][0]["logGroupName"] == "/aws/lambda/site"
for _ in range(200):
    found = logs.filter_log_events(logGroupName="/aws/lambda/site", filterPattern='"later"')["events"]
    if found: break
    time.sleep(0.05)
assert found and found[0]["message"].startswith("later"), found
stream = found[0]["logStreamName"]
assert "[$LATEST]" in stream
assert any("later" in e["message"] for e in logs.get_log_events(logGroupName="/aws/lambda/site", logStreamName=stream)["events"])
"#;

const OWNER: &str = "owner";
const ROLE: &str = "role";

/// Serves the stage's function on a port of its own.
async fn serve(stage: &Stage) -> String {
    let account = "123456789012".to_owned();
    let allowed = serde_json::json!({
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "*"}]
    });
    let callers = vec![
        Caller {
            credentials: credentials(OWNER),
            principal: Principal::Account {
                account: account.clone(),
                arn: format!("arn:aws:iam::{account}:root"),
                canonical_user: String::new(),
            },
        },
        Caller {
            credentials: credentials(ROLE),
            principal: Principal::Role {
                account: account.clone(),
                arn: format!("arn:aws:iam::{account}:role/site"),
                policies: vec![Policy::parse(&allowed).unwrap()].into(),
            },
        },
    ];
    let telemetry = stage.telemetry.clone();
    let api =
        Api::new(stage.lambda.clone(), callers, &account, "us-east-1", telemetry, Arc::new(SystemClock));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let api = api.clone();
            tokio::spawn(async move {
                let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
                    let request = request.map(|body| body.map_err(io::Error::other).boxed_unsync());
                    let api = api.clone();
                    async move { Ok::<_, io::Error>(api.serve(request).await) }
                });
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    address
}

fn credentials(name: &str) -> Credentials {
    Credentials { access_key: name.to_owned(), secret_key: "test".to_owned(), session_token: None }
}

async fn run(address: &str, key: &str, program: &str, arguments: &[&str]) {
    let path = std::env::var("PATH").unwrap_or_default();
    let path = match std::env::var("DAVY_TEST_TOOLS") {
        Ok(tools) if !tools.is_empty() => format!("{tools}/bin:{path}"),
        _ => path,
    };
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("PATH", path)
        .env("OUT", folder.path())
        .env("AWS_ACCESS_KEY_ID", key)
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", address)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("AWS_PAGER", "")
        .env("NO_PROXY", "127.0.0.1")
        // A certificate bundle of the machine's own is nothing to a loopback server.
        .env_remove("AWS_CA_BUNDLE");
    let output =
        tokio::time::timeout(Duration::from_mins(2), tokio::task::spawn_blocking(move || command.output()));
    let output = output.await.expect("a client takes less than two minutes").unwrap().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{program}: {}\n{}{}",
        output.status,
        said(&output.stdout),
        said(&output.stderr)
    );
}
