//! The page as a browser meets it: over a socket, with a made-up stack behind it.

#![expect(clippy::unwrap_used, reason = "a test stops there")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use console::{Access, Console, Sources};
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use telemetry::{LogFilter, Telemetry, TraceFilter};
use tokio::sync::oneshot;

#[path = "../examples/demo/made_up.rs"]
mod made_up;

use made_up::MadeUp;

struct Page {
    client: Client<HttpConnector, Full<Bytes>>,
    address: String,
    telemetry: Telemetry,
    made_up: Arc<MadeUp>,
    shutdown: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Page {
    async fn open(access: Access, requests: u32) -> Self {
        let telemetry = Telemetry::in_memory();
        let made_up = Arc::new(MadeUp { telemetry: telemetry.clone() });
        made_up.hour(requests);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (shutdown, ended) = oneshot::channel();
        let sources = Sources { telemetry: telemetry.clone(), stack: Arc::clone(&made_up) as _ };
        let console = Console::new(sources, access);
        let served = tokio::spawn(console.serve(listener, async {
            let _ = ended.await;
        }));
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, address, telemetry, made_up, shutdown, served }
    }

    fn request(&self, path: &str) -> hyper::http::request::Builder {
        Request::builder().uri(format!("http://{}{path}", self.address))
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> (Response<()>, String) {
        let (head, body) = self.client.request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(head, ()), String::from_utf8(body.to_vec()).unwrap())
    }

    #[track_caller]
    fn get(&self, path: &str) -> impl Future<Output = String> {
        let caller = std::panic::Location::caller();
        async move {
            let (head, body) = self.answer(self.request(path).body(Full::default()).unwrap()).await;
            assert_eq!(head.status(), StatusCode::OK, "{path} at {caller}: {body}");
            body
        }
    }

    /// Sends a form as the browser would: from a page of this origin, with the page's token.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (Response<()>, String) {
        let page = self.get(path).await;
        let token = page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", token).extend_pairs(fields);
        let request = self
            .request(path)
            .method("POST")
            .header(ORIGIN, format!("http://{}", self.address))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.answer(request.body(form.finish().into()).unwrap()).await
    }
}

#[tokio::test]
async fn every_view_answers_with_what_it_is_for() {
    let page = Page::open(Access::Local, 200).await;
    for (path, word) in [
        ("/", "GET</span> /"),
        ("/map", "HttpApi"),
        ("/errors", "<h1>Errors</h1>"),
        ("/logs", "START RequestId"),
        ("/environments", "class=\"square running\""),
        ("/cache", "89 %"),
        ("/buckets", "website-assets-123456789012"),
        ("/buckets/website-assets-123456789012?prefix=assets/", "style.css"),
        ("/template", "AWS::CloudFront::Distribution"),
        ("/invoke", "&quot;rawPath&quot;: &quot;/&quot;"),
    ] {
        let body = page.get(path).await;
        assert!(body.contains(word), "{path} lacks {word}: {body}");
        assert!(body.contains("<html lang=\"en\">") && body.contains("<main id=\"main\""), "{path}");
        let outside =
            body.matches("src=\"http").count() + body.matches("<link rel=\"stylesheet\" href=\"http").count();
        assert_eq!(outside, 0, "{path} loads something from elsewhere");
    }
}

#[tokio::test]
async fn the_slowest_request_leads_to_where_its_time_went() {
    let page = Page::open(Access::Local, 500).await;
    let list = page.get("/?order=slowest").await;
    let trace = list.split("/traces/").nth(1).unwrap().split('"').next().unwrap();
    let slowest = TraceFilter { order: telemetry::Order::Slowest, limit: 1, ..TraceFilter::default() };
    assert_eq!(trace, page.telemetry.reader().traces(&slowest).unwrap()[0].trace.to_string());
    let body = page.get(&format!("/traces/{trace}")).await;
    assert!(body.contains("PHP in index.php"), "{body}");
    assert!(body.contains("class=\"bar php\"") && body.contains("REPORT RequestId"), "{body}");
    let documents = page.get(&format!("/traces/{trace}/xray.json")).await;
    assert!(documents.contains("\"AWS::Lambda::Function\""), "{documents}");
    let export = page.get(&format!("/traces/{trace}/otlp.json")).await;
    assert!(export.contains("resourceSpans"), "{export}");
}

#[tokio::test]
async fn prometheus_gets_what_was_counted() {
    let page = Page::open(Access::Local, 200).await;
    let text = page.get("/metrics").await;
    let counted: u64 = text
        .lines()
        .filter(|line| {
            line.starts_with("davy_answers_total{hop=\"entrance\",name=\"distribution.Distribution\"")
        })
        .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(counted, 200, "{text}");
    assert!(
        text.contains("davy_duration_seconds{hop=\"edge\",name=\"Distribution\",quantile=\"0.99\"} "),
        "{text}"
    );
}

