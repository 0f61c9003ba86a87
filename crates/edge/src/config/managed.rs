//! The policies that AWS manages, by their ids.
//!
//! Source: CloudFront developer guide, "Use managed cache policies", "… origin request policies" and
//! "… response headers policies".

use std::time::Duration;

use super::behavior::TimeToLive;
use super::policy::{CachePolicy, OriginRequestHeaders, OriginRequestPolicy, Selection};
use super::response_headers::{
    CorsConfig, FrameOptions, ReferrerPolicy, ResponseHeadersPolicy, SecurityHeadersConfig,
    StrictTransportSecurity, XssProtection,
};

/// The managed cache policy of that id.
pub fn cache_policy(id: &str) -> Option<CachePolicy> {
    let policy =
        |name: &str, seconds: (u64, u64, u64), headers: &[&str], cookies, query_strings, gzip, brotli| {
            CachePolicy {
                name: format!("Managed-{name}"),
                time_to_live: TimeToLive::seconds(seconds.0, seconds.1, seconds.2),
                headers: owned(headers),
                cookies,
                query_strings,
                enable_accept_encoding_gzip: gzip,
                enable_accept_encoding_brotli: brotli,
            }
        };
    let (none, all) = (Selection::None, Selection::All);
    Some(match id {
        "658327ea-f89d-4fab-a63d-7e88639e58f6" => {
            policy("CachingOptimized", (1, DAY, YEAR), &[], none.clone(), none, true, true)
        }
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d" => policy(
            "CachingOptimizedForUncompressedObjects",
            (1, DAY, YEAR),
            &[],
            none.clone(),
            none,
            false,
            false,
        ),
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" => {
            policy("CachingDisabled", (0, 0, 0), &[], none.clone(), none, false, false)
        }
        "2e54312d-136d-493c-8eb9-b001f22f67d2" => policy(
            "Amplify",
            (2, 2, 600),
            &["Authorization", "CloudFront-Viewer-Country", "Host"],
            all.clone(),
            all,
            true,
            true,
        ),
        "08627262-05a9-4f76-9ded-b50ca2e3a84f" => policy(
            "Elemental-MediaPackage",
            (0, DAY, YEAR),
            &["Origin"],
            none,
            Selection::Whitelist(owned(&["aws.manifestfilter", "start", "end", "m"])),
            true,
            false,
        ),
        "83da9c7e-98b4-4e11-a168-04f0df8e2c65" => {
            policy("UseOriginCacheControlHeaders", (0, 0, YEAR), ORIGIN_CONTROLLED, all, none, true, true)
        }
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe" => policy(
            "UseOriginCacheControlHeaders-QueryStrings",
            (0, 0, YEAR),
            ORIGIN_CONTROLLED,
            all.clone(),
            all,
            true,
            true,
        ),
        _ => return None,
    })
}

/// The managed origin request policy of that id.
pub fn origin_request_policy(id: &str) -> Option<OriginRequestPolicy> {
    let policy = |name: &str, headers, cookies, query_strings| OriginRequestPolicy {
        name: format!("Managed-{name}"),
        headers,
        cookies,
        query_strings,
    };
    let listed = |names: &[&str]| OriginRequestHeaders::Whitelist(owned(names));
    let (none, all) = (Selection::None, Selection::All);
    Some(match id {
        "216adef6-5c7f-47e4-b989-5492eafa07d3" => {
            policy("AllViewer", OriginRequestHeaders::AllViewer, all.clone(), all)
        }
        "b689b0a8-53d0-40ab-baf2-68738e2966ac" => policy(
            "AllViewerExceptHostHeader",
            OriginRequestHeaders::AllExcept(owned(&["Host"])),
            all.clone(),
            all,
        ),
        "33f36d7e-f396-46d9-90e0-52428a34d9dc" => policy(
            "AllViewerAndCloudFrontHeaders-2022-06",
            OriginRequestHeaders::AllViewerAndWhitelistCloudFront(owned(CLOUDFRONT_HEADERS_2022_06)),
            all.clone(),
            all,
        ),
        "59781a5b-3903-41f3-afcb-af62929ccde1" => {
            policy("CORS-CustomOrigin", listed(&["Origin"]), none.clone(), none)
        }
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf" => {
            policy("CORS-S3Origin", listed(CORS_S3), none.clone(), none)
        }
        "775133bc-15f2-49f9-abea-afb2e0bf67d2" => policy(
            "Elemental-MediaTailor-PersonalizedManifests",
            listed(&[
                "Origin",
                "Access-Control-Request-Headers",
                "Access-Control-Request-Method",
                "User-Agent",
                "X-Forwarded-For",
            ]),
            none,
            all,
        ),
        "acba4595-bd28-49b8-b9fe-13317c0390fa" => {
            policy("UserAgentRefererHeaders", listed(&["User-Agent", "Referer"]), none.clone(), none)
        }
        "bf0718e1-ba1e-49d1-88b1-f726733018ae" => {
            policy("HostHeaderOnly", listed(&["Host"]), none.clone(), none)
        }
        _ => return None,
    })
}

