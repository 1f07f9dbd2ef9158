//! The help of each command, as a newcomer reads it.
//!
//! `UPDATE_HELP=1 cargo test -p mailgun-cli` writes the files.

use std::{fs, path::Path};

use crate::support::{Account, Run};

/// The subcommands that the help of a command lists.
fn subcommands(help: &str) -> Vec<String> {
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = commands.take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

fn help_of(account: &Account, command: &[String]) -> String {
    let mut run = account.bare();
    run.env("COLUMNS", "100").args(command).arg("--help");
    Run::of(&mut run).ok().stdout
}

fn all(account: &Account, command: Vec<String>, found: &mut Vec<(Vec<String>, String)>) {
    let help = help_of(account, &command);
    for name in subcommands(&help) {
        all(account, [&command[..], &[name]].concat(), found);
    }
    found.push((command, help));
}

#[test]
fn the_help_of_each_command_is_as_reviewed() {
    let account = Account::new();
    let mut found = Vec::new();
    all(&account, Vec::new(), &mut found);
    assert!(found.len() > 40, "{}", found.len());
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    if std::env::var_os("UPDATE_HELP").is_some() {
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
    }
    for (command, help) in found {
        // Global options are the same everywhere, and are reviewed once.
        let help = match (command.is_empty(), help.split_once("\nGlobal options:\n")) {
            (false, Some((before, rest))) => {
                let after = rest.split_once("\n\nExamples:");
                let after = after.map(|(_, after)| format!("\nExamples:{after}"));
                format!("{before}{}", after.unwrap_or_default())
            }
            _ => help,
        };
        let help = help.trim_end().to_owned() + "\n";
        let name = [&["mailgun".to_owned()], &command[..]].concat().join("-");
        let file = directory.join(format!("{name}.txt"));
        if std::env::var_os("UPDATE_HELP").is_some() {
            fs::write(&file, &help).unwrap();
        }
        let reviewed = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(help, reviewed, "{} differs: set UPDATE_HELP=1, and review it", file.display());
    }
}

#[test]
fn the_exit_statuses_are_in_the_help() {
    Account::new().run(&["--help"]).ok().says("Exit status:").says("4  Unknown");
}

#[test]
fn completions_and_manual_pages_know_the_commands() {
    let account = Account::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        account.run(&["completions", shell]).ok().says("suppressions");
    }
    account.run(&["man", "pages"]).ok();
    assert!(account.read("pages/mailgun-send.1").contains("deliver"));
    assert!(account.read("pages/mailgun-templates-push.1").contains("version"));
}
