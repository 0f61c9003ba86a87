//! What `cargo metadata` prints is read, and a tree leaves out what only tests need.

use serde_json::json;

use super::*;

#[test]
fn metadata_becomes_packages_and_edges() {
    let graph = Graph::parse(&json!({
        "workspace_members": ["path+runtime"],
        "packages": [
            {"id": "path+runtime", "name": "runtime", "version": "0.1.0", "license": "Apache-2.0", "rust_version": "1.85"},
            {"id": "registry+serde", "name": "serde", "version": "1.0.229", "license": "MIT OR Apache-2.0"},
            {"id": "registry+insta", "name": "insta", "version": "1.49.0", "license": "Apache-2.0"},
        ],
        "resolve": {"nodes": [
            {"id": "path+runtime", "deps": [
                {"pkg": "registry+serde", "dep_kinds": [{"kind": null}]},
                {"pkg": "registry+insta", "dep_kinds": [{"kind": "dev"}]},
            ]},
            {"id": "registry+serde", "deps": []},
            {"id": "registry+insta", "deps": []},
        ]},
    }))
    .unwrap();

    let ours: Vec<&str> = graph.ours().map(|package| package.name.as_str()).collect();
    assert_eq!(ours, ["runtime"]);
    let tree: Vec<&str> = graph.tree("runtime").into_iter().map(|package| package.name.as_str()).collect();
    assert_eq!(tree, ["runtime", "serde"]);
}

#[test]
fn a_node_of_no_package_is_an_error() {
    let metadata = json!({"packages": [], "resolve": {"nodes": [{"id": "lost", "deps": []}]}});
    assert!(Graph::parse(&metadata).is_err());
}
