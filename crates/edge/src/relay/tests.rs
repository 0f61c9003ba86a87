use http_body_util::BodyExt as _;

use super::*;

fn chunk(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

async fn all(reader: Reader) -> Result<Bytes, io::Error> {
    reader.collect().await.map(http_body_util::Collected::to_bytes)
}

#[tokio::test]
async fn a_late_reader_reads_from_the_beginning() {
    let relay = Relay::new(100, None);
    let first = relay.read().unwrap();
    assert_eq!(relay.write(chunk("ab")).await, Written::Wanted);
    let second = relay.read().unwrap();
    relay.write(chunk("cd")).await;
    relay.end(Ok(()));
    assert_eq!((all(first).await.unwrap(), all(second).await.unwrap()), (chunk("abcd"), chunk("abcd")));
    assert_eq!(relay.whole(), Some(chunk("abcd")));
}

#[tokio::test]
async fn a_failure_reaches_every_reader() {
    let relay = Relay::new(100, None);
    let reader = relay.read().unwrap();
    relay.write(chunk("ab")).await;
    relay.end(Err(io::Error::new(io::ErrorKind::TimedOut, "silence")));
    assert_eq!(all(reader).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn e076_without_readers_nobody_wants_it_unless_the_store_does() {
    let relay = Relay::new(100, None);
    drop(relay.read());
    assert_eq!(relay.write(chunk("ab")).await, Written::Unwanted);
    let relay = Relay::new(100, None);
    let reader = relay.read().unwrap();
    reader.detach();
    drop(reader);
    assert_eq!(relay.write(chunk("ab")).await, Written::Wanted);
}

#[tokio::test]
async fn beyond_the_limit_the_slowest_reader_holds_the_writer_back() {
    let relay = Relay::new(10, None);
    let reader = relay.read().unwrap();
    let writer = tokio::spawn({
        let relay = Arc::clone(&relay);
        async move {
            for _ in 0..1_000 {
                assert_eq!(relay.write(chunk("0123456789")).await, Written::Wanted);
                assert!(relay.lock().chunks.len() <= AHEAD + 1);
            }
            relay.end(Ok(()));
        }
    });
    assert_eq!(all(reader).await.unwrap().len(), 10_000);
    writer.await.unwrap();
    assert_eq!(relay.whole(), None);
    assert!(relay.read().is_none(), "the beginning is gone");
}
