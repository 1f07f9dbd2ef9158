//! Profiles: named settings in a file that only its owner may read.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy as _;
use serde::{Deserialize, Serialize};

use crate::exit::{Failure, Result};

/// The content of the file.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profiles {
    /// The profile that is used if none is named.
    pub(crate) default: Option<String>,
    #[serde(default)]
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// The settings for one account.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) region: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) subaccount: Option<String>,
    pub(crate) api_key: Option<String>,
    pub(crate) api_key_file: Option<PathBuf>,
    pub(crate) api_key_command: Option<String>,
}

impl Profile {
    /// Where the key comes from, in words.
    pub(crate) fn key_source(&self) -> &'static str {
        match self {
            Self { api_key: Some(_), .. } => "in the profile",
            Self { api_key_file: Some(_), .. } => "in a file",
            Self { api_key_command: Some(_), .. } => "from a command",
            _ => "none",
        }
    }
}

/// `config.toml` in the configuration directory of this system.
pub(crate) fn default_path() -> Result<PathBuf> {
    let strategy = etcetera::choose_base_strategy();
    let strategy = strategy.map_err(|_| Failure::usage("no home directory: use --config FILE"))?;
    Ok(strategy.config_dir().join("mailgun").join("config.toml"))
}

impl Profiles {
    /// Reads the file. A file that does not exist has no profiles.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::file(path.display(), error)),
        };
        // The message of the parser may quote the line, which may hold a key.
        let profiles: Self = toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Failure::usage(format!("{}: line {line} is not a valid setting", path.display()))
        })?;
        let has_key = profiles.profiles.values().any(|profile| profile.api_key.is_some());
        check_private(path, has_key)?;
        Ok(profiles)
    }

    /// Replaces the file.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = toml::to_string(self)
            .map_err(|error| Failure::error(format!("the profiles cannot be written: {error}")))?;
        replace(path, text.as_bytes()).map_err(|error| Failure::file(path.display(), error))
    }
}

/// Writes a file that only its owner may read, whole or not at all.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut directories = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        std::os::unix::fs::DirBuilderExt::mode(&mut directories, 0o700);
    }
    if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        directories.recursive(true).create(directory)?;
    }
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let written = options
        .write(true)
        .create_new(true)
        .open(&new)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// Refuses a file that others can change: it names a command to run, and the host that gets the key. If
/// the key itself is in the file, others must not read it either.
#[cfg(unix)]
fn check_private(path: &Path, has_key: bool) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let file = fs::metadata(path).map_err(|error| Failure::file(path.display(), error))?;
    let mode = file.permissions().mode();
    let path = path.display();
    let problem = if has_key && mode & 0o077 != 0 {
        "holds an API key, and other users can read it"
    } else if mode & 0o022 != 0 {
        "says where the API key comes from and where it goes, and other users can change it"
    } else {
        return Ok(());
    };
    Err(Failure::usage(format!("{path} {problem}")).advice(format_args!("Run: chmod 600 {path}")))
}

#[cfg(not(unix))]
fn check_private(_: &Path, _: bool) -> Result<()> {
    Ok(())
}
