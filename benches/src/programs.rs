//! Builds and runs the other programs of this package.

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use crate::{Result, seen::Seen};

/// The directory of the programs.
#[derive(Debug)]
pub struct Programs(PathBuf);

impl Programs {
    /// Builds the programs with the profile of this one. `cargo run` builds only one program.
    ///
    /// With `lines`, they have line numbers and are otherwise the same.
    ///
    /// # Errors
    ///
    /// Returns an error if cargo fails.
    pub fn build(lines: bool) -> Result<Self> {
        let this = env::current_exe()?;
        let folder = this.parent().ok_or("this program is not in a directory")?;
        if let Some(cargo) = env::var_os("CARGO") {
            let mut build = Command::new(cargo);
            build.args(["build", "--quiet", "--package", "mailgun-benches"]);
            for program in ["driver", "counted", "server", "poster"] {
                build.args(["--bin", program]);
            }
            match folder.file_name().and_then(|name| name.to_str()) {
                Some("debug") => {}
                // Uses the same directory and the same code as `release`.
                Some("release") if lines => drop(build.args(["--profile", "bench"])),
                Some(profile) => drop(build.args(["--profile", profile])),
                None => return Err("this program is not in a directory of cargo's".into()),
            }
            if !build.status()?.success() {
                return Err("the programs cannot be built".into());
            }
        }
        Ok(Self(folder.to_owned()))
    }

    /// A command that starts a program.
    pub fn command(&self, name: &str) -> Command {
        Command::new(self.path(name))
    }

    /// The path of a program.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// Runs a command and returns its output.
///
/// # Errors
///
/// Returns an error, which contains the error output, if the command fails.
pub fn output(command: &mut Command) -> Result<String> {
    let done = command.stderr(Stdio::piped()).output()?;
    if !done.status.success() {
        let words = String::from_utf8_lossy(&done.stderr);
        return Err(format!("{command:?}: {}\n{words}", done.status).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

/// A server in a separate process. It exits at the end of its input, and so with this process.
#[derive(Debug)]
pub struct Server {
    process: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// The base URL.
    pub url: String,
}

impl Server {
    /// Starts the server.
    ///
    /// # Errors
    ///
    /// Returns an error if it does not start.
    pub fn start(programs: &Programs) -> Result<Self> {
        let mut process =
            programs.command("server").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let ask = process.stdin.take();
        let answers = process.stdout.take().ok_or("the server has no output")?;
        let mut server =
            Self { process, ask, answers: BufReader::new(answers), url: String::new() };
        let line = server.line()?;
        let address = line.strip_prefix("listening ").ok_or("the server does not listen")?;
        server.url = format!("http://{}", address.trim());
        Ok(server)
    }

    /// What the server has received since the last report.
    ///
    /// # Errors
    ///
    /// Returns an error if it has ended.
    pub fn seen(&mut self) -> Result<Seen> {
        self.ask.as_mut().ok_or("the server has ended")?.write_all(b"\n")?;
        Ok(serde_json::from_str(&self.line()?)?)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err("the server has ended".into());
        }
        Ok(line)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ask = None;
        let _ = self.process.wait();
    }
}

/// A temporary directory, which is removed on drop.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Creates an empty directory.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be created.
    pub fn new() -> Result<Self> {
        let path = env::temp_dir().join(format!("mailgun-benches-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
