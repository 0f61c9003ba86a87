use std::fs;

use super::*;

#[test]
fn each_is_known_by_its_own_files() {
    #[track_caller]
    fn check(files: &[&str], expected: Framework) {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        assert_eq!(Framework::of(folder.path()), expected, "{files:?}");
    }
    check(&["artisan", "bootstrap/app.php", "public/index.php"], Framework::Laravel);
    check(&["bin/console", "config/bundles.php", "public/index.php"], Framework::Symfony);
    check(&["wp-load.php", "wp-includes/version.php", "index.php"], Framework::WordPress);
    check(&["public/index.php"], Framework::Plain);
    check(&["index.php", "artisan"], Framework::Plain);
    check(&["README.md"], Framework::Nothing);
}
