//! Tells the tasks that wait for a campaign that it has changed.
//!
//! A task that waits also looks from time to time, so a wake-up may be lost. In SQLite, it reaches
//! the process that made the change. In Postgres, `LISTEN` takes it to all.

use std::sync::Arc;
#[cfg(feature = "postgres")]
use std::time::Duration;

#[cfg(feature = "postgres")]
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::broadcast::{Sender, error::RecvError};
#[cfg(feature = "postgres")]
use tokio::task::AbortHandle;

/// How many wake-ups a waiting task may fall behind. After that, any campaign may have changed.
const BACKLOG: usize = 256;

#[derive(Clone)]
pub(super) struct Wakeups {
    /// The campaign that has changed. `None` if it may be any.
    sender: Sender<Option<Arc<str>>>,
    #[cfg(feature = "postgres")]
    listener: Option<Arc<Listener>>,
}

/// The task that listens. It ends with the last clone of the store.
#[cfg(feature = "postgres")]
struct Listener(AbortHandle);

#[cfg(feature = "postgres")]
impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Wakeups {
    #[cfg(feature = "sqlite")]
    pub(super) fn new() -> Self {
        Self {
            sender: Sender::new(BACKLOG),
            #[cfg(feature = "postgres")]
            listener: None,
        }
    }

    #[cfg(feature = "postgres")]
    pub(super) fn listen(options: PgConnectOptions) -> Self {
        let sender = Sender::new(BACKLOG);
        let task = tokio::spawn(listen(options, sender.clone()));
        Self { sender, listener: Some(Arc::new(Listener(task.abort_handle()))) }
    }

    /// Closes the connection that listens.
    pub(super) fn close(&self) {
        #[cfg(feature = "postgres")]
        if let Some(listener) = &self.listener {
            listener.0.abort();
        }
    }

    /// Wakes the tasks of this process.
    pub(super) fn send(&self, campaign: String) {
        // It fails if nobody waits.
        let _ = self.sender.send(Some(campaign.into()));
    }

    pub(super) async fn wait(&self, campaign: &str) {
        let mut receiver = self.sender.subscribe();
        loop {
            match receiver.recv().await {
                Ok(Some(changed)) if *changed != *campaign => {}
                Ok(_) | Err(RecvError::Lagged(_) | RecvError::Closed) => return,
            }
        }
    }
}

/// Passes on what other processes changed. While there is no connection, it tries again every five
/// seconds.
#[cfg(feature = "postgres")]
async fn listen(options: PgConnectOptions, sender: Sender<Option<Arc<str>>>) {
    // A connection of its own, which does not occupy one of the store's pool.
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    loop {
        if let Err(error) = forward(&pool, &sender).await {
            tracing::debug!(%error, "no wake-ups from Postgres; workers look from time to time");
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

#[cfg(feature = "postgres")]
async fn forward(
    pool: &sqlx::PgPool,
    sender: &Sender<Option<Arc<str>>>,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("mailgun_campaigns").await?;
    loop {
        // `None` after a lost connection: what changed in the meantime is unknown.
        let notification = listener.try_recv().await?;
        let _ = sender.send(notification.map(|notification| notification.payload().into()));
    }
}
