//! SAM's types, and Lambda's own. Source: the SAM specification, and the CloudFormation reference.

use super::Shape::{Choice, Either, List, Map, Object};
use super::{ANY, BOOLEAN, Property, TEXT, TEXT_MAP, TEXTS, integer, optional, required};

pub(super) fn properties(resource_type: &str) -> Option<&'static [Property]> {
    Some(match resource_type {
        "AWS::Serverless::Function" => FUNCTION,
        "AWS::Serverless::HttpApi" => HTTP_API,
        "AWS::Serverless::Api" => REST_API,
        "AWS::Serverless::LayerVersion" => LAYER,
        "AWS::Serverless::SimpleTable" => SIMPLE_TABLE,
        "AWS::Lambda::Function" => PLAIN_FUNCTION,
        "AWS::Lambda::LayerVersion" => PLAIN_LAYER,
        "AWS::Lambda::Url" => PLAIN_URL,
        _ => return None,
    })
}

pub(super) fn event_properties(event_type: &str) -> Option<&'static [Property]> {
    EVENTS.iter().find(|(name, _)| *name == event_type).map(|(_, properties)| *properties)
}

const FUNCTION: &[Property] = &[
    optional("AlwaysDeploy", BOOLEAN),
    optional("Architectures", List(&Choice(ARCHITECTURES))),
    optional("AssumeRolePolicyDocument", ANY),
    optional("AutoPublishAlias", TEXT),
    optional("AutoPublishAliasAllProperties", BOOLEAN),
    optional("AutoPublishCodeSha256", TEXT),
    optional("CapacityProviderConfig", ANY),
    optional("CodeSigningConfigArn", TEXT),
    optional("CodeUri", Either(&TEXT, &Object(S3_LOCATION))),
    optional("DeadLetterQueue", ANY),
    optional("DeploymentPreference", ANY),
    optional("Description", TEXT),
    optional("DurableConfig", ANY),
    optional("Environment", Object(ENVIRONMENT)),
    optional("EphemeralStorage", Object(EPHEMERAL_STORAGE)),
    optional("EventInvokeConfig", ANY),
    optional("Events", Map(&Object(EVENT))),
    optional("FileSystemConfigs", List(&Object(FILE_SYSTEM))),
    optional("FunctionName", TEXT),
    optional("FunctionScalingConfig", ANY),
    optional("FunctionUrlConfig", Object(URL)),
    optional("Handler", TEXT),
    optional("ImageConfig", ANY),
    optional("ImageUri", TEXT),
    optional("InlineCode", TEXT),
    optional("KmsKeyArn", TEXT),
    optional("Layers", List(&TEXT)),
    optional("LoggingConfig", Object(LOGGING)),
    optional("MemorySize", integer(128, 10_240)),
    optional("PackageType", Choice(&["Zip", "Image"])),
    optional("PermissionsBoundary", TEXT),
    optional("Policies", ANY),
    optional("PropagateTags", BOOLEAN),
    optional("ProvisionedConcurrencyConfig", ANY),
    optional("PublishToLatestPublished", BOOLEAN),
    optional("RecursiveLoop", TEXT),
    optional("ReservedConcurrentExecutions", integer(0, 1_000_000)),
    optional("Role", TEXT),
    optional("RolePath", TEXT),
    optional("Runtime", TEXT),
    optional("RuntimeManagementConfig", ANY),
    optional("SnapStart", ANY),
    optional("SourceKMSKeyArn", TEXT),
    optional("Tags", TEXT_MAP),
    optional("TenancyConfig", ANY),
    optional("Timeout", integer(1, 900)),
    optional("Tracing", Choice(&["Active", "PassThrough", "Disabled"])),
    optional("VersionDescription", TEXT),
    optional("VersionDeletionPolicy", TEXT),
    optional("VpcConfig", ANY),
];

const PLAIN_FUNCTION: &[Property] = &[
    optional("Architectures", List(&Choice(ARCHITECTURES))),
    required("Code", Object(PLAIN_CODE)),
    optional("CodeSigningConfigArn", TEXT),
    optional("DeadLetterConfig", ANY),
    optional("Description", TEXT),
    optional("Environment", Object(ENVIRONMENT)),
    optional("EphemeralStorage", Object(EPHEMERAL_STORAGE)),
    optional("FileSystemConfigs", List(&Object(FILE_SYSTEM))),
    optional("FunctionName", TEXT),
    optional("Handler", TEXT),
    optional("ImageConfig", ANY),
    optional("KmsKeyArn", TEXT),
    optional("Layers", List(&TEXT)),
    optional("LoggingConfig", Object(LOGGING)),
    optional("MemorySize", integer(128, 10_240)),
    optional("PackageType", Choice(&["Zip", "Image"])),
    optional("RecursiveLoop", TEXT),
    optional("ReservedConcurrentExecutions", integer(0, 1_000_000)),
    required("Role", TEXT),
    optional("Runtime", TEXT),
    optional("RuntimeManagementConfig", ANY),
    optional("SnapStart", ANY),
    optional("Tags", ANY),
    optional("Timeout", integer(1, 900)),
    optional("TracingConfig", Object(&[optional("Mode", Choice(&["Active", "PassThrough"]))])),
    optional("VpcConfig", ANY),
];

