//! kill -9 at any moment: what was acknowledged is there, and what is there is whole.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::{SystemTime, UNIX_EPOCH};

use md5::{Digest as _, Md5};

use access::Credentials;
use access::signature::{SignedRequest, v4};

use crate::server::{KEY, Server};

#[test]
fn after_kill_9_every_object_is_whole_and_none_that_was_acknowledged_is_lost() {
    let mut server = Server::start();
    assert_eq!(request(&server.address, "PUT", "/site", b"").status, 200);
    let mut acknowledged = [0; WRITERS];
    for round in 0..ROUNDS {
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            for (writer, first) in acknowledged.iter().map(|last| last + 1).enumerate() {
                let (sender, address) = (sender.clone(), server.address.clone());
                scope.spawn(move || {
                    // Until the server dies under it.
                    for version in first.. {
                        let target = format!("/site/{}", KEYS[writer]);
                        match try_request(&address, "PUT", &target, &content(version)) {
                            Some(reply) if reply.status == 200 => sender.send((writer, version)).unwrap(),
                            _ => return,
                        }
                    }
                });
            }
            // Another moment in every round, told by how much was done rather than by a clock.
            for (writer, version) in receiver.iter().take(10 + round * 3) {
                acknowledged[writer] = version;
            }
            server.kill_and_restart();
        });
        for (writer, version) in receiver.try_iter() {
            acknowledged[writer] = version;
        }
        for (key, least) in KEYS.iter().zip(acknowledged) {
            let reply = request(&server.address, "GET", &format!("/site/{key}"), b"");
            assert_eq!(reply.status, 200, "{key} in round {round}");
            let version = u64::from_le_bytes(reply.body[..8].try_into().unwrap());
            assert!(version >= least, "{key} in round {round}: version {version}, acknowledged {least}");
            assert!(reply.body == content(version), "{key} in round {round}: torn");
            let etag = hex(&Md5::digest(&reply.body));
            assert!(reply.head.contains(&etag), "{key} in round {round}: another's ETag");
        }
    }
    let drafts = std::fs::read_dir(server.folder.join("site/uploads")).unwrap().count();
    assert_eq!(drafts, 0, "a crash's drafts are swept");
}

/// Another length for every version, the version first.
fn content(version: u64) -> Vec<u8> {
    let length = usize::try_from(version % 7 * 50_000).unwrap() + 8;
    let mut data = version.to_le_bytes().to_vec();
    data.resize(length, version.to_le_bytes()[0]);
    data
}

struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

fn request(address: &str, method: &str, target: &str, body: &[u8]) -> Reply {
    try_request(address, method, target, body).unwrap()
}

/// One request on a connection of its own; `None` if the server dies meanwhile.
fn try_request(address: &str, method: &str, target: &str, body: &[u8]) -> Option<Reply> {
    let host = address.trim_start_matches("http://");
    let headers: [(&str, &[u8]); 1] = [("host", host.as_bytes())];
    let credentials =
        Credentials { access_key: KEY.to_owned(), secret_key: KEY.to_owned(), session_token: None };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let signed = SignedRequest { method, path: target, query: "", headers: &headers };
    let added = v4::sign(&signed, "UNSIGNED-PAYLOAD", &credentials, "us-east-1", "s3", now);
    let mut head = format!(
        "{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in added {
        head += &[&name, ": ", &value, "\r\n"].concat();
    }
    head += "\r\n";
    let mut stream = TcpStream::connect(host).ok()?;
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8(answer[..end].to_vec()).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Reply { status, head, body: answer[end + 4..].to_vec() })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

const WRITERS: usize = 3;
const KEYS: [&str; WRITERS] = ["one", "folder/two", "folder/three/"];
const ROUNDS: usize = 12;
