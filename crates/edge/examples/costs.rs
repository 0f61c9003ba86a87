//! What a hit costs with a thousand keys and with a million, and how long a purge takes: nanoseconds
//! and milliseconds, printed.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use access::Peer;
use bytes::Bytes;
use edge::{
    CacheBehavior, CustomOriginConfig, Distribution, DistributionConfig, EdgeSettings, HttpVersion,
    OriginConfig, OriginKind, OriginService, OriginTarget,
};
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use telemetry::Telemetry;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "its figures are what it is for")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for keys in [1_000, 10_000, 100_000, 1_000_000] {
        let telemetry = Telemetry::in_memory();
        let mut settings = EdgeSettings::default();
        settings.cache.memory_bytes = 8 << 30;
        let clock = telemetry.clock();
        let distribution =
            Distribution::new(configuration(), settings, telemetry.clone(), clock, &telemetry.entropy())?;
        for number in 0..keys {
            get(&distribution, number).await;
        }
        let mut number = 0;
        let start = now();
        for _ in 0..HITS {
            // A stride that visits the keys in no order.
            number = (number + 7_919) % keys;
            get(&distribution, number).await;
        }
        let hit = start.elapsed() / HITS;
        let start = now();
        let purged = distribution.purge(&["/0/*"]);
        println!("{keys} keys: {} ns a hit, {purged} purged in {:?}", hit.as_nanos(), start.elapsed());
    }
    Ok(())
}

/// One of a hundred keys lies under `/0/`: ten thousand of a million.
async fn get(distribution: &Distribution, number: u32) {
    let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
    let mut request = Request::new(body);
    *request.uri_mut() = format!("/{}/{number}", number % 100).parse().unwrap_or_default();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    request.extensions_mut().insert(Peer { address, secure: false, local_port: 1 });
    let _ = distribution.serve(request).await.into_body().collect().await;
}

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn now() -> Instant {
    Instant::now()
}

struct Origin;

impl OriginService for Origin {
    fn serve(
        &self,
        _: Request<UnsyncBoxBody<Bytes, io::Error>>,
    ) -> Pin<Box<dyn Future<Output = Response<UnsyncBoxBody<Bytes, io::Error>>> + Send + '_>> {
        let body = Full::new(Bytes::from_static(b"a small object")).map_err(|never| match never {});
        Box::pin(std::future::ready(Response::new(body.boxed_unsync())))
    }
}

fn configuration() -> DistributionConfig {
    let kind = OriginKind::Custom(CustomOriginConfig::default());
    DistributionConfig {
        id: "E00000000COSTS".to_owned(),
        logical_id: "Costs".to_owned(),
        domain_name: "d0000000000000.cloudfront.net".to_owned(),
        aliases: Vec::new(),
        local_hosts: Vec::new(),
        enabled: true,
        default_root_object: None,
        origins: vec![OriginConfig::new("origin", "origin", kind, OriginTarget::Service(Arc::new(Origin)))],
        origin_groups: Vec::new(),
        default_cache_behavior: CacheBehavior::new("origin"),
        cache_behaviors: Vec::new(),
        custom_error_responses: Vec::new(),
        http_version: HttpVersion::Http11,
    }
}

const HITS: u32 = 300_000;
