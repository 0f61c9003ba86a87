//! A Runtime API for tests: feeds events to a `bootstrap` and keeps what it posts.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

mod bootstrap;

pub use bootstrap::{Bootstrap, BootstrapConfig, event};

/// A Runtime API that listens on a port of the kernel's choice.
pub struct RuntimeApi {
    address: SocketAddr,
    queue: Arc<Queue>,
    posted: Receiver<Posted>,
    /// Posts that were not the one waited for.
    early: VecDeque<Posted>,
    count: u32,
}

/// An event and what is told with it.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The event's bytes.
    pub event: Vec<u8>,
    /// The invocation's id.
    pub request_id: String,
    /// The deadline, counted from the delivery.
    pub timeout: Duration,
    /// `Lambda-Runtime-Trace-Id`
    pub trace_id: String,
}

/// What a bootstrap posted.
#[derive(Clone, Debug, Default)]
pub struct Posted {
    /// The path, after `/2018-06-01/runtime/`.
    pub path: String,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, chunks put together.
    pub body: Vec<u8>,
    /// The trailers of a streamed answer.
    pub trailers: Vec<(String, String)>,
    /// How many chunks it came in; none if it had a length.
    pub chunks: usize,
    /// How many `next` calls had come before it.
    pub after_next: u32,
}

impl Posted {
    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    waiting: VecDeque<Delivery>,
    nexts: u32,
    /// Connections are closed after each reply, as a frozen environment finds them.
    closing: bool,
    /// The status of the replies to answers.
    refusal: Option<(u16, String)>,
    restored: bool,
}

impl RuntimeApi {
    /// Starts listening.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let queue = Arc::new(Queue::default());
        let (sender, posted) = channel();
        let shared = Arc::clone(&queue);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (queue, sender) = (Arc::clone(&shared), sender.clone());
                std::thread::spawn(move || _ = serve(stream, &queue, &sender));
            }
        });
        Self { address, queue, posted, early: VecDeque::new(), count: 0 }
    }

    /// The value for `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Queues an event with ten seconds to answer it; gives the invocation's id.
    pub fn push(&mut self, event: impl Into<Vec<u8>>) -> String {
        self.push_with(event, Duration::from_secs(10))
    }

    /// Queues an event with that long to answer it; gives the invocation's id.
    pub fn push_with(&mut self, event: impl Into<Vec<u8>>, timeout: Duration) -> String {
        self.count += 1;
        let request_id = format!("00000000-0000-4000-8000-{:012}", self.count);
        self.deliver(Delivery {
            event: event.into(),
            request_id: request_id.clone(),
            timeout,
            trace_id: format!(
                "Root=1-5bef4de7-ad49b0e87f6ef6c8{:08x};Parent=9a9197af755a6419;Sampled=1",
                self.count
            ),
        });
        request_id
    }

    /// Queues a delivery.
    pub fn deliver(&mut self, delivery: Delivery) {
        self.queue.state.lock().expect("no thread panicked").waiting.push_back(delivery);
        self.queue.changed.notify_all();
    }

    /// What is posted for an invocation, waited for at most half a minute.
    pub fn answer(&mut self, request_id: &str) -> Posted {
        self.wait(|posted| posted.path.contains(request_id))
    }

    /// Waits at most half a minute for the first post that `wanted` likes.
    pub fn wait(&mut self, wanted: impl Fn(&Posted) -> bool) -> Posted {
        if let Some(index) = self.early.iter().position(&wanted) {
            return self.early.remove(index).expect("the index is of this queue");
        }
        loop {
            let posted =
                self.posted.recv_timeout(Duration::from_secs(30)).expect("the bootstrap posts an answer");
            if wanted(&posted) {
                return posted;
            }
            self.early.push_back(posted);
        }
    }

    /// Queues an event and waits for what is posted for it.
    pub fn invoke(&mut self, event: impl Into<Vec<u8>>) -> Posted {
        let id = self.push(event);
        self.answer(&id)
    }

    /// Waits until `next` has been asked `count` times.
    pub fn wait_for_next(&self, count: u32) {
        let state = self.queue.state.lock().expect("no thread panicked");
        let (guard, timeout) = self
            .queue
            .changed
            .wait_timeout_while(state, Duration::from_secs(30), |state| state.nexts < count)
            .expect("no thread panicked");
        drop(guard);
        assert!(!timeout.timed_out(), "`next` was not asked {count} times");
    }

    /// How often `next` has been asked.
    pub fn nexts(&self) -> u32 {
        self.queue.state.lock().expect("no thread panicked").nexts
    }

    /// Closes each connection after a reply that doesn't say so, as one that was frozen finds it.
    pub fn close_connections(&self) {
        self.queue.state.lock().expect("no thread panicked").closing = true;
    }

    /// Refuses answers with that status and body from now on; `None` takes them again.
    pub fn refuse(&self, refusal: Option<(u16, &str)>) {
        self.queue.state.lock().expect("no thread panicked").refusal =
            refusal.map(|(status, body)| (status, body.to_owned()));
    }

    /// Lets a runtime go on that waits in `restore/next`.
    pub fn restore(&self) {
        self.queue.state.lock().expect("no thread panicked").restored = true;
        self.queue.changed.notify_all();
    }
}

