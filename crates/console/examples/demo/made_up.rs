//! A made-up stack and its made-up requests: what the example shows and the tests ask for.

use std::time::Duration;

use console::{
    Behavior, Bucket, BucketObject, Distribution, Endpoint, Environment, Function, Future, Invoked, Listing,
    Overview, Phase, Resource, Stack,
};
use serde_json::json;
use telemetry::{CacheRecord, LogLine, LogSource, Placement, RequestRecord, Start, Telemetry, annotation};
use trace::{Hop, Outcome, SegmentId, Span, Timestamp, TraceId};

pub(crate) struct MadeUp {
    pub(crate) telemetry: Telemetry,
}

/// One of the requests that the made-up site gets.
struct Kind {
    method: &'static str,
    path: &'static str,
    status: u16,
    /// Of PHP, or of the bucket.
    millis: u64,
    bytes: u64,
    error: Option<&'static str>,
}

const KINDS: [Kind; 10] = [
    Kind { method: "GET", path: "/", status: 200, millis: 9, bytes: 18_400, error: None },
    Kind { method: "GET", path: "/assets/style.css", status: 200, millis: 1, bytes: 6_120, error: None },
    Kind { method: "GET", path: "/assets/logo.png", status: 200, millis: 1, bytes: 48_900, error: None },
    Kind { method: "GET", path: "/blog?page=2", status: 200, millis: 24, bytes: 22_310, error: None },
    Kind {
        method: "GET",
        path: "/blog/2026/serverless-without-a-server",
        status: 200,
        millis: 18,
        bytes: 31_007,
        error: None,
    },
    Kind { method: "POST", path: "/contact", status: 302, millis: 31, bytes: 0, error: None },
    Kind {
        method: "GET",
        path: "/search?q=lamp%20stack",
        status: 200,
        millis: 240,
        bytes: 9_870,
        error: None,
    },
    Kind { method: "GET", path: "/wp-login.php", status: 404, millis: 7, bytes: 1_204, error: None },
    Kind {
        method: "GET",
        path: "/report/annual.pdf",
        status: 502,
        millis: 2_950,
        bytes: 174,
        error: Some("Task timed out after 3.00 seconds"),
    },
    Kind {
        method: "POST",
        path: "/upload",
        status: 500,
        millis: 14,
        bytes: 2_090,
        error: Some(
            "PHP Fatal error:  Uncaught Error: Class \"App\\Storage\\Upload\" not found in /var/task/src/upload.php:12",
        ),
    },
];

impl MadeUp {
    /// So many requests, spread over the last hour.
    pub(crate) fn hour(&self, requests: u32) {
        let now = self.telemetry.clock().now();
        let hour = 3_600_000_000_u64;
        for number in 0..requests {
            let ago = hour - hour / u64::from(requests) * u64::from(number);
            self.request(Timestamp::from_micros(now.micros() - ago));
            if number.is_multiple_of(5_000) {
                self.telemetry.flush();
            }
        }
        self.telemetry.flush();
    }

    fn random(&self, below: u64) -> u64 {
        self.telemetry.entropy().next_u64() % below
    }

