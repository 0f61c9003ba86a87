//! CloudFront's types. Source: the CloudFormation template reference, `AWS::CloudFront`.

use super::Shape::{Choice, List, Number, Object};
use super::{ANY, BOOLEAN, Property, SECONDS, TEXT, TEXTS, integer, optional, required};

pub(super) fn properties(resource_type: &str) -> Option<&'static [Property]> {
    Some(match resource_type {
        "AWS::CloudFront::Distribution" => DISTRIBUTION,
        "AWS::CloudFront::CloudFrontOriginAccessIdentity" => IDENTITY,
        "AWS::CloudFront::OriginAccessControl" => ACCESS_CONTROL,
        "AWS::CloudFront::CachePolicy" => CACHE_POLICY,
        "AWS::CloudFront::OriginRequestPolicy" => ORIGIN_REQUEST_POLICY,
        "AWS::CloudFront::ResponseHeadersPolicy" => RESPONSE_HEADERS_POLICY,
        "AWS::CloudFront::Function" => FUNCTION,
        _ => return None,
    })
}

const DISTRIBUTION: &[Property] =
    &[required("DistributionConfig", Object(CONFIGURATION)), optional("Tags", ANY)];

const CONFIGURATION: &[Property] = &[
    optional("Aliases", TEXTS),
    optional("AnycastIpListId", TEXT),
    optional("CacheBehaviors", List(&Object(BEHAVIOR))),
    optional("CNAMEs", TEXTS),
    optional("Comment", TEXT),
    optional("ConnectionFunctionAssociation", ANY),
    optional("ConnectionMode", TEXT),
    optional("ContinuousDeploymentPolicyId", TEXT),
    optional("CustomErrorResponses", List(&Object(CUSTOM_ERROR))),
    optional("CustomOrigin", ANY),
    required("DefaultCacheBehavior", Object(DEFAULT_BEHAVIOR)),
    optional("DefaultRootObject", TEXT),
    required("Enabled", BOOLEAN),
    optional("HttpVersion", Choice(&["http1.1", "http2", "http2and3", "http3"])),
    optional("IPV6Enabled", BOOLEAN),
    optional("Logging", ANY),
    optional("OriginGroups", ANY),
    optional("Origins", List(&Object(ORIGIN))),
    optional("PriceClass", Choice(&["PriceClass_100", "PriceClass_200", "PriceClass_All", "None"])),
    optional("Restrictions", ANY),
    optional("S3Origin", ANY),
    optional("Staging", BOOLEAN),
    optional("TenantConfig", ANY),
    optional("ViewerCertificate", ANY),
    optional("ViewerMtlsConfig", ANY),
    optional("WebACLId", TEXT),
];

const ORIGIN: &[Property] = &[
    optional("ConnectionAttempts", integer(1, 3)),
    optional("ConnectionTimeout", integer(1, 10)),
    optional("CustomOriginConfig", Object(CUSTOM_ORIGIN)),
    required("DomainName", TEXT),
    required("Id", TEXT),
    optional("OriginAccessControlId", TEXT),
    optional("OriginCustomHeaders", List(&Object(ORIGIN_HEADER))),
    optional("OriginPath", TEXT),
    optional("OriginShield", ANY),
    optional("ResponseCompletionTimeout", SECONDS),
    optional("S3OriginConfig", Object(S3_ORIGIN)),
    optional("VpcOriginConfig", ANY),
];

const CUSTOM_ORIGIN: &[Property] = &[
    optional("HTTPPort", integer(1, 65_535)),
    optional("HTTPSPort", integer(1, 65_535)),
    optional("IpAddressType", TEXT),
    optional("OriginKeepaliveTimeout", integer(1, 120)),
    optional("OriginMtlsConfig", ANY),
    required("OriginProtocolPolicy", Choice(&["http-only", "https-only", "match-viewer"])),
    optional("OriginReadTimeout", integer(1, 120)),
    optional("OriginSSLProtocols", TEXTS),
];

