//! Many scripts, and files beside them.

use serde_json::Value;
use testkit::runtime_api::event;

use crate::site_of;

const TELL: &str =
    "<?php echo $_SERVER['SCRIPT_NAME'], ' ', $_SERVER['PATH_INFO'] ?? '-', ' ', $_SERVER['PHP_SELF'];";

#[test]
fn a_tree_of_scripts_and_files() {
    let files = [
        ("index.php", TELL),
        ("blog.php", TELL),
        ("wp-admin/index.php", TELL),
        ("style.css", "body {}"),
        (".env", "SECRET=1"),
    ];
    let mut site = site_of(&files, ".", &[]);
    let mut body = |path: &str| site.get(path).json()["body"].as_str().unwrap().to_owned();
    assert_eq!(body("/any/thing"), "/index.php - /index.php");
    assert_eq!(body("/blog.php/2026/may"), "/blog.php /2026/may /blog.php/2026/may");
    assert_eq!(body("/index.php/a/b"), "/index.php /a/b /index.php/a/b");
    assert_eq!(body("/wp-admin/"), "/wp-admin/index.php - /wp-admin/index.php");
    assert_eq!(body("/style.css"), "body {}");
    assert_eq!(body("/.env"), "Not found.\n");
    let redirect = site.get("/wp-admin?x=1").json();
    assert_eq!(
        (&redirect["statusCode"], &redirect["headers"]["Location"]),
        (&301.into(), &"/wp-admin/?x=1".into())
    );
    let file = site.get("/style.css").json();
    assert_eq!(file["headers"]["Content-Type"], "text/css; charset=utf-8");
    let mut again: Value = serde_json::from_str(&event("GET", "/style.css")).unwrap();
    again["headers"]["if-none-match"] = file["headers"]["ETag"].clone();
    assert_eq!(site.api.invoke(again.to_string()).json()["statusCode"], 304);
}
