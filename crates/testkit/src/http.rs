//! A small HTTP/1.1 client that sends exactly what it is told, on a connection of its own each time.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// A request; nothing is added to it but `Host` and, with a body, `Content-Length`.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`
    pub method: String,
    /// The raw path with its query.
    pub target: String,
    /// In the order in which they are sent.
    pub headers: Vec<(String, String)>,
    /// The body's bytes; none is sent with a method that has none if it is empty.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// `GET`
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// `POST` of a form, `a=1&b=2`.
    pub fn form(target: &str, fields: &str) -> Self {
        Self::new("POST", target).header("Content-Type", "application/x-www-form-urlencoded").body(fields)
    }

    /// `POST` of fields and files as a browser sends them.
    pub fn multipart(target: &str, parts: &[Part<'_>]) -> Self {
        let mut body = Vec::new();
        for part in parts {
            let mut head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"", part.name);
            if let Some(file) = part.file {
                let _ = write!(head, "; filename=\"{file}\"\r\nContent-Type: application/octet-stream");
            }
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        Self::new("POST", target)
            .header("Content-Type", &format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(body)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it to an address and reads the answer.
    pub fn send(&self, address: &Address) -> io::Result<Response> {
        let stream = TcpStream::connect(("127.0.0.1", address.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut writer = stream.try_clone()?;
        let bytes = self.bytes(address);
        // A server may answer before it has read a body that it will not take.
        let writing = thread::spawn(move || writer.write_all(&bytes));
        let response = Response::read(BufReader::new(&stream), &self.method);
        let _ = stream.shutdown(Shutdown::Both);
        let _ = writing.join();
        response
    }

    fn bytes(&self, address: &Address) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        let mut add = |name: &str, value: &str| {
            let _ = write!(head, "{name}: {value}\r\n");
        };
        if !self.has("Host") {
            add("Host", &address.authority());
        }
        for (name, value) in &self.headers {
            add(name, value);
        }
        let bodied = !self.body.is_empty() || ["POST", "PUT", "PATCH"].contains(&self.method.as_str());
        if bodied && !self.has("Content-Length") && !self.has("Transfer-Encoding") {
            add("Content-Length", &self.body.len().to_string());
        }
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
    }
}

/// One part of a multipart form.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The field's name.
    pub name: &'a str,
    /// The file's name, for an upload.
    pub file: Option<&'a str>,
    /// Its bytes.
    pub content: &'a [u8],
}

/// A server on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The name that its `Host` header has.
    pub host: String,
    /// Where it listens.
    pub port: u16,
}

impl Address {
    /// From `http://HOST:PORT`.
    pub fn of(url: &str) -> Self {
        let authority = url.trim_start_matches("http://").split('/').next().unwrap_or_default();
        let (host, port) = authority.rsplit_once(':').unwrap_or_else(|| panic!("{url} has no port"));
        Self { host: host.to_owned(), port: port.parse().unwrap_or_else(|_| panic!("{url} has no port")) }
    }

    /// `HOST:PORT`
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// An answer, its body whole and out of its chunks.
#[derive(Clone, Debug)]
pub struct Response {
    /// `200`
    pub status: u16,
    /// In the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).into_iter().next()
    }

    /// Every header of that name.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }

    /// Itself, if the status is the expected one.
    #[track_caller]
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "a status alone is often all that is asked"
    )]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text().chars().take(2_000).collect::<String>());
        self
    }

    fn read(mut stream: impl BufRead, method: &str) -> io::Result<Self> {
        let mut response = Self::read_head(&mut stream)?;
        // An interim answer (100 Continue) comes before the one that counts.
        while (100..200).contains(&response.status) {
            response = Self::read_head(&mut stream)?;
        }
        if method == "HEAD" || matches!(response.status, 204 | 304) {
            return Ok(response);
        }
        if response.header("Transfer-Encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            response.body = read_chunks(&mut stream)?;
        } else if let Some(length) = response.header("Content-Length") {
            let length = length.parse().map_err(|_| malformed("Content-Length"))?;
            let mut body = vec![0; length];
            stream.read_exact(&mut body)?;
            response.body = body;
        } else {
            stream.read_to_end(&mut response.body)?;
        }
        Ok(response)
    }

    fn read_head(stream: &mut impl BufRead) -> io::Result<Self> {
        let line = read_line(stream)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| malformed(&line))?;
        let mut headers = Vec::new();
        loop {
            let line = read_line(stream)?;
            if line.is_empty() {
                return Ok(Self { status, headers, body: Vec::new() });
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }
}

fn read_chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(stream)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| malformed(&line))?;
        let start = body.len();
        body.resize(start + size, 0);
        stream.read_exact(&mut body[start..])?;
        // After the last chunk come the trailers, none of them of interest, and an empty line.
        while !read_line(stream)?.is_empty() {}
        if size == 0 {
            return Ok(body);
        }
    }
}

fn read_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn malformed(found: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not an HTTP/1.1 answer: {found}"))
}

const BOUNDARY: &str = "----a-boundary-of-the-testkit";
/// Longer than an HTTP API waits for its function.
const PATIENCE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests;
