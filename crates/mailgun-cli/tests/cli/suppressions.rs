use crate::support::Account;

fn run(account: &Account, args: &[&str]) -> crate::support::Run {
    account.run(&[&["suppressions"], args].concat())
}

#[test]
fn each_list_takes_shows_and_deletes_entries() {
    let account = Account::new();
    for (list, settings, shown) in [
        ("bounces", &["--code", "550", "--error", "no such user"][..], "550 no such user"),
        ("unsubscribes", &["--tag", "news", "--tag", "offers"], "news, offers"),
        ("complaints", &[], "bob@example.com"),
        ("allowlist", &["--reason", "ours"], "ours"),
    ] {
        run(&account, &[&["add", list, "bob@example.com"], settings].concat()).ok();
        run(&account, &["list", list]).ok().says("bob@example.com").says(shown);
        run(&account, &["get", list, "bob@example.com"]).ok().says(shown);
        let json = run(&account, &["list", list, "--json"]).ok().json();
        assert_eq!(json.as_array().unwrap().len(), 1, "{list}");
        run(&account, &["get", list, "eve@example.com"]).status(5);
        run(&account, &["delete", list, "bob@example.com"]).status(2).complains("--yes");
        run(&account, &["delete", list, "bob@example.com", "--dry-run"]).ok().says("DELETE ");
        run(&account, &["list", list]).ok().says("bob@example.com");
        run(&account, &["delete", list, "bob@example.com", "--yes"]).ok();
        run(&account, &["list", list]).ok().complains("Nothing found.");
        assert_eq!(run(&account, &["list", list, "--json"]).ok().stdout, "[]\n");
    }
}

#[test]
fn a_csv_file_is_imported() {
    let account = Account::new();
    account.write("bounces.csv", "address,code\nbob@example.com,550\neve@example.com,551\n");
    run(&account, &["import", "bounces", "bounces.csv", "--dry-run"]).ok().says("bounces.csv");
    let import = run(&account, &["import", "bounces", "bounces.csv"]).ok();
    assert_eq!(import.stderr, "", "progress is for terminals");
    run(&account, &["list", "bounces", "--prefix", "eve"]).ok().says("551");
    account.write("wrong.csv", "email\nbob@example.com\n");
    run(&account, &["import", "bounces", "wrong.csv"]).status(2).complains("`email`");
    run(&account, &["import", "bounces", "missing.csv"]).status(2);
}

#[test]
fn all_entries_are_deleted_only_with_yes() {
    let account = Account::new();
    run(&account, &["add", "bounces", "bob@example.com"]).ok();
    run(&account, &["delete", "bounces", "--all"]).status(2).complains("Delete all bounces");
    run(&account, &["list", "bounces"]).ok().says("bob@example.com");
    run(&account, &["delete", "bounces", "--all", "--yes"]).ok();
    assert_eq!(run(&account, &["list", "bounces", "--json"]).ok().stdout, "[]\n");
}
