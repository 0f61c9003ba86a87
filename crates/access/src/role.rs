//! What a SAM template's `Policies` let a function do: policy templates, managed policies and
//! statements → the policies of its role.

use serde_json::{Value, json};

use crate::{MalformedPolicy, Policy};

/// The policies of one function's role.
#[derive(Clone, Debug, Default)]
pub struct RolePolicies {
    /// In the template's order.
    pub policies: Vec<Policy>,
    /// What could not be understood, and so allows nothing here.
    pub problems: Vec<String>,
}

impl RolePolicies {
    /// Reads the resolved value of `Policies`: one entry or a list of them.
    ///
    /// Statements that speak of other services alone are left out: no other service of the stack
    /// asks for a permission. Source: SAM developer guide, `AWS::Serverless::Function`, `Policies`,
    /// and "Policy template list".
    pub fn read(policies: &Value) -> Self {
        let mut role = Self::default();
        match policies {
            Value::Array(entries) => entries.iter().for_each(|entry| role.add(entry)),
            Value::Null => {}
            single => role.add(single),
        }
        role
    }

    fn add(&mut self, entry: &Value) {
        match entry {
            Value::String(name) => self.add_managed(name),
            Value::Object(fields) if fields.contains_key("Statement") => self.add_document(entry),
            Value::Object(fields) => {
                for (name, parameters) in fields {
                    self.add_template(name, parameters);
                }
            }
            other => self.problems.push(format!("a policy must be a name or an object, found {other}")),
        }
    }

