//! Buckets of the model as the bucket service takes them, and the folders that they mirror.

use std::path::PathBuf;

use bucket::BucketConfig;
use serde_json::{Value, json};
use template::Model;

/// A folder beside the template whose files a bucket holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MirroredFolder {
    pub(crate) bucket: String,
    pub(crate) folder: PathBuf,
    pub(crate) prefix: String,
}

/// The configurations of all buckets.
pub(crate) fn buckets(model: &Model) -> Vec<BucketConfig> {
    model
        .buckets
        .iter()
        .map(|bucket| BucketConfig {
            name: bucket.name.clone(),
            logical_id: bucket.logical_id.clone(),
            policy: policy(model, &bucket.name),
            block_public_access: bucket.public_policy_blocked,
        })
        .collect()
}

/// The folders that are mirrored into buckets.
pub(crate) fn mirrors(model: &Model) -> Vec<MirroredFolder> {
    model
        .buckets
        .iter()
        .flat_map(|bucket| {
            bucket.mirrors.iter().map(|mirror| MirroredFolder {
                bucket: bucket.name.clone(),
                folder: mirror.folder.clone(),
                prefix: mirror.prefix.clone(),
            })
        })
        .collect()
}

/// A bucket has one policy in AWS; of several in a template, the last deployed would win, and
/// which that is nobody knows. All statements together are what their writer meant.
fn policy(model: &Model, bucket: &str) -> Option<Value> {
    let documents: Vec<&Value> = model.policies_of(bucket).collect();
    match documents.as_slice() {
        [] => None,
        [one] => Some((*one).clone()),
        several => {
            let statements: Vec<Value> = several
                .iter()
                .flat_map(|document| match document.get("Statement") {
                    Some(Value::Array(statements)) => statements.clone(),
                    Some(statement) => vec![statement.clone()],
                    None => Vec::new(),
                })
                .collect();
            Some(json!({ "Version": "2012-10-17", "Statement": statements }))
        }
    }
}
