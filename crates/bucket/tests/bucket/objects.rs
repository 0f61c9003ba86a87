//! Objects and lists over the protocol.

use crate::support::{HOST, Stack};

#[tokio::test]
async fn b_001_path_style_and_virtual_host_style_are_the_same_bucket() {
    let stack = Stack::new(None);
    stack.put("a/b", "text").await;
    for (host, target) in
        [(HOST, "/site/a/b"), ("site.s3.localhost:9000", "/a/b"), ("site.s3.us-east-1.amazonaws.com", "/a/b")]
    {
        let reply = stack.call("GET", target, &[("host", host)], b"").await.is(200);
        assert_eq!(reply.body, "text", "{host}");
    }
}

#[tokio::test]
async fn b_010_errors_have_their_ids_and_head_has_no_body() {
    let stack = Stack::new(None);
    let reply = stack.call("GET", "/site/nothing", &[], b"").await.refused(404, "NoSuchKey");
    assert_eq!(reply.elements("RequestId"), [reply.header("x-amz-request-id")]);
    assert_eq!(reply.header("x-amz-request-id").len(), 16);
    assert_eq!(reply.header("content-type"), "application/xml");
    let reply = stack.call("HEAD", "/site/nothing", &[], b"").await.is(404);
    assert_eq!(reply.body, "");
}

#[tokio::test]
async fn b_004_an_unknown_sub_resource_is_never_the_object() {
    let stack = Stack::new(None);
    stack.put("k", "text").await;
    stack.call("PUT", "/site/k?retention", &[], b"other").await.refused(501, "NotImplemented");
    stack
        .call("PUT", "/site?versioning", &[], b"<VersioningConfiguration/>")
        .await
        .refused(501, "NotImplemented");
    stack.call("DELETE", "/site?something-new", &[], b"").await.refused(501, "NotImplemented");
    assert_eq!(stack.call("GET", "/site/k", &[], b"").await.body, "text");
}

#[tokio::test]
async fn odd_keys_are_files_of_their_own_inside_the_bucket() {
    let stack = Stack::new(None);
    let targets =
        ["..%2F..%2Fetc/passwd", "a//b", "folder/", "%25", "%C3%A9", "a%0Ab", "x".repeat(900).as_str()]
            .map(|key| format!("/site/{key}"));
    for target in &targets {
        stack.call("PUT", target, &[], target.as_bytes()).await.is(200);
    }
    for target in &targets {
        assert_eq!(stack.call("GET", target, &[], b"").await.is(200).body, *target);
    }
    let names: Vec<_> =
        std::fs::read_dir(stack.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["site"]);
    let list = stack.call("GET", "/site?list-type=2&encoding-type=url", &[], b"").await.is(200);
    assert_eq!(list.elements("Key").len(), targets.len());
    assert!(list.elements("Key").contains(&"a%0Ab"));
    stack
        .call("PUT", &format!("/site/{}", "x".repeat(1_025)), &[], b"")
        .await
        .refused(400, "KeyTooLongError");
}

#[tokio::test]
async fn b_024_a_write_may_depend_on_what_is_there() {
    let stack = Stack::new(None);
    let put = async |headers: &[(&str, &str)]| stack.call("PUT", "/site/k", headers, b"text").await;
    put(&[("if-match", "*")]).await.refused(404, "NoSuchKey");
    let etag = put(&[("if-none-match", "*")]).await.is(200).header("etag").to_owned();
    put(&[("if-none-match", "*")]).await.refused(412, "PreconditionFailed");
    put(&[("if-match", "\"other\"")]).await.refused(412, "PreconditionFailed");
    put(&[("if-match", &etag)]).await.is(200);
}

#[tokio::test]
async fn b_025_lists_in_pages() {
    let stack = Stack::new(None);
    for key in ["a/1", "a/2", "b", "c d"] {
        stack.put(&key.replace(' ', "%20"), "").await;
    }
    let list = async |query: &str| stack.call("GET", &format!("/site?{query}"), &[], b"").await.is(200);
    let first = list("list-type=2&delimiter=%2F&max-keys=1").await;
    assert_eq!(first.elements("CommonPrefixes"), ["<Prefix>a/</Prefix>"]);
    let token = first.elements("NextContinuationToken")[0].replace('=', "%3D");
    let second = list(&format!("list-type=2&delimiter=%2F&continuation-token={token}")).await;
    assert_eq!((second.elements("Key"), second.elements("KeyCount")), (vec!["b", "c d"], vec!["2"]));
    assert_eq!(list("encoding-type=url&prefix=c").await.elements("Key"), ["c%20d"]);
    assert_eq!(list("marker=a%2F1&max-keys=1").await.elements("Key"), ["a/2"]);
    assert_eq!(list("versions&prefix=b").await.elements("VersionId"), ["null"]);
    stack.call("GET", "/site?max-keys=-1", &[], b"").await.refused(400, "InvalidArgument");
}

