//! Databases and secrets: kept, so that a stack can offer its own.

use super::Position;

/// An `AWS::RDS::DBInstance` or `AWS::RDS::DBCluster`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Its name in the template.
    pub logical_id: String,
    /// Which of the two.
    pub kind: DatabaseKind,
    /// `mysql`, `aurora-mysql`, `postgres`, …
    pub engine: String,
    /// The host name that `GetAtt` gives, which a local server answers for.
    pub host: String,
    /// `Port`, or the engine's own.
    pub port: u16,
    /// The database made at first.
    pub name: Option<String>,
    /// `MasterUsername`.
    pub user: Option<String>,
    /// `MasterUserPassword`; nothing if it comes from a secret.
    pub password: Option<String>,
    /// Where it is written.
    pub position: Position,
}

/// An instance, or a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    /// `AWS::RDS::DBInstance`.
    Instance,
    /// `AWS::RDS::DBCluster`.
    Cluster,
}

/// An `AWS::SecretsManager::Secret`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its name in the template.
    pub logical_id: String,
    /// `Name`, or a stable one made from the stack's and the resource's names.
    pub name: String,
    /// What `Ref` gives.
    pub arn: String,
    /// `SecretString`; nothing if AWS makes one up.
    pub value: Option<String>,
    /// Where it is written.
    pub position: Position,
}
