//! Headless Chromium, started for one test → the pages that it opens, and what it complained of.

#![expect(clippy::missing_panics_doc, reason = "what fails here fails the test that asked for it")]
#![expect(clippy::disallowed_methods, reason = "tests may start processes")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;
use testkit::binaries;

/// A browser with one window, closed when it is dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    /// Where it keeps its profile.
    _profile: TempDir,
    /// What a user can do.
    pub client: Client,
}

impl Browser {
    /// Starts it with an empty profile.
    pub async fn open() -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let (driver, port) = start_driver();
        let capabilities = json!({
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": {
                "binary": binaries::program("chromium"),
                "args": [
                    "--headless=new",
                    "--no-sandbox", // Chromium's own refuses to run as root
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--no-first-run",
                    "--window-size=1200,1600",
                    format!("--user-data-dir={}", profile.path().display()),
                ],
            },
        });
        let capabilities = capabilities.as_object().cloned().unwrap_or_default();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&format!("http://127.0.0.1:{port}")).await;
        let client = client.unwrap_or_else(|error| panic!("chromium did not start: {error}"));
        Self { driver, _profile: profile, client }
    }

    /// What the page wrote to the console, failed requests included, since it was last asked.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(BrowserLog).await.expect("chromedriver has a log");
        let entries = entries.as_array().cloned().unwrap_or_default();
        let serious =
            entries.iter().filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING");
        serious.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Saves a picture of the window for a person to look at, if `DAVY_SCREENSHOTS` names a folder.
    pub async fn screenshot(&self, name: &str) {
        if let Some(folder) = std::env::var_os("DAVY_SCREENSHOTS") {
            let picture = self.client.screenshot().await.expect("a picture of the window");
            let file = std::path::Path::new(&folder).join(name).with_extension("png");
            std::fs::write(&file, picture).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
    }

    /// Closes the window first, which dropping cannot do.
    pub async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Chromedriver chooses its port and says which.
fn start_driver() -> (Child, u16) {
    let mut command = Command::new(binaries::program("chromedriver"));
    command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut driver = command.spawn().expect("chromedriver starts");
    let output = BufReader::new(driver.stdout.take().expect("stdout is a pipe"));
    let port = output.lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    (driver, port.expect("chromedriver says its port"))
}

/// Chromium's own command for its console; the standard has none.
#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