#[tokio::test]
async fn b_026_deleting_many_tells_of_each() {
    let stack = Stack::new(None);
    stack.put("a", "").await;
    stack.call("DELETE", "/site/never-there", &[], b"").await.is(204);
    let body = "<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object></Delete>";
    stack.call("POST", "/site?delete", &[], body.as_bytes()).await.refused(400, "InvalidRequest");
    let md5 = [("content-md5", "b9hxzMhXUTGW2UGbO8OcVg==")];
    stack.call("POST", "/site?delete", &md5, body.as_bytes()).await.refused(400, "BadDigest");
    let crc = [("x-amz-checksum-crc32", crc32(body))];
    let crc: Vec<(&str, &str)> = crc.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let reply = stack.call("POST", "/site?delete", &crc, body.as_bytes()).await.is(200);
    assert_eq!(reply.elements("Key"), ["a", "b&amp;c"]);
    assert_eq!(stack.call("GET", "/site", &[], b"").await.elements("Key"), [""; 0]);
}

#[tokio::test]
async fn b_027_copies() {
    let stack = Stack::new(None);
    let headers = [("content-type", "text/css"), ("x-amz-meta-by", "hand")];
    stack.call("PUT", "/site/a%20b", &headers, b"body{}").await.is(200);
    let copy = async |target: &str, headers: &[(&str, &str)]| {
        let mut all = vec![("x-amz-copy-source", "site/a%20b")];
        all.extend_from_slice(headers);
        stack.call("PUT", target, &all, b"").await
    };
    copy("/site/copy", &[]).await.is(200);
    let reply = stack.call("GET", "/site/copy", &[], b"").await.is(200);
    assert_eq!((reply.header("content-type"), reply.header("x-amz-meta-by")), ("text/css", "hand"));
    copy("/site/a%20b", &[]).await.refused(400, "InvalidRequest");
    let replace = [("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-by", "machine")];
    copy("/site/a%20b", &replace).await.is(200);
    assert_eq!(stack.call("HEAD", "/site/a%20b", &[], b"").await.header("x-amz-meta-by"), "machine");
    copy("/site/x", &[("x-amz-copy-source-if-match", "\"no\"")]).await.refused(412, "PreconditionFailed");
}

#[tokio::test]
async fn b_029_a_body_that_is_not_what_was_said_leaves_nothing() {
    let stack = Stack::new(None);
    let short = [("content-length", "100")];
    stack.call("PUT", "/site/k", &short, b"short").await.refused(400, "IncompleteBody");
    stack
        .call("PUT", "/site/k", &[("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")], b"x")
        .await
        .refused(400, "BadDigest");
    stack.call("PUT", "/site/k", &[("content-md5", "nonsense")], b"x").await.refused(400, "InvalidDigest");
    stack
        .call("PUT", "/site/k", &[("x-amz-checksum-crc32", "AAAAAA==")], b"x")
        .await
        .refused(400, "BadDigest");
    stack.call("GET", "/site/k", &[], b"").await.refused(404, "NoSuchKey");
    assert_eq!(std::fs::read_dir(stack.folder.path().join("site/uploads")).unwrap().count(), 0);
}

#[tokio::test]
async fn checksums_are_given_back_to_who_asks() {
    let stack = Stack::new(None);
    let checksum = crc32("hello world");
    stack.call("PUT", "/site/k", &[("x-amz-checksum-crc32", &checksum)], b"hello world").await.is(200);
    let reply = stack.call("GET", "/site/k", &[("x-amz-checksum-mode", "ENABLED")], b"").await.is(200);
    assert_eq!(reply.header("x-amz-checksum-crc32"), checksum);
    let reply = stack.call("GET", "/site/k", &[], b"").await.is(200);
    assert_eq!(reply.header("x-amz-checksum-crc32"), "");
}

#[tokio::test]
async fn b_030_tags() {
    let stack = Stack::new(None);
    stack.call("PUT", "/site/k", &[("x-amz-tagging", "color=red%20wine&size=1")], b"").await.is(200);
    let tags = stack.call("GET", "/site/k?tagging", &[], b"").await.is(200);
    assert_eq!(
        (tags.elements("Key"), tags.elements("Value")),
        (vec!["color", "size"], vec!["red wine", "1"])
    );
    let tag = |number: usize| format!("<Tag><Key>{number}</Key><Value>v</Value></Tag>");
    let many: String = (0..11).map(tag).collect();
    let document = format!("<Tagging><TagSet>{many}</TagSet></Tagging>");
    stack.call("PUT", "/site/k?tagging", &[], document.as_bytes()).await.refused(400, "InvalidTag");
    assert_eq!(stack.call("HEAD", "/site/k", &[], b"").await.header("x-amz-tagging-count"), "2");
    stack.call("DELETE", "/site/k?tagging", &[], b"").await.is(204);
    assert_eq!(stack.call("HEAD", "/site/k", &[], b"").await.header("x-amz-tagging-count"), "");
}

fn crc32(text: &str) -> String {
    let checksum = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC).checksum(text.as_bytes());
    base64_simd::STANDARD.encode_to_string(checksum.to_be_bytes())
}
