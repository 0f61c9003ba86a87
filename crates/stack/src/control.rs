//! The way in for other `davy` commands: a Unix socket in the state folder, one JSON line each way.
//!
//! Only the user who runs the stack can open the socket, since the folder it is in is his and the
//! socket's own mode is 0600.

use std::future::Future;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// What a running stack can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Order {
    /// Remove cached answers whose paths match, in every distribution.
    Purge {
        /// As in an invalidation: a `*` at the end stands for anything.
        paths: Vec<String>,
    },
    /// Where its entrances are.
    Endpoints,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Report {
    /// So many answers were removed.
    Purged {
        /// How many.
        answers: usize,
    },
    /// Names and addresses.
    Endpoints {
        /// `distribution.NAME` and `http://…`.
        endpoints: std::collections::BTreeMap<String, String>,
    },
    /// The order was not understood.
    Refused {
        /// Why.
        reason: String,
    },
}

/// Asks the stack whose state is in `folder`.
///
/// # Errors
/// `NotFound` or `ConnectionRefused` when no stack is running there.
pub async fn ask(folder: &Path, order: &Order) -> io::Result<Report> {
    let stream = UnixStream::connect(socket(folder)).await?;
    let (read, mut write) = stream.into_split();
    let mut line = serde_json::to_vec(order)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    let mut answer = String::new();
    BufReader::new(read).read_line(&mut answer).await?;
    Ok(serde_json::from_str(&answer)?)
}

/// A bound control socket; its file goes when it is dropped.
#[derive(Debug)]
pub(crate) struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Binds it in `folder`, which the caller holds: a file that is there is a dead stack's.
    pub(crate) fn bind(folder: &Path) -> io::Result<Self> {
        let path = socket(folder);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Answers orders until its task is aborted.
    pub(crate) async fn serve<Answer, Answering>(self, answer: Answer)
    where
        Answer: Fn(Order) -> Answering + Send + Sync + 'static,
        Answering: Future<Output = Report> + Send + 'static,
    {
        let answer = Arc::new(answer);
        while let Ok((stream, _)) = self.listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                // Whoever asked and went away needs no answer.
                let _ = converse(stream, &*answer).await;
            });
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn converse<Answer, Answering>(stream: UnixStream, answer: &Answer) -> io::Result<()>
where
    Answer: Fn(Order) -> Answering,
    Answering: Future<Output = Report>,
{
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(ORDER_BYTES)).read_line(&mut line).await?;
    let report = match serde_json::from_str(&line) {
        Ok(order) => answer(order).await,
        Err(error) => Report::Refused { reason: format!("not an order that this davy knows: {error}") },
    };
    let mut line = serde_json::to_vec(&report)?;
    line.push(b'\n');
    write.write_all(&line).await
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("control.sock")
}

/// More paths than an invalidation may have (3,000 of 4,000 characters) would not be one.
const ORDER_BYTES: u64 = 16 << 20;

#[cfg(test)]
mod tests;
