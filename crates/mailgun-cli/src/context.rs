//! From arguments, environment and profile to a client.

use std::{
    env,
    io::{self, IsTerminal as _, Read as _, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use clap::Args;
use mailgun::{ApiKey, Call, Mailgun, Region};
use tokio::process::Command;

use crate::{
    args,
    exit::{Failure, Result},
    output::{Output, When, lines},
    profile::{self, Profile, Profiles},
    request,
};

/// The options of all commands.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Use this profile [env: MAILGUN_PROFILE]
    #[arg(
        short,
        long,
        global = true,
        value_name = "NAME",
        env = "MAILGUN_PROFILE",
        hide_env = true
    )]
    pub(crate) profile: Option<String>,
    /// Domain to work on [env: MAILGUN_DOMAIN]
    #[arg(
        short,
        long,
        global = true,
        value_name = "NAME",
        env = "MAILGUN_DOMAIN",
        hide_env = true
    )]
    pub(crate) domain: Option<String>,
    /// Region of the account: us or eu
    #[arg(long, global = true, value_name = "REGION", value_parser = str::parse::<Region>)]
    pub(crate) region: Option<Region>,
    /// Act on behalf of this subaccount
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) subaccount: Option<String>,
    /// Read the API key from a file
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// Read the API key from standard input
    #[arg(long, global = true, conflicts_with = "api_key_file")]
    pub(crate) api_key_stdin: bool,
    /// The API key; other users of this machine can see it
    #[arg(long, global = true, value_name = "KEY", hide = true, conflicts_with_all = ["api_key_file", "api_key_stdin"])]
    pub(crate) api_key: Option<Key>,
    /// File with the profiles [env: MAILGUN_CONFIG]
    #[arg(long, global = true, value_name = "FILE", env = "MAILGUN_CONFIG", hide_env = true)]
    pub(crate) config: Option<PathBuf>,
    /// Give up a call after this time, such as 30s [default: 3m]
    #[arg(long, global = true, value_name = "TIME", value_parser = args::duration)]
    pub(crate) timeout: Option<Duration>,
    /// Write JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Show the request that would change something, and do not send it
    #[arg(short = 'n', long, global = true)]
    pub(crate) dry_run: bool,
    /// Do not ask before something is deleted
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,
    /// Log calls to standard error; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: When,
}

/// A key that was given as an argument.
#[derive(Clone)]
pub(crate) struct Key(pub(crate) String);

impl From<&str> for Key {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

/// What commands work with.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) globals: Globals,
    pub(crate) out: Output,
    stdin_is_read: AtomicBool,
}

impl Context {
    pub(crate) fn new(globals: Globals) -> Self {
        let out = Output::new(globals.json, globals.color);
        Self { globals, out, stdin_is_read: AtomicBool::new(false) }
    }

    /// The file with the profiles.
    pub(crate) fn profiles_path(&self) -> Result<PathBuf> {
        self.globals.config.clone().map_or_else(profile::default_path, Ok)
    }

    /// The profile that was named, or the default one if no key comes from elsewhere.
    pub(crate) fn profile(&self) -> Result<Option<Profile>> {
        let has_key = self.has_key_option()
            || env::var_os("MAILGUN_API_KEY").is_some_and(|key| !key.is_empty());
        if self.globals.profile.is_none() && has_key {
            return Ok(None);
        }
        let path = self.profiles_path()?;
        let mut profiles = Profiles::read(&path)?;
        let Some(name) = self.globals.profile.clone().or(profiles.default.take()) else {
            return Ok(None);
        };
        let profile = profiles.profiles.remove(&name);
        profile.map(Some).ok_or_else(|| {
            Failure::usage(format!("{} has no profile `{name}`", path.display()))
                .advice("See: mailgun profile list")
        })
    }

    pub(crate) fn has_key_option(&self) -> bool {
        let Globals { api_key_file, api_key_stdin, api_key, .. } = &self.globals;
        api_key_file.is_some() || *api_key_stdin || api_key.is_some()
    }

    /// The key of the options.
    pub(crate) async fn key_option(&self) -> Result<Option<String>> {
        if let Some(Key(key)) = &self.globals.api_key {
            self.out.note(
                "Warning: other users of this machine can see a key on the command line. Use \
                 MAILGUN_API_KEY, --api-key-file or a profile.",
            );
            return Ok(Some(key.clone()));
        }
        if let Some(path) = &self.globals.api_key_file {
            return self.text(path).await.map(Some);
        }
        if self.globals.api_key_stdin {
            return self.text(Path::new("-")).await.map(Some);
        }
        Ok(None)
    }

    async fn key(&self, profile: &Profile) -> Result<Option<String>> {
        if let Some(key) = self.key_option().await? {
            return Ok(Some(key));
        }
        match profile {
            Profile { api_key: Some(key), .. } => Ok(Some(key.clone())),
            Profile { api_key_file: Some(path), .. } => self.text(path).await.map(Some),
            Profile { api_key_command: Some(command), .. } => output_of(command).await.map(Some),
            _ => Ok(None),
        }
    }

