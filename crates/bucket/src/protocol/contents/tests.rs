use access::{Credentials, Lifetime};
use telemetry::Telemetry;

use super::*;
use crate::{BucketConfig, BucketSettings, Ignore, NewBuckets};

#[test]
fn a_bucket_is_shown_a_level_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    std::fs::create_dir_all(files.join("assets")).unwrap();
    std::fs::write(files.join("robots.txt"), "User-agent: *\n").unwrap();
    std::fs::write(files.join("assets/style.css"), "p {}").unwrap();
    let telemetry = Telemetry::in_memory();
    let config = BucketConfig {
        name: "site".into(),
        logical_id: "Assets".into(),
        policy: None,
        block_public_access: true,
    };
    let settings = BucketSettings {
        account: "123456789012".into(),
        region: "us-east-1".into(),
        credentials: Credentials::issue(Lifetime::Lasting, || 7),
        new_buckets: NewBuckets::Private,
    };
    let (clock, entropy) = (telemetry.clock(), telemetry.entropy());
    let root = folder.path().join("buckets");
    let buckets = Buckets::open(&root, vec![config], settings, telemetry, clock, entropy).unwrap();
    buckets.mirror("site", &files, "", &Ignore::parse("")).unwrap();

    assert_eq!(buckets.names(), [BucketNames { name: "site".into(), logical_id: "Assets".into() }]);
    let top = buckets.contents("site", "", "").unwrap().unwrap();
    assert_eq!(top.folders, ["assets/"]);
    assert_eq!((top.objects[0].key.as_str(), top.objects[0].bytes), ("robots.txt", 14));
    let inner = buckets.contents("site", "assets/", "").unwrap().unwrap();
    assert_eq!(inner.objects[0].content_type, "text/css");
    assert_eq!(buckets.contents("other", "", "").unwrap(), None);
}