fn serve(stream: TcpStream, queue: &Queue, sender: &Sender<Posted>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::with_capacity(256 * 1024, stream);
    while let Some((is_get, mut posted)) = read_request(&mut reader)? {
        let path = posted.path.clone();
        match path.as_str() {
            "invocation/next" if is_get => {
                let Some(delivery) = next(queue, &mut writer) else { return Ok(()) };
                write_event(&mut writer, &delivery)?;
            }
            "restore/next" if is_get => {
                sender.send(posted).ok();
                let state = queue.state.lock().expect("no thread panicked");
                drop(queue.changed.wait_while(state, |state| !state.restored).expect("no thread panicked"));
                writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
            }
            _ => {
                let (refusal, nexts) = {
                    let state = queue.state.lock().expect("no thread panicked");
                    (state.refusal.clone(), state.nexts)
                };
                posted.after_next = nexts;
                sender.send(posted).ok();
                let (status, body) = refusal.unwrap_or((202, "{\"status\":\"OK\"}\n".to_owned()));
                let length = body.len();
                let type_and_length = format!("Content-Type: application/json\r\nContent-Length: {length}");
                write!(writer, "HTTP/1.1 {status} Status\r\n{type_and_length}\r\n\r\n{body}")?;
            }
        }
        if queue.state.lock().expect("no thread panicked").closing {
            return Ok(());
        }
    }
    Ok(())
}

/// The next delivery; `None` if the caller is gone by then.
fn next(queue: &Queue, writer: &mut TcpStream) -> Option<Delivery> {
    let mut state = queue.state.lock().expect("no thread panicked");
    state.nexts += 1;
    queue.changed.notify_all();
    let mut state =
        queue.changed.wait_while(state, |state| state.waiting.is_empty()).expect("no thread panicked");
    // A bootstrap that was killed in between must not swallow the event.
    writer.set_nonblocking(true).ok()?;
    let gone = matches!(writer.peek(&mut [0]), Ok(0));
    writer.set_nonblocking(false).ok()?;
    if gone { None } else { state.waiting.pop_front() }
}

fn write_event(writer: &mut TcpStream, delivery: &Delivery) -> io::Result<()> {
    let now = clock();
    let deadline = (now + delivery.timeout).as_millis();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: {}\r\n\
         Lambda-Runtime-Deadline-Ms: {deadline}\r\nLambda-Runtime-Trace-Id: {}\r\n\
         Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:123456789012:function:shop\r\n\
         Content-Length: {}\r\n\r\n",
        delivery.request_id,
        delivery.trace_id,
        delivery.event.len()
    );
    let mut reply = head.into_bytes();
    reply.extend_from_slice(&delivery.event);
    writer.write_all(&reply)
}

/// One request: whether it's a GET, and what it carries. `None` at the connection's end.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<(bool, Posted)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_get = method == "GET";
    let path = path.strip_prefix("/2018-06-01/runtime/").unwrap_or(path).to_owned();
    let mut posted = Posted { path, headers: read_fields(reader)?, ..Posted::default() };
    if posted.header("transfer-encoding") == Some("chunked") {
        read_chunks(reader, &mut posted)?;
    } else {
        let length = posted.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        posted.body = vec![0; length];
        reader.read_exact(&mut posted.body)?;
    }
    Ok(Some((is_get, posted)))
}

fn read_fields(reader: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut fields = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => fields.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => return Ok(fields),
        }
    }
}

fn read_chunks(reader: &mut impl BufRead, posted: &mut Posted) -> io::Result<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
        if size == 0 {
            posted.trailers = read_fields(reader)?;
            return Ok(());
        }
        let start = posted.body.len();
        posted.body.resize(start + size, 0);
        reader.read_exact(&mut posted.body[start..])?;
        reader.read_exact(&mut [0; 2])?;
        posted.chunks += 1;
    }
}

fn clock() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970")
}