    #[expect(clippy::too_many_lines, reason = "one request's records in the order of its hops")]
    pub(crate) fn request(&self, at: Timestamp) {
        let kind = &KINDS[match self.random(100) {
            0..30 => 0,
            30..48 => 1,
            48..60 => 2,
            60..72 => 3,
            72..82 => 4,
            82..87 => 5,
            87..93 => 6,
            93..98 => 7,
            98 => 8,
            _ => 9,
        }];
        let entropy = self.telemetry.entropy();
        let trace = TraceId::new(at, &*entropy);
        let id = || SegmentId::new(&*entropy);
        let asset = kind.path.starts_with("/assets");
        let hit = self.random(100) < if asset { 88 } else { 35 }
            && kind.method == "GET"
            && kind.error.is_none()
            && kind.millis < 100;
        let cold = !asset && !hit && self.random(40) == 0;
        let work = kind.millis * (700 + self.random(900));
        let (initialization, overhead) =
            (if cold { 68_000 + self.random(20_000) } else { 0 }, 400 + self.random(300));
        let micros = if hit { 180 + self.random(300) } else { work + initialization + 3 * overhead };
        let after = |micros: u64| at.plus(Duration::from_micros(micros));
        let outcome = Outcome::of_status(kind.status);
        let request_id = format!("{:08x}-51a0-4b12-9d0e-{:012x}", self.random(1 << 32), self.random(1 << 48));
        let environment = format!("2026/11/24/[$LATEST]{:08x}{:024x}", self.random(6), 7);
        let root = id();
        let span =
            |id, parent, hop, name: &str, (start, end): (u64, u64), annotations: &[(&str, &str)]| Span {
                trace,
                id,
                parent,
                hop,
                name: name.to_owned(),
                start: after(start),
                end: after(end),
                outcome: if hop == Hop::Initialization { Outcome::Ok } else { outcome },
                annotations: annotations
                    .iter()
                    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                    .collect(),
            };
        if !hit && asset {
            self.telemetry.record_span(span(
                id(),
                Some(root),
                Hop::Bucket,
                "Assets",
                (overhead, micros - overhead),
                &[("key", &kind.path[1..])],
            ));
        }
        let placed = !hit && !asset;
        if placed {
            let (gateway, lambda, invocation) = (id(), id(), id());
            let begun = 2 * overhead + initialization;
            let end = micros - overhead;
            let error = kind.error.map(|error| (annotation::ERROR, error));
            let mut notes = vec![
                (annotation::REQUEST_ID, request_id.as_str()),
                (annotation::START, if cold { "cold" } else { "warm" }),
            ];
            notes.extend(error);
            self.telemetry.record_span(span(
                id(),
                Some(invocation),
                Hop::Php,
                "index.php",
                (begun + 150, end - 120),
                &[],
            ));
            self.telemetry.record_span(span(
                invocation,
                Some(lambda),
                Hop::Invocation,
                "Website",
                (begun, end),
                &[],
            ));
            if cold {
                self.telemetry.record_span(span(
                    id(),
                    Some(lambda),
                    Hop::Initialization,
                    "Website",
                    (2 * overhead, begun),
                    &[("opcache", "148 files")],
                ));
            }
            self.telemetry.record_span(span(
                lambda,
                Some(gateway),
                Hop::Lambda,
                "Website",
                (overhead + 90, end + 60),
                &notes,
            ));
            self.telemetry.record_span(span(
                gateway,
                Some(root),
                Hop::Gateway,
                "HttpApi",
                (overhead, end + 120),
                &[("route", "ANY /{proxy+}")],
            ));
            self.log(&request_id, &environment, after(begun), end - begun, kind, cold);
        }
        let cache = CacheRecord {
            result: if kind.status >= 500 {
                "Error"
            } else if hit {
                "Hit"
            } else {
                "Miss"
            }
            .to_owned(),
            fresh_for: hit.then(|| Duration::from_secs(86_400 - self.random(80_000))),
        };
        self.telemetry.record_span(span(
            root,
            None,
            Hop::Edge,
            "Distribution",
            (0, micros),
            &[("cache", &cache.result), ("behavior", if asset { "assets/*" } else { "Default (*)" })],
        ));
        self.telemetry.record_request(RequestRecord {
            at,
            trace,
            entrance: "distribution.Distribution".to_owned(),
            method: kind.method.to_owned(),
            path: kind.path.to_owned(),
            status: kind.status,
            duration: Duration::from_micros(micros),
            bytes: kind.bytes,
            cache: Some(cache),
            placement: placed.then(|| Placement {
                function: "Website".to_owned(),
                environment,
                start: if cold {
                    Start::Cold { initialization: Duration::from_micros(initialization) }
                } else {
                    Start::Warm
                },
            }),
        });
    }

