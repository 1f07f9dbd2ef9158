//! `mailgun`: Mailgun from the command line, for people and for scripts.
//!
//! ```sh
//! cargo install mailgun-cli
//! export MAILGUN_API_KEY=key-0123456789
//! mailgun doctor
//! echo 'Hello, Bob.' | mailgun send --from shop@mg.example.com --to bob@example.com --subject Hello
//! mailgun tail --since 10m
//! ```
//!
//! * `send` sends a mail, `bulk` a campaign that survives crashes.
//! * `events` and `tail` show what became of it: as lines, as JSON, or in SQLite.
//! * `listen` receives webhooks on this machine, verifies them and forwards them to your application.
//! * `domains`, `suppressions`, `templates`, `routes`, `webhooks` and `metrics` are for operating.
//! * `doctor` finds what is wrong with an account and says what to do.
//! * `mock` runs a Mailgun on this machine, for development and tests.
//! * `api` calls any other operation.
//!
//! All commands write JSON with `--json`. Commands that send or delete have `--dry-run`. The exit status
//! says what happened, and an unknown outcome has a status of its own.

mod args;
mod cli;
mod commands;
mod content;
mod context;
mod event;
mod exit;
mod folder;
mod output;
mod profile;
mod progress;
mod request;
mod signal;
mod store;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{
    cli::{Cli, Command},
    context::{Context, Globals},
    exit::Failure,
    output::{Output, Tone, lines, visible},
};

fn main() -> ExitCode {
    let Cli { globals, command } = Cli::parse();
    log(globals.verbose);
    let context = Context::new(globals);
    match run(command, &context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure, &context);
            failure.code()
        }
    }
}

fn run(command: Command, context: &Context) -> exit::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let result = runtime.block_on(command.run(context));
    // A lookup of a host name, or a read of standard input, must not delay the end.
    runtime.shutdown_background();
    result
}

fn log(verbosity: u8) {
    let level = match verbosity {
        0 => return,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    // The logs of other crates are not about Mailgun.
    let ours = Targets::new().with_target("mailgun", level);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(lines).with(ours).init();
}

/// Writes why the command failed to standard error.
fn report(failure: &Failure, context: &Context) {
    if failure.is_silent() {
        return;
    }
    let Globals { json, color, .. } = context.globals;
    let out = Output::of_errors(json, color);
    let text = if json {
        visible(&failure.json().to_string())
    } else {
        let label = out.paint("error", Tone::Bad);
        format!("{label}: {}", lines(failure.message()))
    };
    // Without standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "{text}");
}