const PLAIN_CODE: &[Property] = &[
    optional("ImageUri", TEXT),
    optional("S3Bucket", TEXT),
    optional("S3Key", TEXT),
    optional("S3ObjectVersion", TEXT),
    optional("SourceKMSKeyArn", TEXT),
    optional("ZipFile", TEXT),
];

const S3_LOCATION: &[Property] =
    &[required("Bucket", TEXT), required("Key", TEXT), optional("Version", TEXT)];
const ENVIRONMENT: &[Property] = &[optional("Variables", TEXT_MAP)];
const EPHEMERAL_STORAGE: &[Property] = &[required("Size", integer(512, 10_240))];
const EVENT: &[Property] = &[required("Type", TEXT), optional("Properties", ANY)];
const FILE_SYSTEM: &[Property] = &[required("Arn", TEXT), required("LocalMountPath", TEXT)];
const LOGGING: &[Property] = &[
    optional("ApplicationLogLevel", TEXT),
    optional("LogFormat", Choice(&["Text", "JSON"])),
    optional("LogGroup", TEXT),
    optional("SystemLogLevel", TEXT),
];
const URL: &[Property] = &[
    required("AuthType", Choice(&["NONE", "AWS_IAM"])),
    optional("Cors", Object(CORS)),
    optional("InvokeMode", Choice(&["BUFFERED", "RESPONSE_STREAM"])),
];
const PLAIN_URL: &[Property] = &[
    required("AuthType", Choice(&["NONE", "AWS_IAM"])),
    optional("Cors", Object(CORS)),
    optional("InvokeMode", Choice(&["BUFFERED", "RESPONSE_STREAM"])),
    optional("Qualifier", TEXT),
    required("TargetFunctionArn", TEXT),
];
const CORS: &[Property] = &[
    optional("AllowCredentials", BOOLEAN),
    optional("AllowHeaders", TEXTS),
    optional("AllowMethods", TEXTS),
    optional("AllowOrigins", TEXTS),
    optional("ExposeHeaders", TEXTS),
    optional("MaxAge", integer(-1, 86_400)),
];
const ARCHITECTURES: &[&str] = &["x86_64", "arm64"];

const HTTP_API: &[Property] = &[
    optional("AccessLogSettings", ANY),
    optional("Auth", ANY),
    optional("CorsConfiguration", Either(&BOOLEAN, &Object(CORS))),
    optional("DefaultRouteSettings", ANY),
    optional("DefinitionBody", ANY),
    optional("DefinitionUri", ANY),
    optional("Description", TEXT),
    optional("DisableExecuteApiEndpoint", BOOLEAN),
    optional("Domain", ANY),
    optional("FailOnWarnings", BOOLEAN),
    optional("Name", TEXT),
    optional("OpenApiVersion", TEXT),
    optional("PropagateTags", BOOLEAN),
    optional("RouteSettings", ANY),
    optional("StageName", TEXT),
    optional("StageVariables", TEXT_MAP),
    optional("Tags", ANY),
];

const REST_API: &[Property] = &[
    optional("AccessLogSetting", ANY),
    optional("AlwaysDeploy", BOOLEAN),
    optional("ApiKeySourceType", TEXT),
    optional("Auth", ANY),
    optional("BinaryMediaTypes", TEXTS),
    optional("CacheClusterEnabled", BOOLEAN),
    optional("CacheClusterSize", TEXT),
    optional("CanarySetting", ANY),
    optional("Cors", ANY),
    optional("DefinitionBody", ANY),
    optional("DefinitionUri", ANY),
    optional("Description", TEXT),
    optional("DisableExecuteApiEndpoint", BOOLEAN),
    optional("Domain", ANY),
    optional("EndpointAccessMode", TEXT),
    optional("EndpointConfiguration", ANY),
    optional("FailOnWarnings", BOOLEAN),
    optional("GatewayResponses", ANY),
    optional("MergeDefinitions", BOOLEAN),
    optional("MethodSettings", ANY),
    optional("MinimumCompressionSize", integer(0, 10_485_760)),
    optional("Mode", TEXT),
    optional("Models", ANY),
    optional("Name", TEXT),
    optional("OpenApiVersion", TEXT),
    optional("Policy", ANY),
    optional("PropagateTags", BOOLEAN),
    optional("SecurityPolicy", TEXT),
    required("StageName", TEXT),
    optional("Tags", ANY),
    optional("TracingEnabled", BOOLEAN),
    optional("Variables", TEXT_MAP),
];

