//! A whole site in the article's form, and what the model says of it.

use std::time::Duration;

use template::model::{
    BrefCompatibility, Code, ForwardedCookies, Forwarding, LayerReference, OriginKind, OriginTarget,
    PayloadFormat, Tracing, ViewerProtocol,
};

use crate::{FUNCTION, Folder, model};

const SITE: &str = r"Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 10
    Environment:
      Variables:
        BUCKET: !Ref Assets
        DEBUG: no
        ACCOUNT: 012345678901
Resources:
  HttpApi:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: dev
  Website:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: index.php
      Runtime: provided.al2023
      MemorySize: '1024'
      Tracing: Active
      Environment:
        Variables:
          DEBUG: yes
      Layers:
        - !Sub 'arn:aws:lambda:${AWS::Region}:534081306603:layer:arm-php-84-fpm:9'
      Events:
        Root: {Type: HttpApi, Properties: {ApiId: !Ref HttpApi, Path: /, Method: any}}
        Proxy:
          Type: HttpApi
          Properties:
            ApiId: !Ref HttpApi
            Path: /{proxy+}
            Method: ANY
            PayloadFormatVersion: '1.0'
            TimeoutInMillis: 5000
  Assets:
    Type: AWS::S3::Bucket
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Assets
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action: s3:GetObject
            Principal: {CanonicalUser: !GetAtt [Identity, S3CanonicalUserId]}
            Resource: !Sub '${Assets.Arn}/*'
  Identity:
    Type: AWS::CloudFront::CloudFrontOriginAccessIdentity
    Properties: {CloudFrontOriginAccessIdentityConfig: {Comment: site}}
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: 'true'
        Origins:
          - Id: Website
            DomainName: !Sub '${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}'
            OriginPath: /dev
            CustomOriginConfig: {OriginProtocolPolicy: https-only}
            OriginCustomHeaders: [{HeaderName: X-From, HeaderValue: edge}]
          - Id: Assets
            DomainName: !GetAtt Assets.DomainName
            S3OriginConfig:
              OriginAccessIdentity: !Join ['', [origin-access-identity/cloudfront/, !Ref Identity]]
        CacheBehaviors:
          - PathPattern: /assets/*
            TargetOriginId: Assets
            ViewerProtocolPolicy: redirect-to-https
            Compress: true
            CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
        DefaultCacheBehavior:
          TargetOriginId: Website
          ViewerProtocolPolicy: allow-all
          AllowedMethods: [GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE]
          ForwardedValues:
            QueryString: true
            Cookies: {Forward: whitelist, WhitelistedNames: [PHPSESSID]}
            Headers: [Accept, Origin]
          MaxTTL: 60
Outputs:
  Address:
    Value: !Sub 'https://${Site.DomainName}/'
    Export: {Name: !Sub '${AWS::StackName}-address'}
";

#[test]
fn a_function_has_its_properties_and_the_global_ones() {
    let model = model(SITE);
    let function = model.function("Website").unwrap();
    assert!(function.name.starts_with("shop-Website-"), "{}", function.name);
    assert_eq!(function.arn, format!("arn:aws:lambda:us-east-1:123456789012:function:{}", function.name));
    assert_eq!(function.timeout, Duration::from_secs(10));
    assert_eq!(function.memory_megabytes, 1024);
    assert_eq!(function.tracing, Tracing::Active);
    assert_eq!(function.ephemeral_storage_megabytes, 512);
    assert_eq!(function.environment["BUCKET"], model.buckets[0].name);
    assert_eq!(function.environment["DEBUG"], "yes");
    assert_eq!(function.environment["ACCOUNT"], "012345678901");
    assert!(matches!(&function.code, Code::Folder(folder) if folder.is_absolute()));
    let LayerReference::Php { version, compatibility, .. } = &function.layers[0] else {
        panic!("{:?}", function.layers)
    };
    assert_eq!((version.as_deref(), *compatibility), (Some("8.4"), BrefCompatibility::Bref));
}

#[test]
fn an_api_has_its_stage_and_the_events_as_routes() {
    let model = model(SITE);
    let api = &model.http_apis[0];
    assert_eq!(api.stages[0].name, "dev");
    assert_eq!(api.api_id.len(), 10);
    assert!(api.api_id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit()));
    assert_eq!(api.domain_name, format!("{}.execute-api.us-east-1.amazonaws.com", api.api_id));
    let routes: Vec<_> =
        api.routes.iter().map(|route| (route.key.as_str(), route.payload_format, route.timeout)).collect();
    assert_eq!(
        routes,
        [
            ("ANY /", PayloadFormat::Version2, Duration::from_secs(30)),
            ("ANY /{proxy+}", PayloadFormat::Version1, Duration::from_secs(5)),
        ]
    );
}

#[test]
fn a_distribution_finds_its_origins_in_the_stack() {
    let model = model(SITE);
    let distribution = &model.distributions[0];
    assert!(distribution.id.starts_with('E') && distribution.id.len() == 14, "{}", distribution.id);
    assert_eq!(
        distribution.arn,
        format!("arn:aws:cloudfront::123456789012:distribution/{}", distribution.id)
    );
    let [website, assets] = &distribution.origins[..] else { panic!("two origins") };
    assert_eq!(website.target, OriginTarget::HttpApi("HttpApi".to_owned()));
    assert_eq!(website.path, "/dev");
    assert_eq!(website.custom_headers["X-From"], "edge");
    assert_eq!(assets.target, OriginTarget::Bucket("Assets".to_owned()));
    assert_eq!(assets.kind, OriginKind::S3 { identity: Some(model.identities[0].id.clone()) });
    assert_eq!(model.identities[0].canonical_user_id.len(), 96);
    assert_eq!(model.outputs[0].value, format!("https://{}/", distribution.domain_name));
    assert_eq!(model.outputs[0].export.as_deref(), Some("shop-address"));
}

#[test]
fn behaviors_have_clouds_defaults() {
    let model = model(SITE);
    let distribution = &model.distributions[0];
    let assets = &distribution.behaviors[0];
    assert_eq!(assets.allowed_methods, ["GET", "HEAD"]);
    assert_eq!(assets.viewer_protocol, ViewerProtocol::RedirectToHttps);
    assert!(assets.compress);
    assert!(matches!(&assets.forwarding, Forwarding::Policies { origin_request: None, .. }));
    let Forwarding::Values { values, time_to_live } = &distribution.default_behavior.forwarding else {
        panic!("forwarded values")
    };
    assert_eq!(values.cookies, ForwardedCookies::Names(vec!["PHPSESSID".to_owned()]));
    // A day, unless the maximum is less.
    assert_eq!(time_to_live.default, Duration::from_mins(1));
}

#[test]
fn a_path_of_the_bucket_names_the_folder_to_mirror() {
    let folder = Folder::new();
    let (model, _) = folder.load(SITE, &[]);
    let mirrors = &model.unwrap().buckets[0].mirrors;
    assert_eq!(mirrors.len(), 1);
    assert_eq!(mirrors[0].prefix, "assets/");
    assert_eq!(mirrors[0].folder, folder.0.path().join("assets"));
}

#[test]
fn metadata_names_the_folder_instead() {
    let text = SITE.replace(
        "  Assets:\n    Type: AWS::S3::Bucket\n",
        "  Assets:\n    Type: AWS::S3::Bucket\n    Metadata: {Davy: {Folder: assets, Prefix: /static/}}\n",
    );
    let mirrors = &model(&text).buckets[0].mirrors;
    assert_eq!(mirrors.iter().map(|mirror| mirror.prefix.as_str()).collect::<Vec<_>>(), ["static/"]);
}

#[test]
fn identifiers_are_the_same_each_time_and_differ_by_resource() {
    let (first, second) = (model(SITE), model(SITE));
    assert_eq!(first.distributions[0].id, second.distributions[0].id);
    assert_eq!(first.buckets[0].name, second.buckets[0].name);
    assert_ne!(first.distributions[0].id, first.identities[0].id);
}

#[test]
fn a_function_url_is_an_origin_too() {
    let text = format!(
        "Transform: AWS::Serverless-2016-10-31
Resources:{FUNCTION}      FunctionUrlConfig: {{AuthType: NONE, InvokeMode: RESPONSE_STREAM}}
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: Url
            DomainName: !Select [2, !Split [/, !GetAtt WebsiteUrl.FunctionUrl]]
            CustomOriginConfig: {{OriginProtocolPolicy: https-only}}
        DefaultCacheBehavior:
          TargetOriginId: Url
          ViewerProtocolPolicy: allow-all
          CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad
"
    );
    let model = model(&text);
    assert_eq!(model.distributions[0].origins[0].target, OriginTarget::FunctionUrl("Website".to_owned()));
}
