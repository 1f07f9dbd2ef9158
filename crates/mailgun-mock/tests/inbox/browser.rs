//! Chromium, driven over WebDriver.

use std::{process::Stdio, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    sync::Mutex,
    time::{Instant, timeout},
};

/// How long a test may take, with the start of the browser.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the page may take to show something.
const SOON: Duration = Duration::from_secs(8);

/// Browsers share few cores badly, so there is one at a time.
static BROWSER: Mutex<()> = Mutex::const_new(());

/// Runs a test in a browser of its own, which is closed also if the test fails or hangs.
pub(crate) async fn browse<F>(test: impl FnOnce(Page) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let _one = BROWSER.lock().await;
    let (client, _driver, _profile) = match timeout(PATIENCE, launch()).await {
        Ok(Ok(launched)) => launched,
        Ok(Err(why)) => return skip(&why),
        Err(_) => return skip("the browser does not start in time"),
    };
    let mut running = tokio::spawn(test(Page(client.clone())));
    let ended = timeout(PATIENCE, &mut running).await;
    running.abort();
    let _ = timeout(Duration::from_secs(5), client.close()).await;
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(failed)) => std::panic::resume_unwind(failed.into_panic()),
        Err(_) => panic!("hangs: the test still runs after {PATIENCE:?}"),
    }
}

fn skip(why: &str) {
    let is_required = std::env::var("MAILGUN_TEST_BROWSER").is_ok_and(|value| value == "require");
    assert!(!is_required, "no browser: {why}");
    eprintln!("SKIPPED, since there is no browser: {why}");
}

async fn launch() -> Result<(Client, Child, TempDir), String> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("chromedriver: {error}"))?;
    let mut lines = BufReader::new(driver.stdout.take().expect("a pipe")).lines();
    let port = loop {
        let line = lines.next_line().await.ok().flatten().ok_or("chromedriver ends at once")?;
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            break port.trim_end_matches('.').to_owned();
        }
    };
    let profile = TempDir::new().map_err(|error| error.to_string())?;
    let arguments = json!([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--window-size=1280,800",
        format!("--user-data-dir={}", profile.path().display()),
    ]);
    let capabilities = json!({ "goog:chromeOptions": { "args": arguments } });
    let Value::Object(capabilities) = capabilities else { unreachable!("an object") };
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(&format!("http://127.0.0.1:{port}"))
        .await
        .map_err(|error| format!("chromium: {error}"))?;
    Ok((client, driver, profile))
}

/// A tab of the browser. What it waits for must come soon.
#[derive(Clone)]
pub(crate) struct Page(pub(crate) Client);

impl Page {
    pub(crate) async fn open(&self, url: &str) {
        self.0.goto(url).await.unwrap();
    }

    /// Waits until a script returns something that is true, and returns it.
    pub(crate) async fn until(&self, script: &str) -> Value {
        let deadline = Instant::now() + SOON;
        loop {
            // A page that is just being loaded may refuse.
            let value = self.0.execute(&format!("return {script}"), Vec::new()).await;
            match value {
                Ok(value) if !matches!(value, Value::Null | Value::Bool(false)) => return value,
                value if Instant::now() > deadline => {
                    let page = self.eval("document.body.innerText").await;
                    panic!("never true: {script} is {value:?} in\n{page}");
                }
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    pub(crate) async fn eval(&self, script: &str) -> Value {
        self.0.execute(&format!("return {script}"), Vec::new()).await.unwrap()
    }

    /// Waits until an element is there and shows this text.
    pub(crate) async fn until_shows(&self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        self.until(&format!(
            "[...document.querySelectorAll({selector})].some((one) => one.checkVisibility() && \
             one.innerText.includes({text}))"
        ))
        .await;
    }

    pub(crate) async fn click(&self, selector: &str) {
        let deadline = Instant::now() + SOON;
        loop {
            // An element may be replaced by a newer one before it is clicked.
            let clicked = async { self.0.find(Locator::Css(selector)).await?.click().await };
            match clicked.await {
                Ok(()) => return,
                Err(error) if Instant::now() > deadline => panic!("{selector}: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Presses keys wherever the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        self.0.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Goes into the frame of the open mail, once its document is there.
    pub(crate) async fn enter_frame(&self) {
        self.until("document.querySelector('iframe')").await;
        self.0.find(Locator::Css("iframe")).await.unwrap().enter_frame().await.unwrap();
        self.until("location.pathname.endsWith('/html') && document.readyState === 'complete'")
            .await;
    }

    pub(crate) async fn leave_frame(&self) {
        self.0.enter_parent_frame().await.unwrap();
    }
}
