//! One stored answer as a file, and back.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use trace::Timestamp;

use crate::entry::{Entry, EntryHead, Vary};
use crate::freshness::Terms;
use crate::key::Key;

/// Writes the file whole, then gives it its name. Says how many bytes it has.
///
/// It is not synced: after a power cut it may be short, and then its digest says so.
pub(super) fn write(path: &Path, key: &Key, entry: &Entry) -> io::Result<u64> {
    let head = head_json(key, &entry.head).to_string();
    let length = u32::try_from(head.len()).map_err(io::Error::other)?.to_be_bytes();
    let parts: [&[u8]; 4] = [MAGIC, &length, head.as_bytes(), &entry.body];
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    let digest = digest.finalize();
    let beside = path.with_extension("new");
    let mut file = File::create(&beside)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.write_all(&digest)?;
    drop(file);
    fs::rename(&beside, path)?;
    Ok((parts.iter().map(|part| part.len()).sum::<usize>() + digest.len()) as u64)
}

/// The key of a file, and its size; the body is not read.
pub(super) fn key(path: &Path) -> io::Result<(Key, u64)> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut start = [0; MAGIC.len() + 4];
    file.read_exact(&mut start)?;
    let mut head =
        vec![0; head_length(&start).filter(|&length| length as u64 <= bytes).ok_or_else(malformed)?];
    file.read_exact(&mut head)?;
    let (key, _) = serde_json::from_slice(&head).ok().as_ref().and_then(parse_head).ok_or_else(malformed)?;
    Ok((key, bytes))
}

/// The whole of a file.
pub(super) fn read(path: &Path) -> io::Result<(Key, Entry)> {
    let file = Bytes::from(fs::read(path)?);
    parse(&file).ok_or_else(malformed)
}

fn parse(file: &Bytes) -> Option<(Key, Entry)> {
    let signed = file.len().checked_sub(DIGEST)?;
    (Sha256::digest(&file[..signed]).as_slice() == &file[signed..]).then_some(())?;
    let start = MAGIC.len() + 4;
    let length = head_length(file.get(..start)?)?;
    let body = start.checked_add(length).filter(|&body| body <= signed)?;
    let (key, head) = parse_head(&serde_json::from_slice(&file[start..body]).ok()?)?;
    Some((key, Entry::new(head, file.slice(body..signed))))
}

fn head_length(start: &[u8]) -> Option<usize> {
    let length = start.strip_prefix(MAGIC)?;
    usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()
}

fn head_json(key: &Key, head: &EntryHead) -> Value {
    let text = |bytes: &[u8]| base64_simd::STANDARD.encode_to_string(bytes);
    let headers: Vec<Value> =
        head.headers.iter().map(|(name, value)| json!([name.as_str(), text(value.as_bytes())])).collect();
    let varies: Vec<Value> =
        head.varies.iter().map(|vary| json!([vary.name.as_str(), vary.value.as_deref().map(text)])).collect();
    let seconds = |duration: Duration| duration.as_secs();
    json!({
        "key": text(key.as_bytes()),
        "url": key.url().len(),
        "status": head.status.as_u16(),
        "headers": headers,
        "varies": varies,
        "tag": head.origin_tag.as_ref().map(|tag| text(tag.as_bytes())),
        "received": head.terms.received.micros(),
        "age": seconds(head.terms.age),
        "lifetime": seconds(head.terms.lifetime),
        "while_revalidating": seconds(head.terms.while_revalidating),
        "if_error": seconds(head.terms.if_error),
    })
}

fn parse_head(head: &Value) -> Option<(Key, EntryHead)> {
    let bytes = |value: &Value| base64_simd::STANDARD.decode_to_vec(value.as_str()?).ok();
    let seconds = |name: &str| head.get(name)?.as_u64().map(Duration::from_secs);
    let mut headers = HeaderMap::new();
    for pair in head.get("headers")?.as_array()? {
        let name: HeaderName = pair.get(0)?.as_str()?.parse().ok()?;
        headers.append(name, HeaderValue::from_bytes(&bytes(pair.get(1)?)?).ok()?);
    }
    let mut varies = Vec::new();
    for pair in head.get("varies")?.as_array()? {
        let value = match pair.get(1)? {
            Value::Null => None,
            value => Some(bytes(value)?),
        };
        varies.push(Vary { name: pair.get(0)?.as_str()?.parse().ok()?, value });
    }
    let origin_tag = match head.get("tag")? {
        Value::Null => None,
        tag => Some(HeaderValue::from_bytes(&bytes(tag)?).ok()?),
    };
    let terms = Terms {
        lifetime: seconds("lifetime")?,
        age: seconds("age")?,
        received: Timestamp::from_micros(head.get("received")?.as_u64()?),
        while_revalidating: seconds("while_revalidating")?,
        if_error: seconds("if_error")?,
    };
    let url = usize::try_from(head.get("url")?.as_u64()?).ok()?;
    let key = Key::from_parts(bytes(head.get("key")?)?.into(), url)?;
    let status = StatusCode::from_u16(u16::try_from(head.get("status")?.as_u64()?).ok()?).ok()?;
    Some((key, EntryHead { status, headers, terms, varies, origin_tag }))
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the file is no stored answer, or not a whole one")
}

/// The form's name and version; another version's files are deleted.
const MAGIC: &[u8] = b"davy edge 1\n";
const DIGEST: usize = 32;
