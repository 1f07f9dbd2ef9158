//! State that is kept in a file: accepted messages, suppressions, templates and domains.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use base64::{DecodeError, Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    account::Account,
    groups::{domains, suppressions, templates},
    sent::{Mail, SentMessage},
    server::{Server, State},
};

/// The version of the format. Another one is refused.
const VERSION: u32 = 1;
const INTERVAL: Duration = Duration::from_secs(1);
/// Held by the writer, so that no older state replaces a newer one.
static WRITING: Mutex<()> = Mutex::new(());

#[derive(Serialize, Deserialize)]
pub(crate) struct Saved {
    version: u32,
    messages: Vec<SavedMessage>,
    suppressions: suppressions::State,
    templates: templates::State,
    domains: domains::State,
    /// So that no id repeats.
    numbers: u64,
}

#[derive(Serialize, Deserialize)]
struct SavedMessage {
    id: String,
    domain: String,
    storage_key: String,
    subaccount: Option<String>,
    accepted_at: SystemTime,
    is_scheduled: bool,
    mail: Mail,
}

impl Saved {
    /// Reads a file, if it exists.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let saved: Self = serde_json::from_slice(&bytes).map_err(|error| {
            let text = format!("the file with the state cannot be read: {error}");
            io::Error::new(io::ErrorKind::InvalidData, text)
        })?;
        if saved.version != VERSION {
            let text = format!("the file with the state has the unknown version {}", saved.version);
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(Some(saved))
    }

    pub(crate) fn of(account: &Account) -> Self {
        let scheduled = &account.groups.queue.scheduled;
        let messages = account.groups.messages.sent.iter().map(|message| SavedMessage {
            id: message.id.clone(),
            domain: message.domain.clone(),
            storage_key: message.storage_key.clone(),
            subaccount: message.subaccount.clone(),
            accepted_at: message.accepted_at,
            is_scheduled: scheduled.iter().any(|one| one.storage_key == message.storage_key),
            mail: Mail::clone(&message.mail),
        });
        Self {
            version: VERSION,
            messages: messages.collect(),
            suppressions: account.groups.suppressions.clone(),
            templates: account.groups.templates.clone(),
            domains: account.groups.domains.clone(),
            numbers: account.numbers,
        }
    }

    pub(crate) fn restore(self, account: &mut Account) {
        for saved in self.messages {
            let message = SentMessage {
                id: saved.id,
                domain: saved.domain,
                storage_key: saved.storage_key,
                subaccount: saved.subaccount,
                accepted_at: saved.accepted_at,
                mail: Arc::new(saved.mail),
            };
            if saved.is_scheduled {
                account.groups.queue.scheduled.push(message.clone());
            }
            account.groups.messages.sent.push(message);
        }
        account.groups.suppressions = self.suppressions;
        account.groups.templates = self.templates;
        // Domains that the builder adds stay, too.
        let own = std::mem::replace(&mut account.groups.domains, self.domains);
        let known = &mut account.groups.domains;
        for domain in own.all {
            if known.find(&domain.name).is_none() {
                known.all.push(domain);
            }
        }
        account.numbers = self.numbers;
    }

    /// Writes a new file and renames it, so that no reader and no crash sees half a file.
    fn write(&self, path: &Path) -> io::Result<()> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new = path.with_file_name(name);
        // Left over from a crash, or a link that someone else has put there.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(new, path)
    }
}

/// Writes the state as it is now, and returns which one that is.
pub(crate) fn save(server: &Server, path: &Path) -> io::Result<(usize, usize)> {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let (current, saved) = {
        let state = server.state();
        (current(&state), Saved::of(&state.account))
    };
    saved.write(path)?;
    Ok(current)
}

/// The number of requests that may have changed the state, and of scheduled messages: those become
/// due when something is read, too.
fn current(state: &State) -> (usize, usize) {
    (state.changes, state.account.groups.queue.scheduled.len())
}

/// Writes the file whenever the state may have changed, until the task is aborted.
pub(crate) async fn save_all(path: Option<PathBuf>, server: Arc<Server>) {
    let Some(path) = path else { return };
    let mut written = (0, current(&server.state()).1);
    loop {
        tokio::time::sleep(INTERVAL).await;
        if current(&server.state()) == written {
            continue;
        }
        // It is written again a second later if it could not be written.
        let (server, path) = (Arc::clone(&server), path.clone());
        if let Ok(Ok(saved)) = tokio::task::spawn_blocking(move || save(&server, &path)).await {
            written = saved;
        }
    }
}

/// Maps whose keys are not texts, as lists of pairs.
pub(crate) mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<K, V, S>(map: &BTreeMap<K, V>, serializer: S) -> Result<S::Ok, S::Error>
    where
        K: Serialize,
        V: Serialize,
        S: Serializer,
    {
        serializer.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// Shared texts.
pub(crate) mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<str>, D::Error> {
        Ok(String::deserialize(deserializer)?.into())
    }
}

/// Bytes in base64.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Base64(Bytes);

impl TryFrom<String> for Base64 {
    type Error = DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Ok(Self(BASE64_STANDARD.decode(text)?.into()))
    }
}

impl From<Base64> for String {
    fn from(bytes: Base64) -> Self {
        BASE64_STANDARD.encode(bytes.0)
    }
}

pub(crate) mod optional_bytes {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serialize as _, Serializer};

    use super::Base64;

    pub(crate) fn serialize<S: Serializer>(
        bytes: &Option<Bytes>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        bytes.clone().map(Base64).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Bytes>, D::Error> {
        Ok(Option::<Base64>::deserialize(deserializer)?.map(|bytes| bytes.0))
    }
}

/// Names, content types and contents.
pub(crate) mod files {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Base64;
    use crate::sent::SentFile;

    pub(crate) fn serialize<S: Serializer>(
        files: &[SentFile],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let parts = files.iter();
        serializer
            .collect_seq(parts.map(|it| (&it.filename, &it.content_type, Base64(it.bytes.clone()))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<SentFile>, D::Error> {
        let files = Vec::<(String, String, Base64)>::deserialize(deserializer)?.into_iter();
        Ok(files.map(|(name, kind, bytes)| SentFile::new(name, kind, bytes.0)).collect())
    }
}
