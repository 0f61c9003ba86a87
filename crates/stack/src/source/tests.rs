use std::fs;

use super::*;

#[test]
fn a_template_wins_over_an_index() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("index.php"), "").unwrap();
    let built_in = Source::find(folder.path()).unwrap();
    assert_eq!(built_in, Source::BuiltIn { folder: folder.path().to_path_buf(), handler: "index.php" });
    assert!(built_in.built_in().unwrap().contains("Handler: index.php\n"));

    let template = folder.path().join("template.yml");
    fs::write(&template, "").unwrap();
    assert_eq!(Source::find(folder.path()).unwrap(), Source::File(template));
}

#[test]
fn an_empty_folder_and_a_missing_one_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let empty = Source::find(folder.path()).unwrap_err().to_string();
    assert!(empty.contains("template.yaml") && empty.contains("index.php"), "{empty}");
    let missing = Source::find(&folder.path().join("nowhere")).unwrap_err().to_string();
    assert!(missing.ends_with("does not exist"), "{missing}");
}