    /// A managed policy, by its name or its ARN. Those of other services allow nothing here, which
    /// is no problem.
    fn add_managed(&mut self, name: &str) {
        let name = name.rsplit('/').next().unwrap_or(name);
        let actions = match name {
            "AdministratorAccess" | "PowerUserAccess" => json!("*"),
            "AmazonS3FullAccess" => json!("s3:*"),
            "AmazonS3ReadOnlyAccess" => json!(["s3:Get*", "s3:List*"]),
            _ => return,
        };
        self.add_document(&json!({"Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}));
    }

    /// One of SAM's policy templates; those of other services allow nothing here.
    fn add_template(&mut self, name: &str, parameters: &Value) {
        let (of_bucket, of_objects) = match name {
            "S3ReadPolicy" => (&READ_BUCKET[..], &READ_OBJECTS[..]),
            "S3WritePolicy" => (&WRITE_BUCKET[..], &WRITE_OBJECTS[..]),
            "S3CrudPolicy" => (&CRUD_BUCKET[..], &CRUD_OBJECTS[..]),
            "S3FullAccessPolicy" => (&CRUD_BUCKET[..], &FULL_OBJECTS[..]),
            _ => return,
        };
        let Some(bucket) = parameters.get("BucketName").and_then(Value::as_str) else {
            self.problems.push(format!("{name} needs a BucketName, found {parameters}"));
            return;
        };
        self.add_document(&json!({"Statement": [
            {"Effect": "Allow", "Action": of_bucket, "Resource": format!("arn:aws:s3:::{bucket}")},
            {"Effect": "Allow", "Action": of_objects, "Resource": format!("arn:aws:s3:::{bucket}/*")},
        ]}));
    }

    fn add_document(&mut self, document: &Value) {
        let statements = match &document["Statement"] {
            Value::Array(list) => list.as_slice(),
            single => std::slice::from_ref(single),
        };
        let ours: Vec<&Value> = statements.iter().filter(|statement| speaks_of_buckets(statement)).collect();
        if ours.is_empty() {
            return;
        }
        let parsed: Result<Policy, MalformedPolicy> =
            Policy::parse_identity(&json!({"Version": "2012-10-17", "Statement": ours}));
        match parsed {
            Ok(policy) => self.policies.push(policy),
            Err(problem) => self.problems.push(problem.to_string()),
        }
    }
}

/// Whether a statement has an action of S3's, or of everything. `NotAction` speaks of all but a few.
fn speaks_of_buckets(statement: &Value) -> bool {
    let is_ours = |action: &Value| {
        action.as_str().is_none_or(|action| {
            let service = action.split(':').next().unwrap_or(action);
            service.eq_ignore_ascii_case("s3") || service.contains(['*', '?'])
        })
    };
    match &statement["Action"] {
        Value::Array(actions) => actions.iter().any(is_ours),
        single => is_ours(single),
    }
}

const READ_BUCKET: [&str; 3] = ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetLifecycleConfiguration"];
const READ_OBJECTS: [&str; 2] = ["s3:GetObject", "s3:GetObjectVersion"];
const WRITE_BUCKET: [&str; 1] = ["s3:PutLifecycleConfiguration"];
const WRITE_OBJECTS: [&str; 2] = ["s3:PutObject", "s3:PutObjectAcl"];
const CRUD_BUCKET: [&str; 4] =
    ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"];
const CRUD_OBJECTS: [&str; 5] =
    ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject"];
const FULL_OBJECTS: [&str; 12] = [
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersionTagging",
    "s3:GetObjectTagging",
    "s3:GetObjectVersionTagging",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionTagging",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conditions, Decision, Principal, Request};

    #[track_caller]
    fn check(policies: &Value, allowed: &[(&str, &str)], not: &[(&str, &str)]) {
        let role = RolePolicies::read(policies);
        assert_eq!(role.problems, [""; 0]);
        let may = |action: &str, resource: &str| {
            let resource = format!("arn:aws:s3:::{resource}");
            let request = Request {
                principal: &Principal::Anonymous,
                action,
                resource: &resource,
                conditions: &Conditions::new(),
            };
            role.policies.iter().any(|policy| matches!(policy.evaluate(&request), Decision::Allowed(_)))
        };
        for (action, resource) in allowed {
            assert!(may(action, resource), "{action} {resource} should be allowed");
        }
        for (action, resource) in not {
            assert!(!may(action, resource), "{action} {resource} should not be allowed");
        }
    }

    #[test]
    fn sam_s_policy_templates() {
        let template = |name: &str| json!([{name: {"BucketName": "b"}}]);
        let (read, write, delete) =
            (("s3:GetObject", "b/k"), ("s3:PutObject", "b/k"), ("s3:DeleteObject", "b/k"));
        let (list, tag) = (("s3:ListBucket", "b"), ("s3:PutObjectTagging", "b/k"));
        check(&template("S3ReadPolicy"), &[read, list], &[write, delete, ("s3:GetObject", "other/k")]);
        check(&template("S3WritePolicy"), &[write], &[read, list, delete]);
        check(&template("S3CrudPolicy"), &[read, write, delete, list], &[tag]);
        check(
            &template("S3FullAccessPolicy"),
            &[read, write, delete, list, tag],
            &[("s3:DeleteBucket", "b")],
        );
    }

    #[test]
    fn managed_policies_and_statements() {
        check(&json!("AmazonS3ReadOnlyAccess"), &[("s3:GetObject", "b/k")], &[("s3:PutObject", "b/k")]);
        let arn = "arn:aws:iam::aws:policy/AdministratorAccess";
        check(&json!([arn]), &[("s3:DeleteBucket", "b")], &[]);
        let inline = json!([{"Statement": [
            {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/in/*"},
            {"Effect": "Allow", "Action": ["ses:SendEmail"], "Resource": "*", "Condition": {"X": {"ses:FromAddress": "a"}}},
        ]}]);
        check(&inline, &[("s3:PutObject", "b/in/k")], &[("s3:PutObject", "b/k")]);
    }

    #[test]
    fn other_services_allow_nothing_here_and_are_no_problem() {
        check(
            &json!(["AWSLambdaBasicExecutionRole", {"SQSPollerPolicy": {"QueueName": "q"}}]),
            &[],
            &[("s3:GetObject", "b/k")],
        );
        check(&Value::Null, &[], &[("s3:GetObject", "b/k")]);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for policies in [
            json!([{"S3ReadPolicy": {}}]),
            json!([{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"X": {"y": "z"}}}}]),
            json!([7]),
        ] {
            assert_eq!(RolePolicies::read(&policies).problems.len(), 1, "{policies}");
        }
    }
}
