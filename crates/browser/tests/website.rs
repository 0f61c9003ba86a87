//! A newcomer's errand: the page of examples/website in a browser, its forms, its picture.

use std::time::Duration;

use browser::Browser;
use fantoccini::Locator;
use testkit::project::Project;
use testkit::stack::Launch;

#[tokio::test]
async fn the_page_its_forms_and_its_picture() {
    let stack = Launch::of(Project::example("website")).start();
    let browser = Browser::open().await;
    let page = &browser.client;
    page.goto(&format!("http://{}/", stack.site.authority())).await.unwrap();

    // The heading is as large as style.css says, and no picture is broken.
    let styled =
        page.execute("return getComputedStyle(document.querySelector('header')).backgroundColor", vec![]);
    assert_eq!(styled.await.unwrap(), "rgb(22, 26, 34)");
    let widths = page.execute("return [...document.images].map(image => image.naturalWidth)", vec![]);
    assert_eq!(widths.await.unwrap(), serde_json::json!([1040]));
    let sapi = page.find(Locator::Css("#request td")).await.unwrap().text().await.unwrap();
    assert_eq!(sapi, "fpm-fcgi");

    // What the edge says of each part arrives by script.
    let part = "//table[@id='parts']//td[contains(., 'Hit from cloudfront')]";
    page.wait().at_most(PATIENCE).for_element(Locator::XPath(part)).await.unwrap();
    browser.screenshot("page").await;

    fill(&browser, "#name", "Ada").await;
    assert_eq!(text(&browser, "h1").await, "Good morning, Ada.");
    fill(&browser, "#message", "grüße & more").await;
    assert_eq!(text(&browser, "#posted").await, "PHP received “grüße & more”.");

    let file = stack.project.path().join("assets/flame.png");
    fill(&browser, "#file", &file.to_string_lossy()).await;
    assert!(
        text(&browser, "#uploaded").await.starts_with("flame.png, "),
        "{}",
        text(&browser, "#uploaded").await
    );
    browser.screenshot("uploaded").await;
    assert_eq!(text(&browser, "#visits").await, "4", "each page set the cookie again");

    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

/// Types into a field and submits its form.
#[expect(clippy::unwrap_used, reason = "a step of the test")]
async fn fill(browser: &Browser, field: &str, value: &str) {
    let page = &browser.client;
    page.find(Locator::Css(field)).await.unwrap().send_keys(value).await.unwrap();
    let button = page.find(Locator::Css(&format!("form:has({field}) button"))).await.unwrap();
    button.click().await.unwrap();
}

#[expect(clippy::unwrap_used, reason = "a step of the test")]
async fn text(browser: &Browser, element: &str) -> String {
    let found = browser.client.wait().at_most(PATIENCE).for_element(Locator::Css(element)).await.unwrap();
    found.text().await.unwrap()
}

const PATIENCE: Duration = Duration::from_secs(30);
