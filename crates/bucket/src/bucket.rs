//! One bucket: its objects, and what is set about it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::authorize::Acl;
use crate::store::{Durability, Store};
use access::Policy;

/// A bucket, open.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    /// Its name in the template; the bucket's own name if no template has it.
    pub(crate) logical_id: String,
    pub(crate) store: Store,
    state: RwLock<State>,
}

/// What `bucket.json` holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Milliseconds since the epoch.
    pub(crate) created: u64,
    pub(crate) owner: Owner,
    /// As it was put, to the letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<Box<RawValue>>,
    #[serde(default)]
    pub(crate) public_access: PublicAccessBlock,
    /// `BucketOwnerEnforced` unless it was set otherwise: ACLs count for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ownership: Option<String>,
    /// Anybody may list it: the canned ACL `public-read`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) public: bool,
    /// Sub-resources that are kept and given back: `tagging`, `cors`, `lifecycle`, `encryption`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) documents: BTreeMap<String, String>,
}

/// Whose bucket it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) account: String,
    pub(crate) canonical_user: String,
}

/// Block Public Access; all on by default, as for every bucket made since April 2023.
#[expect(clippy::struct_excessive_bools, reason = "S3's four independent switches, by their names")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublicAccessBlock {
    pub(crate) block_public_acls: bool,
    pub(crate) ignore_public_acls: bool,
    pub(crate) block_public_policy: bool,
    pub(crate) restrict_public_buckets: bool,
}

/// The settings, and the policy in the form that is evaluated.
#[derive(Debug)]
struct State {
    settings: Settings,
    policy: Option<Policy>,
}

impl Bucket {
    /// Opens the bucket in `folder`, or makes it with the settings that `fresh` gives.
    pub(crate) fn open(
        folder: &Path,
        name: &str,
        logical_id: &str,
        run: u64,
        fresh: impl FnOnce() -> Settings,
    ) -> io::Result<Self> {
        let store = Store::open(folder, run)?;
        let settings = match fs::read(store.settings_file()) {
            Ok(text) => serde_json::from_slice(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let settings = fresh();
                store.write_whole(&store.settings_file(), &settings, Durability::Durable)?;
                settings
            }
            Err(error) => return Err(error),
        };
        // A policy in the file was accepted once; one that was edited by hand and is none now allows
        // nothing.
        let policy = settings.policy.as_deref().and_then(read_policy);
        Ok(Self {
            name: name.to_owned(),
            logical_id: logical_id.to_owned(),
            store,
            state: RwLock::new(State { settings, policy }),
        })
    }

    pub(crate) fn settings(&self) -> Settings {
        self.with(|settings, _| settings.clone())
    }

    /// Looks at the settings and the policy without copying them.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&Settings, Option<&Policy>) -> T) -> T {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        look(&state.settings, state.policy.as_ref())
    }

    /// Changes the settings, on disk first.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Settings)) -> io::Result<()> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut settings = state.settings.clone();
        change(&mut settings);
        self.store.write_whole(&self.store.settings_file(), &settings, Durability::Durable)?;
        state.policy = settings.policy.as_deref().and_then(read_policy);
        state.settings = settings;
        Ok(())
    }

    /// What the bucket's ACL says to a listing.
    pub(crate) fn listing_acl(&self) -> Acl {
        if self.with(|settings, _| settings.public) { Acl::Grants } else { Acl::Silent }
    }

    /// `arn:aws:s3:::NAME`
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:s3:::{}", self.name)
    }
}

fn read_policy(text: &RawValue) -> Option<Policy> {
    Policy::parse(&serde_json::from_str(text.get()).ok()?).ok()
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        Self::all(true)
    }
}

impl PublicAccessBlock {
    pub(crate) const fn all(on: bool) -> Self {
        Self {
            block_public_acls: on,
            ignore_public_acls: on,
            block_public_policy: on,
            restrict_public_buckets: on,
        }
    }
}

impl Settings {
    /// Whether ACLs have a meaning here.
    pub(crate) fn acls(&self) -> bool {
        self.ownership.as_deref().is_some_and(|ownership| ownership != OWNER_ENFORCED)
    }
}

/// The ownership under which ACLs count for nothing.
pub(crate) const OWNER_ENFORCED: &str = "BucketOwnerEnforced";

/// Whether S3 takes a name for a bucket: 3 to 63 of lower-case letters, digits, dots and hyphens,
/// beginning and ending with a letter or digit, and no IPv4 address.
///
/// Source: S3 user guide, "Bucket naming rules".
pub(crate) fn is_name(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = name.bytes().next().is_some_and(letters) && name.bytes().last().is_some_and(letters);
    (3..=63).contains(&name.len())
        && ends
        && name.bytes().all(|byte| letters(byte) || byte == b'.' || byte == b'-')
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn b_021_names_of_buckets() {
        for name in ["abc", "my-site.example.com", "1a1", &"a".repeat(63)] {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["", "ab", "Abc", "a_b", "-ab", "ab-", ".ab", "a..b", "..", "a/b", "192.168.5.4", &"a".repeat(64)]
        {
            assert!(!is_name(name), "{name}");
        }
    }
}
