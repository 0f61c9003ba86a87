use template::Parameters;

use super::*;

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {CodeUri: app} # shared by both
Resources:
  Site:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.php
      Runtime: provided.al2023
      Layers: [!Ref Tools]
  Tools:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: tools/}
";

#[tokio::test]
async fn a_stack_becomes_zips_and_a_template_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    for part in ["app", "tools"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    fs::write(&path, TEMPLATE).unwrap();
    fs::write(folder.path().join("app/index.php"), "<?php").unwrap();
    fs::write(folder.path().join("app/.gitignore"), "*.log").unwrap();
    fs::write(folder.path().join("app/a.log"), "").unwrap();
    fs::write(folder.path().join("tools/tool"), "#!/bin/sh").unwrap();
    let (model, problems) = Template::load(&path, &Parameters::local(&path));
    let model = model.unwrap_or_else(|| panic!("{}", problems.render(template::Appearance::Plain)));
    let options = BuildOptions {
        output: folder.path().join(".davy/build"),
        cache: folder.path().join(".davy/packages"),
        bootstraps: BTreeMap::new(),
        extensions: Vec::new(),
        sources: Vec::new(),
        launcher: PathBuf::new(),
        template: path,
    };
    let report = build(&model, &options).await.unwrap();
    assert_eq!(report.functions[0].weight.files, 1);
    assert_eq!(report.layers[0].weight.files, 1);
    assert_eq!(report.notes, Vec::<String>::new());
    let rewritten = fs::read_to_string(&report.template).unwrap();
    assert!(rewritten.contains("      CodeUri: \"Site.zip\"\n      Handler: index.php\n"), "{rewritten}");
    assert!(
        rewritten.contains("{ContentUri: \"Tools.zip\"}") && rewritten.contains("# shared by both"),
        "{rewritten}"
    );
    // What was built is a template whose parts are there.
    let (model, problems) = Template::load(&report.template, &Parameters::local(&report.template));
    let model = model.unwrap_or_else(|| panic!("{}", problems.render(template::Appearance::Plain)));
    assert_eq!(model.functions[0].code, Code::Archive(report.functions[0].zip.clone()));
    assert!(report.text().starts_with("Tools: "), "{}", report.text());
}
