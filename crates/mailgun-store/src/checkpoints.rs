use std::fmt;

use mailgun_events::Checkpoint;

use crate::{StoreError, StoreErrorKind, database::Database};

/// The places from which tails of events continue, under the names that you give them.
///
/// Run one tail for each name. Two would return the same events, and the last one to save would win.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), Box<dyn std::error::Error>> {
/// use mailgun::{Timestamp, events::Checkpoint};
/// use mailgun_store::SqlStore;
///
/// let checkpoints = SqlStore::sqlite("mail.db").await?.checkpoints();
/// let start = checkpoints.load("bounces").await?;
/// let mut tail = mailgun
///     .events("mg.example.com")
///     .tail(start.unwrap_or_else(|| Checkpoint::from(Timestamp::now())));
/// loop {
///     let event = tail.next_event().await?;
///     println!("{event:?}");
///     // After it was processed. Events after the last save are returned again.
///     checkpoints.save("bounces", tail.checkpoint()).await?;
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct SqlCheckpoints {
    pub(crate) database: Database,
}

impl SqlCheckpoints {
    /// Returns the checkpoint that was saved last under this name.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be read, or if it does not hold a checkpoint there.
    pub async fn load(&self, name: &str) -> Result<Option<Checkpoint>, StoreError> {
        let mut transaction = self.database.read("load a checkpoint").await?;
        let row = transaction
            .optional::<(String,)>(
                "SELECT checkpoint FROM mailgun_checkpoints WHERE name = $1",
                &[name.into()],
            )
            .await?;
        row.map(|(json,)| serde_json::from_str(&json))
            .transpose()
            .map_err(|error| transaction.error(StoreErrorKind::Corrupt, error))
    }

    /// Saves a checkpoint under a name, in place of the one before.
    ///
    /// # Errors
    ///
    /// Returns an error if the store cannot be written. The one before stays.
    pub async fn save(&self, name: &str, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let mut transaction = self.database.write("save a checkpoint").await?;
        let json = serde_json::to_string(checkpoint)
            .map_err(|error| transaction.error(StoreErrorKind::InvalidInput, error))?;
        transaction
            .execute(
                "INSERT INTO mailgun_checkpoints (name, checkpoint) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET checkpoint = excluded.checkpoint",
                &[name.into(), json.as_str().into()],
            )
            .await?;
        transaction.commit().await
    }
}

impl fmt::Debug for SqlCheckpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlCheckpoints({})", self.database.place())
    }
}
