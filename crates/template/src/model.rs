//! What a template describes, typed and resolved: the parts that a stack is started from.
//!
//! Every value is as AWS would have it after the intrinsic functions and SAM's transform:
//! names, ARNs and identifiers have AWS's shapes and stay the same from run to run.

mod api;
mod bucket;
mod database;
mod distribution;
mod edge_policy;
mod function;

use serde_json::Value;

pub use self::api::{
    ApiDomain, Cors, HttpApi, PayloadFormat, RestApi, RestCors, RestRoute, Route, Stage, Throttling,
};
pub use self::bucket::{Bucket, BucketPolicy, Mirror, OriginAccessControl, OriginAccessIdentity, Signing};
pub use self::database::{Database, DatabaseKind, Secret};
pub use self::distribution::{
    CacheBehavior, CustomError, CustomOrigin, Distribution, EdgeEvent, EdgeFunctionAssociation,
    ForwardedCookies, ForwardedValues, Forwarding, HttpVersion, Origin, OriginKind, OriginProtocol,
    OriginTarget, TimeToLive, ViewerProtocol,
};
pub use self::edge_policy::{
    CachePolicy, EdgeFunction, OriginRequestPolicy, PolicyCors, ResponseHeader, ResponseHeadersPolicy,
    SecurityHeaders, Selection, StrictTransportSecurity,
};
pub use self::function::{
    Architecture, Authorization, BrefCompatibility, Code, EventSource, FileSystem, Function, FunctionUrl,
    InvokeMode, Layer, LayerReference, LogFormat, Package, Tracing,
};

/// One stack: what its template's resources, conditions taken, are.
///
/// Lists are in the template's order; implicit resources come last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The stack's name, as `AWS::StackName` gives it.
    pub stack_name: String,
    /// The region, as `AWS::Region` gives it.
    pub region: String,
    /// Twelve digits, as `AWS::AccountId` gives them.
    pub account: String,
    /// The template's `Description`.
    pub description: Option<String>,
    /// Serverless and plain Lambda functions.
    pub functions: Vec<Function>,
    /// HTTP APIs (API Gateway v2), the implicit one included.
    pub http_apis: Vec<HttpApi>,
    /// REST APIs (API Gateway v1), the implicit one included.
    pub rest_apis: Vec<RestApi>,
    /// The stack's own layers.
    pub layers: Vec<Layer>,
    /// S3 buckets.
    pub buckets: Vec<Bucket>,
    /// Policies on those buckets, or on others.
    pub bucket_policies: Vec<BucketPolicy>,
    /// `CloudFront`'s origin access identities.
    pub identities: Vec<OriginAccessIdentity>,
    /// `CloudFront`'s origin access controls.
    pub access_controls: Vec<OriginAccessControl>,
    /// `CloudFront` distributions.
    pub distributions: Vec<Distribution>,
    /// Cache policies of the stack's own.
    pub cache_policies: Vec<CachePolicy>,
    /// Origin request policies of the stack's own.
    pub origin_request_policies: Vec<OriginRequestPolicy>,
    /// Response headers policies of the stack's own.
    pub response_headers_policies: Vec<ResponseHeadersPolicy>,
    /// `CloudFront` Functions.
    pub edge_functions: Vec<EdgeFunction>,
    /// Databases.
    pub databases: Vec<Database>,
    /// Secrets of Secrets Manager.
    pub secrets: Vec<Secret>,
    /// The template's outputs, in its order.
    pub outputs: Vec<Output>,
    /// Resources that exist in AWS only.
    pub unsupported: Vec<Unsupported>,
    /// Values that only AWS, or the user, can give: what was put in their place, and why.
    pub outside: Vec<OutsideValue>,
}

/// Where something is written in the template, counted from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// One of the template's outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its name in the template.
    pub name: String,
    /// The resolved value.
    pub value: String,
    /// What it is said to be.
    pub description: Option<String>,
    /// The name it is exported as.
    pub export: Option<String>,
    /// Where it is written.
    pub position: Position,
}

/// A resource of a type that does not run on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// Its name in the template.
    pub logical_id: String,
    /// For instance `AWS::DynamoDB::Table`.
    pub resource_type: String,
    /// What is missing without it, or what stands in.
    pub note: String,
    /// Where it is written.
    pub position: Position,
}

/// A value that the template takes from elsewhere: a parameter with no default, an import,
/// a dynamic reference, an attribute of a resource that runs in AWS only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideValue {
    /// What would give it: `TableName`, `ImportValue network-VpcId`, `{{resolve:ssm:/db/host}}`.
    pub name: String,
    /// What stands in its place.
    pub stand_in: String,
    /// Where it is used.
    pub position: Position,
}

impl Model {
    /// The function of that logical id.
    pub fn function(&self, logical_id: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.logical_id == logical_id)
    }

    /// The bucket of that logical id.
    pub fn bucket(&self, logical_id: &str) -> Option<&Bucket> {
        self.buckets.iter().find(|bucket| bucket.logical_id == logical_id)
    }

    /// The policies that bear on a bucket, as documents of `access`, in the template's order.
    pub fn policies_of<'a>(&'a self, bucket_name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.bucket_policies
            .iter()
            .filter(move |policy| policy.bucket == bucket_name)
            .map(|policy| &policy.document)
    }
}
