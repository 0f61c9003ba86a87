use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let paths = [(("F".to_owned(), "CodeUri".to_owned()), "build/F.zip".to_owned())].into();
    assert_eq!(Template::with_paths(text, &paths).as_deref(), Some(expected));
}

#[test]
fn a_path_is_replaced_where_it_is_written() {
    check(
        "Resources: # all\n  F:\n    Properties:\n      CodeUri: . # here\n      Handler: 'é'\n",
        "Resources: # all\n  F:\n    Properties:\n      CodeUri: \"build/F.zip\" # here\n      Handler: 'é'\n",
    );
    check(
        "Resources:\n  F: {Properties: {Handler: a, CodeUri: './app dir'}}\n",
        "Resources:\n  F: {Properties: {Handler: a, CodeUri: \"build/F.zip\"}}\n",
    );
}

#[test]
fn a_location_in_block_style_is_replaced_whole() {
    check(
        "Resources:\n  F:\n    Properties:\n      CodeUri:\n        Bucket: b\n        Key: k\n      Handler: a\n",
        "Resources:\n  F:\n    Properties:\n      CodeUri:\n        \"build/F.zip\"\n      Handler: a\n",
    );
}

#[test]
fn a_global_path_is_written_into_the_resource() {
    check(
        "Resources:\n  F:\n    Properties:\n      Handler: a\n",
        "Resources:\n  F:\n    Properties:\n      CodeUri: \"build/F.zip\"\n      Handler: a\n",
    );
    check(
        "{\"Resources\": {\"F\": {\"Properties\": {\"Handler\": \"a\"}}}}",
        "{\"Resources\": {\"F\": {\"Properties\": {\"CodeUri\": \"build/F.zip\", \"Handler\": \"a\"}}}}",
    );
}

#[test]
fn what_is_not_there_is_not_rewritten() {
    let paths = [(("G".to_owned(), "CodeUri".to_owned()), "x".to_owned())].into();
    assert_eq!(Template::with_paths("Resources: {F: {Properties: {A: b}}}", &paths), None);
}
