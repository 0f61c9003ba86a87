//! HTTP requests and responses to Lambda events and back, both directions, with no IO.
