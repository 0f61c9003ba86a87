//! Multipart uploads over the protocol.

use crate::support::Stack;

const PART: usize = 5 * 1_024 * 1_024;

#[tokio::test]
async fn b_028_parts_in_any_order_become_one_object() {
    let stack = Stack::new(None);
    let id = begin(&stack, &[("content-type", "text/x"), ("x-amz-meta-by", "parts")]).await;
    let second = part(&stack, &id, 2, b"end").await;
    part(&stack, &id, 1, &vec![b'x'; PART]).await;
    let first = part(&stack, &id, 1, &vec![b'a'; PART]).await;
    let listed = stack.call("GET", &format!("/site/k?uploadId={id}"), &[], b"").await.is(200);
    assert_eq!(listed.elements("PartNumber"), ["1", "2"]);
    stack.call("GET", "/site/k", &[], b"").await.refused(404, "NoSuchKey");
    let done = complete(&stack, &id, &[(1, &first), (2, &second)]).await.is(200);
    assert!(done.elements("ETag")[0].contains("-2"), "{done:?}");
    let reply = stack.call("GET", "/site/k", &[], b"").await.is(200);
    assert!(reply.body.len() == PART + 3 && reply.body.ends_with("aend"));
    assert_eq!((reply.header("content-type"), reply.header("x-amz-meta-by")), ("text/x", "parts"));
    let reply = stack.call("GET", "/site/k?partNumber=2", &[], b"").await.is(206);
    assert_eq!((reply.body.as_str(), reply.header("x-amz-mp-parts-count")), ("end", "2"));
    stack.call("GET", "/site/k?partNumber=3", &[], b"").await.refused(400, "InvalidPart");
    complete(&stack, &id, &[(1, &first), (2, &second)]).await.is(200);
    assert_eq!(std::fs::read_dir(stack.folder.path().join("site/uploads")).unwrap().count(), 0);
}

#[tokio::test]
async fn b_028_what_is_wrong_with_a_list_of_parts_is_named() {
    let stack = Stack::new(None);
    let id = begin(&stack, &[]).await;
    let (first, second) = (part(&stack, &id, 1, b"small").await, part(&stack, &id, 2, b"last").await);
    complete(&stack, &id, &[(1, &first), (2, &second)]).await.refused(400, "EntityTooSmall");
    complete(&stack, &id, &[(2, &second), (1, &first)]).await.refused(400, "InvalidPartOrder");
    complete(&stack, &id, &[(1, &second)]).await.refused(400, "InvalidPart");
    complete(&stack, &id, &[(3, &first)]).await.refused(400, "InvalidPart");
    complete(&stack, &id, &[]).await.refused(400, "MalformedXML");
    let target = format!("/site/k?partNumber=10001&uploadId={id}");
    stack.call("PUT", &target, &[], b"x").await.refused(400, "InvalidArgument");
    for id in ["none", "..", "..%2F..", ""] {
        let target = format!("/site/k?partNumber=1&uploadId={id}");
        stack.call("PUT", &target, &[], b"x").await.refused(404, "NoSuchUpload");
    }
}

#[tokio::test]
async fn an_aborted_upload_is_gone() {
    let stack = Stack::new(None);
    let id = begin(&stack, &[]).await;
    let etag = part(&stack, &id, 1, b"text").await;
    let listed = stack.call("GET", "/site?uploads", &[], b"").await.is(200);
    assert_eq!((listed.elements("Key"), listed.elements("UploadId")), (vec!["k"], vec![id.as_str()]));
    stack.call("DELETE", &format!("/site/k?uploadId={id}"), &[], b"").await.is(204);
    complete(&stack, &id, &[(1, &etag)]).await.refused(404, "NoSuchUpload");
    assert_eq!(stack.call("GET", "/site?uploads", &[], b"").await.elements("UploadId"), [""; 0]);
}

#[tokio::test]
async fn parts_can_be_copied() {
    let stack = Stack::new(None);
    stack.put("source", "0123456789").await;
    let id = begin(&stack, &[]).await;
    let copy = async |range: &str| {
        let headers = [("x-amz-copy-source", "/site/source"), ("x-amz-copy-source-range", range)];
        stack.call("PUT", &format!("/site/k?partNumber=1&uploadId={id}"), &headers, b"").await
    };
    copy("bytes=5-100").await.refused(416, "InvalidRange");
    copy("5-6").await.refused(400, "InvalidArgument");
    let etag = copy("bytes=5-9").await.is(200).elements("ETag")[0].to_owned();
    complete(&stack, &id, &[(1, &etag)]).await.is(200);
    assert_eq!(stack.call("GET", "/site/k", &[], b"").await.body, "56789");
}

async fn begin(stack: &Stack, headers: &[(&str, &str)]) -> String {
    let reply = stack.call("POST", "/site/k?uploads", headers, b"").await.is(200);
    reply.elements("UploadId")[0].to_owned()
}

async fn part(stack: &Stack, id: &str, number: u32, data: &[u8]) -> String {
    let target = format!("/site/k?partNumber={number}&uploadId={id}");
    stack.call("PUT", &target, &[], data).await.is(200).header("etag").to_owned()
}

async fn complete(stack: &Stack, id: &str, parts: &[(u32, &str)]) -> crate::support::Reply {
    let part = |(number, etag): &(u32, &str)| {
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>", etag.replace('"', "&quot;"))
    };
    let parts: String = parts.iter().map(part).collect();
    let document = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    stack.call("POST", &format!("/site/k?uploadId={id}"), &[], document.as_bytes()).await
}
