use super::*;

fn settings(pairs: &[(&str, &str)]) -> Settings {
    let base =
        [("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"), ("_HANDLER", "index.php"), ("LAMBDA_TASK_ROOT", "/t")];
    let environment = base.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::from_environment(&environment.collect()).unwrap()
}

#[test]
fn php_sees_its_variables_and_no_secret() {
    let names =
        ["APP_KEY", "DAVY_ORIGIN_SECRET", "FPM_SOCKETS", "_X_AMZN_TRACE_ID", "BASH_FUNC_x%%", "_HANDLER"];
    let environment = names.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
    let conf = conf(&[("davy-0", Path::new("/h/0.sock"))], &environment, &settings(&[]), &Identity::Own);
    let shown: Vec<_> = conf.lines().filter(|line| line.starts_with("env[")).collect();
    assert_eq!(shown, ["env[APP_KEY] = $APP_KEY", "env[_HANDLER] = $_HANDLER"]);
    assert!(!conf.contains("user ="));
}

#[test]
fn memory_is_the_function_s() {
    for (megabytes, expected) in
        [("128", "memory_limit = 96M"), ("64", "memory_limit = 64M"), ("1769", "memory_limit = 1737M")]
    {
        let ini = ini(&settings(&[("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", megabytes)]));
        assert!(ini.contains(expected), "{ini}");
    }
}

#[test]
fn the_application_s_settings_are_read_last() {
    let none = BTreeMap::new();
    assert_eq!(scan_folders(&none, Path::new("/h/conf.d"), &settings(&[])), ":/h/conf.d:/t/php/conf.d");
    let layer = [("PHP_INI_SCAN_DIR".to_owned(), "/opt/etc".to_owned())].into();
    assert_eq!(scan_folders(&layer, Path::new("/h"), &settings(&[])), "/opt/etc:/h:/t/php/conf.d");
}
