//! `mailgun-mock`: the mock as a program, for trying a client without an account.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program writes to its streams")]

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use mailgun_mock::{Builder, MockMailgun};

const HELP: &str = "\
A Mailgun on this machine. It accepts mail, shows it to you and delivers nothing.

Usage: mailgun-mock [options]

  --port N           Port to listen on (default: any free port)
  --host IP          IP address to listen on (default: 127.0.0.1)
  --api-key KEY      API key to accept (default: key-mock)
  --signing-key KEY  Key to sign webhooks with (default: signing-key-mock)
  --domain NAME      Sending domain; may be repeated (default: mg.example.com)
  --new-account      Allow 10 recipients per message and 100 per hour
  --forward URL      Send delivered mail on to smtp://host:port, such as Mailpit
  --state FILE       Keep messages, suppressions, templates and domains in a file
  --no-inbox         Do not serve the web inbox at /
  --allow-host NAME  Host name under which browsers may open the inbox, and
                     programs the API and the routes below /mock, besides
                     localhost and IP addresses; may be repeated. With
                     --no-inbox, the API has any name
  --help             Print this text";

#[derive(Debug)]
struct Arguments {
    address: SocketAddr,
    inbox: bool,
    builder: Builder,
}

/// Reads the arguments; `None` if they ask for help.
fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Arguments>, String> {
    let (mut host, mut port, mut inbox) = (IpAddr::from(Ipv4Addr::LOCALHOST), 0, true);
    let mut builder = MockMailgun::builder();
    while let Some(argument) = arguments.next() {
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = || {
            let value = value.clone().or_else(|| arguments.next());
            value.ok_or(format!("{option} requires a value"))
        };
        builder = match option {
            "--help" | "-h" => return Ok(None),
            "--port" => {
                let text = value()?;
                port = text.parse().map_err(|_| format!("--port {text} is not a port number"))?;
                builder
            }
            "--host" => {
                let text = value()?;
                host = text.parse().map_err(|_| format!("--host {text} is not an IP address"))?;
                builder
            }
            "--api-key" => builder.api_key(value()?),
            "--signing-key" => builder.signing_key(value()?),
            "--domain" => builder.domain(value()?),
            "--new-account" => builder.new_account_limits(),
            "--forward" => builder.forward_to(value()?),
            "--state" => builder.state_file(value()?),
            "--allow-host" => builder.allow_host(value()?),
            "--no-inbox" => {
                inbox = false;
                builder
            }
            _ => return Err(format!("unknown argument {option}")),
        };
    }
    let address = SocketAddr::from((host, port));
    Ok(Some(Arguments { address, inbox, builder: builder.address(address).inbox(inbox) }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Some(arguments)) => arguments,
        Err(error) => {
            eprintln!("mailgun-mock: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mailgun-mock: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> std::io::Result<()> {
    let Arguments { address, inbox, builder } = arguments;
    let mailgun = builder.start().await?;
    println!("base URL     {}", mailgun.base_url());
    println!("API key      {}", mailgun.api_key());
    println!("signing key  {}", mailgun.signing_key());
    println!("domains      {}", mailgun.domains().join(", "));
    if inbox {
        println!("inbox        {}/", mailgun.base_url());
    }
    if !address.ip().is_loopback() {
        let opened = if inbox { "the API and the inbox with all mails" } else { "the API" };
        println!("\nOther machines that know the API key can reach {opened} at {}.", address.ip());
    }
    stopped().await?;
    mailgun.save()
}

/// Ends with Ctrl-C, and with the signal that ends containers.
async fn stopped() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            stopped = tokio::signal::ctrl_c() => stopped,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Option<Arguments>, String> {
        parse(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[tokio::test]
    async fn an_option_takes_its_value_after_a_space_or_an_equals_sign() {
        let options = ["--port", "0", "--domain=a.com", "--api-key", "k", "--domain", "b.com"];
        let arguments = parsed(&options).unwrap().unwrap();
        assert_eq!(arguments.address, "127.0.0.1:0".parse().unwrap());
        assert!(arguments.inbox);
        let mailgun = arguments.builder.start().await.unwrap();
        assert_eq!(mailgun.api_key(), "k");
        assert_eq!(mailgun.domains(), ["a.com", "b.com"]);
        assert!(!parsed(&["--no-inbox"]).unwrap().unwrap().inbox);
        assert!(parsed(&["-h"]).unwrap().is_none());
    }

    #[test]
    fn the_help_has_every_option() {
        let source = include_str!("main.rs");
        let arms = source.lines().filter_map(|line| line.trim().strip_prefix("\"--"));
        let options: Vec<_> = arms.filter_map(|arm| arm.split('"').next()).collect();
        assert!(options.len() >= 11, "{options:?}");
        for option in options {
            assert!(HELP.contains(&format!("  --{option}")), "{option}");
        }
    }

    #[test]
    fn a_usage_error_names_the_argument() {
        for (arguments, error) in [
            (&["--port"][..], "--port requires a value"),
            (&["--port", "x"][..], "--port x is not a port number"),
            (&["--host", "mailgun"][..], "--host mailgun is not an IP address"),
            (&["--verbose"][..], "unknown argument --verbose"),
        ] {
            assert_eq!(parsed(arguments).err().as_deref(), Some(error));
        }
    }
}
