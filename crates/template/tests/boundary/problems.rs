//! Mistakes, each with its place and its name.

use std::fs;

use template::{Parameters, Severity, Template};

use crate::{FUNCTION, Folder, problems};

/// Problems of a template with a good function, and `more` after it; lines count from `more`.
#[track_caller]
fn check(more: &str, expected: &str) {
    let head = format!("Transform: AWS::Serverless-2016-10-31\nResources:{FUNCTION}");
    let before = head.lines().count();
    let found = problems(&format!("{head}{more}"));
    let found: Vec<_> = found
        .lines()
        .map(|line| match line.split_once(':') {
            Some((number, rest)) => format!("{}:{rest}", number.parse::<usize>().unwrap() - before),
            None => line.to_owned(),
        })
        .collect();
    assert_eq!(found.join(", "), expected, "{more}");
}

#[test]
fn properties() {
    check("      Timout: 3\n", "1:7 unknown-property");
    check("      Timeout: soon\n", "1:16 wrong-type");
    check("      Timeout: 901\n", "1:16 out-of-range");
    check("      Timeout: '30'\n", "");
    check("      Architectures: arm64\n", "1:22 wrong-type");
    check("      Architectures: [arm]\n", "1:23 not-allowed");
    check("      Tracing: active\n", "1:16 not-allowed");
    check("      Environment: {Variables: {A_1: [x]}}\n", "1:38 wrong-type");
    check("      FunctionUrlConfig: {}\n", "1:26 missing-property");
    check("      Description:\n", "");
}

#[test]
fn functions() {
    check("      CodeUri: nowhere\n", "1:7 duplicate-key, 1:16 missing-code");
    check("      Environment: {Variables: {AWS_REGION: x}}\n", "1:33 reserved-variable");
    check("      Environment: {Variables: {'a-b': x}}\n", "1:33 bad-variable");
}

#[test]
fn runtimes() {
    let text = |runtime: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:{}",
            FUNCTION.replace("provided.al2023", runtime)
        )
    };
    assert_eq!(problems(&text("provided.al2")), "8:16 deprecated-runtime");
    assert_eq!(problems(&text("provided.al2024")), "8:16 unknown-runtime");
    assert_eq!(problems(&text("nodejs22.x")), "8:16 other-runtime");
}

#[test]
fn routes() {
    let event =
        |properties: &str| format!("      Events: {{A: {{Type: HttpApi, Properties: {{{properties}}}}}}}\n");
    check(&event("Path: /"), "1:16 missing-property");
    check(&event("Path: index, Method: GET"), "1:54 bad-path");
    check(&event("Path: '/*', Method: GET"), "1:54 bad-path");
    check(&event("Path: '/{a+}/b', Method: GET"), "1:54 bad-path");
    check(&event("Path: /, Method: FETCH"), "1:65 bad-method");
    check("      Events: {A: {Type: Http}}\n", "1:26 unknown-event");
    check(
        "      Events:\n        A: {Type: HttpApi, Properties: {Path: /, Method: get}}\n        B: {Type: HttpApi, \
         Properties: {Path: /, Method: GET}}\n",
        "3:9 duplicate-route",
    );
}

#[test]
fn references() {
    check("    DependsOn: Databse\n", "1:16 unknown-reference");
    check("  B: {Type: AWS::S3::Bucket, Condition: Prod}\n", "1:41 unknown-reference");
    check(
        "  B: {Type: AWS::S3::Bucket, Condition: No}\nConditions: {No: !Equals [a, b]}\nOutputs: {X: {Value: !Ref B}}\n",
        "3:22 unknown-reference",
    );
    check(
        "  A: {Type: AWS::S3::Bucket, DependsOn: B}\n  B: {Type: AWS::S3::Bucket, DependsOn: A}\n",
        "1:41 circular",
    );
    check("Conditions: {A: !Condition B, B: !Condition A}\n", "1:34 circular");
}

#[test]
fn types() {
    check("  T: {Type: AWS::Serverless::SimpleTable}\n", "1:13 unsupported-type");
    check("  T: {Type: AWS::Lambda::Functon}\n", "1:13 unknown-type, 1:13 unsupported-type");
    check("  T: {Type: Bucket}\n", "1:13 unknown-type");
    check("  T: {Properties: {}}\n", "1:3 no-type");
    check("  T: {Type: AWS::S3::Bucket, Proprties: {}}\n", "1:30 unknown-attribute");
    check("  my_bucket: {Type: AWS::S3::Bucket}\n", "1:3 bad-logical-id");
    check("  R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}\n", "");
}

