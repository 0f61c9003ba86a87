//! The tests' launcher, and when it lies at `/var/task/bootstrap` their runtime: it does what the
//! handler (while initialising) and the event (afterwards) say.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::items_after_statements,
    clippy::collapsible_match,
    reason = "it plays a function that somebody else wrote"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::exit;
use std::time::Duration;

fn main() {
    sandbox::launcher::run_if_asked();
    let address = std::env::var("AWS_LAMBDA_RUNTIME_API").expect("Lambda gives the address");
    let mut runtime = Runtime { address, connection: None };
    if std::env::args().next().is_some_and(|name| name.ends_with("/extensions/agent")) {
        runtime.extend();
    }
    runtime.initialise(&std::env::var("_HANDLER").unwrap_or_default());
    loop {
        let (id, event) = runtime.next();
        runtime.run(&id, &event);
    }
}

struct Runtime {
    address: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Runtime {
    fn initialise(&mut self, handler: &str) {
        match handler.split_once(' ').unwrap_or((handler, "")) {
            ("exit", code) => exit(code.parse().expect("a code")),
            ("exit-first", marker) => {
                // Kept in a volume, because `/tmp` goes with the process.
                if std::fs::File::create_new(marker).is_ok() {
                    exit(3);
                }
            }
            ("hang", _) => pause(),
            ("init-error", _) => {
                let body = r#"{"errorType":"Init.Broken","errorMessage":"no way"}"#;
                self.post("/2018-06-01/runtime/init/error", body);
                exit(1);
            }
            _ => {}
        }
    }

    /// Is an extension: notes every event in the volume, and ends after the last.
    fn extend(&mut self) -> ! {
        let body = r#"{"events":["INVOKE","SHUTDOWN"]}"#;
        let register = format!(
            "POST /2020-01-01/extension/register HTTP/1.1\r\nLambda-Extension-Name: agent\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.connection().get_mut().write_all(register.as_bytes()).expect("the API listens");
        let (head, _) = self.answer();
        let identifier = head.lines().find_map(|line| line.strip_prefix("Lambda-Extension-Identifier: "));
        let identifier = identifier.expect("it registers").to_owned();
        loop {
            let next = format!(
                "GET /2020-01-01/extension/event/next HTTP/1.1\r\nLambda-Extension-Identifier: {identifier}\r\n\r\n"
            );
            self.connection().get_mut().write_all(next.as_bytes()).expect("the API listens");
            let (_, event) = self.answer();
            let event: serde_json::Value = serde_json::from_str(&event).expect("events are JSON");
            let kind = event["eventType"].as_str().unwrap_or_default();
            std::fs::write(format!("/mnt/shared/{kind}"), event.to_string()).expect("a volume");
            if kind == "SHUTDOWN" {
                exit(0);
            }
        }
    }

    fn run(&mut self, id: &str, event: &str) {
        let path = format!("/2018-06-01/runtime/invocation/{id}/response");
        let text: serde_json::Value = serde_json::from_str(event).expect("events are JSON");
        let argument = text["with"].as_str().unwrap_or_default();
        let number = text["with"].as_u64().unwrap_or_default();
        match text["do"].as_str().unwrap_or_default() {
            "variable" => {
                let value = std::env::var(argument).unwrap_or_default();
                self.post(&path, &serde_json::json!(value).to_string());
            }
            "print" => {
                println!("{argument}");
                eprintln!("{argument} again");
                self.post(&path, "\"printed\"");
            }
            "exit" => exit(i32::try_from(number).expect("a code")),
            "answer-and-exit" => {
                self.post(&path, "\"answered\"");
                exit(5);
            }
            "signal" => {
                let kill = format!("kill -{number} $$");
                use std::os::unix::process::CommandExt as _;
                let _ = std::process::Command::new("/bin/sh").args(["-c", &kill]).exec();
            }
            "hang" => pause(),
            "error" => {
                let path = format!("/2018-06-01/runtime/invocation/{id}/error");
                self.post(
                    &path,
                    r#"{"errorType":"My.Error","errorMessage":"as I said","stackTrace":["a","b"]}"#,
                );
            }
            "large" => {
                let body = "a".repeat(usize::try_from(number).expect("a size"));
                let status = self.post(&path, &body);
                eprintln!("status {status}");
            }
            "twice" => {
                self.post(&path, "1");
                let status = self.post(&path, "2");
                eprintln!("status {status}");
            }
            "stream" => self.stream(&path, argument),
            "write" => {
                let result = std::fs::write(argument, "x");
                self.post(&path, &serde_json::json!(format!("{result:?}")).to_string());
            }
            "connect" => {
                let answer = steal(argument);
                self.post(&path, &serde_json::json!(answer).to_string());
            }
            "gate" => {
                std::fs::write(format!("{argument}/{id}"), "").expect("a volume");
                while !std::path::Path::new(&format!("{argument}/open")).exists() {
                    // Two hundred of them look at once.
                    std::thread::sleep(Duration::from_millis(25));
                }
                self.post(&path, event);
            }
            _ => {
                self.post(&path, event);
            }
        }
    }

    fn stream(&mut self, path: &str, failure: &str) {
        let connection = self.connection();
        let head = format!(
            "POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\
             Lambda-Runtime-Function-Response-Mode: streaming\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n{failure}\r\n"
        );
        connection.get_mut().write_all(head.as_bytes()).expect("the API listens");
        self.answer();
    }

    fn next(&mut self) -> (String, String) {
        let request = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n";
        self.connection().get_mut().write_all(request).expect("the API listens");
        let (head, body) = self.answer();
        let id = head.lines().find_map(|line| line.strip_prefix("Lambda-Runtime-Aws-Request-Id: "));
        (id.expect("an event has an id").to_owned(), body)
    }

    fn post(&mut self, path: &str, body: &str) -> String {
        let request = format!("POST {path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        self.connection().get_mut().write_all(request.as_bytes()).expect("the API listens");
        let (head, body) = self.answer();
        format!("{} {}", head.split(' ').nth(1).unwrap_or_default(), body.trim_end())
    }

    fn connection(&mut self) -> &mut BufReader<TcpStream> {
        let address = &self.address;
        self.connection.get_or_insert_with(|| {
            let stream = TcpStream::connect(address).expect("the API listens");
            stream.set_nodelay(true).expect("a socket takes its options");
            BufReader::new(stream)
        })
    }

    fn answer(&mut self) -> (String, String) {
        let connection = self.connection();
        let mut head = String::new();
        let mut length = 0;
        loop {
            let mut line = String::new();
            if connection.read_line(&mut line).expect("the API answers") == 0 {
                // Davy has closed: nothing is left to do.
                exit(0);
            }
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse().expect("a length");
            }
            head.push_str(line.trim_end());
            head.push('\n');
        }
        let mut body = vec![0; length];
        connection.read_exact(&mut body).expect("the whole body comes");
        (head, String::from_utf8(body).expect("UTF-8"))
    }
}

/// What a neighbour's Runtime API says to somebody else's process.
fn steal(address: &str) -> String {
    let Ok(mut stream) = TcpStream::connect(address) else { return "no connection".to_owned() };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = stream.write_all(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n");
    let mut line = String::new();
    let _ = BufReader::new(stream).read_line(&mut line);
    line.trim().to_owned()
}

fn pause() -> ! {
    loop {
        std::thread::park();
    }
}
