use crate::support::Account;

fn account() -> Account {
    let account = Account::new();
    for to in ["bob@a.example", "eve@a.example", "carl@b.example"] {
        let args = ["send", "--from", "shop@mg.example.com", "--to", to, "--text", "Hi"];
        account.run(&args).ok();
    }
    account
}

#[test]
fn metrics_are_a_table_csv_json_or_a_chart() {
    let account = account();
    let args = ["metrics", "--by", "recipient_domain", "--metric", "delivered_count"];
    let run = account.run(&args).ok().says("RECIPIENT_DOMAIN  DELIVERED_COUNT");
    run.says("a.example         2").says("b.example         1");
    let with = |more: &str| account.run(&[&args[..], &[more]].concat()).ok();
    let csv = with("--csv");
    assert!(csv.stdout.starts_with("recipient_domain,delivered_count\n"), "{csv:?}");
    csv.says("a.example,2\n");
    let chart = with("--chart").says("delivered_count\n");
    chart.says(&format!("a.example  {}  2", "█".repeat(40))).says(&"█".repeat(20));
    assert_eq!(with("--json").json().as_array().unwrap().len(), 2);
}

#[test]
fn days_are_shown_without_their_time() {
    let run = account().run(&["metrics"]).ok().says("TIME").says("DELIVERED_COUNT");
    assert!(!run.stdout.contains("T00:00:00Z"), "{run:?}");
}

#[test]
fn a_metric_that_does_not_exist_is_an_error() {
    account().run(&["metrics", "--metric", "happiness"]).status(1);
}
