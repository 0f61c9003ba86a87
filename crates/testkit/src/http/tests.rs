use super::*;

fn read(method: &str, answer: &str) -> Response {
    Response::read(answer.as_bytes(), method).unwrap()
}

#[test]
fn bodies_end_in_three_ways() {
    assert_eq!(read("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc").body, b"ab");
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n\r\n";
    assert_eq!(read("GET", chunks).body, b"abcd");
    assert_eq!(read("GET", "HTTP/1.1 200 OK\r\n\r\nall of it").body, b"all of it");
    assert_eq!(read("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n").body, b"");
}

#[test]
fn an_interim_answer_is_passed_over() {
    assert_eq!(read("POST", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\n").status, 201);
}

#[test]
fn a_request_is_sent_as_it_is_written() {
    let address = Address::of("http://localhost:8080/");
    let bytes = Request::form("/a?b=%20", "c=d").header("X-One", "1").bytes(&address);
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        "POST /a?b=%20 HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         X-One: 1\r\nContent-Length: 3\r\n\r\nc=d"
    );
}
