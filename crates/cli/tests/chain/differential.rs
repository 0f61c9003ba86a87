//! The same requests, sent to nginx + php-fpm and through the stack, show PHP the same values and bring the same answers.

mod allowed;
mod answers;
mod dump;
mod requests;

use testkit::http::Address;
use testkit::project::Project;
use testkit::reference::Reference;
use testkit::stack::{Launch, Stack};

use self::allowed::Entrance;
use self::dump::Dump;
use self::requests::Case;

#[test]
fn php_sees_the_same_values_through_the_http_api() {
    compare_dumps(Entrance::HttpApi);
}

#[test]
fn php_sees_the_same_values_through_the_distribution() {
    compare_dumps(Entrance::Distribution);
}

#[test]
fn the_viewer_sees_the_same_answers_through_the_http_api() {
    compare_answers(Entrance::HttpApi);
}

#[test]
fn the_viewer_sees_the_same_answers_through_the_distribution() {
    compare_answers(Entrance::Distribution);
}

fn compare_dumps(entrance: Entrance) {
    let pair = Pair::start(dump::SCRIPT);
    let cases = requests::all();
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let mut report = Vec::new();
    for Case { name, request } in &cases {
        let reference = Dump::read(&pair.reference.send(request), &pair.reference.address, &pair.root);
        let address = pair.address(entrance);
        let ours = Dump::read(&pair.stack.send_to(&address, request), &address, "/var/task");
        for difference in reference.differences(&ours) {
            if !allowed::is_allowed(entrance, name, &difference) {
                report.push(format!("{name}: {difference}"));
            }
        }
    }
    assert!(report.is_empty(), "through {entrance:?}, beside {} cases:\n{}", cases.len(), report.join("\n"));
}

fn compare_answers(entrance: Entrance) {
    let pair = Pair::start(answers::SCRIPT);
    let mut report = Vec::new();
    for Case { name, request } in &answers::requests() {
        let reference = answers::seen(&pair.reference.send(request), &pair.reference.address);
        let reference = answers::through_an_http_api(name, reference);
        let address = pair.address(entrance);
        let ours = answers::seen(&pair.stack.send_to(&address, request), &address);
        if reference != ours {
            report.push(format!("{name}:\n  nginx {reference:?}\n  davy  {ours:?}"));
        }
    }
    assert!(report.is_empty(), "through {entrance:?}:\n{}", report.join("\n"));
}

/// One script behind both.
struct Pair {
    stack: Stack,
    reference: Reference,
    /// The document root of the reference.
    root: String,
}

impl Pair {
    fn start(script: &str) -> Self {
        let project = Project::empty().file("template.yaml", TEMPLATE).file("app/index.php", script);
        let root = project.path().join("app");
        let reference = Reference::start(&root, 1);
        Self { stack: Launch::of(project).start(), reference, root: root.to_string_lossy().into_owned() }
    }

    fn address(&self, entrance: Entrance) -> Address {
        match entrance {
            Entrance::HttpApi => self.stack.endpoint("httpapi.Api"),
            Entrance::Distribution => self.stack.endpoint("distribution.Site"),
        }
    }
}

/// One function behind an HTTP API, and a distribution that passes on all that CloudFront can pass on.
pub(crate) const TEMPLATE: &str = r"Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  Dump:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: app/
      Handler: index.php
      Runtime: provided.al2023
      Timeout: 20
      MemorySize: 1024
      Events:
        Root:
          Type: HttpApi
          Properties: {ApiId: !Ref Api, Path: /, Method: ANY}
        Proxy:
          Type: HttpApi
          Properties: {ApiId: !Ref Api, Path: '/{proxy+}', Method: ANY}
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins:
          - Id: Website
            DomainName: !Sub ${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}
            CustomOriginConfig: {OriginProtocolPolicy: https-only}
        DefaultCacheBehavior:
          TargetOriginId: Website
          ViewerProtocolPolicy: allow-all
          AllowedMethods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]
          CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad # CachingDisabled
          OriginRequestPolicyId: b689b0a8-53d0-40ab-baf2-68738e2966ac # AllViewerExceptHostHeader
";
