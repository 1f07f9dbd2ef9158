//! Limits, at the boundary and beyond.

use std::time::Duration;

use mailgun_mock::MockMailgun;

use crate::{
    checks::TOO_MANY_OPTIONS,
    client::{
        AUTH, MAIL, MESSAGES, Multipart, URLENCODED, exchange, post_form, send_with, urlencode,
    },
};

#[tokio::test]
async fn options_of_16_kb_are_accepted_and_more_are_refused() {
    let mailgun = MockMailgun::start().await;
    let tag = ("o:tag", "news");
    let rest = 16_384 - tag.0.len() - tag.1.len() - "v:data".len();
    let just = "x".repeat(rest);
    assert_eq!(send_with(&mailgun, &[tag, ("v:data", &just)]).await.status, 200);
    let over = "x".repeat(rest + 1);
    let answer = send_with(&mailgun, &[tag, ("v:data", &over)]).await;
    answer.assert_message(400, TOO_MANY_OPTIONS);
}

#[tokio::test]
async fn a_thousand_recipients_are_allowed_over_all_lists() {
    let mailgun = MockMailgun::start().await;
    let addresses =
        |n: usize| (0..n).map(|i| format!("user{i}@example.com")).collect::<Vec<_>>().join(",");
    let most = addresses(999);
    let changes = [("to", most.as_str()), ("cc", "user0@example.com"), ("bcc", "last@example.com")];
    assert_eq!(send_with(&mailgun, &changes).await.status, 200);
    assert_eq!(mailgun.sent()[0].recipients().len(), 1000);
    let answer = send_with(&mailgun, &[("to", &most), ("cc", "a@b.c"), ("bcc", "d@e.f")]).await;
    answer.assert_message(400, "Too many recipients, max is 1000");
}

#[tokio::test]
async fn the_recipient_limit_can_be_lowered() {
    let mailgun = MockMailgun::builder().max_recipients(2).start().await.unwrap();
    assert_eq!(send_with(&mailgun, &[("to", "a@b.c,d@e.f")]).await.status, 200);
    send_with(&mailgun, &[("to", "a@b.c,d@e.f,g@h.i")])
        .await
        .assert_message(400, "Too many recipients, max is 2");
    let variables = r#"{"a@b.c": {}, "d@e.f": {}, "g@h.i": {}}"#;
    send_with(&mailgun, &[("to", "a@b.c"), ("recipient-variables", variables)])
        .await
        .assert_message(400, "Too many recipients, max is 2");
}

#[tokio::test]
async fn files_count_towards_the_size_limit() {
    let fields: usize = MAIL.iter().map(|(_, value)| value.len()).sum();
    let mailgun = MockMailgun::builder().max_message_bytes(fields + 100).start().await.unwrap();
    let file = "name=\"attachment\"; filename=\"a\"";
    let form = |n| Multipart::new(&MAIL).part(file, None, &vec![7; n]).post(&mailgun, MESSAGES);
    assert_eq!(form(100).await.status, 200);
    let message = format!("Message is too big, max is {} bytes", fields + 100);
    form(101).await.assert_message(400, &message);
}

#[tokio::test]
async fn a_message_of_25_mib_and_a_request_of_50_mib_are_the_limits() {
    let mailgun = MockMailgun::start().await;
    let fields: usize = MAIL.iter().map(|(_, value)| value.len()).sum();
    let file = "name=\"attachment\"; filename=\"a\"";
    let form = |n| Multipart::new(&MAIL).part(file, None, &vec![7; n]).post(&mailgun, MESSAGES);
    assert_eq!(form(25 * 1024 * 1024 - fields).await.status, 200);
    assert_eq!(form(25 * 1024 * 1024 - fields + 1).await.status, 400);
    mailgun.clear();

    let answer = exchange(&mailgun, MESSAGES, &[AUTH, URLENCODED], &vec![b'a'; 52_428_801]).await;
    assert_eq!(answer.status, 413);
    assert_eq!(mailgun.requests()[0].status(), Some(413));
}

#[tokio::test]
async fn a_new_account_sends_to_10_recipients_at_once_and_100_in_an_hour() {
    let mailgun = MockMailgun::builder().new_account_limits().start().await.unwrap();
    let ten: Vec<_> = (0..10).map(|i| format!("user{i}@example.com")).collect();
    let ten = ten.join(",");
    let answer = send_with(&mailgun, &[("to", &ten), ("cc", "eleven@example.com")]).await;
    answer.assert_message(400, "Too many recipients, max is 10");
    // So that no hour ends in between.
    let of_hour = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() % 3600;
    mailgun.advance(Duration::from_secs(3600 - of_hour));
    for _ in 0..10 {
        assert_eq!(send_with(&mailgun, &[("to", &ten)]).await.status, 200);
    }
    let answer = send_with(&mailgun, &[]).await;
    assert_eq!(answer.status, 429);
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    let begin =
        "Domain mg.example.com is not allowed to send: recipient limit exceeded, try again after ";
    assert!(message.starts_with(begin) && message.ends_with(":00:00 UTC"), "{message}");
    assert_eq!(mailgun.sent().len(), 10);
    mailgun.advance(Duration::from_secs(3600));
    assert_eq!(send_with(&mailgun, &[]).await.status, 200);
}

#[tokio::test]
async fn a_disabled_subaccount_cannot_send() {
    let mailgun = MockMailgun::start().await;
    let line = "POST /v5/accounts/subaccounts";
    let created = post_form(&mailgun, line, &[("name", "One")]).await.json();
    let id = created["subaccount"]["id"].as_str().unwrap().to_owned();
    let send = || async {
        let headers = [AUTH, URLENCODED, ("X-Mailgun-On-Behalf-Of", &id)];
        exchange(&mailgun, MESSAGES, &headers, urlencode(&MAIL).as_bytes()).await.status
    };
    assert_eq!(send().await, 200);
    let change = |what: &str| format!("POST /v5/accounts/subaccounts/{id}/{what}");
    exchange(&mailgun, &change("disable"), &[AUTH], b"").await;
    assert_eq!(send().await, 403);
    exchange(&mailgun, &change("enable"), &[AUTH], b"").await;
    assert_eq!(send().await, 200);
    assert_eq!(mailgun.sent().len(), 2);
}

#[tokio::test]
async fn a_monthly_limit_that_is_reached_refuses_messages() {
    let mailgun = MockMailgun::start().await;
    for _ in 0..1000 {
        assert_eq!(send_with(&mailgun, &[]).await.status, 200);
    }
    let line = "PUT /v5/accounts/limit/custom/monthly?limit=1000";
    let answer = exchange(&mailgun, line, &[AUTH], b"").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(send_with(&mailgun, &[]).await.status, 403);
    exchange(&mailgun, "DELETE /v5/accounts/limit/custom/monthly", &[AUTH], b"").await;
    assert_eq!(send_with(&mailgun, &[]).await.status, 200);
}
