use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// Set to `require`, a machine without Postgres fails the tests instead of skipping them.
const VARIABLE: &str = "MAILGUN_TEST_POSTGRES";

/// Runs a server in a new directory until its standard input ends, which it does however the test ends.
const SCRIPT: &str = r#"
set -eu
trap : HUP INT TERM
directory=$(mktemp -d /tmp/mailgun-postgres.XXXXXX)
finish() {
    stop || true
    rm -rf "$directory"
}
start() {
    pg_ctl start -s -w -D "$directory/data" -l "$directory/log" \
        -o "-F -k $directory -c listen_addresses='' -c max_connections=200"
}
stop() {
    pg_ctl stop -s -m immediate -D "$directory/data"
}
create() {
    createdb -h "$directory" -U postgres "$1"
}
trap finish EXIT
# ICU orders text differently from its bytes, as most databases do. Postgres has it since 15.
initialize() {
    initdb -D "$directory/data" -A trust -U postgres -E UTF8 --no-sync --locale=C "$@" \
        >"$directory/log" 2>&1
}
initialize --locale-provider=icu --icu-locale=en-US || initialize || cat "$directory/log" >&2
start
echo "$directory"
while read -r line; do
    $line
    echo done
done
"#;

/// A Postgres server on a Unix socket in a temporary directory. It ends when it is dropped, or with the
/// process.
#[derive(Debug)]
pub struct Postgres {
    script: Child,
    pipes: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    directory: PathBuf,
    databases: AtomicU32,
}

impl Postgres {
    /// Returns the server of this process, which starts with the first call.
    ///
    /// If there is no Postgres on this machine, says so on the standard error and returns `None`.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Starts a server for one test, which may stop it. Otherwise it is [`shared`](Self::shared).
    pub fn start() -> Option<Self> {
        let programs = match programs() {
            Ok(directory) => directory,
            Err(reason) => {
                let required = std::env::var(VARIABLE).is_ok_and(|value| value == "require");
                assert!(!required, "{VARIABLE}=require, but {reason}");
                // Not `eprintln!`, which the test harness captures and never shows.
                let _ = writeln!(std::io::stderr(), "tests with Postgres are skipped: {reason}");
                return None;
            }
        };
        let mut command = shell();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut script = command
            .args(["-c", SCRIPT])
            .env("PATH", format!("{}:{path}", programs.display()))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = script.stdin.take().unwrap();
        let mut output = BufReader::new(script.stdout.take().unwrap());
        let mut directory = String::new();
        output.read_line(&mut directory).unwrap();
        assert!(!directory.is_empty(), "Postgres did not start; its output is above");
        Some(Self {
            script,
            pipes: Mutex::new(Some((input, output))),
            directory: directory.trim_end().into(),
            databases: AtomicU32::new(0),
        })
    }

    /// Creates an empty database and returns its URL.
    pub fn database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.tell(&format!("create {name}"));
        format!("postgres://postgres@localhost/{name}?host={}", self.directory.display())
    }

    /// Ends the server as a crash does: all connections break.
    pub fn crash(&self) {
        self.tell("stop");
    }

    /// Starts a server that has crashed.
    pub fn recover(&self) {
        self.tell("start");
    }

    fn tell(&self, command: &str) {
        let mut pipes = self.pipes.lock().unwrap();
        let (input, output) = pipes.as_mut().unwrap();
        writeln!(input, "{command}").unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert_eq!(answer, "done\n", "`{command}` failed; its output is above");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(mut pipes) = self.pipes.lock() {
            pipes.take();
        }
        let _ = self.script.wait();
    }
}

/// The directory of `pg_ctl`: Debian's newest, or one of `PATH`.
fn programs() -> Result<PathBuf, String> {
    if cfg!(not(unix)) {
        return Err("this system has no Unix sockets".to_owned());
    }
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    versions.sort_by_key(|bin| version(bin));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories = versions.into_iter().rev().chain(std::env::split_paths(&path));
    directories
        .find(|directory| directory.join("initdb").exists())
        .ok_or_else(|| "there is no `initdb` in /usr/lib/postgresql/*/bin or in PATH".to_owned())
}

fn version(bin: &Path) -> u32 {
    let name = bin.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or(0)
}

/// A shell, as the user `postgres` if this is root: Postgres refuses to run as root.
fn shell() -> Command {
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        return Command::new("sh");
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh"]);
    command
}