const S3_ORIGIN: &[Property] =
    &[optional("OriginAccessIdentity", TEXT), optional("OriginReadTimeout", integer(1, 120))];
const ORIGIN_HEADER: &[Property] = &[required("HeaderName", TEXT), required("HeaderValue", TEXT)];

const CUSTOM_ERROR: &[Property] = &[
    optional("ErrorCachingMinTTL", SECONDS),
    required("ErrorCode", integer(400, 599)),
    optional("ResponseCode", integer(200, 599)),
    optional("ResponsePagePath", TEXT),
];

macro_rules! behavior {
    ($($more:expr),*) => {
        &[
            $($more,)*
            optional("AllowedMethods", TEXTS),
            optional("CachedMethods", TEXTS),
            optional("CachePolicyId", TEXT),
            optional("Compress", BOOLEAN),
            optional("DefaultTTL", SECONDS),
            optional("FieldLevelEncryptionId", TEXT),
            optional("ForwardedValues", Object(FORWARDED)),
            optional("FunctionAssociations", List(&Object(FUNCTION_ASSOCIATION))),
            optional("GrpcConfig", ANY),
            optional("LambdaFunctionAssociations", ANY),
            optional("MaxTTL", SECONDS),
            optional("MinTTL", SECONDS),
            optional("OriginRequestPolicyId", TEXT),
            optional("RealtimeLogConfigArn", TEXT),
            optional("ResponseHeadersPolicyId", TEXT),
            optional("SmoothStreaming", BOOLEAN),
            required("TargetOriginId", TEXT),
            optional("TrustedKeyGroups", TEXTS),
            optional("TrustedSigners", TEXTS),
            required("ViewerProtocolPolicy", Choice(&["allow-all", "https-only", "redirect-to-https"])),
        ]
    };
}

const DEFAULT_BEHAVIOR: &[Property] = behavior!();
const BEHAVIOR: &[Property] = behavior!(required("PathPattern", TEXT));

const FORWARDED: &[Property] = &[
    optional(
        "Cookies",
        Object(&[
            required("Forward", Choice(&["none", "whitelist", "all"])),
            optional("WhitelistedNames", TEXTS),
        ]),
    ),
    optional("Headers", TEXTS),
    required("QueryString", BOOLEAN),
    optional("QueryStringCacheKeys", TEXTS),
];

const FUNCTION_ASSOCIATION: &[Property] =
    &[optional("EventType", Choice(&["viewer-request", "viewer-response"])), optional("FunctionARN", TEXT)];

const IDENTITY: &[Property] =
    &[required("CloudFrontOriginAccessIdentityConfig", Object(&[required("Comment", TEXT)]))];

const ACCESS_CONTROL: &[Property] = &[required(
    "OriginAccessControlConfig",
    Object(&[
        optional("Description", TEXT),
        required("Name", TEXT),
        required("OriginAccessControlOriginType", Choice(&["s3", "lambda", "mediastore", "mediapackagev2"])),
        required("SigningBehavior", Choice(&["always", "never", "no-override"])),
        required("SigningProtocol", Choice(&["sigv4"])),
    ]),
)];

const CACHE_POLICY: &[Property] = &[required(
    "CachePolicyConfig",
    Object(&[
        optional("Comment", TEXT),
        required("DefaultTTL", SECONDS),
        required("MaxTTL", SECONDS),
        required("MinTTL", SECONDS),
        required("Name", TEXT),
        required("ParametersInCacheKeyAndForwardedToOrigin", Object(KEY_PARAMETERS)),
    ]),
)];

const KEY_PARAMETERS: &[Property] = &[
    required("CookiesConfig", Object(COOKIES)),
    optional("EnableAcceptEncodingBrotli", BOOLEAN),
    required("EnableAcceptEncodingGzip", BOOLEAN),
    required("HeadersConfig", Object(HEADERS)),
    required("QueryStringsConfig", Object(QUERY)),
];

