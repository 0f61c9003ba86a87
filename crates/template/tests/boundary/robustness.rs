//! No text makes the crate panic, run away or fill the memory.

use std::fmt::Write;

use template::fuzz_template;

use crate::problems;

const SEEDS: &[&str] = &[
    "Transform: AWS::Serverless-2016-10-31
Parameters: {P: {Type: CommaDelimitedList, Default: 'a,b'}}
Conditions: {C: !Or [!Equals [!Ref P, a], !Not [!Equals [b, b]]]}
Mappings: {M: {a: {b: [1, 2]}}}
Globals: {Function: {Timeout: 3, Environment: {Variables: {X: !Sub '${B.Arn}${!x}'}}}}
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: ., Handler: a, Runtime: provided, Layers: ['arn:aws:lambda:us-east-1:209497400698:layer:php-73-fpm:25'], Events: {A: {Type: HttpApi, Properties: {Path: '/{p+}', Method: ANY}}}}}
  B: {Type: AWS::S3::Bucket, Condition: C, Metadata: {Davy: {Folder: assets}}}
  D:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: 'true'
        Origins:
          - {Id: A, DomainName: !Join ['.', [!Ref ServerlessHttpApi, execute-api, !Ref 'AWS::Region', '']], OriginPath: /dev, CustomOriginConfig: {OriginProtocolPolicy: https-only}}
          - {Id: B, DomainName: !GetAtt B.DomainName, S3OriginConfig: {}}
        DefaultCacheBehavior: {TargetOriginId: A, ViewerProtocolPolicy: allow-all, ForwardedValues: {QueryString: yes}, MinTTL: 1}
Outputs: {O: {Value: !If [C, !Select [0, !Split [',', 'é,ü']], !FindInMap [M, a, b]]}}
",
    r#"{"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": ["${x}\ud83d\ude00", {"x": {"Ref": "AWS::StackName"}}]}}}}}"#,
];

/// A small generator of its own: the same mutations each time.
struct Mutations(u64);

impl Mutations {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }

    fn mutate(&mut self, text: &mut Vec<u8>) {
        const PIECES: &[&[u8]] = &[
            b"!Ref ",
            b"!Sub ",
            b"!GetAtt ",
            b"{",
            b"}",
            b"[",
            b"]",
            b"\n",
            b"  ",
            b": ",
            b"- ",
            b"&a ",
            b"*a",
            b"${",
            b"'",
            b"\"",
            b"\t",
            b"Fn::If",
            b"AWS::",
            b"\xff",
            "é".as_bytes(),
            b"!",
            b"|",
            b"<<: ",
            b"---\n",
            b"?",
        ];
        let at = self.below(text.len());
        match self.below(4) {
            0 => {
                let end = (at + self.below(12)).min(text.len());
                text.drain(at..end);
            }
            1 => {
                let piece = PIECES[self.below(PIECES.len())];
                text.splice(at..at, piece.iter().copied());
            }
            2 => {
                let end = (at + self.below(40)).min(text.len());
                let copy = text[at..end].to_vec();
                let to = self.below(text.len());
                text.splice(to..to, copy);
            }
            _ => {
                let byte = u8::try_from(self.below(128)).unwrap();
                text.splice(at..(at + 1).min(text.len()), [byte]);
            }
        }
    }
}

#[test]
fn mutated_templates() {
    let mut mutations = Mutations(0x9E37_79B9_7F4A_7C15);
    for round in 0..1_500 {
        let mut text = SEEDS[round % SEEDS.len()].as_bytes().to_vec();
        for _ in 0..=mutations.below(6) {
            mutations.mutate(&mut text);
        }
        fuzz_template(&text);
    }
}

#[test]
fn every_beginning_of_a_template() {
    for seed in SEEDS {
        for end in 0..seed.len() {
            fuzz_template(&seed.as_bytes()[..end]);
        }
    }
}

#[test]
fn a_billion_laughs() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (from, to) in ('a'..='k').zip('b'..='l') {
        let aliases = vec![format!("*{from}"); 10].join(", ");
        writeln!(text, "{to}: &{to} [{aliases}]").unwrap();
    }
    assert!(problems(&text).contains("too-large"));
}

#[test]
fn substitutions_that_double_and_double() {
    let mut text = "Resources:\n  B0: {Type: AWS::S3::Bucket}\n".to_owned();
    for level in 1..60 {
        let before = level - 1;
        writeln!(text, "  B{level}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Sub '${{B{before}}}${{B{before}}}'}}}}")
            .unwrap();
    }
    assert!(problems(&text).contains("too-large"));
}

#[test]
fn a_long_chain_of_names() {
    let mut text = "Resources:\n  B0: {Type: AWS::S3::Bucket}\n".to_owned();
    for level in 1..499 {
        writeln!(
            text,
            "  B{level}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Ref B{}}}}}",
            level - 1
        )
        .unwrap();
    }
    // Read from its far end, each name leads to the next.
    text += "Outputs: {O: {Value: !Ref B498}}\n";
    problems(&text);
    let backwards: Vec<_> = text.lines().skip(1).collect();
    let (outputs, resources) = backwards.split_last().unwrap();
    let reversed: Vec<_> = resources.iter().rev().copied().collect();
    assert!(problems(&format!("Resources:\n{}\n{outputs}\n", reversed.join("\n"))).contains("too-deep"));
}

#[test]
fn deep_nesting() {
    // The parser has a limit of its own for the flow style.
    assert!(problems(&format!("a: {}", "[".repeat(5_000))).contains("malformed-yaml"));
    assert!(problems(&"- ".repeat(5_000)).contains("too-deep"));
    assert!(problems(&format!("{{\"a\":{}", "[".repeat(5_000))).contains("malformed-yaml"));
}

#[test]
fn too_many_resources() {
    let mut text = "Resources:\n".to_owned();
    for number in 0..501 {
        writeln!(text, "  B{number}: {{Type: AWS::S3::Bucket}}").unwrap();
    }
    assert_eq!(problems(&text), "- too-large");
}
