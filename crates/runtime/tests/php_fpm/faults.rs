//! Everything that goes wrong between the runtime and php-fpm.

use std::time::Duration;

use rustix::process::Signal;
use testkit::runtime_api::event;

use crate::{kill, site, wait_for_end};

const SCRIPT: &str = r#"<?php
switch ($_GET['do'] ?? '') {
    case 'pid': echo getmypid(); break;
    case 'sleep': error_log('about to sleep'); sleep(30); break;
    case 'spin': error_log('about to spin'); while (true); break;
    case 'half': echo str_repeat('x', 100000); flush(); posix_kill(getmypid(), 9); sleep(1); break;
    case 'die': apcu_inc('count'); posix_kill(getmypid(), 11); sleep(1); break;
    case 'fatal': echo 'before'; undefined_function(); break;
    case 'exit': echo 'exited'; exit(7);
    case 'memory': $s = ''; while (true) $s .= str_repeat('x', 1 << 20);
    case 'stderr': file_put_contents('php://stderr', str_repeat('e', 262144) . "\n"); echo 'said'; break;
    case 'early': echo 'answered before reading'; break;
    case 'count': echo apcu_fetch('count'); break;
    case 'after': echo 'answer'; fastcgi_finish_request(); usleep(300000); error_log('after the answer');
        file_put_contents('php://stderr', "done\n"); break;
    case 'after-long': echo 'answer'; fastcgi_finish_request(); sleep(30); break;
    default: echo 'ok';
}
"#;

#[test]
fn a_worker_killed_between_requests_costs_nothing() {
    let mut site = site(SCRIPT, &[]);
    for _ in 0..5 {
        let pid = site.get("/?do=pid").json()["body"].as_str().unwrap().parse().unwrap();
        kill(pid, Signal::KILL);
        // Until it's gone it may still take a request; then nobody could tell how far it got.
        wait_for_end(pid);
        assert_eq!(site.get("/").json()["body"], "ok");
    }
}

#[test]
fn a_master_killed_between_requests_costs_nothing() {
    let mut site = site(SCRIPT, &[]);
    for signal in [Signal::KILL, Signal::TERM] {
        assert_eq!(site.get("/").json()["body"], "ok");
        let (masters, _) = site.php_fpm();
        kill(masters[0], signal);
        site.log("master ended");
        assert_eq!(site.get("/").json()["body"], "ok");
    }
}

#[test]
fn a_master_killed_in_the_middle_costs_no_answer() {
    let mut site =
        site("<?php file_put_contents('php://stderr', \"running\\n\"); usleep(400000); echo 'answer';", &[]);
    site.api.wait_for_next(1);
    let (masters, _) = site.php_fpm();
    let id = site.api.push(event("GET", "/"));
    site.log("running");
    kill(masters[0], Signal::KILL);
    assert_eq!(site.api.answer(&id).json()["body"], "answer");
    assert_eq!(site.get("/").json()["body"], "answer");
    // One master with one worker: the orphan is gone.
    let (masters, workers) = site.php_fpm();
    assert_eq!((masters.len(), workers.len()), (1, 1));
}

#[test]
fn a_worker_that_dies_in_the_middle_fails_its_invocation_once() {
    let mut site = site(SCRIPT, &[]);
    for how in ["die", "half"] {
        let failed = site.get(&format!("/?do={how}"));
        assert!(failed.path.ends_with("/error"));
        assert_eq!(failed.json()["errorType"], "Function.WorkerDied");
        let message = failed.json()["errorMessage"].as_str().unwrap().to_owned();
        assert!(message.contains("exited on signal"), "{message}");
    }
    assert_eq!(site.get("/?do=count").json()["body"], "1");
}

#[test]
fn the_deadline_is_total_and_nothing_logged_before_it_is_lost() {
    let mut site = site(SCRIPT, &[("DAVY_DEADLINE_MARGIN_MS", "200")]);
    for how in ["sleep", "spin"] {
        let id = site.api.push_with(event("GET", &format!("/?do={how}")), Duration::from_secs(1));
        let failed = site.api.answer(&id);
        assert_eq!(failed.json()["errorType"], "Function.DeadlineExceeded");
        let (line, _) = site.log(&format!("about to {how}"));
        assert!(line.starts_with(&id), "{line}");
        assert_eq!(site.get("/").json()["body"], "ok");
    }
}

