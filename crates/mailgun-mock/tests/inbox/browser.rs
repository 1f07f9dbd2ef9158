//! Chromium, driven over WebDriver.

use std::{
    any::Any,
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    runtime::{Builder, Runtime},
    sync::Mutex,
    task::JoinError,
    time::{Instant, timeout},
};

/// How long a test may take, with the start of the browser.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the page may take to show something.
const SOON: Duration = Duration::from_secs(15);

/// Starting a browser takes longer than a test, so one is used by all tests, one after the other.
static BROWSER: Mutex<Option<Browser>> = Mutex::const_new(None);

/// How many tests use the browser or wait for it. The last one closes it.
static USERS: AtomicUsize = AtomicUsize::new(0);

struct Browser {
    client: Client,
    /// Serves the session, which outlives the runtime of the test that starts it.
    runtime: Runtime,
    driver: Child,
    profile: TempDir,
}

/// Runs a test in a browser. It ends also if the test hangs.
pub(crate) async fn browse<F>(test: impl FnOnce(Page) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    USERS.fetch_add(1, Ordering::SeqCst);
    let mut browser = BROWSER.lock().await;
    let outcome = run(&mut browser, test).await;
    let is_last = USERS.fetch_sub(1, Ordering::SeqCst) == 1;
    if (is_last || outcome.is_err())
        && let Some(browser) = browser.take()
    {
        browser.close().await;
    }
    drop(browser);
    match outcome {
        Ok(None) => {}
        Ok(Some(why)) => skip(&why),
        Err(failed) => std::panic::resume_unwind(failed),
    }
}

/// Returns why there is no browser, or else how the test fails.
async fn run<F>(
    browser: &mut Option<Browser>,
    test: impl FnOnce(Page) -> F,
) -> Result<Option<String>, Box<dyn Any + Send>>
where
    F: Future<Output = ()> + Send + 'static,
{
    if browser.is_none() {
        match Browser::start().await {
            Ok(started) => *browser = Some(started),
            Err(why) => return Ok(Some(why)),
        }
    }
    let Some(Browser { client, .. }) = browser else { return Ok(None) };
    let page = Page(client.clone());
    let test = test(page.clone());
    let mut running = tokio::spawn(async move {
        page.renew().await;
        test.await;
    });
    match timeout(PATIENCE, &mut running).await {
        Ok(ended) => ended.map(|()| None).map_err(JoinError::into_panic),
        Err(_) => {
            running.abort();
            eprintln!("hangs: the test still runs after {PATIENCE:?}");
            Err(Box::new("hangs"))
        }
    }
}

fn skip(why: &str) {
    let is_required = std::env::var("MAILGUN_TEST_BROWSER").is_ok_and(|value| value == "require");
    assert!(!is_required, "no browser: {why}");
    eprintln!("SKIPPED, since there is no browser: {why}");
}

impl Browser {
    async fn start() -> Result<Self, String> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let launched = timeout(PATIENCE, runtime.spawn(launch())).await;
        let (client, driver, profile) =
            launched.map_err(|_| "it does not start in time")?.map_err(|e| e.to_string())??;
        Ok(Self { client, runtime, driver, profile })
    }

    async fn close(self) {
        let Self { client, runtime, driver, profile } = self;
        let _ = timeout(Duration::from_secs(5), client.close()).await;
        drop((driver, profile));
        runtime.shutdown_background();
    }
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
    /// Leaves nothing of the test before: neither tabs nor the size of the window.
    async fn renew(&self) {
        let windows = self.0.windows().await.unwrap();
        let new = self.0.new_window(true).await.unwrap();
        for window in windows {
            self.0.switch_to_window(window).await.unwrap();
            self.0.close_window().await.unwrap();
        }
        self.0.switch_to_window(new.handle).await.unwrap();
        self.0.set_window_size(1280, 800).await.unwrap();
    }

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
