use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

#[test]
fn names_tell_the_version() {
    #[track_caller]
    #[expect(clippy::option_option, reason = "a php-fpm without a version in its name is one all the same")]
    fn check(name: &str, expected: Option<Option<(u8, u8)>>) {
        assert_eq!(version_in(OsStr::new(name)), expected, "{name}");
    }
    check("php-fpm8.2", Some(Some((8, 2))));
    check("php-fpm-8.4", Some(Some((8, 4))));
    check("php-fpm", Some(None));
    check("php-fpm8.2.conf", None);
    check("php-fpmrc", None);
    check("php8.2", None);
}

#[test]
fn the_newest_comes_first_and_what_cannot_run_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    for (name, mode) in
        [("php-fpm", 0o755), ("php-fpm8.2", 0o755), ("php-fpm8.4", 0o755), ("php-fpm9.9", 0o644)]
    {
        let path = folder.path().join(name);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let folders = || vec![folder.path().to_path_buf(), folder.path().to_path_buf()];
    let names: Vec<_> = PhpFpm::installed(folders())
        .into_iter()
        .map(|php| php.path.file_name().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["php-fpm8.4", "php-fpm8.2", "php-fpm"]);
}
