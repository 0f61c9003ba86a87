use super::*;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn function() -> Function {
    Function::new("site", "/code".into())
}

#[test]
fn an_extension_hears_what_it_registered_for() {
    let mut extensions = Extensions::new();
    let answer =
        extensions.register(Some("agent"), br#"{"events":["INVOKE","SHUTDOWN"]}"#, "id".into(), &function());
    let answer = text(&answer);
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("Lambda-Extension-Identifier: id\r\n")
    );
    assert!(answer.ends_with(r#"{"functionName":"site","functionVersion":"$LATEST","handler":"index.php"}"#));
    assert_eq!(extensions.next(Some("id"), &1), None);
    let told = extensions.invoked("request", 5, &function(), "Root=1");
    let [(1, message)] = told.as_slice() else { panic!("{told:?}") };
    assert!(text(message).contains(r#""requestId":"request""#));
    // While it works on that one the environment ends: it hears of it when it asks.
    assert!(extensions.await_the_end());
    assert_eq!(extensions.shut_down(7), []);
    assert!(
        text(&extensions.next(Some("id"), &2).unwrap_or_default()).contains(r#""shutdownReason":"spindown""#)
    );
}

#[test]
fn strangers_and_crowds_are_refused() {
    let mut extensions = Extensions::<u8>::new();
    let unknown = text(&extensions.next(Some("nobody"), &1).unwrap_or_default());
    assert!(unknown.starts_with("HTTP/1.1 403 Forbidden") && unknown.contains("UnknownExtensionIdentifier"));
    assert!(text(&extensions.failed(None)).contains("UnknownExtensionIdentifier"));
    let mut register = |name: Option<&str>, body: &[u8]| {
        text(&extensions.register(name, body, name.unwrap_or_default().to_owned(), &function()))
    };
    assert!(register(None, b"{}").contains("Extension.InvalidExtensionName"));
    assert!(register(Some("a"), br#"{"events":["OTHER"]}"#).contains("Extension.InvalidEventType"));
    for number in 0..EXTENSIONS_MAX {
        assert!(register(Some(&number.to_string()), br#"{"events":[]}"#).contains("200 OK"));
    }
    assert!(register(Some("0"), br#"{"events":[]}"#).contains("Extension.AlreadyRegistered"));
    assert!(register(Some("eleventh"), br#"{"events":[]}"#).contains("Extension.TooManyExtensions"));
}
