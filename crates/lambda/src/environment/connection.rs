//! One connection to the Runtime API: reads calls, lets the environment decide, writes its answers.

use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::net::TcpStream;

use super::{Environment, HangUp};
use crate::PAYLOAD_LIMIT;
use crate::failure::Failure;
use crate::job::Streamed;
use crate::phase::Said;
use crate::platform::Status;
use crate::runtime_api::call::Call;
use crate::runtime_api::reply;
use crate::runtime_api::wire::{Head, Malformed, Piece, Wire};
use crate::service::Service;

/// Serves a connection until it ends.
pub(super) async fn serve(service: Arc<Service>, environment: Arc<Environment>, stream: TcpStream) {
    if !environment.owns(&stream) {
        // Functions share this machine's loopback: a neighbour must not take this one's events.
        let _ = write(&stream, &reply::not_yours()).await;
        return;
    }
    // An answer is one small segment: waiting for more to send with it would cost 40 ms.
    let _ = stream.set_nodelay(true);
    let stream = Arc::new(stream);
    let mut connection =
        Connection { service: Arc::clone(&service), environment, stream, wire: Wire::default() };
    let how = match connection.converse().await {
        Err(Stop::Malformed) => {
            let _ = write(&connection.stream, &reply::truncated()).await;
            HangUp::Closed
        }
        Err(Stop::Reset) => HangUp::Reset,
        Err(Stop::Closed) | Ok(()) => HangUp::Closed,
    };
    connection.environment.hung_up(&service, &connection.stream, how);
}

