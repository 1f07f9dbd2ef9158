//! A worker in a process of its own, which may abort at a step.

use std::{
    error::Error,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use mailgun_bulk::{
    Bulk, Store,
    conformance::{Hooked, Moment},
};
use mailgun_core::Client;
use mailgun_store::SqlStore;
use tokio::process::{Child, Command};

const CAMPAIGN: &str = "CRASH_CAMPAIGN";
const STORE: &str = "CRASH_STORE";
const BASE_URL: &str = "CRASH_BASE_URL";
const API_KEY: &str = "CRASH_API_KEY";
const ABORT_AT: &str = "CRASH_ABORT_AT";

/// How long a call of a worker may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// How long after that a claim expires.
const GRACE: Duration = Duration::from_millis(500);

/// What a worker process is told.
pub(crate) struct Setup {
    pub(crate) campaign: String,
    pub(crate) store: String,
    pub(crate) base_url: String,
    pub(crate) api_key: String,
}

impl Setup {
    /// Starts a worker process, which aborts at this step.
    pub(crate) fn spawn(&self, abort_at: Option<u64>) -> std::io::Result<Child> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .env(CAMPAIGN, &self.campaign)
            .env(STORE, &self.store)
            .env(BASE_URL, &self.base_url)
            .env(API_KEY, &self.api_key)
            .kill_on_drop(true);
        if let Some(step) = abort_at {
            command.env(ABORT_AT, step.to_string());
        }
        command.spawn()
    }

    fn from_env() -> Result<Self, std::env::VarError> {
        use std::env::var;
        Ok(Self {
            campaign: var(CAMPAIGN)?,
            store: var(STORE)?,
            base_url: var(BASE_URL)?,
            api_key: var(API_KEY)?,
        })
    }
}

/// Whether this process is a worker.
pub(crate) fn is_worker() -> bool {
    std::env::var_os(CAMPAIGN).is_some()
}

pub(crate) async fn open(store: &str) -> Result<Arc<dyn Store>, Box<dyn Error>> {
    Ok(match store.starts_with("postgres:") {
        true => Arc::new(SqlStore::postgres(store).await?),
        false => Arc::new(SqlStore::sqlite(store).await?),
    })
}

/// Sends the campaign. Exits with 1 if it cannot go on.
pub(crate) async fn run() -> Result<ExitCode, Box<dyn Error>> {
    let setup = Setup::from_env()?;
    let abort_at = std::env::var(ABORT_AT).ok().and_then(|step| step.parse::<u64>().ok());
    let store = open(&setup.store).await?;
    let moments = AtomicU64::new(0);
    let store = Hooked::new(store, move |_, _: Moment| {
        if Some(moments.fetch_add(1, Ordering::SeqCst)) == abort_at {
            std::process::abort();
        }
        Ok(())
    });
    let client = Client::builder(setup.api_key).base_url(setup.base_url).build()?;
    let bulk = Bulk::new(&client, Arc::new(store));
    let worker = bulk.worker().concurrency(2).call_timeout(CALL_TIMEOUT).grace(GRACE);
    let worker = worker.poll_interval(Duration::from_millis(100));
    match worker.run(&setup.campaign).await {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("  a worker ended: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}
