//! Starts a process enclosed: namespaces, a read-only root, limits.
