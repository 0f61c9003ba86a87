//! The environment variables of an execution environment (facts, lambda 4).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use crate::{Function, LogFormat, Settings};

/// Everything that an environment's first process finds. Nothing of Davy's own environment is in it.
pub(crate) fn variables(
    function: &Function,
    settings: &Settings,
    log_stream: &str,
    runtime_api: SocketAddr,
    place: &Place<'_>,
) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    let mut set = |name: &str, value: &str| {
        variables.insert(name.to_owned(), value.to_owned());
    };
    set("LANG", "en_US.UTF-8");
    set("TZ", ":UTC");
    set("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin");
    set(
        "LD_LIBRARY_PATH",
        "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    );
    set("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
    set("AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1:2000");
    set("_AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1");
    set("_AWS_XRAY_DAEMON_PORT", "2000");
    if let Place::Unenclosed { temporary, .. } = place {
        set("TMPDIR", &temporary.to_string_lossy());
    }
    // What the function may set itself goes over the defaults and under what is Lambda's alone.
    for (name, value) in &function.environment {
        set(name, value);
    }
    set("_HANDLER", &function.handler);
    set("LAMBDA_TASK_ROOT", &place.task_root().to_string_lossy());
    set("LAMBDA_RUNTIME_DIR", "/var/runtime");
    set("AWS_LAMBDA_RUNTIME_API", &runtime_api.to_string());
    set("AWS_LAMBDA_FUNCTION_NAME", &function.name);
    set("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &function.memory_megabytes.to_string());
    set("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{}", function.name));
    set("AWS_LAMBDA_LOG_STREAM_NAME", log_stream);
    set("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    set("AWS_REGION", &settings.region);
    set("AWS_DEFAULT_REGION", &settings.region);
    if let Some(credentials) = function.credentials.as_ref().or(settings.credentials.as_ref()) {
        set("AWS_ACCESS_KEY_ID", &credentials.access_key);
        set("AWS_SECRET_ACCESS_KEY", &credentials.secret_key);
        if let Some(token) = &credentials.session_token {
            set("AWS_SESSION_TOKEN", token);
        }
    }
    if function.log_format == LogFormat::Json {
        set("AWS_LAMBDA_LOG_FORMAT", "JSON");
        set("AWS_LAMBDA_LOG_LEVEL", "INFO");
    }
    variables
}

/// Where the code is, as its processes see it.
#[derive(Clone, Debug)]
pub(crate) enum Place<'a> {
    /// At `/var/task`.
    Enclosed,
    /// In the user's own folders.
    Unenclosed { code: &'a Path, temporary: &'a Path },
}

impl Place<'_> {
    pub(crate) fn task_root(&self) -> &Path {
        match self {
            Self::Enclosed => Path::new("/var/task"),
            Self::Unenclosed { code, .. } => code,
        }
    }
}

#[cfg(test)]
mod tests {
    use sandbox::Isolation;

    use super::*;

    #[test]
    fn a_function_sets_its_own_and_not_lambdas() {
        let mut function = Function::new("site", "/code".into());
        for (name, value) in [("TZ", "Europe/Berlin"), ("AWS_REGION", "eu-north-1"), ("DAVY_SCRIPTS", "1")] {
            function.environment.insert(name.to_owned(), value.to_owned());
        }
        let settings = Settings::new("/state".into(), "/davy".into(), Isolation::Enclosed);
        let address = SocketAddr::from(([127, 0, 0, 1], 9_001));
        let found = variables(&function, &settings, "2026/11/24/[$LATEST]ab", address, &Place::Enclosed);
        for (name, value) in [
            ("TZ", "Europe/Berlin"),
            ("AWS_REGION", "us-east-1"),
            ("DAVY_SCRIPTS", "1"),
            ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
            ("_HANDLER", "index.php"),
            ("LAMBDA_TASK_ROOT", "/var/task"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/site"),
        ] {
            assert_eq!(found.get(name).map(String::as_str), Some(value), "{name}");
        }
        for absent in ["HOME", "PWD", "AWS_EXECUTION_ENV", "TMPDIR", "AWS_ACCESS_KEY_ID", "_X_AMZN_TRACE_ID"]
        {
            assert!(!found.contains_key(absent), "{absent}");
        }
    }
}
