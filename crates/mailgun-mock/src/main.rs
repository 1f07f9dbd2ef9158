//! `mailgun-mock`: the mock as a program, for trying a client without an account.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program writes to its streams")]

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use mailgun_mock::MockMailgun;

const HELP: &str = "\
A Mailgun on this machine. It accepts mail, shows it through the API and delivers nothing.

Usage: mailgun-mock [--port N] [--api-key KEY] [--domain NAME]...

  --port N        Loopback port to listen on (default: any free port)
  --api-key KEY   API key to accept (default: key-mock)
  --domain NAME   Sending domain; may be repeated (default: mg.example.com)
  --help          Print this text";

#[derive(Default)]
struct Arguments {
    port: u16,
    api_key: Option<String>,
    domains: Vec<String>,
    help: bool,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut parsed = Arguments::default();
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "--help" | "-h") {
            parsed.help = true;
            continue;
        }
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        if !matches!(option, "--port" | "--api-key" | "--domain") {
            return Err(format!("unknown argument {argument}"));
        }
        let value =
            value.or_else(|| arguments.next()).ok_or(format!("{option} requires a value"))?;
        match option {
            "--port" => {
                parsed.port =
                    value.parse().map_err(|_| format!("--port {value} is not a port number"))?
            }
            "--api-key" => parsed.api_key = Some(value),
            _ => parsed.domains.push(value),
        }
    }
    Ok(parsed)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match parse(std::env::args().skip(1)) {
        Ok(arguments) if arguments.help => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(arguments) => arguments,
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
    let mut domains = arguments.domains;
    if domains.is_empty() {
        domains.push(MockMailgun::DOMAIN.to_owned());
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    let mut builder = MockMailgun::builder().address(address);
    if let Some(api_key) = arguments.api_key {
        builder = builder.api_key(api_key);
    }
    for domain in &domains {
        builder = builder.domain(domain);
    }
    let mailgun = builder.start().await?;
    println!("base URL     {}", mailgun.base_url());
    println!("API key      {}", mailgun.api_key());
    println!("signing key  {}", mailgun.signing_key());
    println!("domains      {}", domains.join(", "));
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Arguments, String> {
        parse(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn an_option_takes_its_value_after_a_space_or_an_equals_sign() {
        let arguments =
            parsed(&["--port", "8025", "--domain=a.com", "--api-key", "k", "--domain", "b.com"])
                .unwrap();
        assert_eq!(arguments.port, 8025);
        assert_eq!(arguments.api_key.as_deref(), Some("k"));
        assert_eq!(arguments.domains, ["a.com", "b.com"]);
        assert!(!arguments.help);
        assert!(parsed(&["-h"]).unwrap().help);
    }

    #[test]
    fn a_usage_error_names_the_argument() {
        for (arguments, error) in [
            (&["--port"][..], "--port requires a value"),
            (&["--port", "x"][..], "--port x is not a port number"),
            (&["--verbose"][..], "unknown argument --verbose"),
        ] {
            assert_eq!(parsed(arguments).err().as_deref(), Some(error));
        }
    }
}
