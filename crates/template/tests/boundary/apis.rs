//! What APIs have besides routes: guards, limits, access logs, names of their own.

use template::model::{ApiDomain, InvokeMode};

use crate::{FUNCTION, model, problems};

fn template(api: &str, events: &str) -> String {
    format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api:\n    Type: AWS::Serverless::HttpApi\n    \
         Properties:\n{api}{FUNCTION}      Events:\n{events}"
    )
}

#[test]
fn a_guard_is_the_events_own_or_the_apis() {
    let api = "      Auth: {DefaultAuthorizer: Users, Authorizers: {Users: {}}}\n";
    let events = "        A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /a, Method: GET}}
        B: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /b, Method: GET, Auth: {Authorizer: NONE}}}
        C: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /c, Method: GET, Auth: {Authorizer: AWS_IAM}}}
        D: {Type: Api, Properties: {Path: /d, Method: GET, Auth: {ApiKeyRequired: true}}}
        E: {Type: Api, Properties: {Path: /e, Method: GET, ResponseTransferMode: STREAM}}
";
    let text = template(api, events);
    let model = model(&text);
    let guards: Vec<_> = model.http_apis[0].routes.iter().map(|route| route.guard.as_deref()).collect();
    assert_eq!(guards, [Some("the authorizer `Users`"), None, Some("AWS_IAM")]);
    let guards: Vec<_> = model.rest_apis[0].routes.iter().map(|route| route.guard.as_deref()).collect();
    assert_eq!(guards, [Some("an API key"), None]);
    let streaming: Vec<_> = model.rest_apis[0].routes.iter().map(|route| route.invoke_mode).collect();
    assert_eq!(streaming, [InvokeMode::Buffered, InvokeMode::ResponseStream]);
    assert_eq!(problems(&text).matches("no-authorizer").count(), 3, "{}", problems(&text));
}

#[test]
fn a_stage_and_a_domain() {
    let api = "      StageName: live
      DefaultRouteSettings: {ThrottlingBurstLimit: 5}
      RouteSettings: {'GET /a': {ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 1}, 'GET /b': {DetailedMetricsEnabled: true}}
      AccessLogSettings: {DestinationArn: 'arn:aws:logs:us-east-1:123456789012:log-group:a', Format: $context.status}
      Domain: {DomainName: www.example.com, CertificateArn: 'arn', BasePath: [/, v2]}
";
    let events = "        A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /a, Method: GET}}
        C: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /c, Method: GET, RouteSettings: {ThrottlingRateLimit: 2}}}
";
    let api = &model(&template(api, events)).http_apis[0];
    let stage = &api.stages[0];
    assert_eq!(stage.throttling.map(|limit| (limit.rate, limit.burst)), Some((10_000.0, 5)));
    let routes: Vec<_> =
        stage.route_throttling.iter().map(|(key, limit)| (key.as_str(), limit.rate)).collect();
    assert_eq!(routes, [("GET /a", 0.5), ("GET /c", 2.0)]);
    assert_eq!(stage.access_log_format.as_deref(), Some("$context.status"));
    let at = |base_path: Option<&str>| ApiDomain {
        name: "www.example.com".to_owned(),
        base_path: base_path.map(str::to_owned),
    };
    assert_eq!(api.domains, [at(None), at(Some("v2"))]);
}

#[test]
fn cors_of_a_rest_api() {
    let cors = |cors: &str| {
        let text = format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api:\n    Type: AWS::Serverless::Api\n    \
             Properties: {{StageName: live, Cors: {cors}}}\n"
        );
        model(&text).rest_apis[0].cors.clone().unwrap()
    };
    assert_eq!(cors("\"'*'\"").allow_origin, "*");
    let whole = cors(
        "{AllowMethods: \"'GET,POST'\", AllowHeaders: \"'x-a'\", MaxAge: \"'600'\", AllowCredentials: true}",
    );
    assert_eq!((whole.allow_origin.as_str(), whole.allow_methods.as_deref()), ("*", Some("GET,POST")));
    assert_eq!((whole.max_age.as_deref(), whole.allow_credentials), (Some("600"), true));
}
