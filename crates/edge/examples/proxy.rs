//! A distribution before one HTTP server on this machine, for the public cache suite and benchmarks.
//!
//! `proxy PORT ORIGIN_PORT cloudfront|rfc9111`: every path is cached by the origin's own word, with
//! all of the query, every header and all cookies forwarded, errors kept only if the origin says so.
//! The address is printed when it answers; port 0 is one of the kernel's choice.

use std::io::{Write as _, stdout};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use access::Peer;
use edge::{
    AllowedMethods, CacheBehavior, CachePolicy, Caching, CustomErrorResponse, CustomOriginConfig,
    Distribution, DistributionConfig, EdgeSettings, Enforcement, HttpVersion, OriginConfig, OriginKind,
    OriginProtocolPolicy, OriginRequestHeaders, OriginRequestPolicy, OriginTarget, Profile, Selection,
    TimeToLive,
};
use http::Request;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use telemetry::Telemetry;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, origin, profile] = arguments.as_slice() else {
        return Err("expected: proxy PORT ORIGIN_PORT cloudfront|rfc9111".into());
    };
    let profile = match profile.as_str() {
        "cloudfront" => Profile::CloudFront,
        "rfc9111" => Profile::Rfc9111,
        other => return Err(format!("expected cloudfront or rfc9111, found {other}").into()),
    };
    let telemetry = Telemetry::in_memory();
    let distribution = Distribution::new(
        configuration(origin.parse()?),
        EdgeSettings { viewer_protocol: Enforcement::Enforced, profile, ..EdgeSettings::default() },
        telemetry.clone(),
        telemetry.clock(),
        &telemetry.entropy(),
    )?;
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port.parse()?)).await?;
    writeln!(stdout(), "http://{}", socket.local_addr()?)?;
    serve(socket, distribution).await
}

async fn serve(socket: TcpListener, distribution: Distribution) -> Result<(), Box<dyn std::error::Error>> {
    let local_port = socket.local_addr()?.port();
    let distribution = Arc::new(distribution);
    loop {
        let (stream, address) = socket.accept().await?;
        stream.set_nodelay(true)?;
        let distribution = Arc::clone(&distribution);
        let service = service_fn(move |request: Request<Incoming>| {
            let distribution = Arc::clone(&distribution);
            async move {
                Ok::<_, std::io::Error>(distribution.serve(received(request, address, local_port)).await)
            }
        });
        let connection =
            http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

fn received(
    request: Request<Incoming>,
    address: SocketAddr,
    local_port: u16,
) -> Request<http_body_util::combinators::UnsyncBoxBody<bytes::Bytes, std::io::Error>> {
    let mut request = request.map(|body| body.map_err(std::io::Error::other).boxed_unsync());
    request.extensions_mut().insert(Peer { address, secure: false, local_port });
    request
}

fn configuration(origin_port: u16) -> DistributionConfig {
    let custom = CustomOriginConfig {
        origin_protocol_policy: OriginProtocolPolicy::HttpOnly,
        http_port: origin_port,
        ..CustomOriginConfig::default()
    };
    let behavior = CacheBehavior {
        allowed_methods: AllowedMethods::All,
        caching: Caching::Policies {
            cache_policy: CachePolicy {
                name: "the origin's own word".to_owned(),
                time_to_live: TimeToLive::seconds(0, 0, 31_536_000),
                headers: Vec::new(),
                cookies: Selection::None,
                query_strings: Selection::All,
                enable_accept_encoding_gzip: false,
                enable_accept_encoding_brotli: false,
            },
            origin_request_policy: Some(OriginRequestPolicy {
                name: "everything".to_owned(),
                headers: OriginRequestHeaders::AllViewer,
                cookies: Selection::All,
                query_strings: Selection::All,
            }),
        },
        ..CacheBehavior::new("origin")
    };
    DistributionConfig {
        id: "E00000000PROXY".to_owned(),
        logical_id: "Proxy".to_owned(),
        domain_name: "d0000000000000.cloudfront.net".to_owned(),
        aliases: Vec::new(),
        local_hosts: Vec::new(),
        enabled: true,
        default_root_object: None,
        origins: vec![OriginConfig::new(
            "origin",
            "127.0.0.1",
            OriginKind::Custom(custom),
            OriginTarget::External,
        )],
        origin_groups: Vec::new(),
        default_cache_behavior: behavior,
        cache_behaviors: Vec::new(),
        custom_error_responses: [404, 414, 500, 501, 502, 503, 504]
            .map(|error_code| CustomErrorResponse {
                error_code,
                error_caching_min_ttl: Duration::ZERO,
                page: None,
            })
            .into(),
        http_version: HttpVersion::Http11,
    }
}
