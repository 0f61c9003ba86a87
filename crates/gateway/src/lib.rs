//! HTTP APIs: a request becomes a route, an event and an invocation.
