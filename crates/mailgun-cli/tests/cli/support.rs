//! An account at the mock, and runs of the program against it.

use std::{
    path::PathBuf,
    process::{self, Child, Output, Stdio},
    time::{Duration, Instant},
};

use assert_cmd::Command;
use mailgun_mock::{Builder, MockMailgun};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The key of the account, which no output may show.
pub(crate) const KEY: &str = "key-5e0c6d0b1f2a4c77";

/// As it is sent: `api:` and the key, in Base64.
const SENT_KEY: &str = "YXBpOmtleS01ZTBjNmQwYjFmMmE0Yzc3";

pub(crate) const SIGNING_KEY: &str = "signing-91b6f0";

pub(crate) const DOMAIN: &str = "mg.example.com";

/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Account {
    runtime: Runtime,
    pub(crate) mock: MockMailgun,
    directory: TempDir,
}

impl Account {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(settings: impl FnOnce(Builder) -> Builder) -> Self {
        let runtime = Runtime::new().unwrap();
        let builder = MockMailgun::builder().api_key(KEY).signing_key(SIGNING_KEY);
        let mock = runtime.block_on(settings(builder).start()).unwrap();
        Self { runtime, mock, directory: TempDir::new().unwrap() }
    }

    /// A file in the directory that runs begin in.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(mailgun_testing::within(future))
    }

    /// The program without settings, but with nothing of the environment either.
    pub(crate) fn bare(&self) -> Command {
        limited(self.program())
    }

    /// The program with the settings of the account.
    pub(crate) fn command(&self) -> Command {
        limited(self.program_with_settings())
    }

    /// Starts the program, and leaves its end to the test.
    pub(crate) fn spawn(&self, stdin: Stdio, args: &[&str]) -> Child {
        let mut program = self.program_with_settings();
        program.args(args).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        program.spawn().unwrap()
    }

    fn program(&self) -> process::Command {
        let mut program = process::Command::new(assert_cmd::cargo::cargo_bin("mailgun"));
        program
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory.path())
            .env("MAILGUN_CONFIG", self.path("config.toml"))
            .current_dir(self.directory.path());
        program
    }

    fn program_with_settings(&self) -> process::Command {
        let mut program = self.program();
        program
            .env("MAILGUN_API_KEY", KEY)
            .env("MAILGUN_BASE_URL", self.mock.base_url())
            .env("MAILGUN_DOMAIN", DOMAIN);
        program
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command().args(args))
    }

    pub(crate) fn run_with(&self, stdin: &str, args: &[&str]) -> Run {
        Run::of(self.command().args(args).write_stdin(stdin))
    }
}

fn limited(program: process::Command) -> Command {
    let mut command = Command::from_std(program);
    command.timeout(PATIENCE);
    command
}

/// Waits for the end of a program that was [spawned](Account::spawn).
pub(crate) fn end(mut child: Child) -> Run {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("the program hangs: {:#?}", Run::from(child.wait_with_output().unwrap()));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Run::from(child.wait_with_output().unwrap())
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Run {
    status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    fn from(output: Output) -> Self {
        let run = Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        for secret in [KEY, SENT_KEY] {
            let shows = run.stdout.contains(secret) || run.stderr.contains(secret);
            assert!(!shows, "the output shows the key: {run:?}");
        }
        run
    }

    #[track_caller]
    pub(crate) fn status(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }

    pub(crate) fn is_ok(&self) -> bool {
        self.status == Some(0)
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.status(0)
    }

    /// The output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The lines of the output, each as JSON.
    #[track_caller]
    pub(crate) fn ndjson(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no {text:?} in {self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in {self:#?}");
        self
    }
}
