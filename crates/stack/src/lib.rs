//! A stack model turned into running services, and out again.
