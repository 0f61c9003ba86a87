//! Buckets, their policies, and whom `CloudFront` reads them as.

use std::path::PathBuf;

use serde_json::Value;

use super::Position;

/// An `AWS::S3::Bucket`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name in the template.
    pub logical_id: String,
    /// `BucketName`, or a stable one made from the stack's and the resource's names.
    pub name: String,
    /// `NAME.s3.amazonaws.com`.
    pub domain_name: String,
    /// `NAME.s3.REGION.amazonaws.com`.
    pub regional_domain_name: String,
    /// Folders beside the template whose files the bucket holds.
    pub mirrors: Vec<Mirror>,
    /// `PublicAccessBlockConfiguration`: all four are on unless said otherwise.
    pub public_policy_blocked: bool,
    /// Where it is written.
    pub position: Position,
}

/// A folder whose files a bucket holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mirror {
    /// The folder, beside the template.
    pub folder: PathBuf,
    /// What its files' keys begin with: `assets/`, or nothing.
    pub prefix: String,
}

/// An `AWS::S3::BucketPolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketPolicy {
    /// Its name in the template.
    pub logical_id: String,
    /// The bucket's name.
    pub bucket: String,
    /// The policy, for `access::Policy::parse`.
    pub document: Value,
    /// Where it is written.
    pub position: Position,
}

/// An `AWS::CloudFront::CloudFrontOriginAccessIdentity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginAccessIdentity {
    /// Its name in the template.
    pub logical_id: String,
    /// `E` and 13 upper-case letters and digits.
    pub id: String,
    /// 96 hexadecimal digits: how bucket policies name it.
    pub canonical_user_id: String,
    /// Where it is written.
    pub position: Position,
}

/// An `AWS::CloudFront::OriginAccessControl`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginAccessControl {
    /// Its name in the template.
    pub logical_id: String,
    /// `E` and 13 upper-case letters and digits.
    pub id: String,
    /// `s3`, `lambda` or another.
    pub origin_type: String,
    /// When requests are signed.
    pub signing: Signing,
    /// Where it is written.
    pub position: Position,
}

/// `SigningBehavior`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// Every request.
    Always,
    /// None: the control does nothing.
    Never,
    /// Unless the viewer sent `Authorization`.
    NoOverride,
}
