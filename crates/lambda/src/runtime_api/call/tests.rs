use super::Call;

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a table reads better without ampersands")]
fn check(method: &str, path: &str, expected: Call) {
    assert_eq!(Call::parse(method, path), expected, "{method} {path}");
}

#[test]
fn paths_and_methods() {
    check("GET", "/2018-06-01/runtime/invocation/next", Call::Next);
    check("POST", "/2018-06-01/runtime/invocation/next", Call::WrongMethod);
    check("POST", "/2018-06-01/runtime/invocation/a-b/response", Call::Response { id: "a-b".to_owned() });
    check("POST", "/2018-06-01/runtime/invocation/a-b/error", Call::Error { id: "a-b".to_owned() });
    check("GET", "/2018-06-01/runtime/invocation/a-b/error", Call::WrongMethod);
    check("POST", "/2018-06-01/runtime/invocation/a-b/other", Call::Unknown);
    check("POST", "/2018-06-01/runtime/init/error", Call::InitError);
    check("GET", "/2018-06-01/runtime/restore/next", Call::Unknown);
    check("GET", "/ping", Call::Ping);
    check("POST", "/2020-01-01/extension/register", Call::Register);
    check("PUT", "/2022-07-01/telemetry", Call::Telemetry);
    check("GET", "/", Call::Unknown);
}
