//! The commands of the documentation do what it says.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::support::{Account, DOMAIN, KEY, Run};

/// A shell that finds the program, and the settings of the account.
fn shell(account: &Account, script: &str) -> assert_cmd::Command {
    let program = assert_cmd::cargo::cargo_bin("mailgun");
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    let mut command = assert_cmd::Command::new("sh");
    command
        .args(["-c", script])
        .env_clear()
        .env("PATH", path)
        .env("HOME", account.path(""))
        .env("MAILGUN_BASE_URL", account.mock.base_url())
        .env("MAILGUN_API_KEY", KEY)
        .env("MAILGUN_DOMAIN", DOMAIN)
        .current_dir(account.path(""))
        .timeout(Duration::from_secs(20));
    command
}

/// A command of the documentation and what it writes.
struct Step {
    command: String,
    output: Vec<String>,
}

/// The steps of all blocks that are a session.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut in_session = false;
    for line in page.lines() {
        match line {
            "```console" => in_session = true,
            "```" => in_session = false,
            _ if !in_session => {}
            _ => match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => {
                    steps.push(Step { command: command.to_owned(), output: Vec::new() });
                }
                (None, Some(step)) => step.output.push(line.to_owned()),
                (None, None) => panic!("no command before {line}"),
            },
        }
    }
    steps
}

/// Whether a line is as expected, with `[..]` for any text.
fn fits(expected: &str, line: &str) -> bool {
    let mut parts = expected.split("[..]");
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap()) else { return false };
    let mut parts = parts.peekable();
    let ends_open = parts.peek().is_none();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    !ends_open || rest.is_empty()
}

/// Whether lines are as expected. A line `[..]` alone stands for any number of lines.
fn all_fit(expected: &[String], lines: &[&str]) -> bool {
    match (expected, lines) {
        ([], []) => true,
        ([open, rest @ ..], _) if open == "[..]" => {
            (0..=lines.len()).any(|skip| all_fit(rest, &lines[skip..]))
        }
        ([first, rest @ ..], [line, lines @ ..]) => fits(first, line) && all_fit(rest, lines),
        _ => false,
    }
}

struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_session_of_the_manual_works() {
    let page = include_str!("../../../../docs/cli.md");
    // `sh` blocks are not run.
    let others = page.split("```sh").skip(1).filter_map(|block| block.split("```").next());
    assert_eq!(others.collect::<Vec<_>>(), ["\ncargo install mailgun-cli\n"]);

    let account = Account::new();
    let mut exports = String::new();
    let mut background = Vec::new();
    for Step { command, output } in steps(page) {
        // The key of the page is that of the account.
        let script = command.replace("key-0123456789", KEY);
        if script.starts_with("export ") {
            exports += &format!("{script}\n");
        } else if let Some(script) = script.strip_suffix('&') {
            let args = script.split_whitespace().skip(1).map(|arg| match arg {
                "8080" | "8025" => "0",
                arg => arg,
            });
            let child = Command::new(assert_cmd::cargo::cargo_bin("mailgun"))
                .args(args)
                .env("MAILGUN_SIGNING_KEY", "signing-key")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn();
            background.push((command, Background(child.unwrap())));
        } else {
            let run = Run::of(&mut shell(&account, &format!("exec 2>&1\n{exports}{script}")));
            // Steps that fail on purpose end in `; echo`.
            let run = run.ok();
            let lines: Vec<_> = run.stdout.lines().collect();
            assert!(all_fit(&output, &lines), "{command}: expected {output:#?}, not {run:#?}");
        }
    }
    for (command, process) in &mut background {
        assert!(process.0.try_wait().unwrap().is_none(), "{command} has ended");
    }
}

#[test]
fn the_commands_of_the_readme_work() {
    let docs = include_str!("../../src/main.rs");
    let docs = docs.lines().map_while(|line| line.strip_prefix("//!"));
    let block = docs.skip_while(|line| !line.contains("```sh")).skip(1);
    let commands: Vec<_> = block.take_while(|line| !line.contains("```")).collect();
    assert!(commands.len() > 4, "{commands:?}");
    let account = Account::new();
    for command in commands.iter().filter(|it| it.contains("mailgun ")) {
        // A tail ends by itself only if it is told to.
        let command = command.replace("mailgun tail", "mailgun tail --count 1");
        Run::of(&mut shell(&account, &command)).ok();
    }
}

/// The examples of the help of all commands, as one line each.
fn examples() -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.map(|file| std::fs::read_to_string(file).unwrap().replace("\\\n", ""));
    let lines = texts.flat_map(|text| {
        let examples = text.split_once("Examples:\n").map(|(_, it)| it.to_owned());
        examples.unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>()
    });
    lines.filter_map(|line| Some(line.strip_prefix("  ")?.to_owned())).collect()
}

#[test]
fn the_examples_of_the_help_are_valid() {
    let account = Account::new();
    for file in ["invoice.txt", "invoice.pdf"] {
        account.write(file, "1 euro");
    }
    account.write("templates/welcome.html", "<p>Hello</p>");
    account.write("bounces.csv", "address\nbob@example.com\n");
    account.write("recipients.csv", "address,name\nbob@example.com,Bob\n");
    account.write("query.json", r#"{"dimensions": ["time"], "metrics": ["delivered_count"]}"#);
    account.write("webhook.json", "{}");
    let examples = examples();
    assert!(examples.len() > 25, "{examples:#?}");
    for example in examples {
        let first = example.split("mailgun ").nth(1).unwrap_or_default();
        // These run until they are stopped, or write outside of the directory.
        if ["listen", "mock", "completions"].iter().any(|it| first.starts_with(it)) {
            continue;
        }
        let is_tail = first.starts_with("tail");
        let script = if is_tail { format!("timeout 1 {example}") } else { example.clone() };
        let run =
            Run::of(&mut shell(&account, &format!("export MAILGUN_FROM=a@b.example\n{script}")));
        let is_usage = ["Usage:", "try '--help'"].iter().any(|it| run.stderr.contains(it));
        assert!(!is_usage, "{example}: {run:#?}");
    }
}
