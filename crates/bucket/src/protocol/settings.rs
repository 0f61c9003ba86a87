//! Calls about buckets themselves: making and removing them, policies, and what else is set.

use http::StatusCode;
use serde_json::value::RawValue;

use access::{Decision, Policy, Principal, Request};

use super::Call;
use super::operation::Document as Kind;
use super::tags;
use crate::answer::Answer;
use crate::authorize::Verdict;
use crate::bucket::{self, Bucket, OWNER_ENFORCED, Owner, PublicAccessBlock, Settings};
use crate::buckets::NewBuckets;
use crate::error::{self, Code, S3Error};
use crate::xml::{Document, Element};

impl Call {
    pub(super) fn list_buckets(&self) -> Result<Answer, S3Error> {
        let Some(account) = self.caller.principal.account() else {
            return Err(error::ACCESS_DENIED.into());
        };
        self.decided(self.role_may("s3:ListAllMyBuckets", "arn:aws:s3:::*"))?;
        let most = self.query.number("max-buckets")?.unwrap_or(usize::MAX);
        let prefix = self.query.get("prefix").unwrap_or_default();
        let after = self.query.get("continuation-token").unwrap_or_default();
        let buckets = self.inner.all();
        let mut mine = buckets.iter().filter_map(|bucket| {
            let settings = bucket.settings();
            let listed = settings.owner.account == account
                && bucket.name.starts_with(prefix)
                && bucket.name.as_str() > after;
            listed.then(|| (bucket.name.clone(), settings.created))
        });
        let page: Vec<(String, u64)> = mine.by_ref().take(most).collect();
        let next = mine.next().and(page.last()).map(|(name, _)| name.as_str());
        Ok(Answer::xml(Document::of("ListAllMyBucketsResult", |xml| {
            owner(xml, "Owner", &crate::canonical_user(account));
            xml.element("Buckets", |xml| {
                for (name, created) in &page {
                    xml.element("Bucket", |xml| {
                        xml.text("Name", name);
                        xml.text("CreationDate", access::calendar::iso_millis(*created));
                    });
                }
            });
            xml.text_if("ContinuationToken", next);
        })))
    }

    pub(super) fn create_bucket(&self, document: &[u8]) -> Result<Answer, S3Error> {
        let name = &self.target.bucket;
        if !bucket::is_name(name) {
            return Err(S3Error::new(error::INVALID_BUCKET_NAME).with("BucketName", name));
        }
        let Some(account) = self.caller.principal.account() else {
            return Err(error::ACCESS_DENIED.into());
        };
        self.decided(self.role_may("s3:CreateBucket", &format!("arn:aws:s3:::{name}")))?;
        self.check_location(document)?;
        let owner = Owner { account: account.to_owned(), canonical_user: crate::canonical_user(account) };
        let acls = self.inner.settings.new_buckets == NewBuckets::WithAcls;
        let mut settings = self.inner.fresh(owner.clone(), PublicAccessBlock::all(!acls));
        if let Some(ownership) = self.header("x-amz-object-ownership") {
            settings.ownership = Some(ownership.to_owned());
        }
        settings.public = public_acl(self.header("x-amz-acl"), &settings)?;
        let bucket = self.inner.create(name, settings).map_err(|error| S3Error::internal(&error))?;
        // One's own again succeeds and keeps its objects, as in us-east-1 (facts B-021).
        if bucket.with(|settings, _| settings.owner != owner) {
            return Err(S3Error::new(error::BUCKET_ALREADY_EXISTS).with("BucketName", name));
        }
        Ok(Answer::empty(StatusCode::OK).with("location", format!("/{name}")))
    }

    fn check_location(&self, document: &[u8]) -> Result<(), S3Error> {
        if document.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let root = Element::read(document, "CreateBucketConfiguration");
        let root = root.ok_or_else(|| S3Error::new(error::MALFORMED_XML))?;
        match root.text_of("LocationConstraint") {
            None | Some("") => Ok(()),
            Some(region) if region == self.inner.settings.region => Ok(()),
            Some(other) => Err(S3Error::because(
                error::INVALID_LOCATION_CONSTRAINT,
                format!("The buckets here are in {}, not in {other}.", self.inner.settings.region),
            )),
        }
    }

