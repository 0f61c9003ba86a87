//! Answers that no recording shows: refusals, and what must never be sent.

use super::*;

#[track_caller]
fn check(front_end: &FrontEnd, payload: &str, expected: &str) {
    let found = match interpret(front_end, payload.as_bytes(), None, &Switches::default()) {
        Ok(reply) => {
            let lines: Vec<_> =
                reply.headers.iter().map(|header| format!("{}: {}", header.name, header.value)).collect();
            format!("{} [{}] {}", reply.status, lines.join(", "), String::from_utf8_lossy(&reply.body))
        }
        Err(malformed) => format!("{malformed:?}"),
    };
    assert_eq!(found, expected, "{payload}");
}

const V1: FrontEnd = FrontEnd::HttpApi(PayloadFormat::V1);
const V2: FrontEnd = FrontEnd::HttpApi(PayloadFormat::V2);
const REST: FrontEnd = FrontEnd::RestApi { binary_media_types: Vec::new() };

#[test]
fn statuses() {
    check(&V2, r#"{"statusCode":204}"#, "204 [] ");
    check(&V2, r#"{"statusCode":"418"}"#, "418 [Content-Type: text/plain; charset=utf-8] ");
    check(&V2, r#"{"statusCode":99}"#, r#"Status("99")"#);
    check(&V2, r#"{"statusCode":101}"#, r#"Status("101")"#);
    check(&V2, r#"{"statusCode":600}"#, r#"Status("600")"#);
    check(&V2, r#"{"statusCode":-200}"#, r#"Status("-200")"#);
    check(&V2, r#"{"statusCode":99999999999999999999}"#, r#"Status("99999999999999999999")"#);
    check(&V1, r#"{"body":"x"}"#, "NoStatus");
    check(&V1, "[]", "NotAnObject");
    check(&FrontEnd::FunctionUrl, r#"{"statusCode":0}"#, r#"Status("0")"#);
}

#[test]
fn cookies_become_a_line_each_and_come_first() {
    check(
        &V2,
        r#"{"statusCode":200,"headers":{"set-cookie":"c=3","content-type":"a/b"},"cookies":["a=1","b=2"]}"#,
        "200 [Set-Cookie: a=1, Set-Cookie: b=2, set-cookie: c=3, content-type: a/b] ",
    );
    check(&V2, r#"{"statusCode":200,"cookies":"a=1"}"#, r#"FieldType("`cookies` to be a list of strings")"#);
}

#[test]
fn single_values_come_before_lists_in_format_1() {
    check(
        &V1,
        r#"{"statusCode":200,"multiValueHeaders":{"a":["2","3"],"content-type":["t/x"]},"headers":{"a":"1"}}"#,
        "200 [a: 1, a: 2, a: 3, content-type: t/x] ",
    );
}

#[test]
fn what_belongs_to_the_front_end_is_not_the_functions() {
    check(
        &V2,
        r#"{"statusCode":200,"headers":{"Connection":"close","content-length":"9","Transfer-Encoding":"chunked",
            "X-Amzn-Trace-Id":"x","apigw-requestid":"x","Content-Type":"t/x","Server":"php"}}"#,
        "200 [Content-Type: t/x, Server: php] ",
    );
    check(
        &REST,
        r#"{"headers":{"Server":"php","Content-Length":"9","transfer-encoding":"chunked"}}"#,
        "200 [x-amzn-Remapped-Server: php, x-amzn-Remapped-Content-Length: 9, Content-Type: application/json] ",
    );
}

#[test]
fn header_lines_that_http_cannot_carry() {
    check(&V2, r#"{"statusCode":200,"headers":{"a":"b\r\nset-cookie: c"}}"#, r#"HeaderLine("a")"#);
    check(&V2, r#"{"statusCode":200,"headers":{"a b":"c"}}"#, r#"HeaderLine("a b")"#);
    check(&V2, r#"{"statusCode":200,"headers":{"":"c"}}"#, r#"HeaderLine("")"#);
    check(
        &V2,
        r#"{"statusCode":200,"headers":{"a":["b"]}}"#,
        r#"FieldType("every value in `headers` to be a string")"#,
    );
    check(
        &V2,
        r#"{"statusCode":200,"headers":{"a":1.50,"b":false,"c":null}}"#,
        "200 [a: 1.50, b: false, Content-Type: text/plain; charset=utf-8] ",
    );
}

#[test]
fn bodies() {
    check(&V2, r#"{"statusCode":200,"body":"%%%%","isBase64Encoded":true}"#, "Base64");
    check(&V2, r#"{"statusCode":304,"body":{"a" : [1, "x \" y"]}}"#, r#"304 [] {"a":[1,"x \" y"]}"#);
    check(&REST, r#"{"body":{}}"#, r#"FieldType("`body` to be a string")"#);
    check(&REST, "{}\0\0\0\0\0\0\0\0body", "Streamed");
    check(&REST, r#"{"cookies":[]}"#, r#"UnknownField("cookies")"#);
    check(
        &REST,
        r#"{"multiValueHeaders":{"a":"b"}}"#,
        r#"FieldType("every value in `multiValueHeaders` to be a list of strings")"#,
    );
}

#[test]
fn a_field_that_is_there_twice_counts_once() {
    check(&V2, r#"{"statusCode":500,"statusCode":200}"#, "200 [Content-Type: text/plain; charset=utf-8] ");
}

#[test]
fn load_balancer() {
    let multi = FrontEnd::LoadBalancer { maps: HeaderMaps::MultiValue, target_group: String::new() };
    check(
        &multi,
        r#"{"statusCode":200,"headers":{"a":"1"},"multiValueHeaders":{"b":["2","3"]}}"#,
        "200 [b: 2, b: 3] ",
    );
    check(&multi, r#"{"statusCode":"200"}"#, r#"Status("\"200\"")"#);
}
