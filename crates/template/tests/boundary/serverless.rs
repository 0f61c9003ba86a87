//! SAM's transform: Globals, implicit APIs, events, what it makes of a function.

use template::model::{Code, EventSource, LayerReference, Package, PayloadFormat};

use crate::{FUNCTION, model, problems};

fn with_globals(globals: &str, more: &str) -> String {
    format!("Transform: AWS::Serverless-2016-10-31\nGlobals:\n{globals}\nResources:{FUNCTION}{more}")
}

#[test]
fn lists_of_globals_come_first_and_architectures_are_replaced() {
    let globals = "  Function:
    Architectures: [x86_64]
    Layers: ['arn:aws:lambda:us-east-1:901920570463:layer:php-tools:1']
    Environment: {Variables: {A_: global, B_: global}}";
    let more = "      Architectures: [arm64]\n      Environment: {Variables: {B_: own}}\n";
    let model = model(&with_globals(globals, more));
    let function = &model.functions[0];
    assert_eq!(function.architecture, template::model::Architecture::Arm64);
    let arns: Vec<_> = function
        .layers
        .iter()
        .map(|layer| match layer {
            LayerReference::Php { arn, .. } => arn.rsplit(':').nth(1).unwrap().to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(arns, ["php-tools", "php-83-fpm"]);
    assert_eq!(function.environment["A_"], "global");
    assert_eq!(function.environment["B_"], "own");
}

#[test]
fn ignore_globals_leaves_them_out() {
    let globals = "  Function: {Timeout: 20, MemorySize: 256}";
    let text = with_globals(globals, "    IgnoreGlobals: [Timeout]\n");
    let function = &model(&text).functions[0];
    assert_eq!((function.timeout.as_secs(), function.memory_megabytes), (3, 256));
    let text = with_globals(globals, "    IgnoreGlobals: '*'\n");
    assert_eq!(model(&text).functions[0].memory_megabytes, 128);
}

#[test]
fn events_without_an_api_make_the_implicit_one() {
    let more = "      Events:
        Everything: {Type: HttpApi}
        Old: {Type: HttpApi, Properties: {Path: /old, Method: GET, PayloadFormatVersion: '1.0'}}
        Rest: {Type: Api, Properties: {Path: '/{proxy+}', Method: ANY}}
Outputs:
  Url: {Value: !Sub 'https://${ServerlessHttpApi}.execute-api.us-east-1.amazonaws.com'}
";
    let model = model(&with_globals("  HttpApi: {CorsConfiguration: true}", more));
    let api = &model.http_apis[0];
    assert_eq!((api.logical_id.as_str(), api.stages[0].name.as_str()), ("ServerlessHttpApi", "$default"));
    assert_eq!(api.routes[0].key, "$default");
    assert_eq!(api.routes[1].payload_format, PayloadFormat::Version1);
    assert_eq!(api.cors.as_ref().unwrap().allow_origins, ["*"]);
    assert_eq!(model.outputs[0].value, format!("https://{}", api.domain_name));
    let rest = &model.rest_apis[0];
    assert_eq!((rest.logical_id.as_str(), rest.stage.name.as_str()), ("ServerlessRestApi", "Prod"));
    assert_eq!((rest.routes[0].method.as_str(), rest.routes[0].path.as_str()), ("ANY", "/{proxy+}"));
}

#[test]
fn schedules_and_queues_are_kept() {
    let more = "      Events:
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day), Input: '{\"a\":1}', Enabled: false}}
        Hourly: {Type: ScheduleV2, Properties: {ScheduleExpression: cron(0 * * * ? *)}}
        Jobs: {Type: SQS, Properties: {Queue: 'arn:aws:sqs:us-east-1:123456789012:jobs', BatchSize: '5'}}
        Files: {Type: S3, Properties: {Bucket: x, Events: y}}
";
    let model = model(&with_globals("  Function: {Timeout: 9}", more));
    let [nightly, hourly, jobs, files] = &model.functions[0].events[..] else { panic!() };
    assert!(matches!(nightly, EventSource::Schedule { enabled: false, input: Some(_), .. }));
    assert!(
        matches!(hourly, EventSource::Schedule { enabled: true, expression, .. } if expression.starts_with("cron"))
    );
    assert!(matches!(jobs, EventSource::Queue { batch_size: 5, .. }));
    assert!(matches!(files, EventSource::Other { kind, .. } if kind == "S3"));
}

#[test]
fn layers_of_the_stack_are_found_by_their_references() {
    let more = "  Vendor:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: assets, LayerName: vendor}
  Php:
    Type: AWS::Serverless::LayerVersion
    Metadata: {Davy: {Php: 8.4}}
    Properties: {ContentUri: .davy/build/php}
";
    let text = with_globals("  Function: {Layers: [!Ref Vendor, !Ref Php]}", more);
    let model = model(&text);
    let own = |id: &str| LayerReference::Own { logical_id: id.to_owned() };
    assert_eq!(model.functions[0].layers[..2], [own("Vendor"), own("Php")]);
    assert_eq!(model.layers[0].arn, "arn:aws:lambda:us-east-1:123456789012:layer:vendor:1");
    assert!(matches!(&model.layers[0].content, Code::Folder(_)));
    assert_eq!(model.layers[1].php.as_deref(), Some("8.4"));
}

#[test]
fn images_and_inline_code() {
    let text = "Transform: AWS::Serverless-2016-10-31
Resources:
  Image:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
    Metadata: {DockerContext: ., Dockerfile: Dockerfile}
  Inline:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: index.php
      InlineCode: |
        <?php echo 1;
";
    let model = model(text);
    assert_eq!(model.functions[0].package, Package::Image);
    assert_eq!(model.functions[1].code, Code::Inline("<?php echo 1;\n".to_owned()));
}

#[test]
fn the_traps_of_real_templates_pass() {
    let text = format!(
        "AWSTemplateFormatVersion: 2010-09-09
Description: one
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Description: two
Resources:{FUNCTION}      Description: !Sub nothing to put in
      Events: {{A: {{Type: HttpApi, Properties: {{Path: /, Method: any}}}}}}
"
    );
    assert_eq!(problems(&text), "4:1 duplicate-key");
    assert_eq!(model(&text).description.as_deref(), Some("two"));
}

#[test]
fn a_function_that_names_its_own_api_waits_for_itself() {
    let more = "      Environment: {Variables: {URL: !Ref ServerlessHttpApi}}
      Events: {A: {Type: HttpApi}}
";
    let found = problems(&with_globals("  Function: {Timeout: 9}", more));
    assert!(found.contains("circular"), "{found}");
    // A schedule's input may: the rule is a resource of its own.
    let more = "      Events:
        A: {Type: HttpApi}
        B: {Type: Schedule, Properties: {Schedule: rate(1 day), Input: !Ref ServerlessHttpApi}}
";
    assert_eq!(problems(&with_globals("  Function: {Timeout: 9}", more)), "");
}
