use crate::support::Account;

#[test]
fn a_webhook_is_set_replaced_listed_and_deleted() {
    let account = Account::new();
    account.run(&["webhooks", "list"]).ok().complains("Nothing found.");
    account.run(&["webhooks", "set", "delivered", "https://a.example/1", "-n"]).ok().says("POST ");
    account.run(&["webhooks", "set", "delivered", "https://a.example/1"]).ok();
    account.run(&["webhooks", "set", "delivered", "https://a.example/2", "-n"]).ok().says("PUT ");
    let set = ["webhooks", "set", "delivered", "https://a.example/2", "https://a.example/3"];
    account.run(&set).ok().says("Mailgun posts delivered to https://a.example/2");
    let json = account.run(&["webhooks", "list", "--json"]).ok().json();
    assert_eq!(
        json["delivered"],
        serde_json::json!(["https://a.example/2", "https://a.example/3"])
    );
    account.run(&["webhooks", "list"]).ok().says("delivered");
    account.run(&["webhooks", "delete", "delivered"]).status(2).complains("--yes");
    account.run(&["webhooks", "delete", "delivered", "--yes"]).ok();
    assert_eq!(account.run(&["webhooks", "list", "--json"]).ok().stdout, "{}\n");
}
