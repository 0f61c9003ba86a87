//! Buckets, databases, secrets. Source: the CloudFormation template reference.

use super::Shape::Object;
use super::{ANY, BOOLEAN, Property, TEXT, integer, optional, required};

pub(super) fn properties(resource_type: &str) -> Option<&'static [Property]> {
    Some(match resource_type {
        "AWS::S3::Bucket" => BUCKET,
        "AWS::S3::BucketPolicy" => BUCKET_POLICY,
        "AWS::SecretsManager::Secret" => SECRET,
        _ => return None,
    })
}

const BUCKET: &[Property] = &[
    optional("AbacStatus", ANY),
    optional("AccelerateConfiguration", ANY),
    optional("AccessControl", TEXT),
    optional("AnalyticsConfigurations", ANY),
    optional("BucketEncryption", ANY),
    optional("BucketName", TEXT),
    optional("BucketNamePrefix", TEXT),
    optional("BucketNamespace", TEXT),
    optional("CorsConfiguration", ANY),
    optional("IntelligentTieringConfigurations", ANY),
    optional("InventoryConfigurations", ANY),
    optional("LifecycleConfiguration", ANY),
    optional("LoggingConfiguration", ANY),
    optional("MetadataConfiguration", ANY),
    optional("MetadataTableConfiguration", ANY),
    optional("MetricsConfigurations", ANY),
    optional("NotificationConfiguration", ANY),
    optional("ObjectLockConfiguration", ANY),
    optional("ObjectLockEnabled", BOOLEAN),
    optional("OwnershipControls", ANY),
    optional("PublicAccessBlockConfiguration", Object(PUBLIC_ACCESS)),
    optional("ReplicationConfiguration", ANY),
    optional("Tags", ANY),
    optional("VersioningConfiguration", ANY),
    optional("WebsiteConfiguration", ANY),
];

const PUBLIC_ACCESS: &[Property] = &[
    optional("BlockPublicAcls", BOOLEAN),
    optional("BlockPublicPolicy", BOOLEAN),
    optional("IgnorePublicAcls", BOOLEAN),
    optional("RestrictPublicBuckets", BOOLEAN),
];

const BUCKET_POLICY: &[Property] = &[
    required("Bucket", TEXT),
    required(
        "PolicyDocument",
        Object(&[optional("Id", TEXT), required("Statement", ANY), optional("Version", TEXT)]),
    ),
];

const SECRET: &[Property] = &[
    optional("Description", TEXT),
    optional(
        "GenerateSecretString",
        Object(&[
            optional("ExcludeCharacters", TEXT),
            optional("ExcludeLowercase", BOOLEAN),
            optional("ExcludeNumbers", BOOLEAN),
            optional("ExcludePunctuation", BOOLEAN),
            optional("ExcludeUppercase", BOOLEAN),
            optional("GenerateStringKey", TEXT),
            optional("IncludeSpace", BOOLEAN),
            optional("PasswordLength", integer(1, 4096)),
            optional("RequireEachIncludedType", BOOLEAN),
            optional("SecretStringTemplate", TEXT),
        ]),
    ),
    optional("KmsKeyId", TEXT),
    optional("Name", TEXT),
    optional("ReplicaRegions", ANY),
    optional("SecretString", TEXT),
    optional("Tags", ANY),
    optional("Type", TEXT),
];