    pub(super) fn head_bucket(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize(&bucket, "s3:ListBucket", None, &[], bucket.listing_acl())?;
        Ok(Answer::empty(StatusCode::OK).with("x-amz-bucket-region", &self.inner.settings.region))
    }

    pub(super) fn delete_bucket(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, "s3:DeleteBucket")?;
        if !self.inner.remove(&bucket).map_err(|error| S3Error::internal(&error))? {
            return Err(S3Error::new(error::BUCKET_NOT_EMPTY).with("BucketName", &bucket.name));
        }
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn location(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, "s3:GetBucketLocation")?;
        let region = self.inner.settings.region.as_str();
        // Empty for us-east-1: the oldest region has no name here.
        let region = if region == "us-east-1" { "" } else { region };
        Ok(Answer::xml(Document::with_text("LocationConstraint", region)))
    }

    pub(super) fn versioning(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, "s3:GetBucketVersioning")?;
        Ok(Answer::xml(Document::of("VersioningConfiguration", |_| {})))
    }

    pub(super) fn get_policy(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.may_set_policy(&bucket, "s3:GetBucketPolicy")?;
        let policy =
            bucket.with(|settings, _| settings.policy.as_deref().map(|policy| policy.get().to_owned()));
        let policy = policy.ok_or_else(|| S3Error::new(error::NO_SUCH_BUCKET_POLICY))?;
        Ok(Answer::text("application/json", policy))
    }

    pub(super) fn put_policy(&self, document: &[u8]) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.may_set_policy(&bucket, "s3:PutBucketPolicy")?;
        let malformed = |problem: String| S3Error::because(error::MALFORMED_POLICY, problem);
        if document.len() > LARGEST_POLICY {
            return Err(malformed(format!(
                "A policy may have {LARGEST_POLICY} bytes; this one has {}.",
                document.len()
            )));
        }
        let policy: Box<RawValue> = serde_json::from_slice(document)
            .map_err(|error| malformed(format!("The policy is not JSON: {error}")))?;
        let value = serde_json::from_str(policy.get()).map_err(|error| malformed(error.to_string()))?;
        let parsed = Policy::parse(&value).map_err(|problem| malformed(problem.to_string()))?;
        if parsed.is_public() && bucket.with(|settings, _| settings.public_access.block_public_policy) {
            return Err(S3Error::because(
                error::ACCESS_DENIED,
                "The policy opens the bucket to everybody, and Block Public Access is on: switch off its \
                 BlockPublicPolicy first.",
            ));
        }
        bucket.change(|settings| settings.policy = Some(policy))?;
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn delete_policy(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.may_set_policy(&bucket, "s3:DeleteBucketPolicy")?;
        bucket.change(|settings| settings.policy = None)?;
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn policy_status(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, "s3:GetBucketPolicyStatus")?;
        let public = bucket.with(|settings, policy| settings.public || policy.is_some_and(Policy::is_public));
        Ok(Answer::xml(Document::of("PolicyStatus", |xml| xml.text("IsPublic", public.to_string()))))
    }

    /// Only the bucket's own account sets its policy, and its root may always mend one that shuts
    /// everybody out (S3 user guide, "Bucket policies").
    fn may_set_policy(&self, bucket: &Bucket, action: &'static str) -> Result<(), S3Error> {
        let owner = bucket.with(|settings, _| settings.owner.account.clone());
        match &self.caller.principal {
            Principal::Account { account, arn, .. } if *account == owner && arn.ends_with(":root") => Ok(()),
            principal if principal.account().is_some_and(|account| account != owner) => {
                Err(error::METHOD_NOT_ALLOWED.into())
            }
            _ => self.authorize_bucket(bucket, action),
        }
    }

    pub(super) fn bucket_acl(&self) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, "s3:GetBucketAcl")?;
        let settings = bucket.settings();
        Ok(Answer::xml(acl(&settings.owner.canonical_user, settings.public)))
    }

    pub(super) fn put_bucket_acl(&self, _document: &[u8]) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, "s3:PutBucketAcl")?;
        let canned = self.header("x-amz-acl").ok_or_else(|| {
            S3Error::because(
                error::ACCESS_CONTROL_LIST_NOT_SUPPORTED,
                "Only canned ACLs in x-amz-acl are supported.",
            )
        })?;
        let public = public_acl(Some(canned), &bucket.settings())?;
        bucket.change(|settings| settings.public = public)?;
        Ok(Answer::empty(StatusCode::OK))
    }

    pub(super) fn get_document(&self, kind: Kind) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, kind.actions()[0])?;
        let settings = bucket.settings();
        let stored = match kind {
            Kind::PublicAccessBlock => Some(public_access_document(settings.public_access)),
            Kind::OwnershipControls => {
                Some(ownership_document(settings.ownership.as_deref().unwrap_or(OWNER_ENFORCED)))
            }
            Kind::Encryption => {
                Some(settings.documents.get(kind.name()).cloned().unwrap_or_else(default_encryption))
            }
            Kind::Tagging | Kind::Cors | Kind::Lifecycle => settings.documents.get(kind.name()).cloned(),
        };
        Ok(Answer::xml(stored.ok_or_else(|| S3Error::new(kind.absent()))?))
    }

    pub(super) fn put_document(&self, kind: Kind, document: &[u8]) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, kind.actions()[1])?;
        let malformed = || S3Error::new(error::MALFORMED_XML);
        let root = Element::read(document, kind.root()).ok_or_else(malformed)?;
        match kind {
            Kind::PublicAccessBlock => {
                let on =
                    |name: &str| root.text_of(name).is_some_and(|text| text.eq_ignore_ascii_case("true"));
                let block = PublicAccessBlock {
                    block_public_acls: on("BlockPublicAcls"),
                    ignore_public_acls: on("IgnorePublicAcls"),
                    block_public_policy: on("BlockPublicPolicy"),
                    restrict_public_buckets: on("RestrictPublicBuckets"),
                };
                bucket.change(|settings| settings.public_access = block)?;
            }
            Kind::OwnershipControls => {
                let ownership = root.child("Rule").and_then(|rule| rule.text_of("ObjectOwnership"));
                let ownership = ownership.filter(|name| OWNERSHIPS.contains(name)).ok_or_else(malformed)?;
                bucket.change(|settings| settings.ownership = Some(ownership.to_owned()))?;
            }
            Kind::Tagging => {
                let tags = tags::document(&tags::read_document(document, tags::MOST_OF_A_BUCKET)?);
                bucket.change(|settings| {
                    settings.documents.insert(kind.name().to_owned(), tags);
                })?;
                return Ok(Answer::empty(StatusCode::NO_CONTENT));
            }
            Kind::Cors | Kind::Lifecycle | Kind::Encryption => {
                let text = String::from_utf8(document.to_vec()).map_err(|_| malformed())?;
                bucket.change(|settings| {
                    settings.documents.insert(kind.name().to_owned(), text);
                })?;
            }
        }
        Ok(Answer::empty(StatusCode::OK))
    }

    pub(super) fn delete_document(&self, kind: Kind) -> Result<Answer, S3Error> {
        let bucket = self.bucket()?;
        self.authorize_bucket(&bucket, kind.actions()[1])?;
        bucket.change(|settings| match kind {
            Kind::PublicAccessBlock => settings.public_access = PublicAccessBlock::all(false),
            Kind::OwnershipControls => settings.ownership = None,
            _ => {
                settings.documents.remove(kind.name());
            }
        })?;
        Ok(Answer::empty(StatusCode::NO_CONTENT))
    }

    /// What a caller may do that is about no bucket yet: an account all, a role what its policies say.
    fn role_may(&self, action: &str, resource: &str) -> Verdict {
        let Principal::Role { policies, .. } = &self.caller.principal else {
            return Verdict::yes("the account is the caller's own".to_owned());
        };
        let request = Request {
            principal: &self.caller.principal,
            action,
            resource,
            conditions: &self.caller.conditions,
        };
        let decisions: Vec<Decision> = policies.iter().map(|policy| policy.evaluate(&request)).collect();
        let denied = decisions.iter().find(|decision| matches!(decision, Decision::Denied(_)));
        let decided =
            denied.or_else(|| decisions.iter().find(|decision| matches!(decision, Decision::Allowed(_))));
        match decided {
            Some(Decision::Allowed(statement)) => Verdict::yes(format!("role's policy, {statement}")),
            Some(Decision::Denied(statement)) => Verdict::no(format!("role's policy, {statement}")),
            _ => Verdict::no("no statement allows it".to_owned()),
        }
    }
}

