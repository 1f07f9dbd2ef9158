use std::fs;

use crate::support::{Account, DOMAIN, KEY, Run};

fn add(account: &Account, name: &str) -> Run {
    let url = account.mock.base_url();
    let mut command = account.bare();
    command
        .args(["profile", "add", name, "--domain", DOMAIN, "--base-url", &url, "--api-key-stdin"])
        .write_stdin(KEY);
    Run::of(&mut command)
}

#[test]
fn a_profile_is_added_used_listed_and_removed() {
    let account = Account::new();
    add(&account, "shop").ok().says("Added the profile shop");
    add(&account, "other").ok();
    let list = Run::of(account.bare().args(["profile", "list", "--json"])).ok().json();
    assert_eq!(list[1]["name"], "shop");
    assert_eq!(list[1]["default"], true);
    assert_eq!(list[1]["key"], "in the profile");
    Run::of(account.bare().args(["domains", "list"])).ok().says(DOMAIN);
    Run::of(account.bare().args(["domains", "dns", "--profile", "other"])).ok();
    Run::of(account.bare().args(["profile", "use", "other"])).ok();
    Run::of(account.bare().args(["profile", "remove", "other"])).status(2).complains("--yes");
    Run::of(account.bare().args(["profile", "remove", "other", "--yes"])).ok();
    Run::of(account.bare().args(["profile", "use", "other"])).status(5);
    Run::of(account.bare().args(["domains", "list", "-p", "other"])).status(2).complains("other");
}

#[cfg(unix)]
#[test]
fn the_file_is_private_and_refused_if_others_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let account = Account::new();
    add(&account, "shop").ok();
    let path = account.path("config.toml");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let run = Run::of(account.bare().args(["domains", "list"])).status(2);
    run.complains("other users can read it").complains("chmod 600");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_change_runs_no_command() {
    use std::os::unix::fs::PermissionsExt as _;

    let account = Account::new();
    account.write("config.toml", "[profiles.shop]\napi_key_command = \"touch ran; echo key\"\n");
    let path = account.path("config.toml");
    for mode in [0o622, 0o660, 0o606] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let run = Run::of(account.bare().args(["domains", "list", "--profile", "shop"])).status(2);
        run.complains("other users can change it").complains("chmod 600");
        assert!(!account.path("ran").exists());
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    Run::of(account.bare().args(["profile", "list"])).ok().says("shop");
}

#[cfg(unix)]
#[test]
fn a_key_comes_from_a_command_or_stays_in_its_file() {
    let account = Account::new();
    account.write("key", KEY);
    let url = account.mock.base_url();
    for source in [["--api-key-command", "cat key"], ["--keep-in-file", "key"]] {
        let mut command = account.bare();
        command.args(["profile", "add", "shop", "--base-url", &url]).args(source);
        Run::of(&mut command).ok();
        assert!(!account.read("config.toml").contains(KEY));
        Run::of(account.bare().args(["domains", "list"])).ok().says(DOMAIN);
    }
    // The file is found from other directories.
    account.write("elsewhere/file", "");
    let mut command = account.bare();
    command.current_dir(account.path("elsewhere")).args(["domains", "list"]);
    Run::of(&mut command).ok();
}

#[cfg(unix)]
#[test]
fn a_command_for_the_key_has_no_standard_input_and_shows_its_errors() {
    let account = Account::new();
    account.write("key", KEY);
    let url = account.mock.base_url();
    let source = ["--api-key-command", "cat > taken; echo 'keyring is open' >&2; cat key"];
    let mut command = account.bare();
    Run::of(command.args(["profile", "add", "shop", "--base-url", &url]).args(source)).ok();
    let mut command = account.bare();
    command.args(["domains", "list"]).write_stdin("input");
    Run::of(&mut command).ok().complains("keyring is open");
    assert_eq!(account.read("taken"), "");
}

#[test]
fn an_error_in_the_file_names_the_line_and_not_its_text() {
    let account = Account::new();
    account.write("config.toml", format!("default = \"shop\"\n[profiles.shop]\napi_key = {KEY}\n"));
    let run = Run::of(account.bare().args(["domains", "list"])).status(2);
    run.complains("config.toml: line 3 is not a valid setting");
    account.write("config.toml", format!("[profiles]\nshop = \"{KEY}\"\n"));
    let run = Run::of(account.bare().args(["domains", "list"])).status(2);
    run.complains("line 2 is not a valid setting");
}
