//! Who asks: what a signature, or a hop inside the process, proves about the caller.

use std::sync::Arc;

use crate::Policy;

/// A caller. It is made from a verified signature, or by the hop that is the caller; never from a
/// header that a viewer could send.
#[derive(Clone, Debug)]
pub enum Principal {
    /// Nobody in particular: a request without credentials.
    Anonymous,
    /// An account, by its own keys or a user's of full rights.
    Account {
        /// The account's twelve digits.
        account: String,
        /// `arn:aws:iam::ACCOUNT:root`, or the user's.
        arn: String,
        /// The canonical user id: 64 hex digits.
        canonical_user: String,
    },
    /// A `CloudFront` origin access identity (facts O-001, O-002).
    Identity {
        /// `E…`
        id: String,
        /// The opaque hex that `S3CanonicalUserId` gives.
        canonical_user: String,
    },
    /// `CloudFront` itself on behalf of one distribution: origin access control (facts O-003).
    CloudFrontService {
        /// `arn:aws:cloudfront::ACCOUNT:distribution/ID`
        source_arn: String,
    },
    /// A function's execution role.
    Role {
        /// The account that the role belongs to.
        account: String,
        /// `arn:aws:iam::ACCOUNT:role/NAME`
        arn: String,
        /// What the role itself is allowed and denied.
        policies: Arc<[Policy]>,
    },
}

impl Principal {
    /// The account that the caller belongs to, if it is one's own rather than a service's.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Account { account, .. } | Self::Role { account, .. } => Some(account),
            Self::Anonymous | Self::Identity { .. } | Self::CloudFrontService { .. } => None,
        }
    }

    /// The one name that logs and error texts use: an ARN, a service, or `anonymous`.
    pub fn name(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Account { arn, .. } | Self::Role { arn, .. } => arn.clone(),
            Self::Identity { id, .. } => identity_arn(id),
            Self::CloudFrontService { source_arn } => format!("{CLOUDFRONT} for {source_arn}"),
        }
    }
}

/// The ARN under which policies name an origin access identity (facts O-002).
pub(crate) fn identity_arn(id: &str) -> String {
    format!("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {id}")
}

/// The service principal of origin access control.
pub(crate) const CLOUDFRONT: &str = "cloudfront.amazonaws.com";