const LAYER: &[Property] = &[
    optional("CompatibleArchitectures", List(&Choice(ARCHITECTURES))),
    optional("CompatibleRuntimes", TEXTS),
    required("ContentUri", Either(&TEXT, &Object(S3_LOCATION))),
    optional("Description", TEXT),
    optional("LayerName", TEXT),
    optional("LicenseInfo", TEXT),
    optional("PublishLambdaVersion", BOOLEAN),
    optional("RetentionPolicy", TEXT),
];

const PLAIN_LAYER: &[Property] = &[
    optional("CompatibleArchitectures", List(&Choice(ARCHITECTURES))),
    optional("CompatibleRuntimes", TEXTS),
    required("Content", Either(&TEXT, &Object(PLAIN_CODE))),
    optional("Description", TEXT),
    optional("LayerName", TEXT),
    optional("LicenseInfo", TEXT),
];

const SIMPLE_TABLE: &[Property] = &[
    optional("PointInTimeRecoverySpecification", ANY),
    optional("PrimaryKey", ANY),
    optional("ProvisionedThroughput", ANY),
    optional("SSESpecification", ANY),
    optional("TableName", TEXT),
    optional("Tags", ANY),
];

const SCHEDULE: &[Property] = &[
    optional("DeadLetterConfig", ANY),
    optional("Description", TEXT),
    optional("Enabled", BOOLEAN),
    optional("Input", TEXT),
    optional("Name", TEXT),
    optional("RetryPolicy", ANY),
    optional("RoleArn", TEXT),
    required("Schedule", TEXT),
    optional("State", Choice(&["ENABLED", "DISABLED"])),
];

const SCHEDULE_V2: &[Property] = &[
    optional("DeadLetterConfig", ANY),
    optional("Description", TEXT),
    optional("EndDate", TEXT),
    optional("FlexibleTimeWindow", ANY),
    optional("GroupName", TEXT),
    optional("Input", TEXT),
    optional("KmsKeyArn", TEXT),
    optional("Name", TEXT),
    optional("OmitName", BOOLEAN),
    optional("PermissionsBoundary", TEXT),
    optional("RetryPolicy", ANY),
    optional("RoleArn", TEXT),
    required("ScheduleExpression", TEXT),
    optional("ScheduleExpressionTimezone", TEXT),
    optional("StartDate", TEXT),
    optional("State", Choice(&["ENABLED", "DISABLED"])),
];

const HTTP_API_EVENT: &[Property] = &[
    optional("ApiId", TEXT),
    optional("Auth", ANY),
    optional("Method", TEXT),
    optional("Path", TEXT),
    optional("PayloadFormatVersion", Choice(&["1.0", "2.0"])),
    optional("RouteSettings", ANY),
    optional("TimeoutInMillis", integer(50, 30_000)),
];

const REST_API_EVENT: &[Property] = &[
    optional("Auth", ANY),
    required("Method", TEXT),
    required("Path", TEXT),
    optional("RequestModel", ANY),
    optional("RequestParameters", ANY),
    optional("ResponseTransferMode", Choice(&["BUFFERED", "STREAM"])),
    optional("RestApiId", TEXT),
    optional("TimeoutInMillis", integer(50, 900_000)),
];

const QUEUE: &[Property] = &[
    optional("BatchSize", integer(1, 10_000)),
    optional("Enabled", BOOLEAN),
    optional("FilterCriteria", ANY),
    optional("FunctionResponseTypes", TEXTS),
    optional("KmsKeyArn", TEXT),
    optional("MaximumBatchingWindowInSeconds", integer(0, 300)),
    optional("MetricsConfig", ANY),
    optional("ProvisionedPollerConfig", ANY),
    required("Queue", TEXT),
    optional("ScalingConfig", ANY),
];

/// Events whose properties nobody looks at here have an empty table.
pub(super) static EVENTS: &[(&str, &[Property])] = &[
    ("HttpApi", HTTP_API_EVENT),
    ("Api", REST_API_EVENT),
    ("Schedule", SCHEDULE),
    ("ScheduleV2", SCHEDULE_V2),
    ("SQS", QUEUE),
    ("S3", &[]),
    ("SNS", &[]),
    ("Kinesis", &[]),
    ("DynamoDB", &[]),
    ("CloudWatchEvent", &[]),
    ("EventBridgeRule", &[]),
    ("CloudWatchLogs", &[]),
    ("IoTRule", &[]),
    ("AlexaSkill", &[]),
    ("Cognito", &[]),
    ("MSK", &[]),
    ("MQ", &[]),
    ("SelfManagedKafka", &[]),
    ("DocumentDB", &[]),
];
