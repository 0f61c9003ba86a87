//! An execution environment's life as a table: what happens in which phase, and what is next.
//!
//! ```text
//!             launched         first next          event            next
//! Started ───────────► Initialising ───► Ready ───────────► Running ───► Ready
//!                          │ ended or too slow: once more ─┐   │ response: Answered
//!                          └◄──────────────────────────────┘   │ ended or too slow
//! any ── retire ─► Draining (if Running) or Gone ◄──────────────┘
//! ```

#[cfg(test)]
mod tests;

/// Where an environment is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Its process is being launched.
    Started,
    /// The process runs and has not asked for an event yet.
    Initialising,
    /// It waits for an event.
    Ready,
    /// It has an event and has not asked for the next one.
    Running,
    /// It runs its last invocation.
    Draining,
    /// Its processes are killed or have ended.
    Gone,
}

/// What the runtime has said about itself, from which it follows what it may say next. The names
/// are those that Lambda's own agent gives in its refusals (facts, lambda 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    Started,
    InitError,
    Ready,
    Running,
    ResponseSent,
}

/// A call that changes what the runtime is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Next,
    Response,
    Error,
    InitError,
}

impl Phase {
    /// The name that logs and pages show.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Initialising => "initialising",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Draining => "draining",
            Self::Gone => "gone",
        }
    }

    /// Whether an invocation can be handed to it.
    pub(crate) const fn takes_events(self) -> bool {
        matches!(self, Self::Ready)
    }
}

impl Runtime {
    /// What the runtime is after `said`, or that it may not say that now.
    pub(crate) const fn after(self, said: Said) -> Result<Self, Refused> {
        let to = match (self, said) {
            // Again in `Running`: the same event is delivered again.
            (Self::Running, Said::Next) => return Ok(Self::Running),
            (Self::Started | Self::Ready | Self::ResponseSent, Said::Next) => return Ok(Self::Ready),
            (Self::Running, Said::Response | Said::Error) => return Ok(Self::ResponseSent),
            (Self::Started, Said::InitError) => return Ok(Self::InitError),
            (Self::InitError, Said::Next) => "Ready",
            (_, Said::Response) => "InvocationResponse",
            (_, Said::Error) => "InvocationErrorResponse",
            (_, Said::InitError) => "InitError",
        };
        Err(Refused { from: self.name(), to })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::InitError => "InitError",
            Self::Ready => "Ready",
            Self::Running => "Running",
            Self::ResponseSent => "ResponseSent",
        }
    }
}

/// A transition that Lambda doesn't allow: 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
}