    fn log(&self, request_id: &str, environment: &str, at: Timestamp, micros: u64, kind: &Kind, cold: bool) {
        let line = |micros: u64, source, text: String| {
            self.telemetry.record_log(LogLine {
                at: at.plus(Duration::from_micros(micros)),
                function: "Website".to_owned(),
                stream: environment.to_owned(),
                request_id: Some(request_id.to_owned()),
                text,
                source,
            });
        };
        line(0, LogSource::Platform, format!("START RequestId: {request_id} Version: $LATEST"));
        if kind.path.starts_with("/search") {
            line(
                micros / 2,
                LogSource::Function,
                "PHP Warning:  Undefined variable $words in /var/task/src/search.php on line 41".to_owned(),
            );
        }
        if kind.path == "/contact" {
            line(micros / 2, LogSource::Function, "mail queued for hello@example.com".to_owned());
        }
        if let Some(error) = kind.error {
            let source = if error.starts_with("PHP") { LogSource::Function } else { LogSource::Platform };
            line(micros - 1, source, error.to_owned());
        }
        let report = format!(
            "REPORT RequestId: {request_id}\tDuration: {}.{:02} ms\tBilled Duration: {} ms\tMemory Size: 1024 MB\tMax Memory Used: 41 MB{}",
            micros / 1_000,
            micros % 1_000 / 10,
            micros.div_ceil(1_000),
            if cold { "\tInit Duration: 74.20 ms" } else { "" }
        );
        line(micros, LogSource::Platform, format!("END RequestId: {request_id}"));
        line(micros, LogSource::Platform, report);
    }
}

impl Stack for MadeUp {
    fn overview(&self) -> Overview {
        let endpoint = |name: &str, port: u16| Endpoint {
            name: name.to_owned(),
            url: format!("http://localhost:{port}"),
        };
        Overview {
            name: "website".to_owned(),
            template: "examples/website/template.yaml".to_owned(),
            php: Some("8.2.29".to_owned()),
            isolation: "enclosed: user, mount, PID and IPC namespaces, read-only root".to_owned(),
            endpoints: vec![
                endpoint("distribution.Distribution", 8080),
                endpoint("httpapi.HttpApi", 8081),
                endpoint("s3", 8082),
            ],
            warnings: vec!["the layer asks for PHP 8.3, the PHP installed here is 8.2.29".to_owned()],
        }
    }

    fn functions(&self) -> Vec<Function> {
        let now = self.telemetry.clock().now();
        // The number of environments swings, so that there is something to see.
        let second = now.seconds();
        let alive = 3 + usize::try_from(second / 5 % 4).unwrap_or(0);
        let environment = |number: usize| Environment {
            name: format!("2026/11/24/[$LATEST]{number:08x}{:024x}", 7),
            phase: match (number, (now.millis() / 500 + number as u64) % 3) {
                (number, _) if number + 1 == alive && second.is_multiple_of(5) => Phase::Initialising,
                (_, 0) => Phase::Running,
                _ => Phase::Ready,
            },
            started: Timestamp::from_millis((now.seconds() - number as u64) * 1_000),
            memory_bytes: Some(38_000_000 + number as u64 * 1_310_000),
            pid: u32::try_from(4_200 + 17 * number).ok(),
        };
        vec![
            Function {
                name: "Website".to_owned(),
                handler: "index.php".to_owned(),
                runtime: "provided.al2023".to_owned(),
                memory_megabytes: 1_024,
                timeout: Duration::from_secs(28),
                capacity: 8,
                waiting: usize::from(second % 20 < 3) * 4,
                environments: (0..alive).map(environment).collect(),
            },
            Function {
                name: "Nightly".to_owned(),
                handler: "nightly.php".to_owned(),
                runtime: "provided.al2023".to_owned(),
                memory_megabytes: 512,
                timeout: Duration::from_mins(5),
                capacity: 8,
                waiting: 0,
                environments: Vec::new(),
            },
        ]
    }