    /// The client for the account that the user means.
    pub(crate) async fn mailgun(&self) -> Result<Mailgun> {
        let profile = self.profile()?.unwrap_or_default();
        let mut builder = match self.key(&profile).await? {
            Some(key) => Mailgun::builder(ApiKey::new(key)?).settings_from_env()?,
            None => Mailgun::builder_from_env().map_err(|error| {
                Failure::from(error)
                    .advice("Set MAILGUN_API_KEY, or add a profile: mailgun profile add NAME")
            })?,
        };
        if let Some(region) = &profile.region {
            builder = builder.region(region.parse()?);
        }
        if let Some(url) = &profile.base_url {
            builder = builder.base_url(url);
        }
        if let Some(region) = self.globals.region {
            builder = builder.region(region);
        }
        if let Some(limit) = self.globals.timeout {
            builder = builder.total_timeout(limit);
        }
        let user_agent = concat!("mailgun-cli/", env!("CARGO_PKG_VERSION"));
        let mailgun = builder.user_agent(user_agent).build()?;
        self.acting(mailgun, &profile)
    }

    /// The client for the subaccount that the user means, if any.
    fn acting(&self, mailgun: Mailgun, profile: &Profile) -> Result<Mailgun> {
        match self.globals.subaccount.as_ref().or(profile.subaccount.as_ref()) {
            Some(id) => Ok(mailgun.for_subaccount(id)?),
            None => Ok(mailgun),
        }
    }

    /// A client with the key and the settings of `mailgun` for another URL.
    pub(crate) fn at(&self, mailgun: &Mailgun, url: &str) -> Result<Mailgun> {
        let credentials = mailgun.client().credentials().cloned();
        let credentials = credentials.ok_or_else(|| Failure::usage("there is no API key"))?;
        let mut builder = Mailgun::builder(credentials).base_url(url);
        if let Some(limit) = self.globals.timeout {
            builder = builder.total_timeout(limit);
        }
        self.acting(builder.build()?, &self.profile()?.unwrap_or_default())
    }

    /// The domain that the user means, if any.
    pub(crate) fn domain_if_set(&self) -> Result<Option<String>> {
        match &self.globals.domain {
            Some(domain) => Ok(Some(domain.clone())),
            None => Ok(self.profile()?.and_then(|profile| profile.domain)),
        }
    }

    /// The domain that the user means.
    pub(crate) fn domain(&self) -> Result<String> {
        self.domain_if_set()?.ok_or_else(|| {
            Failure::usage("no domain: use --domain NAME, MAILGUN_DOMAIN or a profile")
        })
    }

    /// Sends a call that changes something. With `--dry-run`, shows it instead.
    pub(crate) async fn change<T: 'static>(&self, call: Call<T>) -> Result<Option<T>> {
        if self.globals.dry_run {
            request::show(call.into_request()?, self.out).await?;
            return Ok(None);
        }
        Ok(Some(call.await?))
    }

    /// Asks before something is destroyed.
    pub(crate) fn confirm(&self, action: &str) -> Result<()> {
        if self.globals.yes || self.globals.dry_run {
            return Ok(());
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Failure::usage(format!("{action}: add --yes to confirm")));
        }
        let _ = write!(io::stderr(), "{}? [y/N] ", lines(action));
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        match answer.trim() {
            "y" | "Y" | "yes" => Ok(()),
            _ => Err(Failure::usage("not confirmed, so nothing was done")),
        }
    }

    /// Tells people who are about to type what is expected.
    pub(crate) fn note_if_typed(&self, text: &str) {
        if io::stdin().is_terminal() {
            self.out.note(text);
        }
    }

    /// The content of a file, or of standard input if the path is `-`.
    pub(crate) async fn bytes(&self, path: &Path) -> Result<Vec<u8>> {
        if path != Path::new("-") {
            let read = tokio::fs::read(path).await;
            return read.map_err(|error| Failure::file(path.display(), error));
        }
        self.claim_stdin()?;
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Makes sure that nothing else reads standard input.
    pub(crate) fn claim_stdin(&self) -> Result<()> {
        match self.stdin_is_read.swap(true, Ordering::Relaxed) {
            true => Err(Failure::usage("standard input can be read only once")),
            false => Ok(()),
        }
    }

    /// The text of a file, or of standard input if the path is `-`.
    pub(crate) async fn text(&self, path: &Path) -> Result<String> {
        String::from_utf8(self.bytes(path).await?)
            .map(without_mark)
            .map_err(|_| Failure::usage(format!("{} is not UTF-8", path.display())))
    }

    /// The JSON of a file, or of standard input if the path is `-`.
    pub(crate) async fn json_file(&self, path: &Path) -> Result<serde_json::Value> {
        serde_json::from_str(&self.text(path).await?)
            .map_err(|error| Failure::usage(format!("{} is not JSON: {error}", path.display())))
    }
}

/// The text of a file without the byte order mark that programs on Windows put before it.
pub(crate) fn without_mark(text: String) -> String {
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

/// What a command of the profile writes, which is the key.
async fn output_of(command: &str) -> Result<String> {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let failed = |error| Failure::file("api_key_command", error);
    // Standard input belongs to this program, and the command tells people what is wrong.
    let child = Command::new(shell)
        .args([option, command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(failed)?;
    let output = child.wait_with_output().await.map_err(failed)?;
    if !output.status.success() {
        return Err(Failure::usage(format!("api_key_command failed: {}", output.status)));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::usage("api_key_command wrote text that is not UTF-8"))
}
