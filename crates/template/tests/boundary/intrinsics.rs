//! Intrinsic functions, one after the other, as an output's value.

use crate::{Folder, problems};

/// The value of an output that is written as `expression`.
#[track_caller]
fn check(expression: &str, expected: &str) {
    check_with(expression, &[], expected);
}

#[track_caller]
fn check_with(expression: &str, overrides: &[(&str, &str)], expected: &str) {
    let text = format!("{SECTIONS}Outputs:\n  Result:\n    Value: {expression}\n");
    let (model, found) = Folder::new().load(&text, overrides);
    let model = model.unwrap_or_else(|| panic!("{}", found.render(template::Appearance::Plain)));
    assert_eq!(model.outputs[0].value, expected, "{expression}");
}

const SECTIONS: &str = "Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Zones: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Count: {Type: Number, Default: 3}
Mappings:
  Sizes:
    dev: {Memory: 512, Names: [x, y]}
    prod: {Memory: '1024', Names: [z]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Either: {'Fn::Or': [{Condition: IsProd}, {Condition: IsDev}]}
  Both: !And [!Condition IsProd, !Condition IsDev]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub '${Stage}-files'}
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}
";

#[test]
fn references() {
    check("!Ref Bucket", "dev-files");
    check("{Ref: Bucket}", "dev-files");
    check("!Ref AWS::Region", "us-east-1");
    check("!Ref AWS::AccountId", "123456789012");
    check("!Ref AWS::StackName", "shop");
    check("!Ref AWS::URLSuffix", "amazonaws.com");
    check("!Ref AWS::Partition", "aws");
    check("!Ref Stage", "dev");
    check_with("!Ref Stage", &[("Stage", "prod")], "prod");
    check("!GetAtt Bucket.Arn", "arn:aws:s3:::dev-files");
    check("!GetAtt [Bucket, DomainName]", "dev-files.s3.amazonaws.com");
    check("{'Fn::GetAtt': Bucket.RegionalDomainName}", "dev-files.s3.us-east-1.amazonaws.com");
    check("!GetAtt Table.Arn", "arn:aws:dynamodb:us-east-1:123456789012:table/orders");
}

#[test]
fn substitution() {
    check("!Sub 'plain'", "plain");
    check("!Sub '${Bucket}/${Bucket.Arn}'", "dev-files/arn:aws:s3:::dev-files");
    check("!Sub '${!Literal} ${AWS::Region}'", "${Literal} us-east-1");
    check("!Sub ['${a}-${b}-${Stage}', {a: 1, b: !Ref Bucket}]", "1-dev-files-dev");
    check("!Sub '$ {Stage} ${ Stage } $'", "$ {Stage} dev $");
    check("!Sub 'open ${Stage'", "open ${Stage");
}

#[test]
fn lists() {
    check("!Join ['-', [a, !Ref Stage, 'c']]", "a-dev-c");
    check("!Join ['', !Ref Zones]", "abc");
    check("!Select [1, !Ref Zones]", "b");
    check("!Select ['2', !Split ['/', 'x/y/z']]", "z");
    check("!Join [',', !GetAZs '']", "us-east-1a,us-east-1b,us-east-1c");
    check("!Join [',', !FindInMap [Sizes, !Ref Stage, Names]]", "x,y");
    check("!FindInMap [Sizes, !Ref Stage, Memory]", "512");
    check("!Join [' ', !Cidr [10.0.0.0/16, 3, 8]]", "10.0.0.0/24 10.0.1.0/24 10.0.2.0/24");
    check("{'Fn::Join': [',', [{'Fn::Select': [0, [p, q]]}, !If [IsProd, no, !Ref 'AWS::NoValue']]]}", "p");
}

#[test]
fn conditions() {
    check("!If [IsProd, yes, no]", "no");
    check_with("!If [IsProd, big, small]", &[("Stage", "prod")], "big");
    check("!If [Either, a, b]", "a");
    check("!If [Both, a, b]", "b");
}

#[test]
fn encodings() {
    check("!Base64 'Davy lamp'", "RGF2eSBsYW1w");
    check("!Base64 'Davy'", "RGF2eQ==");
    check("!Base64 ''", "");
}

#[test]
fn values_from_outside_have_stand_ins_or_what_the_user_gave() {
    check("!ImportValue network-Vpc", "network-Vpc");
    check_with("!ImportValue network-Vpc", &[("import:network-Vpc", "vpc-1")], "vpc-1");
    check("'host={{resolve:ssm:/db/host}};'", "host=host;");
    check_with("!Ref Table", &[("resource:Table", "local")], "local");
    check_with("!GetAtt Table.Arn", &[("resource:Table.Arn", "arn:local")], "arn:local");
    check_with("'{{resolve:ssm:/db/host}}'", &[("resolve:ssm:/db/host", "10.0.0.9")], "10.0.0.9");
    let text =
        format!("{SECTIONS}Outputs:\n  R: {{Value: !ImportValue network-Vpc}}\n  T: {{Value: !Ref Table}}\n");
    let (model, _) = Folder::new().load(&text, &[]);
    let outside = model.unwrap().outside;
    let names: Vec<_> = outside.iter().map(|value| value.name.as_str()).collect();
    assert_eq!(names, ["import:network-Vpc", "resource:Table"]);
}

/// The first problem of an output that is written as `expression`, as `COLUMN code`.
#[track_caller]
fn check_problem(expression: &str, expected: &str) {
    let found = problems(&format!("{SECTIONS}Outputs:\n  Result:\n    Value: {expression}\n"));
    let line = SECTIONS.lines().count() + 3;
    let problem = found.lines().find_map(|found| found.strip_prefix(&format!("{line}:")));
    assert_eq!(problem, Some(expected), "{expression}: {found}");
}

#[test]
fn mistakes() {
    check_problem("!Ref Buket", "17 unknown-reference");
    check_problem("!GetAtt Bucket.Am", "27 unknown-reference");
    check_problem("!Sub 'a ${Bucke.Arn} b'", "22 unknown-reference");
    check_problem("!Sub '${AWS::Regoin}'", "20 unknown-reference");
    check_problem("!Join ['-', !Ref Stage]", "24 bad-function");
    check_problem("!Select [3, !Ref Zones]", "21 bad-function");
    check_problem("!FindInMap [Sizes, test, Memory]", "31 unknown-reference");
    check_problem("!If [IsTest, a, b]", "17 unknown-reference");
    check_problem("!Foo bar", "12 unknown-function");
    check_problem("!Transform {Name: x}", "12 unsupported-function");
    check_problem("[a, b]", "12 wrong-type");
}
