//! Which route a request takes.

use std::fmt::Write as _;

use super::*;

#[track_caller]
fn check(selection: Selection, keys: &[&str], request: &str, expected: &str) {
    let table = RouteTable::new("Api", keys.iter().copied(), selection).unwrap();
    let (method, path) = request.split_once(' ').unwrap();
    let found = match table.select(method, path) {
        None => "none".to_owned(),
        Some(selected) => {
            let mut text = keys[selected.route].to_owned();
            for parameter in selected.parameters {
                let _ = write!(text, " {}={}", parameter.name, parameter.value);
            }
            text
        }
    };
    assert_eq!(found, expected, "{request} among {keys:?}");
}

#[test]
fn the_documentations_example() {
    let keys = ["GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"];
    let check = |request, expected| check(Selection::Route, &keys, request, expected);
    check("GET /pets/dog/1", "GET /pets/dog/1");
    check("GET /pets/dog/2", "GET /pets/dog/{id} id=2");
    check("GET /pets/cat/1", "GET /pets/{proxy+} proxy=cat/1");
    check("POST /test/5", "ANY /{proxy+} proxy=test/5");
    check("POST /pets/dog/1", "ANY /{proxy+} proxy=pets/dog/1");
    check("GET /", "$default");
}

#[test]
fn the_usual_pair() {
    let keys = ["ANY /{proxy+}", "ANY /"];
    let check = |request, expected| check(Selection::Route, &keys, request, expected);
    check("GET /", "ANY /");
    check("GET /a", "ANY /{proxy+} proxy=a");
    check("GET /a/", "ANY /{proxy+} proxy=a/");
    check("GET //", "ANY /{proxy+} proxy=/");
    check("PURGE /%2F", "ANY /{proxy+} proxy=%2F");
}

#[test]
fn specific_before_general() {
    check(Selection::Route, &["ANY /{proxy+}"], "GET /", "none");
    check(Selection::Route, &["ANY /a", "GET /a"], "GET /a", "GET /a");
    check(Selection::Route, &["ANY /a", "GET /a"], "PUT /a", "ANY /a");
    check(Selection::Route, &["ANY /{x}/b", "ANY /a/{x+}"], "GET /a/b", "ANY /{x}/b x=a");
    check(Selection::Route, &["ANY /{x+}", "ANY /a/{x+}"], "GET /a/b", "ANY /a/{x+} x=b");
    check(Selection::Route, &["ANY /{a}/{y}", "ANY /{b}/x"], "GET /1/x", "ANY /{b}/x b=1");
    check(Selection::Route, &["ANY /a/{x+}"], "GET /a/", "none");
    check(Selection::Route, &["ANY /a/{x}"], "GET /a/b/c", "none");
    check(Selection::Route, &["ANY /a"], "GET /a/", "none");
    check(Selection::Route, &["ANY /a/"], "GET /a/", "ANY /a/");
    check(Selection::Route, &["ANY /A"], "GET /a", "none");
    check(Selection::Route, &["ANY /a b"], "GET /a%20b", "ANY /a b");
}

#[test]
fn rest_chooses_the_resource_first() {
    let keys = ["GET /a", "ANY /{proxy+}"];
    let check = |request, expected| check(Selection::Resource, &keys, request, expected);
    check("GET /a", "GET /a");
    check("GET /a/", "GET /a");
    check("POST /a", "none");
    check("POST /b/", "ANY /{proxy+} proxy=b");
}

#[track_caller]
fn refused(keys: &[&str], expected: &str) {
    let error = RouteTable::new("Api", keys.iter().copied(), Selection::Route).unwrap_err();
    assert!(error.why.contains(expected), "{error}");
}

#[test]
fn keys_that_are_none() {
    refused(&["/a"], "a method, a space and a path");
    refused(&["FETCH /a"], "found `FETCH`");
    refused(&["GET a"], "begins with `/`");
    refused(&["GET /{a+}/b"], "only come last");
    refused(&["GET /{a}/{a}"], "twice");
    refused(&["GET /{a"], "closing brace");
    refused(&["GET /a{b}"], "whole segment");
    refused(&["GET /{}"], "a name");
    refused(&["GET /a", "GET /a"], "already");
}
