use super::*;

fn with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[track_caller]
fn check_template(folder: &Path) -> String {
    let path = folder.join("template.yaml");
    let parameters =
        template::Parameters { stack_name: "shop".to_owned(), ..template::Parameters::local(&path) };
    let (model, diagnostics) = template::Template::load(&path, &parameters);
    assert!(diagnostics.is_empty(), "{}", diagnostics.render(template::Appearance::Plain));
    let model = model.unwrap();
    assert_eq!(model.functions.len(), 1);
    assert_eq!(model.distributions.len(), 1);
    fs::read_to_string(path).unwrap()
}

#[test]
fn an_empty_folder_gets_a_small_site_that_validates_without_a_word() {
    let folder = with(&[]);
    let done = init(folder.path(), "8.2").unwrap();
    assert_eq!(done.framework, Framework::Nothing);
    assert_eq!(done.handler, "index.php");
    assert_eq!(done.patterns, ["assets/*"]);
    check_template(folder.path());
}

#[test]
fn every_framework_gets_a_template_that_validates() {
    #[track_caller]
    fn check(files: &[(&str, &str)], handler: &str, contains: &str) {
        let folder = with(files);
        let done = init(folder.path(), "8.2").unwrap();
        assert_eq!(done.handler, handler);
        let text = check_template(folder.path());
        assert!(text.contains(contains), "{contains} is missing in\n{text}");
    }
    check(
        &[("artisan", ""), ("bootstrap/app.php", ""), ("public/index.php", ""), ("public/build/app.js", "")],
        "public/index.php",
        "PathPattern: 'build/*'",
    );
    check(
        &[
            ("bin/console", ""),
            ("config/bundles.php", ""),
            ("public/index.php", ""),
            ("public/favicon.ico", ""),
        ],
        "public/index.php",
        "APP_CACHE_DIR: '/tmp/cache'",
    );
    check(
        &[("wp-load.php", ""), ("wp-includes/a.php", ""), ("index.php", "")],
        "index.php",
        "DAVY_SCRIPTS: '1'",
    );
    check(
        &[("app.php", ""), ("index.php", ""), (".htaccess", "FallbackResource /app.php\n")],
        "app.php",
        "Folder: .",
    );
}

#[test]
fn nothing_is_written_over_anything() {
    let folder = with(&[("index.php", "mine"), (".davyignore", "mine")]);
    let done = init(folder.path(), "8.2").unwrap();
    assert_eq!(done.kept, [folder.path().join(".davyignore")]);
    assert_eq!(fs::read_to_string(folder.path().join("index.php")).unwrap(), "mine");
    let again = init(folder.path(), "8.2").unwrap_err();
    assert!(matches!(again, InitError::TemplateExists { .. }), "{again}");
}

#[test]
fn folders_with_php_in_them_are_not_the_buckets() {
    let folder = with(&[
        ("index.php", ""),
        ("lib/deep/x.php", ""),
        ("lib/a.css", ""),
        ("img/a.png", ""),
        ("robots.txt", ""),
    ]);
    assert_eq!(init(folder.path(), "8.2").unwrap().patterns, ["img/*", "robots.txt"]);
}