const COOKIES: &[Property] = &[
    required("CookieBehavior", Choice(&["none", "whitelist", "allExcept", "all"])),
    optional("Cookies", TEXTS),
];
const HEADERS: &[Property] = &[
    required(
        "HeaderBehavior",
        Choice(&["none", "whitelist", "allViewer", "allViewerAndWhitelistCloudFront", "allExcept"]),
    ),
    optional("Headers", TEXTS),
];
const QUERY: &[Property] = &[
    required("QueryStringBehavior", Choice(&["none", "whitelist", "allExcept", "all"])),
    optional("QueryStrings", TEXTS),
];

const ORIGIN_REQUEST_POLICY: &[Property] = &[required(
    "OriginRequestPolicyConfig",
    Object(&[
        optional("Comment", TEXT),
        required("CookiesConfig", Object(COOKIES)),
        required("HeadersConfig", Object(HEADERS)),
        required("Name", TEXT),
        required("QueryStringsConfig", Object(QUERY)),
    ]),
)];

const RESPONSE_HEADERS_POLICY: &[Property] = &[required(
    "ResponseHeadersPolicyConfig",
    Object(&[
        optional("Comment", TEXT),
        optional("CorsConfig", Object(POLICY_CORS)),
        optional("CustomHeadersConfig", Object(&[required("Items", List(&Object(CUSTOM_HEADER)))])),
        required("Name", TEXT),
        optional(
            "RemoveHeadersConfig",
            Object(&[required("Items", List(&Object(&[required("Header", TEXT)])))]),
        ),
        optional("SecurityHeadersConfig", Object(SECURITY_HEADERS)),
        optional(
            "ServerTimingHeadersConfig",
            Object(&[required("Enabled", BOOLEAN), optional("SamplingRate", Number)]),
        ),
    ]),
)];

const ITEMS: &[Property] = &[required("Items", TEXTS)];

const POLICY_CORS: &[Property] = &[
    required("AccessControlAllowCredentials", BOOLEAN),
    required("AccessControlAllowHeaders", Object(ITEMS)),
    required("AccessControlAllowMethods", Object(ITEMS)),
    required("AccessControlAllowOrigins", Object(ITEMS)),
    optional("AccessControlExposeHeaders", Object(ITEMS)),
    optional("AccessControlMaxAgeSec", SECONDS),
    required("OriginOverride", BOOLEAN),
];

const CUSTOM_HEADER: &[Property] =
    &[required("Header", TEXT), required("Override", BOOLEAN), required("Value", TEXT)];

const SECURITY_HEADERS: &[Property] = &[
    optional(
        "ContentSecurityPolicy",
        Object(&[required("ContentSecurityPolicy", TEXT), required("Override", BOOLEAN)]),
    ),
    optional("ContentTypeOptions", Object(&[required("Override", BOOLEAN)])),
    optional(
        "FrameOptions",
        Object(&[required("FrameOption", Choice(&["DENY", "SAMEORIGIN"])), required("Override", BOOLEAN)]),
    ),
    optional("ReferrerPolicy", Object(&[required("Override", BOOLEAN), required("ReferrerPolicy", TEXT)])),
    optional(
        "StrictTransportSecurity",
        Object(&[
            required("AccessControlMaxAgeSec", SECONDS),
            optional("IncludeSubdomains", BOOLEAN),
            required("Override", BOOLEAN),
            optional("Preload", BOOLEAN),
        ]),
    ),
    optional(
        "XSSProtection",
        Object(&[
            optional("ModeBlock", BOOLEAN),
            required("Override", BOOLEAN),
            required("Protection", BOOLEAN),
            optional("ReportUri", TEXT),
        ]),
    ),
];

const FUNCTION: &[Property] = &[
    optional("AutoPublish", BOOLEAN),
    required("FunctionCode", TEXT),
    required(
        "FunctionConfig",
        Object(&[
            required("Comment", TEXT),
            optional("KeyValueStoreAssociations", ANY),
            required("Runtime", Choice(&["cloudfront-js-1.0", "cloudfront-js-2.0"])),
        ]),
    ),
    optional("FunctionMetadata", ANY),
    required("Name", TEXT),
    optional("Tags", ANY),
];