/// Writes all of `bytes`.
pub(super) async fn write(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match stream.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.writable().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

struct Connection {
    service: Arc<Service>,
    environment: Arc<Environment>,
    stream: Arc<TcpStream>,
    wire: Wire,
}

/// Why there is nothing more to read.
enum Stop {
    Closed,
    Reset,
    Malformed,
}

/// A body as far as it may go.
enum Collected {
    Whole { body: Bytes, trailers: Vec<(String, String)> },
    TooLarge,
}

impl Connection {
    async fn converse(&mut self) -> Result<(), Stop> {
        loop {
            let head = self.head().await?;
            if head.expects_continue {
                self.write(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            }
            let call = Call::parse(&head.method, &head.path);
            let answer = match call {
                Call::Response { id } => Some(self.response(&head, &id).await?),
                Call::Error { id } => Some(self.error(&id).await?),
                Call::InitError => match self.collect(PAYLOAD_LIMIT).await? {
                    Collected::Whole { body, .. } => Some(self.environment.init_failed(body)),
                    Collected::TooLarge => Some(reply::too_large()),
                },
                Call::Next => {
                    self.collect(0).await?;
                    self.environment.next(&self.service, &self.stream)
                }
                Call::Register | Call::ExtensionNext | Call::ExtensionError => {
                    match self.collect(PAYLOAD_LIMIT).await? {
                        Collected::Whole { body, .. } => {
                            self.environment.extension(&self.service, &call, &head, &body, &self.stream)
                        }
                        Collected::TooLarge => Some(reply::too_large()),
                    }
                }
                other => {
                    self.collect(PAYLOAD_LIMIT).await?;
                    Some(plain(&other))
                }
            };
            if let Some(answer) = answer {
                self.write(&answer).await?;
            }
        }
    }

    async fn response(&mut self, head: &Head, id: &str) -> Result<Vec<u8>, Stop> {
        let refused = match head.header("lambda-runtime-function-response-mode") {
            None | Some("streaming") => self.environment.may_answer(id, Said::Response).err(),
            Some(_) => Some(reply::invalid_response_mode()),
        };
        if let Some(refused) = refused {
            self.collect(0).await?;
            return Ok(refused);
        }
        if head.header("lambda-runtime-function-response-mode").is_some()
            && let Some(caller) = self.environment.stream_answer(&self.service)
        {
            return self.stream(&caller).await;
        }
        match self.collect(PAYLOAD_LIMIT).await? {
            Collected::TooLarge => {
                self.environment.answered(&self.service, Err(Failure::TooLarge));
                Ok(reply::too_large())
            }
            Collected::Whole { body, trailers } => {
                let result = match failure_in(&trailers) {
                    Some(Streamed::Failed { body, .. }) => {
                        Err(Failure::Told { body, status: Status::Failure })
                    }
                    _ => Ok(body),
                };
                self.environment.answered(&self.service, result);
                Ok(reply::accepted())
            }
        }
    }

    /// Hands the answer on as it comes. A caller who has gone doesn't stop the function.
    async fn stream(&mut self, caller: &tokio::sync::mpsc::Sender<Streamed>) -> Result<Vec<u8>, Stop> {
        loop {
            match self.piece().await {
                Ok(Piece::Data(data)) => {
                    let _ = caller.send(Streamed::Data(data)).await;
                }
                Ok(Piece::End(trailers)) => {
                    let failed = failure_in(&trailers);
                    let result = match &failed {
                        Some(Streamed::Failed { body, .. }) => {
                            Err(Failure::Told { body: body.clone(), status: Status::Failure })
                        }
                        _ => Ok(Bytes::new()),
                    };
                    if let Some(failed) = failed {
                        let _ = caller.send(failed).await;
                    }
                    self.environment.answered(&self.service, result);
                    return Ok(reply::accepted());
                }
                Err(stop) => {
                    let error_type = "Runtime.TruncatedResponse".to_owned();
                    let _ = caller.send(Streamed::Failed { error_type, body: Bytes::new() }).await;
                    return Err(stop);
                }
            }
        }
    }

    async fn error(&mut self, id: &str) -> Result<Vec<u8>, Stop> {
        let refused = self.environment.may_answer(id, Said::Error).err();
        let collected = self.collect(PAYLOAD_LIMIT).await?;
        if let Some(refused) = refused {
            return Ok(refused);
        }
        Ok(match collected {
            Collected::TooLarge => reply::too_large(),
            Collected::Whole { body, .. } => {
                let failure = Failure::Told { body, status: Status::Failure };
                self.environment.answered(&self.service, Err(failure));
                reply::accepted()
            }
        })
    }

    async fn head(&mut self) -> Result<Head, Stop> {
        loop {
            if let Some(head) = self.wire.head()? {
                return Ok(head);
            }
            self.read().await?;
        }
    }

    async fn piece(&mut self) -> Result<Piece, Stop> {
        loop {
            if let Some(piece) = self.wire.piece()? {
                return Ok(piece);
            }
            self.read().await?;
        }
    }

    /// The whole body, but not more than `most` bytes of it are kept.
    async fn collect(&mut self, most: usize) -> Result<Collected, Stop> {
        let (mut first, mut rest, mut length) = (Bytes::new(), BytesMut::new(), 0);
        loop {
            match self.piece().await? {
                Piece::Data(data) => {
                    length += data.len();
                    if length > most {
                        continue;
                    }
                    // Most answers are one piece, which needn't be copied.
                    if first.is_empty() && rest.is_empty() {
                        first = data;
                    } else {
                        rest.extend_from_slice(&std::mem::take(&mut first));
                        rest.extend_from_slice(&data);
                    }
                }
                Piece::End(_) if length > most => return Ok(Collected::TooLarge),
                Piece::End(trailers) => {
                    let body = if rest.is_empty() { first } else { rest.freeze() };
                    return Ok(Collected::Whole { body, trailers });
                }
            }
        }
    }

    async fn read(&mut self) -> Result<(), Stop> {
        loop {
            self.wire.buffer.reserve(READ_AHEAD);
            match self.stream.try_read_buf(&mut self.wire.buffer) {
                Ok(0) => return Err(Stop::Closed),
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.stream.readable().await.map_err(|_| Stop::Reset)?;
                }
                Err(_) => return Err(Stop::Reset),
            }
        }
    }

    async fn write(&self, bytes: &[u8]) -> Result<(), Stop> {
        write(&self.stream, bytes).await.map_err(|_| Stop::Reset)
    }
}

impl From<Malformed> for Stop {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// The answers that need nothing but the call.
fn plain(call: &Call) -> Vec<u8> {
    match call {
        Call::Ping => reply::ok("text/plain; charset=utf-8", "pong"),
        Call::WrongMethod => reply::wrong_method(),
        Call::Telemetry => reply::telemetry_not_supported(),
        _ => reply::unknown_path(),
    }
}

/// A failure that came after the answer had begun (facts, lambda 7).
fn failure_in(trailers: &[(String, String)]) -> Option<Streamed> {
    let value =
        |wanted: &str| trailers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let error_type = value("lambda-runtime-function-error-type")?;
    let body = value("lambda-runtime-function-error-body")
        .and_then(|text| base64_simd::STANDARD.decode_to_vec(text.as_bytes()).ok());
    Some(Streamed::Failed { error_type, body: body.unwrap_or_default().into() })
}

const READ_AHEAD: usize = 16 << 10;
