use mailgun::webhooks::receive::{
    SigningKey,
    testing::{SignedRequest, sign, sign_now},
};
use serde_json::json;

use crate::support::{Account, SIGNING_KEY};

fn key() -> SigningKey {
    SigningKey::new(SIGNING_KEY).unwrap()
}

#[test]
fn the_body_of_a_webhook_is_verified() {
    let account = Account::new();
    let request = SignedRequest::event(&key(), &json!({"event": "opened"}));
    account.write("webhook.json", &request.body);
    // The key comes from the account.
    account.run(&["verify", "signature", "webhook.json"]).ok().says("Mailgun signed it at 20");
    account.write("key", SIGNING_KEY);
    let body = std::str::from_utf8(&request.body).unwrap();
    let run = account
        .run_with(body, &["verify", "signature", "-", "--signing-key-file", "key", "--json"]);
    assert_eq!(run.ok().json()["valid"], true);
    account.write("key", "another key");
    let args = ["verify", "signature", "webhook.json", "--signing-key-file", "key"];
    account.run(&args).status(7).complains("none of the signing keys");
    account.run_with("{}", &["verify", "signature", "-"]).status(7);
}

#[test]
fn the_values_of_a_signature_are_verified_with_their_age() {
    let account = Account::new();
    let run = |timestamp: &str, token: &str, signature: &str, more: &[&str]| {
        let args = ["verify", "signature", "--timestamp", timestamp, "--token", token];
        account.run(&[&args[..], &["--signature", signature], more].concat())
    };
    let new = sign_now(&key());
    run(&new.timestamp, &new.token, &new.signature, &[]).ok();
    let old = sign(&key(), "1500000000", "token");
    run(&old.timestamp, &old.token, &old.signature, &[]).status(7).complains("too old");
    run(&old.timestamp, &old.token, &old.signature, &["--any-age"]).ok();
    run(&new.timestamp, "other", &new.signature, &[]).status(7);
}

#[test]
fn an_address_is_verified() {
    let account = Account::new();
    account.run(&["verify", "address", "bob@example.com"]).ok().says("deliverable");
    let run = account.run(&["verify", "address", "bob@gmial.com"]).status(7);
    run.says("undeliverable").says("no_mx").says("did you mean");
    let json = account.run(&["verify", "address", "bob@example.com", "--json"]).ok().json();
    assert_eq!(json["result"], "deliverable");
}
