//! A function's configuration as `GetFunctionConfiguration` gives it.

use serde_json::{Value, json};

use super::Api;
use crate::{Function, LogFormat, Tracing};

impl Api {
    pub(super) fn configuration(&self, function: &Function) -> Value {
        let tracing = match function.tracing {
            Tracing::Active => "Active",
            Tracing::PassThrough => "PassThrough",
        };
        let log_format = match function.log_format {
            LogFormat::Text => "Text",
            LogFormat::Json => "JSON",
        };
        let layers: Vec<Value> = function
            .layers
            .iter()
            .enumerate()
            .map(|(index, layer)| {
                let name = layer.file_stem().unwrap_or_default().to_string_lossy();
                let arn =
                    format!("arn:aws:lambda:{}:{}:layer:{name}:{}", self.region, self.account, index + 1);
                json!({"Arn": arn, "CodeSize": 0})
            })
            .collect();
        json!({
            "FunctionName": function.name,
            "FunctionArn": function.arn,
            "Runtime": function.runtime,
            "Role": format!("arn:aws:iam::{}:role/{}", self.account, function.logical_id),
            "Handler": function.handler,
            "CodeSize": 0,
            "Description": "",
            "Timeout": function.timeout.as_secs(),
            "MemorySize": function.memory_megabytes,
            "LastModified": "1970-01-01T00:00:00.000+0000",
            "CodeSha256": "",
            "Version": "$LATEST",
            "Environment": {"Variables": function.environment},
            "TracingConfig": {"Mode": tracing},
            "RevisionId": "00000000-0000-4000-8000-000000000000",
            "Layers": layers,
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": [if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }],
            "EphemeralStorage": {"Size": function.ephemeral_storage_megabytes},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "LoggingConfig": {"LogFormat": log_format, "LogGroup": format!("/aws/lambda/{}", function.name)},
        })
    }
}
