use crate::support::Account;

#[test]
fn a_route_is_created_shown_matched_changed_and_deleted() {
    let account = Account::new();
    let create = [
        "routes",
        "create",
        "match_recipient(\"help@mg.example.com\")",
        "--action",
        "forward(\"https://example.com/in\")",
        "--action",
        "stop()",
        "--priority",
        "-1",
        "--description",
        "help",
        "--json",
    ];
    let dry = account.run(&[&create[..], &["--dry-run"]].concat()).ok().json();
    assert_eq!(dry["fields"].as_array().unwrap().len(), 5);
    let created = account.run(&create).ok().json();
    let id = created["id"].as_str().unwrap();
    account.run(&["routes", "list"]).ok().says(id).says("stop()").says("help");
    account.run(&["routes", "get", id]).ok().says("match_recipient(\"help@mg.example.com\")");
    account.run(&["routes", "match", "help@mg.example.com"]).ok().says(id);
    account.run(&["routes", "match", "eve@mg.example.com"]).status(5);
    account.run(&["routes", "update", id, "--priority", "5"]).ok();
    assert_eq!(account.run(&["routes", "get", id, "--json"]).ok().json()["priority"], 5);
    account.run(&["routes", "delete", id]).status(2).complains("--yes");
    account.run(&["routes", "delete", id, "-y"]).ok();
    account.run(&["routes", "get", id]).status(5);
}