    fn distributions(&self) -> Vec<Distribution> {
        let behaviors = vec![
            Behavior {
                pattern: "assets/*".to_owned(),
                origin: "bucket Assets".to_owned(),
                requests: 5_952,
                hits: 5_310,
                misses: 642,
                errors: 0,
                bytes: 231_900_000,
            },
            Behavior {
                pattern: "Default (*)".to_owned(),
                origin: "HTTP API HttpApi".to_owned(),
                requests: 12_262,
                hits: 3_902,
                misses: 8_120,
                errors: 240,
                bytes: 93_310_000,
            },
        ];
        vec![Distribution { name: "Distribution".to_owned(), kept: 150, kept_bytes: 5_210_000, behaviors }]
    }

    fn buckets(&self) -> Vec<Bucket> {
        vec![Bucket {
            name: "website-assets-123456789012".to_owned(),
            logical_id: "Assets".to_owned(),
            mirrors: Some("assets/".to_owned()),
        }]
    }

    fn objects(&self, bucket: &str, prefix: &str, _after: Option<&str>) -> Result<Listing, String> {
        if bucket != self.buckets()[0].name {
            return Err(format!("there is no bucket {bucket}"));
        }
        let object = |key: &str, bytes, content_type: &str| BucketObject {
            key: format!("{prefix}{key}"),
            bytes,
            content_type: content_type.to_owned(),
            modified: self.telemetry.clock().now(),
        };
        Ok(match prefix {
            "" => Listing {
                folders: vec!["assets/".to_owned()],
                objects: vec![object("robots.txt", 68, "text/plain")],
                next: None,
            },
            _ => Listing {
                folders: vec![],
                objects: vec![
                    object("logo.png", 48_900, "image/png"),
                    object("style.css", 6_120, "text/css"),
                ],
                next: None,
            },
        })
    }

    fn resources(&self) -> Vec<Resource> {
        let resource =
            |logical_id: &str, kind: &str, physical_id: &str, line: u32, state, properties| Resource {
                logical_id: logical_id.to_owned(),
                kind: kind.to_owned(),
                physical_id: physical_id.to_owned(),
                position: format!("template.yaml:{line}"),
                state,
                properties,
            };
        vec![
            resource(
                "Website",
                "AWS::Serverless::Function",
                "website-Website",
                14,
                Ok(()),
                json!({"Handler": "index.php", "Runtime": "provided.al2023", "MemorySize": 1024, "Timeout": 28}),
            ),
            resource("Assets", "AWS::S3::Bucket", "website-assets-123456789012", 41, Ok(()), json!({})),
            resource(
                "Distribution",
                "AWS::CloudFront::Distribution",
                "E2QWRUHAPOMQZL",
                60,
                Ok(()),
                json!({"DistributionConfig": {"Enabled": true}}),
            ),
            resource(
                "Alarm",
                "AWS::CloudWatch::Alarm",
                "",
                112,
                Err("not supported locally".to_owned()),
                json!({"Threshold": 5}),
            ),
        ]
    }

    fn purge(&self, _distribution: &str, pattern: &str) -> Result<usize, String> {
        if pattern.starts_with('/') {
            Ok(38)
        } else {
            Err(format!("a path begins with “/”, found “{pattern}”"))
        }
    }

    fn event(&self, _request_id: &str) -> Option<bytes::Bytes> {
        None
    }

    fn invoke(&self, function: &str, event: bytes::Bytes) -> Future<Result<Invoked, String>> {
        let payload = json!({"statusCode": 200, "headers": {"content-type": "text/html"}, "body": format!("<h1>{function}</h1>"), "got": event.len()});
        Box::pin(async move {
            Ok(Invoked {
                request_id: "6f1f0c52-51a0-4b12-9d0e-3a3fd2a90b11".to_owned(),
                payload: payload.to_string().into(),
                failed: false,
                duration: Duration::from_micros(9_130),
                log: "START RequestId: 6f1f0c52\nEND RequestId: 6f1f0c52\n".to_owned(),
                trace: None,
            })
        })
    }
}
