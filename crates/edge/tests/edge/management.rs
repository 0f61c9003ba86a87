//! Invalidations as the aws CLI asks for them (E-180 to E-183).

use bytes::Bytes;
use edge::{CacheBehavior, ManagementApi};
use http::Request;
use http_body_util::{BodyExt as _, Full};

use crate::story::Stage;

struct Answered {
    status: u16,
    location: Option<String>,
    text: String,
}

async fn call(api: &ManagementApi, method: &str, path: &str, body: &str) -> Answered {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/cloudfront/aws4_request",
        )
        .body(
            Full::new(Bytes::copy_from_slice(body.as_bytes())).map_err(|never| match never {}).boxed_unsync(),
        );
    let (head, body) = api.serve(request.unwrap()).await.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let location = head.headers.get("location").map(|location| location.to_str().unwrap().to_owned());
    Answered { status: head.status.as_u16(), location, text }
}

fn batch(path: &str, reference: &str) -> String {
    format!(
        "<InvalidationBatch><Paths><Quantity>1</Quantity><Items><Path>{path}</Path></Items></Paths>\
         <CallerReference>{reference}</CallerReference></InvalidationBatch>"
    )
}

const INVALIDATIONS: &str = "/2020-05-31/distribution/E1EXAMPLE00000/invalidation";

#[tokio::test]
async fn e180_create_get_and_list() {
    let stage = Stage::new(vec![CacheBehavior::new("site")]);
    let api =
        ManagementApi::new(vec![stage.edge.clone()], stage.telemetry.clock(), stage.telemetry.entropy());
    stage.get("/a").await.expect(200, "Miss");
    let created = call(&api, "POST", INVALIDATIONS, &batch("/*", "one")).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert!(created.text.contains("<Status>InProgress</Status>"), "{}", created.text);
    stage.get("/a").await.expect(200, "Miss");
    let location = created.location.unwrap();
    let path = location.strip_prefix("https://cloudfront.amazonaws.com").unwrap();
    let got = call(&api, "GET", path, "").await;
    assert!(
        got.text.contains("<Status>Completed</Status>") && got.text.contains("<Path>/*</Path>"),
        "{}",
        got.text
    );
    let listed = call(&api, "GET", INVALIDATIONS, "").await;
    assert!(listed.text.contains("<Quantity>1</Quantity>"), "{}", listed.text);
    // E-183: the same once more is the earlier one, and purges nothing.
    let again = call(&api, "POST", INVALIDATIONS, &batch("/*", "one")).await;
    assert_eq!((again.status, again.location.as_deref()), (201, Some(location.as_str())));
    stage.get("/a").await.expect(200, "Hit");
    let other = call(&api, "POST", INVALIDATIONS, &batch("/b", "one")).await;
    assert_eq!(other.status, 400);
    assert!(other.text.contains("<Code>InvalidationBatchAlreadyExists</Code>"), "{}", other.text);
}

#[tokio::test]
async fn e180_what_is_not_there_is_named() {
    let stage = Stage::new(vec![CacheBehavior::new("site")]);
    let api =
        ManagementApi::new(vec![stage.edge.clone()], stage.telemetry.clock(), stage.telemetry.entropy());
    let check = async |method: &str, path: &str, status: u16, code: &str| {
        let answered = call(&api, method, path, "").await;
        assert_eq!(answered.status, status, "{}", answered.text);
        assert!(answered.text.contains(code), "{}", answered.text);
    };
    check("GET", "/2020-05-31/distribution/E0/invalidation", 404, "NoSuchDistribution").await;
    check("GET", &format!("{INVALIDATIONS}/I0"), 404, "NoSuchInvalidation").await;
    check("GET", "/2020-05-31/distribution", 501, "CreateInvalidation").await;
    let unsigned = Request::builder().uri(INVALIDATIONS).body(
        Full::new(Bytes::new()).map_err(|never: std::convert::Infallible| match never {}).boxed_unsync(),
    );
    assert_eq!(api.serve(unsigned.unwrap()).await.status(), 403);
}