#[test]
fn distributions() {
    let distribution = |behavior: &str, origin: &str| {
        format!(
            "  D:\n    Type: AWS::CloudFront::Distribution\n    Properties:\n      DistributionConfig:\n        Enabled: \
             true\n        Origins: [{{Id: O, {origin}}}]\n        DefaultCacheBehavior: {{ViewerProtocolPolicy: allow-all, \
             {behavior}}}\n"
        )
    };
    let custom = "DomainName: example.org, CustomOriginConfig: {OriginProtocolPolicy: https-only}";
    let cached = "TargetOriginId: O, ForwardedValues: {QueryString: false}";
    check(&distribution(cached, custom), "");
    check(&distribution(&cached.replace(": O", ": P"), custom), "7:81 unknown-origin");
    check(&distribution(&format!("{cached}, MinTTL: 10, MaxTTL: 5"), custom), "7:143 bad-ttl");
    check(&distribution("TargetOriginId: O", custom), "7:31 no-forwarding");
    check(&distribution(cached, "DomainName: example.org"), "6:19 no-origin-kind");
    check(&distribution(&format!("{cached}, AllowedMethods: [GET, POST]"), custom), "7:139 bad-methods");
    check(&distribution(cached, &format!("{custom}, OriginPath: dev/")), "6:120 bad-origin-path");
    check(
        &distribution(cached, "DomainName: example.org, S3OriginConfig: {OriginAccessIdentity: E123}"),
        "6:91 bad-identity",
    );
}

#[test]
fn texts_that_are_no_templates() {
    assert_eq!(problems(""), "- empty-template");
    assert_eq!(problems("[]"), "1:1 not-a-template");
    assert_eq!(problems("Resources: []"), "1:1 no-resources");
    assert_eq!(problems("Descripton: x\nResources: {A: {Type: AWS::S3::Bucket}}"), "1:1 unknown-section");
    assert_eq!(problems("Resources:\n\tA: b"), "2:2 malformed-yaml");
    assert_eq!(problems("a: 1\n<<: {b: 1}\nResources: {A: {Type: AWS::S3::Bucket}}").lines().count(), 3);
    assert!(problems("Resources: {A: {Type: AWS::Serverless::Function}}").contains("1:23 no-transform"));
}

#[test]
fn json_is_read_as_json() {
    let text = "{\n\t\"Resources\": {\"A\": {\"Type\": \"AWS::S3::Bucket\",\n\t\"Properties\": {\"BucketNam\": \"\\ud83d\\ude00\"}}}\n}";
    assert_eq!(problems(text), "3:17 unknown-property");
}

#[test]
fn parameters_are_asked_for_and_checked() {
    let text = "Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Size: {Type: Number, Default: big}
  Name: {Type: Strng, Default: x}
Resources: {A: {Type: AWS::S3::Bucket}}
";
    assert_eq!(problems(text), "2:3 outside-value\n3:33 wrong-type\n4:16 bad-parameter-type");
    let (_, found) = Folder::new().load(text, &[("Stage", "test"), ("Stge", "dev")]);
    let codes: Vec<_> = found.iter().map(template::Diagnostic::code).collect();
    assert_eq!(codes, ["unknown-parameter", "not-allowed", "wrong-type", "bad-parameter-type"]);
}

#[test]
fn a_file_that_cannot_be_read_is_a_problem_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    let (model, problems) = Template::load(&path, &Parameters::local(&path));
    assert!(model.is_none());
    assert_eq!(problems.iter().next().unwrap().code(), "unreadable");
    fs::write(&path, b"a: \xff").unwrap();
    let (_, problems) = Template::load(&path, &Parameters::local(&path));
    assert!(problems.render(template::Appearance::Plain).contains("byte 3"));
}

#[test]
fn programs_get_each_problem_as_an_object() {
    let (_, problems) = Folder::new().load("Resources:\n  A: {Type: AWS::S3::Bucket, Proprties: {}}\n", &[]);
    let json = problems.to_json();
    assert_eq!(json[0]["severity"], "error");
    assert_eq!(json[0]["code"], "unknown-attribute");
    assert_eq!((json[0]["line"].as_u64(), json[0]["endColumn"].as_u64()), (Some(2), Some(39)));
    assert_eq!(json[0]["resource"], "A");
    assert_eq!(json[0]["help"][0], "did you mean `Properties`?");
    assert_eq!(problems.count(Severity::Error), 1);
}