#[test]
fn what_php_itself_calls_an_error_is_an_answer() {
    let mut site = site(SCRIPT, &[]);
    let answer = site.get("/?do=fatal").json();
    assert_eq!(answer["statusCode"], 500);
    site.log("PHP Fatal error:  Uncaught Error: Call to undefined function");
    assert_eq!(site.get("/?do=exit").json()["body"], "exited");
    assert_eq!(site.get("/?do=memory").json()["statusCode"], 500);
    site.log("Allowed memory size of");
    assert_eq!(site.get("/").json()["body"], "ok");
}

#[test]
fn a_long_line_stays_whole() {
    let mut site = site(SCRIPT, &[]);
    assert_eq!(site.get("/?do=stderr").json()["body"], "said");
    let (line, _) = site.log("eeee");
    assert_eq!(line.matches('e').count(), 262_144);
}

#[test]
fn a_large_upload_that_nobody_reads_is_no_deadlock() {
    let mut site =
        site("<?php ini_set('enable_post_data_reading', '0'); echo str_repeat('y', 3000000);", &[]);
    let mut request: serde_json::Value = serde_json::from_str(&event("POST", "/")).unwrap();
    request["body"] = "x".repeat(4_000_000).into();
    for _ in 0..3 {
        let answer = site.api.invoke(request.to_string()).json();
        assert_eq!(answer["statusCode"], 200);
    }
}

#[test]
fn the_invocation_ends_when_the_script_does() {
    let mut site = site(SCRIPT, &[]);
    let answered = site.get("/?do=after");
    assert_eq!(answered.json()["body"], "answer");
    assert_eq!(answered.after_next, 1, "`next` was asked before the script ended");
    let (line, before) = site.log("done");
    let id = answered.path.split('/').nth(1).unwrap();
    assert!(line.starts_with(id) && before.iter().all(|line| line.starts_with(id)), "{before:?} {line}");
    site.api.wait_for_next(2);
    let id = site.api.push_with(event("GET", "/?do=after-long"), Duration::from_secs(1));
    assert_eq!(site.api.answer(&id).json()["body"], "answer");
    site.log("still ran after its answer");
    assert_eq!(site.get("/").json()["body"], "ok");
}

#[test]
fn php_fpm_that_cannot_start_is_quoted() {
    let mut site = crate::site_of(
        &[("index.php", "<?php echo 1;"), ("fpm.conf", "[global]\nno_such_setting = 1\n")],
        "index.php",
        &[("DAVY_PHP_FPM_CONF", "fpm.conf")],
    );
    let posted = site.api.wait(|posted| posted.path == "init/error");
    assert_eq!(posted.json()["errorType"], "Runtime.PhpFpmFailed");
    let message = posted.json()["errorMessage"].as_str().unwrap().to_owned();
    assert!(message.contains("no_such_setting") && message.contains("exit status 78"), "{message}");
    assert_eq!(site.wait().code(), Some(1));
}

#[test]
fn a_missing_handler_and_a_missing_php_fpm_are_named() {
    for (variables, wanted) in [
        ([("_HANDLER", "nowhere.php")], "Runtime.NoSuchHandler"),
        ([("DAVY_PHP_FPM", "/nowhere/php-fpm")], "Runtime.PhpFpmFailed"),
    ] {
        let mut site = site("<?php echo 1;", &variables);
        let posted = site.api.wait(|posted| posted.path == "init/error");
        assert_eq!(posted.header("lambda-runtime-function-error-type"), Some(wanted));
        assert!(!site.wait().success());
    }
}

#[test]
fn workers_that_serve_one_request_each_lose_none() {
    let conf = "[global]\nerror_log=/proc/self/fd/2\n[www]\nuser=nobody\ngroup=nogroup\nlisten=${DAVY_LISTEN}\npm=static\n\
                pm.max_children=1\npm.max_requests=1\ncatch_workers_output=yes\n";
    let mut site = crate::site_of(
        &[("index.php", "<?php echo getmypid();"), ("fpm.conf", conf)],
        "index.php",
        &[("DAVY_PHP_FPM_CONF", "fpm.conf")],
    );
    let mut pids: Vec<String> =
        (0..10).map(|_| site.get("/").json()["body"].as_str().unwrap().to_owned()).collect();
    pids.dedup();
    assert_eq!(pids.len(), 10);
}

#[test]
fn nothing_outlives_the_bootstrap() {
    for signal in [Signal::TERM, Signal::KILL] {
        let mut site = site("<?php echo 'hi';", &[]);
        site.get("/");
        let (masters, workers) = site.php_fpm();
        kill(site.pid(), signal);
        site.wait();
        for pid in masters.into_iter().chain(workers) {
            wait_for_end(pid);
        }
    }
}