impl Kind {
    /// Reading and writing it, as policies name them.
    const fn actions(self) -> [&'static str; 2] {
        match self {
            Self::Tagging => ["s3:GetBucketTagging", "s3:PutBucketTagging"],
            Self::Cors => ["s3:GetBucketCORS", "s3:PutBucketCORS"],
            Self::Lifecycle => ["s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration"],
            Self::Encryption => ["s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration"],
            Self::OwnershipControls => ["s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls"],
            Self::PublicAccessBlock => ["s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock"],
        }
    }

    const fn root(self) -> &'static str {
        match self {
            Self::Tagging => "Tagging",
            Self::Cors => "CORSConfiguration",
            Self::Lifecycle => "LifecycleConfiguration",
            Self::Encryption => "ServerSideEncryptionConfiguration",
            Self::OwnershipControls => "OwnershipControls",
            Self::PublicAccessBlock => "PublicAccessBlockConfiguration",
        }
    }

    /// What is said when it was never set.
    const fn absent(self) -> Code {
        match self {
            Self::Cors => error::NO_SUCH_CORS_CONFIGURATION,
            Self::Lifecycle => error::NO_SUCH_LIFECYCLE_CONFIGURATION,
            _ => error::NO_SUCH_TAG_SET,
        }
    }
}

