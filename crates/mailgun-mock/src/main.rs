//! `mailgun-mock`: the mock as a program, for trying a client without an account.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program writes to its streams")]

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use mailgun_mock::MockMailgun;

const HELP: &str = "\
A Mailgun on this machine. It accepts mail, shows it through the API and delivers nothing.

Usage: mailgun-mock [--port N] [--host IP] [--api-key KEY] [--domain NAME]...
                    [--no-inbox] [--allow-host NAME]...

  --port N           Port to listen on (default: any free port)
  --host IP          IP address to listen on (default: 127.0.0.1)
  --api-key KEY      API key to accept (default: key-mock)
  --domain NAME      Sending domain; may be repeated (default: mg.example.com)
  --no-inbox         Do not serve the web inbox at /
  --allow-host NAME  Host name under which browsers may open the inbox besides
                     localhost and IP addresses; may be repeated
  --help             Print this text";

struct Arguments {
    host: IpAddr,
    port: u16,
    api_key: Option<String>,
    domains: Vec<String>,
    inbox: bool,
    allowed_hosts: Vec<String>,
    help: bool,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            api_key: None,
            domains: Vec::new(),
            inbox: true,
            allowed_hosts: Vec::new(),
            help: false,
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut parsed = Arguments::default();
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "--help" | "-h") {
            parsed.help = true;
            continue;
        }
        if argument == "--no-inbox" {
            parsed.inbox = false;
            continue;
        }
        let (option, value) = match argument.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        if !matches!(option, "--port" | "--host" | "--api-key" | "--domain" | "--allow-host") {
            return Err(format!("unknown argument {argument}"));
        }
        let value =
            value.or_else(|| arguments.next()).ok_or(format!("{option} requires a value"))?;
        match option {
            "--port" => {
                parsed.port =
                    value.parse().map_err(|_| format!("--port {value} is not a port number"))?
            }
            "--host" => {
                parsed.host =
                    value.parse().map_err(|_| format!("--host {value} is not an IP address"))?
            }
            "--allow-host" => parsed.allowed_hosts.push(value),
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
    let address = SocketAddr::from((arguments.host, arguments.port));
    let mut builder = MockMailgun::builder().address(address).inbox(arguments.inbox);
    for name in &arguments.allowed_hosts {
        builder = builder.allow_host(name);
    }
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
    if arguments.inbox {
        println!("inbox        {}/", mailgun.base_url());
    }
    if !arguments.host.is_loopback() {
        let opened = if arguments.inbox { "the API and the inbox with all mails" } else { "the API" };
        println!("\nOther machines can reach {opened} at {}.", arguments.host);
    }
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
            (&["--host", "mailgun"][..], "--host mailgun is not an IP address"),
            (&["--verbose"][..], "unknown argument --verbose"),
        ] {
            assert_eq!(parsed(arguments).err().as_deref(), Some(error));
        }
    }
}
