//! The article's fragments as they are printed: what cannot work in them is named, with the mend.

use template::Severity;

use crate::{Folder, model};

/// The fragments, in the article's order, each at its place in a template.
const AS_PRINTED: &str = r#"AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Website:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: index.php
      Runtime: provided.al2023
      Layers:
        - 'arn:aws:lambda:us-east-1:209497400698:layer:php-73-fpm:25'
      Events:
        DynamicRequestsRoot:
          Type: HttpApi
          Properties:
            Path: /
            Method: ANY
        DynamicRequestsProxy:
          Type: HttpApi
          Properties:
            Path: /{proxy+}
            Method: ANY
  Assets:
    Type: AWS::S3::Bucket
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: Website
            DomainName: !Join ['.', [!Ref ServerlessHttpApi, 'execute-api', !Ref AWS::Region, '']]
            # This is the stage
            OriginPath: "/dev"
            CustomOriginConfig:
              OriginProtocolPolicy: 'https-only' # API Gateway only supports HTTPS
          # The assets (S3)
          - Id: Assets
            DomainName: !GetAtt Assets.RegionalDomainName
            S3OriginConfig: {}
        CacheBehaviors:
          - PathPattern: assets/*
            TargetOriginId: Assets
            ViewerProtocolPolicy: redirect-to-https
            ForwardedValues: {QueryString: 'false'}
        DefaultCacheBehavior:
          TargetOriginId: Website
          ViewerProtocolPolicy: redirect-to-https
          ForwardedValues: {QueryString: 'true'}
  S3OriginIdentity:
    Type: AWS::CloudFront::CloudFrontOriginAccessIdentity
    Properties:
      CloudFrontOriginAccessIdentityConfig:
        Comment: Cloudfront AOI
  AssetsBucketPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket:
        Ref: Assets # References the bucket we defined above
      PolicyDocument:
        Statement:
          Effect: Allow
          Action: s3:GetObject # to read
          Principal:
            CanonicalUser:
              Fn::GetAtt: S3OriginIdentity.S3CanonicalUserId
          Resource: # things in the bucket 'arn:aws:s3:::<bucket-name>/*'
            Fn::Join:
              - ""
              -
                - "arn:aws:s3:::"
                - Ref: Assets
                - "/*"
"#;

#[test]
fn what_cannot_work_in_it_is_named() {
    let (model, problems) = Folder::new().load(AS_PRINTED, &[]);
    assert!(model.is_none());
    let found: Vec<_> = problems
        .iter()
        .map(|problem| {
            let line = problem.position().unwrap().line;
            (line, problem.severity(), problem.code(), problem.mend()[0].as_str())
        })
        .collect();
    assert_eq!(
        found,
        [
            (
                32,
                Severity::Error,
                "join-ends-in-nothing",
                "write `!Ref AWS::URLSuffix` here: it is `amazonaws.com` in most regions"
            ),
            (
                34,
                Severity::Warning,
                "unknown-stage",
                "leave `OriginPath` out; or give the API the stage, by an AWS::Serverless::HttpApi with \
                 `StageName: dev`"
            ),
            (
                40,
                Severity::Warning,
                "anonymous-origin",
                "write `S3OriginConfig: {OriginAccessIdentity: !Sub \
                 'origin-access-identity/cloudfront/${S3OriginIdentity}'}`"
            ),
        ]
    );
}

#[test]
fn with_the_mends_it_is_a_stack() {
    let mended = AS_PRINTED
        .replace("!Ref AWS::Region, '']", "!Ref AWS::Region, !Ref AWS::URLSuffix]")
        .replace("            OriginPath: \"/dev\"\n", "")
        .replace(
            "S3OriginConfig: {}",
            "S3OriginConfig: {OriginAccessIdentity: !Sub 'origin-access-identity/cloudfront/${S3OriginIdentity}'}",
        );
    let (_, problems) = Folder::new().load(&mended, &[]);
    assert!(problems.is_empty(), "{}", problems.render(template::Appearance::Plain));
    let model = model(&mended);
    let policy = &model.bucket_policies[0];
    assert_eq!(policy.bucket, model.buckets[0].name);
    assert_eq!(policy.document["Statement"]["Resource"], format!("arn:aws:s3:::{}/*", policy.bucket));
    assert_eq!(
        policy.document["Statement"]["Principal"]["CanonicalUser"],
        model.identities[0].canonical_user_id
    );
}

#[test]
fn each_problem_shows_its_line_underlined() {
    let (_, problems) = Folder::new().load(AS_PRINTED, &[]);
    let text = problems.render(template::Appearance::Plain);
    assert!(text.contains("error[join-ends-in-nothing]: this Fn::Join ends in nothing"), "{text}");
    assert!(text.contains("template.yaml:32:95\n"), "{text}");
    assert!(text.contains("^^ the domain is missing (in `Distribution`)"), "{text}");
    assert!(!text.contains('\u{1b}'));
}
