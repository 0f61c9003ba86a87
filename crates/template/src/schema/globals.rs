//! What `Globals` may hold. Source: SAM specification, Globals.

/// The properties of one section: `None` if there is no such section.
pub(crate) fn globals(section: &str) -> Option<&'static [&'static str]> {
    Some(match section {
        "Function" => FUNCTION,
        "Api" => API,
        "HttpApi" => HTTP_API,
        "SimpleTable" => SIMPLE_TABLE,
        "StateMachine" => STATE_MACHINE,
        "LayerVersion" => LAYER_VERSION,
        "CapacityProvider" => CAPACITY_PROVIDER,
        "WebSocketApi" => WEB_SOCKET_API,
        _ => return None,
    })
}

const FUNCTION: &[&str] = &[
    "Handler",
    "Runtime",
    "CodeUri",
    "DeadLetterQueue",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Environment",
    "Tags",
    "PropagateTags",
    "Tracing",
    "KmsKeyArn",
    "Layers",
    "AutoPublishAlias",
    "AutoPublishAliasAllProperties",
    "AutoPublishCodeSha256",
    "DeploymentPreference",
    "RolePath",
    "PermissionsBoundary",
    "ReservedConcurrentExecutions",
    "ProvisionedConcurrencyConfig",
    "AssumeRolePolicyDocument",
    "EventInvokeConfig",
    "FileSystemConfigs",
    "CodeSigningConfigArn",
    "Architectures",
    "SnapStart",
    "EphemeralStorage",
    "FunctionUrlConfig",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "RecursiveLoop",
    "SourceKMSKeyArn",
    "CapacityProviderConfig",
    "TenancyConfig",
    "VersionDeletionPolicy",
    "PublishToLatestPublished",
    "FunctionScalingConfig",
    "DurableConfig",
];

const API: &[&str] = &[
    "Auth",
    "Name",
    "DefinitionUri",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "MergeDefinitions",
    "Variables",
    "EndpointConfiguration",
    "MethodSettings",
    "BinaryMediaTypes",
    "MinimumCompressionSize",
    "Cors",
    "GatewayResponses",
    "AccessLogSetting",
    "CanarySetting",
    "TracingEnabled",
    "OpenApiVersion",
    "Domain",
    "AlwaysDeploy",
    "PropagateTags",
    "SecurityPolicy",
    "EndpointAccessMode",
];

const HTTP_API: &[&str] = &[
    "Auth",
    "AccessLogSettings",
    "StageVariables",
    "Tags",
    "CorsConfiguration",
    "DefaultRouteSettings",
    "Domain",
    "RouteSettings",
    "FailOnWarnings",
    "PropagateTags",
    "OpenApiVersion",
];

const SIMPLE_TABLE: &[&str] = &["SSESpecification"];

const STATE_MACHINE: &[&str] = &["PropagateTags"];

const LAYER_VERSION: &[&str] = &["PublishLambdaVersion"];

const CAPACITY_PROVIDER: &[&str] = &[
    "VpcConfig",
    "OperatorRole",
    "Tags",
    "InstanceRequirements",
    "ScalingConfig",
    "KmsKeyArn",
    "PropagateTags",
];

const WEB_SOCKET_API: &[&str] = &[
    "ApiKeySelectionExpression",
    "DisableExecuteApiEndpoint",
    "DisableSchemaValidation",
    "PropagateTags",
    "AccessLogSettings",
    "DefaultRouteSettings",
    "Domain",
    "RouteSettings",
    "StageVariables",
    "Tags",
];
