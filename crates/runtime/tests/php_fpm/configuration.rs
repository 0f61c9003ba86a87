//! PHP's settings, what lives from one request to the next, and several workers.

use testkit::runtime_api::event;

use crate::{site, site_of};

#[test]
fn settings_are_ours_then_the_application_s() {
    let script = "<?php echo json_encode(array_map('ini_get', ['memory_limit', 'display_errors', 'expose_php', \
        'post_max_size', 'opcache.enable', 'precision', 'max_execution_time']));";
    let files = [("index.php", script), ("php/conf.d/mine.ini", "precision=7\npost_max_size=1M\n")];
    let mut site = site_of(&files, "index.php", &[]);
    assert_eq!(site.get("/").json()["body"], r#"["480M","0","0","1M","1","7","0"]"#);
}

#[test]
fn one_worker_lives_on_and_shares_nothing_but_its_caches() {
    let script = "<?php static $s = 0; $s++; $GLOBALS['g'] = ($GLOBALS['g'] ?? 0) + 1; \
        $n = apcu_inc('n'); $p = new PDO('sqlite:/tmp/davy-' . getmypid() . '.db', null, null, [PDO::ATTR_PERSISTENT => true]); \
        $p->exec('create temp table if not exists t (x)'); $p->exec('insert into t values (1)'); \
        $rows = $p->query('select count(*) from t')->fetchColumn(); unlink('/tmp/davy-' . getmypid() . '.db'); \
        echo json_encode([getmypid(), $s, $GLOBALS['g'], $n, $rows]);";
    let mut site = site(script, &[]);
    let mut seen =
        || -> Vec<u64> { serde_json::from_str(site.get("/").json()["body"].as_str().unwrap()).unwrap() };
    let (first, second) = (seen(), seen());
    assert_eq!(first[0], second[0]);
    assert_eq!(first[1..], [1, 1, 1, 1]);
    assert_eq!(second[1..], [1, 1, 2, 2]);
}

#[test]
fn an_init_script_joins_the_environment() {
    let files = [
        ("index.php", "<?php echo getenv('FROM_INIT');"),
        (
            "init.php",
            "<?php fwrite(STDERR, \"preparing\\n\"); echo \"FROM_INIT=1 and more\\nnothing else\\n\";",
        ),
    ];
    let mut site = site_of(&files, "index.php", &[("DAVY_INIT", "init.php")]);
    site.log("preparing");
    assert_eq!(site.get("/").json()["body"], "1 and more");
    let files = [("index.php", "<?php echo 1;"), ("init.php", "<?php exit(3);")];
    let mut failing = site_of(&files, "index.php", &[("DAVY_INIT", "init.php")]);
    let posted = failing.api.wait(|posted| posted.path == "init/error");
    assert_eq!(posted.json()["errorType"], "Runtime.InitScriptFailed");
}

#[test]
fn several_workers_serve_at_once_and_each_answer_is_its_request_s() {
    let script =
        "<?php file_put_contents('php://stderr', \"line of $_GET[n]\\n\"); usleep(200000); echo $_GET['n'];";
    let mut site = site(script, &[("AWS_LAMBDA_MAX_CONCURRENCY", "4")]);
    site.api.wait_for_next(4);
    let ids: Vec<String> = (0..8).map(|n| site.api.push(event("GET", &format!("/?n={n}")))).collect();
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(site.api.answer(id).json()["body"], n.to_string());
    }
    let (line, _) = site.log("line of 7");
    assert!(line.starts_with(&ids[7]), "{line}");
    let (_, workers) = site.php_fpm();
    assert_eq!(workers.len(), 4);
}

#[test]
fn logs_are_json_where_lambda_wants_them_so() {
    let mut site = site(
        "<?php trigger_error('odd \"thing\"', E_USER_WARNING); echo 1;",
        &[("AWS_LAMBDA_LOG_FORMAT", "JSON")],
    );
    let answered = site.get("/");
    let (line, _) = site.log("odd");
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["level"], "WARN");
    assert!(answered.path.contains(line["requestId"].as_str().unwrap()));
    assert!(line["message"].as_str().unwrap().contains("odd \"thing\""));
}

#[test]
fn a_snapshot_is_taken_warm_and_each_copy_has_its_own_worker() {
    let script = "<?php apcu_inc('warmed'); echo json_encode([getmypid(), apcu_fetch('warmed')]);";
    let variables = [("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"), ("DAVY_WARM", "/ /second?x=1")];
    let mut site = site(script, &variables);
    site.api.wait(|posted| posted.path == "restore/next");
    let (_, before) = site.php_fpm();
    site.api.restore();
    let seen: Vec<u32> = serde_json::from_str(site.get("/").json()["body"].as_str().unwrap()).unwrap();
    assert_ne!(seen[0], before[0]);
    assert_eq!(seen[1], 3, "both paths were requested before the snapshot");
}

#[test]
fn subsegments_of_a_sampled_trace_reach_the_daemon() {
    let daemon = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    daemon.set_read_timeout(Some(testkit::waiting::PATIENCE)).unwrap();
    let address = daemon.local_addr().unwrap().to_string();
    let mut site = site("<?php echo 1;", &[("AWS_XRAY_DAEMON_ADDRESS", &address)]);
    site.get("/");
    let mut names = Vec::new();
    for _ in 0..2 {
        let mut buffer = [0; 8_192];
        let length = daemon.recv(&mut buffer).unwrap();
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let (head, document) = text.split_once('\n').unwrap();
        assert_eq!(head, "{\"format\":\"json\",\"version\":1}");
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        assert_eq!(document["parent_id"], "9a9197af755a6419");
        assert_eq!(document["type"], "subsegment");
        names.push(document["name"].as_str().unwrap().to_owned());
    }
    assert_eq!(names, ["php-fpm start", "php"]);
}

#[test]
fn a_shipped_opcode_cache_is_read_through_its_entrance() {
    let files = [
        (
            "index.php",
            "<?php echo json_encode([ini_get('opcache.file_cache'), is_link(ini_get('opcache.file_cache') . '/sys')]);",
        ),
        (".davy/opcache/sys/readme", "what a build ships"),
    ];
    let mut site = site_of(&files, "index.php", &[]);
    let body = site.get("/").json()["body"].as_str().unwrap().to_owned();
    let (folder, linked): (String, bool) = serde_json::from_str(&body).unwrap();
    assert!(folder.ends_with("/opcache") && linked, "{body}");
}