/// Whether a canned ACL opens a bucket to everybody.
fn public_acl(canned: Option<&str>, settings: &Settings) -> Result<bool, S3Error> {
    match canned {
        None | Some("private") => Ok(false),
        Some("public-read") if settings.acls() && !settings.public_access.block_public_acls => Ok(true),
        Some("public-read") if settings.acls() => Err(error::ACCESS_DENIED.into()),
        Some(_) if !settings.acls() => Err(error::ACCESS_CONTROL_LIST_NOT_SUPPORTED.into()),
        Some(other) => Err(S3Error::because(
            error::NOT_IMPLEMENTED,
            format!("The canned ACL `{other}` is not implemented; `private` and `public-read` are."),
        )),
    }
}

/// An access control list: all to the owner, and reading to everybody if `public`.
pub(super) fn acl(canonical_user: &str, public: bool) -> String {
    let grant = |xml: &mut Document, kind: &str, element: &str, grantee: &str, permission: &str| {
        xml.element("Grant", |xml| {
            xml.typed("Grantee", kind, |xml| xml.text(element, grantee));
            xml.text("Permission", permission);
        });
    };
    Document::of("AccessControlPolicy", |xml| {
        owner(xml, "Owner", canonical_user);
        xml.element("AccessControlList", |xml| {
            grant(xml, "CanonicalUser", "ID", canonical_user, "FULL_CONTROL");
            if public {
                grant(xml, "Group", "URI", "http://acs.amazonaws.com/groups/global/AllUsers", "READ");
            }
        });
    })
}

pub(super) fn owner(xml: &mut Document, element: &str, canonical_user: &str) {
    xml.element(element, |xml| xml.text("ID", canonical_user));
}

fn public_access_document(block: PublicAccessBlock) -> String {
    Document::of("PublicAccessBlockConfiguration", |xml| {
        xml.text("BlockPublicAcls", block.block_public_acls.to_string());
        xml.text("IgnorePublicAcls", block.ignore_public_acls.to_string());
        xml.text("BlockPublicPolicy", block.block_public_policy.to_string());
        xml.text("RestrictPublicBuckets", block.restrict_public_buckets.to_string());
    })
}

fn ownership_document(ownership: &str) -> String {
    Document::of("OwnershipControls", |xml| {
        xml.element("Rule", |xml| xml.text("ObjectOwnership", ownership));
    })
}

/// What every bucket has since January 2023.
fn default_encryption() -> String {
    Document::of("ServerSideEncryptionConfiguration", |xml| {
        xml.element("Rule", |xml| {
            xml.element("ApplyServerSideEncryptionByDefault", |xml| xml.text("SSEAlgorithm", "AES256"));
            xml.text("BucketKeyEnabled", "false");
        });
    })
}

/// Bytes (facts P-001).
const LARGEST_POLICY: usize = 20 * 1_024;
const OWNERSHIPS: [&str; 3] = [OWNER_ENFORCED, "BucketOwnerPreferred", "ObjectWriter"];
