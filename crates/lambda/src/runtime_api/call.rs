//! A request's method and path, as one of the calls that the Runtime API has.

#[cfg(test)]
mod tests;

/// What the bootstrap (or one of its companions) asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// `GET /runtime/invocation/next`
    Next,
    /// `POST /runtime/invocation/{id}/response`
    Response { id: String },
    /// `POST /runtime/invocation/{id}/error`
    Error { id: String },
    /// `POST /runtime/init/error`
    InitError,
    /// `GET /ping`
    Ping,
    /// `POST /2020-01-01/extension/register`
    Register,
    /// `GET /2020-01-01/extension/event/next`
    ExtensionNext,
    /// `POST /2020-01-01/extension/init/error` and `…/exit/error`
    ExtensionError,
    /// `PUT /2022-07-01/telemetry` and the Logs API before it: not to be had here.
    Telemetry,
    /// The path exists with another method: 405.
    WrongMethod,
    /// Nothing of the kind: 404. SnapStart's `restore` calls are among it (facts, lambda 1).
    Unknown,
}

impl Call {
    pub(crate) fn parse(method: &str, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or(path);
        let (expected, call) = match path {
            "/ping" | "/2018-06-01/ping" => ("GET", Self::Ping),
            "/2018-06-01/runtime/invocation/next" => ("GET", Self::Next),
            "/2018-06-01/runtime/init/error" => ("POST", Self::InitError),
            "/2020-01-01/extension/register" => ("POST", Self::Register),
            "/2020-01-01/extension/event/next" => ("GET", Self::ExtensionNext),
            "/2020-01-01/extension/init/error" | "/2020-01-01/extension/exit/error" => {
                ("POST", Self::ExtensionError)
            }
            "/2020-08-15/logs" | "/2022-07-01/telemetry" => ("PUT", Self::Telemetry),
            _ => match Self::of_invocation(path) {
                Some(call) => ("POST", call),
                None => return Self::Unknown,
            },
        };
        if method == expected { call } else { Self::WrongMethod }
    }

    fn of_invocation(path: &str) -> Option<Self> {
        let (id, what) = path.strip_prefix("/2018-06-01/runtime/invocation/")?.split_once('/')?;
        let id = id.to_owned();
        match what {
            "response" => Some(Self::Response { id }),
            "error" => Some(Self::Error { id }),
            _ => None,
        }
    }
}
