//! Buckets, their policies, identities; databases and secrets.

use super::Builder;
use crate::diagnostic::Diagnostic;
use crate::model::{
    Bucket, BucketPolicy, Database, DatabaseKind, OriginAccessControl, OriginAccessIdentity, Secret, Signing,
};
use crate::sections::Resource;
use crate::value::Value;

impl<'t> Builder<'_, 't> {
    pub(super) fn bucket(&mut self, resource: Resource<'t>, value: &Value) {
        let id = resource.logical_id;
        let resolver = self.resolver;
        let name = resolver.name_of(id, resource.span).unwrap_or_default();
        if let Some(written) = value.member("BucketName") {
            self.check_bucket_name(written);
        }
        let block = value.member("PublicAccessBlockConfiguration");
        self.model.buckets.push(Bucket {
            logical_id: id.to_owned(),
            domain_name: resolver.fill_for(id, "{name}.s3.{suffix}", resource.span),
            regional_domain_name: resolver.fill_for(id, "{name}.s3.{region}.{suffix}", resource.span),
            name,
            mirrors: Vec::new(),
            // New buckets block public policies (S3 since April 2023).
            public_policy_blocked: block
                .and_then(|block| block.boolean_at("BlockPublicPolicy"))
                .unwrap_or(block.is_none()),
            position: self.position(resource.span),
        });
    }

    fn check_bucket_name(&self, written: &Value) {
        let Some(name) = written.text() else { return };
        let letters =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-".contains(letter);
        let ends = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let fine = (3..=63).contains(&name.len())
            && name.chars().all(letters)
            && name.starts_with(ends)
            && name.ends_with(ends)
            && !name.contains("..");
        if !fine {
            self.report(
                Diagnostic::error("bad-bucket-name", format!("`{name}` cannot name a bucket"))
                    .at(written.span)
                    .help("3 to 63 lower-case letters, digits, dots and hyphens; a letter or digit at both ends"),
            );
        }
    }

    pub(super) fn bucket_policy(&mut self, resource: Resource<'t>, value: &Value) {
        let (Some(bucket), Some(document)) = (value.text_at("Bucket"), value.member("PolicyDocument")) else {
            return;
        };
        self.check_statements(document);
        self.model.bucket_policies.push(BucketPolicy {
            logical_id: resource.logical_id.to_owned(),
            bucket,
            document: document.to_json(),
            position: self.position(resource.span),
        });
    }

    /// What S3 refuses as a malformed policy.
    fn check_statements(&self, document: &Value) {
        let Some(statement) = document.member("Statement") else { return };
        let statements =
            if statement.members().is_empty() { statement.items() } else { std::slice::from_ref(statement) };
        for statement in statements {
            for names in [
                ["Effect", "Effect"],
                ["Action", "NotAction"],
                ["Resource", "NotResource"],
                ["Principal", "NotPrincipal"],
            ] {
                if names.iter().all(|name| statement.member(name).is_none()) && !statement.is_unknown() {
                    let message = format!("a statement of a bucket policy needs `{}`", names[0]);
                    self.report(Diagnostic::error("missing-property", message).at(statement.span));
                }
            }
            for resource in statement.texts_at("Resource") {
                if resource != "*" && !resource.starts_with("arn:") {
                    let place = statement.member("Resource").map_or(statement.span, |resource| resource.span);
                    self.report(
                        Diagnostic::error("bad-arn", format!("`{resource}` is no ARN"))
                            .at(place)
                            .help("objects are named by `arn:aws:s3:::BUCKET/*`: !Sub '${Bucket.Arn}/*'"),
                    );
                }
            }
        }
    }

    pub(super) fn identity(&mut self, resource: Resource<'t>) {
        let identity = self.resolver.identity(resource.logical_id);
        self.model.identities.push(OriginAccessIdentity {
            logical_id: resource.logical_id.to_owned(),
            id: identity.cloudfront_id(),
            canonical_user_id: identity.canonical_user(),
            position: self.position(resource.span),
        });
    }

    pub(super) fn access_control(&mut self, resource: Resource<'t>, value: &Value) {
        let text = |name: &str| value.at(&["OriginAccessControlConfig", name]).and_then(Value::text);
        self.model.access_controls.push(OriginAccessControl {
            logical_id: resource.logical_id.to_owned(),
            id: self.resolver.identity(resource.logical_id).cloudfront_id(),
            origin_type: text("OriginAccessControlOriginType").unwrap_or_default().to_owned(),
            signing: match text("SigningBehavior") {
                Some("never") => Signing::Never,
                Some("no-override") => Signing::NoOverride,
                _ => Signing::Always,
            },
            position: self.position(resource.span),
        });
    }

    pub(super) fn database(&mut self, resource: Resource<'t>, value: &Value) {
        let id = resource.logical_id;
        let kind = match resource.type_name {
            "AWS::RDS::DBCluster" => DatabaseKind::Cluster,
            _ => DatabaseKind::Instance,
        };
        let engine = value.text_at("Engine").unwrap_or_default();
        let port = if engine.contains("postgres") { 5432 } else { 3306 };
        self.model.databases.push(Database {
            logical_id: id.to_owned(),
            kind,
            host: self.resolver.fill_for(id, "{name}.cluster-{random}.{region}.rds.{suffix}", resource.span),
            port: value.integer_at("Port").unwrap_or(port),
            engine,
            name: value.text_at("DBName").or_else(|| value.text_at("DatabaseName")),
            user: value.text_at("MasterUsername"),
            password: value.text_at("MasterUserPassword"),
            position: self.position(resource.span),
        });
    }

    pub(super) fn secret(&mut self, resource: Resource<'t>, value: &Value) {
        let id = resource.logical_id;
        let arn = "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{random}";
        self.model.secrets.push(Secret {
            logical_id: id.to_owned(),
            name: self.resolver.name_of(id, resource.span).unwrap_or_default(),
            arn: self.resolver.fill_for(id, arn, resource.span),
            value: value.text_at("SecretString"),
            position: self.position(resource.span),
        });
    }
}
