//! Limits, at the boundary and beyond.

use mailgun_mock::MockMailgun;

use crate::{
    checks::TOO_MANY_OPTIONS,
    client::{AUTH, MAIL, MESSAGES, Multipart, URLENCODED, exchange, send_with},
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
