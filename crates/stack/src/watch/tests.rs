use std::fs;

use super::*;

async fn next(watch: &mut Watch) -> Edit {
    tokio::time::timeout(Duration::from_secs(10), watch.next()).await.expect("an edit is seen").unwrap()
}

#[tokio::test]
async fn an_edit_names_its_files_and_ignored_folders_stay_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let state = root.join("state");
    fs::create_dir(&state).unwrap();
    fs::create_dir_all(root.join("deep/er")).unwrap();
    let mut watch = Watch::new(std::slice::from_ref(&root), vec![state.clone()]).unwrap();

    fs::write(state.join("telemetry.db"), "noise").unwrap();
    fs::write(root.join("deep/er/index.php"), "<?php").unwrap();
    assert_eq!(next(&mut watch).await.paths, [root.join("deep/er/index.php")]);

    fs::create_dir(root.join("new")).unwrap();
    assert_eq!(next(&mut watch).await.paths, [root.join("new")]);
    fs::write(root.join("new/page.php"), "<?php").unwrap();
    assert_eq!(next(&mut watch).await.paths, [root.join("new/page.php")]);

    fs::remove_file(root.join("new/page.php")).unwrap();
    assert_eq!(next(&mut watch).await.paths, [root.join("new/page.php")]);
}