#[tokio::test]
async fn filters_that_are_misread_are_said_and_others_hold() {
    let page = Page::open(Access::Local, 300).await;
    let misread = page.get("/?status=many").await;
    assert!(misread.contains("expected a status like 404 or a class like 5xx, found “many”"), "{misread}");
    let filtered = page.get("/?path=STYLE.css").await;
    assert!(filtered.contains("/assets/style.css") && !filtered.contains("/blog?page"), "{filtered}");
    let none = page.get("/?path=%3Cscript%3E").await;
    assert!(none.contains("No request is like that") && !none.contains("<script>"), "{none}");
}

#[tokio::test]
async fn a_purge_and_an_invocation_need_the_pages_own_form() {
    let page = Page::open(Access::Local, 1).await;
    let (head, _) = page.post("/cache", &[("distribution", "Distribution"), ("pattern", "/assets/*")]).await;
    assert_eq!(
        (head.status(), &head.headers()[LOCATION]),
        (StatusCode::SEE_OTHER, &"/cache?purged=38".parse().unwrap())
    );
    let (_, body) = page.post("/invoke", &[("function", "Website"), ("event", "{\"a\": 1}")]).await;
    assert!(body.contains("answered") && body.contains("9.13 ms"), "{body}");
    let (_, body) = page.post("/invoke", &[("function", "Website"), ("event", "{")]).await;
    assert!(body.contains("The event is no JSON"), "{body}");

    let form = "token=guessed&distribution=Distribution&pattern=/*";
    let own = format!("http://{}", page.address);
    for origin in ["http://localhost:8080", "null", &own] {
        let request = page
            .request("/cache")
            .method("POST")
            .header(ORIGIN, origin)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (head, _) = page.answer(request.body(form.into()).unwrap()).await;
        assert_eq!(head.status(), StatusCode::FORBIDDEN, "{origin}");
    }
}

#[tokio::test]
async fn another_name_gets_nothing_and_every_answer_is_locked_down() {
    let page = Page::open(Access::Local, 1).await;
    let rebound = page.request("/").header(HOST, "evil.example").body(Full::default()).unwrap();
    let (head, body) = page.answer(rebound).await;
    assert_eq!(head.status(), StatusCode::MISDIRECTED_REQUEST);
    assert!(!body.contains("website"), "{body}");
    assert!(head.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().contains("default-src 'none'"));
    let missing = page.request("/nothing").body(Full::default()).unwrap();
    assert_eq!(page.answer(missing).await.0.status(), StatusCode::NOT_FOUND);
    let unknown = page.request("/traces/1-5759e988-bd862e3fe1be46a994272793").body(Full::default()).unwrap();
    assert_eq!(page.answer(unknown).await.0.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn with_a_token_its_address_opens_the_page() {
    let page = Page::open(Access::Token("s3cret".into()), 1).await;
    let (head, body) = page.answer(page.request("/").body(Full::default()).unwrap()).await;
    assert_eq!(head.status(), StatusCode::UNAUTHORIZED);
    assert!(body.contains("davy up"), "{body}");
    let (head, _) = page.answer(page.request("/logs?token=s3cret").body(Full::default()).unwrap()).await;
    assert_eq!(head.headers()[LOCATION], "/logs");
    let cookie = head.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let (head, _) =
        page.answer(page.request("/logs").header("cookie", cookie).body(Full::default()).unwrap()).await;
    assert_eq!(head.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_happens_arrives_and_the_stream_ends_with_the_console() {
    let page = Page::open(Access::Local, 1).await;
    let mut streams = Vec::new();
    for (feed, word) in
        [("requests", "event: rows"), ("logs", "event: line"), ("environments", "event: picture")]
    {
        let request = page.request(&format!("/live?feed={feed}")).body(Full::default()).unwrap();
        streams.push((page.client.request(request).await.unwrap().into_body(), word));
    }
    // Requests until one of them has run a function, which logs.
    let all = LogFilter { limit: 1_000_000, ..LogFilter::default() };
    let lines = || page.telemetry.reader().logs(&all).unwrap().lines.len();
    let before = lines();
    while lines() == before {
        page.made_up.request(page.telemetry.clock().now());
        page.telemetry.flush();
    }
    page.telemetry.notice("index.php edited");
    let deadline = Duration::from_secs(20);
    for (stream, word) in &mut streams {
        let mut text = String::new();
        let arriving = async {
            while !(text.contains(*word) && text.contains("index.php edited")) {
                let frame = stream.frame().await.unwrap().unwrap();
                text.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
            }
        };
        tokio::time::timeout(deadline, arriving).await.expect(word);
        assert!(!text.contains("<script"), "{text}");
    }
    page.shutdown.send(()).unwrap();
    for (stream, _) in &mut streams {
        while let Some(Ok(_)) = tokio::time::timeout(deadline, stream.frame()).await.unwrap() {}
    }
    drop(page.client);
    tokio::time::timeout(deadline, page.served).await.unwrap().unwrap().unwrap();
}
