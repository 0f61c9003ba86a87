//! boto3, as an application would use it.

use crate::server::Server;

#[test]
fn an_application_s_errands() {
    let server = Server::start();
    server.file("errands.py", ERRANDS.as_bytes());
    assert_eq!(server.run("python3", &["errands.py"]), "done\n");
}

const ERRANDS: &str = r#"
import boto3, io, json, os
from botocore.exceptions import ClientError

s3 = boto3.client("s3")

def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"{code} was expected")

s3.create_bucket(Bucket="site")
refused("404", s3.head_object, Bucket="site", Key="nothing")
refused("NoSuchBucket", s3.list_objects_v2, Bucket="other")

s3.put_object(Bucket="site", Key="a", Body=b"one", ContentType="text/plain", Metadata={"by": "hand"}, CacheControl="max-age=9")
got = s3.get_object(Bucket="site", Key="a")
assert (got["Body"].read(), got["ContentType"], got["Metadata"], got["CacheControl"]) == (b"one", "text/plain", {"by": "hand"}, "max-age=9")
assert s3.get_object(Bucket="site", Key="a", Range="bytes=1-")["Body"].read() == b"ne"
refused("PreconditionFailed", s3.put_object, Bucket="site", Key="a", Body=b"two", IfNoneMatch="*")

for algorithm in ["CRC32", "SHA1", "SHA256"]:
    s3.put_object(Bucket="site", Key="sum", Body=b"sum", ChecksumAlgorithm=algorithm)
    head = s3.head_object(Bucket="site", Key="sum", ChecksumMode="ENABLED")
    assert f"Checksum{algorithm}" in head, head

large = os.urandom(9 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(large), "site", "large")
back = io.BytesIO()
s3.download_fileobj("site", "large", back)
assert back.getvalue() == large

for number in range(25):
    s3.put_object(Bucket="site", Key=f"many/{number:02}", Body=b"")
pages = s3.get_paginator("list_objects_v2").paginate(Bucket="site", Prefix="many/", PaginationConfig={"PageSize": 10})
assert sum(page["KeyCount"] for page in pages) == 25
deleted = s3.delete_objects(Bucket="site", Delete={"Objects": [{"Key": f"many/{number:02}"} for number in range(25)]})
assert len(deleted["Deleted"]) == 25

policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::site/*"}]})
s3.put_bucket_policy(Bucket="site", Policy=policy)
assert s3.get_bucket_policy(Bucket="site")["Policy"] == policy
refused("AccessDenied", s3.delete_object, Bucket="site", Key="a")
s3.delete_bucket_policy(Bucket="site")
s3.delete_object(Bucket="site", Key="a")
refused("BucketNotEmpty", s3.delete_bucket, Bucket="site")

plain = boto3.client("s3", config=boto3.session.Config(signature_version="s3v4", request_checksum_calculation="when_required"))
plain.put_object(Bucket="site", Key="b", Body=io.BytesIO(b"plain"))
assert plain.get_object(Bucket="site", Key="b")["Body"].read() == b"plain"
print("done")
"#;
