//! Distributions: cache behaviors, the cache, origins.
