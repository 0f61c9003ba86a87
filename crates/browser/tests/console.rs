//! A user's errands on the console: find the slow request, run it again, empty a cache.

use std::time::Duration;

use browser::Browser;
use fantoccini::Locator;
use fantoccini::elements::Element;
use testkit::project::Project;
use testkit::stack::{Launch, Stack};

#[tokio::test]
async fn the_slow_request_is_found_understood_and_run_again() {
    let stack = Launch::of(Project::empty().file("index.php", SITE)).start();
    let browser = Browser::open().await;
    let page = &browser.client;
    page.goto(&console(&stack)).await.unwrap();
    assert!(!page.current_url().await.unwrap().as_str().contains("token"), "it stands in no history");

    // Requests arrive by themselves, without a reload.
    for path in ["/", "/about", "/slow", "/about"] {
        stack.get(path).expect(200);
    }
    find(&browser, "//tbody//a[contains(., '/slow')]").await;
    browser.screenshot("console-requests").await;

    let order = page.find(Locator::Css("select[name=order]")).await.unwrap();
    order.select_by_value("slowest").await.unwrap();
    find(&browser, "//form//button[. = 'Filter']").await.click().await.unwrap();
    let slowest = find(&browser, "//tbody/tr[1]//a[contains(., '/slow')]").await;
    slowest.click().await.unwrap();

    assert_eq!(find(&browser, "//h1").await.text().await.unwrap(), "GET /slow");
    find(&browser, "//p[@class='verdict']/strong[contains(., 'the function') or contains(., 'PHP')]").await;
    find(&browser, "//table[@class='waterfall']//*[contains(@class, 'bar invocation')]").await;
    find(&browser, "//pre[contains(., 'asking the oracle')]").await;
    browser.screenshot("console-trace").await;

    find(&browser, "//a[. = 'Invoke again…']").await.click().await.unwrap();
    let event = page.find(Locator::Css("textarea")).await.unwrap();
    assert!(event.prop("value").await.unwrap().unwrap().contains("\"rawPath\": \"/slow\""));
    find(&browser, "//main//form//button[. = 'Invoke']").await.click().await.unwrap();
    find(&browser, "//section[@class='answer']//pre[contains(., 'the answer')]").await;
    browser.screenshot("console-invoked").await;

    find(&browser, "//nav/a[. = 'Environments']").await.click().await.unwrap();
    find(&browser, "//li[contains(@class, 'square ready')]").await;
    browser.screenshot("console-environments").await;
    find(&browser, "//nav/a[. = 'Service map']").await.click().await.unwrap();
    find(&browser, "//*[local-name()='svg' and contains(@class, 'map')]").await;
    browser.screenshot("console-map").await;

    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn a_cached_answer_is_seen_and_purged() {
    let stack = Launch::of(Project::example("website")).start();
    let asset = || stack.get("/assets/style.css").expect(200).header("x-cache").unwrap().to_owned();
    assert_eq!((asset(), asset()), ("Miss from cloudfront".into(), "Hit from cloudfront".into()));
    let browser = Browser::open().await;
    browser.client.goto(&console(&stack)).await.unwrap();
    find(&browser, "//nav/a[. = 'Cache']").await.click().await.unwrap();
    find(&browser, "//tr[contains(., 'assets/*')]//strong[. = '50 %']").await;
    browser.screenshot("console-cache").await;
    find(&browser, "//tr[contains(., 'assets/*')]//button").await.click().await.unwrap();
    find(&browser, "//p[@role='status' and contains(., '1 answer purged')]").await;
    assert_eq!(asset(), "Miss from cloudfront");

    find(&browser, "//nav/a[. = 'Buckets']").await.click().await.unwrap();
    find(&browser, "//tbody//a").await.click().await.unwrap();
    find(&browser, "//tbody//a[. = 'assets/']").await.click().await.unwrap();
    find(&browser, "//tr[contains(., 'style.css') and contains(., 'text/css')]").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

/// The console's address as `davy up` says it, token included.
fn console(stack: &Stack) -> String {
    let talk = stack.talk();
    let line =
        talk.lines().find(|line| line.contains("/?token=")).unwrap_or_else(|| panic!("no console: {talk}"));
    line.split_whitespace().find(|word| word.contains("/?token=")).unwrap_or_default().to_owned()
}

async fn find(browser: &Browser, path: &str) -> Element {
    let found = browser.client.wait().at_most(PATIENCE).for_element(Locator::XPath(path)).await;
    match found {
        Ok(element) => element,
        Err(error) => panic!("{path}: {error}\n{}", browser.client.source().await.unwrap_or_default()),
    }
}

const SITE: &str = r"<?php
if ($_SERVER['REQUEST_URI'] === '/slow') {
    error_log('asking the oracle');
    sleep(2); // longer than a cold start on a busy machine
}
header('Cache-Control: no-store');
echo 'the answer to ', $_SERVER['REQUEST_URI'];
";

const PATIENCE: Duration = Duration::from_secs(30);
