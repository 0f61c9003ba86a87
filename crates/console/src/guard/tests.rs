use super::*;

struct Zero;

impl Entropy for Zero {
    fn next_u64(&self) -> u64 {
        0
    }
}

#[track_caller]
fn check(access: &Access, request: &str, allowed: bool) {
    let mut lines = request.split('\n');
    let (method, uri) = lines.next().unwrap().split_once(' ').unwrap();
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.trim().split_once(": ").unwrap();
        headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    let guard = Guard::new(access.clone(), &Zero);
    let refusal = guard.refuse(&method.parse().unwrap(), &uri.parse().unwrap(), &headers);
    assert_eq!(refusal.is_none(), allowed, "{request}");
}

#[test]
fn a_rebound_name_gets_nothing() {
    let local = &Access::Local;
    for host in
        ["localhost", "localhost:8089", "127.0.0.1:8089", "[::1]:8089", "LOCALHOST", "site.localhost:1"]
    {
        check(local, &format!("GET /\nhost: {host}"), true);
    }
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "192.168.1.2:8089", "[::2]"] {
        check(local, &format!("GET /\nhost: {host}"), false);
    }
    check(local, "GET /", false);
}

#[test]
fn only_the_pages_own_forms_change_something() {
    let local = &Access::Local;
    check(local, "POST /cache\nhost: localhost:8089\norigin: http://localhost:8089", true);
    check(local, "POST /cache\nhost: localhost:8089\norigin: http://localhost:8080", false);
    check(local, "POST /cache\nhost: localhost:8089\norigin: https://evil.example", false);
    check(local, "POST /cache\nhost: localhost:8089\norigin: null", false);
    check(local, "POST /cache\nhost: localhost:8089\nsec-fetch-site: cross-site", false);
    check(local, "POST /cache\nhost: localhost:8089", true);
}

#[test]
fn a_token_opens_the_page_once_and_a_cookie_from_then_on() {
    let secret = &Access::Token("s3cret".into());
    check(secret, "GET /\nhost: 192.168.1.2:8089", false);
    check(secret, "GET /?token=wrong\nhost: 192.168.1.2:8089", false);
    check(secret, "GET /\nhost: 192.168.1.2:8089\ncookie: a=b; davy_console=s3cret", true);
    check(secret, "GET /\nhost: 192.168.1.2:8089\ncookie: davy_console=s3cre", false);
    check(secret, "GET /metrics\nhost: a:1\nauthorization: Bearer s3cret", true);
    check(secret, "GET /metrics\nhost: a:1\nauthorization: Bearer other", false);
    check(secret, "POST /cache\nhost: a:1\ncookie: davy_console=s3cret\norigin: http://b:1", false);

    let guard = Guard::new(secret.clone(), &Zero);
    let uri: Uri = "/logs?token=s3cret".parse().unwrap();
    assert!(matches!(guard.refuse(&Method::GET, &uri, &HeaderMap::new()), Some(Refusal::Welcome)));
    let response = welcome(&guard, &uri);
    assert_eq!(response.headers()[header::LOCATION], "/logs");
    assert!(response.headers()[header::SET_COOKIE].to_str().unwrap().contains("HttpOnly; SameSite=Strict"));
}