/// The managed response headers policy of that id.
pub fn response_headers_policy(id: &str) -> Option<ResponseHeadersPolicy> {
    let policy = |name: &str, cors: Option<CorsConfig>, security_headers| ResponseHeadersPolicy {
        name: format!("Managed-{name}"),
        cors,
        security_headers,
        ..ResponseHeadersPolicy::default()
    };
    let nothing = SecurityHeadersConfig::default;
    Some(match id {
        "60669652-455b-4ae9-85a4-c4c02393f86c" => policy("SimpleCORS", Some(simple_cors()), nothing()),
        "5cc3b908-e619-4b99-88e5-2cf7f45965bd" => {
            policy("CORS-With-Preflight", Some(cors_with_preflight()), nothing())
        }
        "67f7725c-6f97-4210-82d7-5512b31e9d03" => policy("SecurityHeadersPolicy", None, security()),
        "e61eb60c-9c35-4d20-a928-2b84e02af89c" => {
            policy("CORS-and-SecurityHeadersPolicy", Some(simple_cors()), security())
        }
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63" => {
            policy("CORS-with-preflight-and-SecurityHeadersPolicy", Some(cors_with_preflight()), security())
        }
        _ => return None,
    })
}

fn simple_cors() -> CorsConfig {
    CorsConfig { access_control_allow_origins: owned(&["*"]), ..CorsConfig::default() }
}

fn cors_with_preflight() -> CorsConfig {
    CorsConfig {
        access_control_allow_methods: owned(&["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]),
        access_control_expose_headers: owned(&["*"]),
        ..simple_cors()
    }
}

fn security() -> SecurityHeadersConfig {
    SecurityHeadersConfig {
        content_security_policy: None,
        content_type_options: Some(true),
        frame_options: Some(FrameOptions { frame_option: "SAMEORIGIN".to_owned(), overrides: false }),
        referrer_policy: Some(ReferrerPolicy {
            referrer_policy: "strict-origin-when-cross-origin".to_owned(),
            overrides: false,
        }),
        strict_transport_security: Some(StrictTransportSecurity {
            max_age: Duration::from_secs(YEAR),
            include_subdomains: false,
            preload: false,
            overrides: false,
        }),
        xss_protection: Some(XssProtection {
            protection: true,
            mode_block: true,
            report_uri: None,
            overrides: false,
        }),
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

const DAY: u64 = 86_400;
const YEAR: u64 = 31_536_000;

const ORIGIN_CONTROLLED: &[&str] =
    &["Host", "Origin", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override"];

const CORS_S3: &[&str] = &["Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method"];

const CLOUDFRONT_HEADERS_2022_06: &[&str] = &[
    "CloudFront-Forwarded-Proto",
    "CloudFront-Is-Android-Viewer",
    "CloudFront-Is-Desktop-Viewer",
    "CloudFront-Is-IOS-Viewer",
    "CloudFront-Is-Mobile-Viewer",
    "CloudFront-Is-SmartTV-Viewer",
    "CloudFront-Is-Tablet-Viewer",
    "CloudFront-Viewer-Address",
    "CloudFront-Viewer-ASN",
    "CloudFront-Viewer-City",
    "CloudFront-Viewer-Country",
    "CloudFront-Viewer-Country-Name",
    "CloudFront-Viewer-Country-Region",
    "CloudFront-Viewer-Country-Region-Name",
    "CloudFront-Viewer-Http-Version",
    "CloudFront-Viewer-Latitude",
    "CloudFront-Viewer-Longitude",
    "CloudFront-Viewer-Metro-Code",
    "CloudFront-Viewer-Postal-Code",
    "CloudFront-Viewer-Time-Zone",
    "CloudFront-Viewer-TLS",
];
