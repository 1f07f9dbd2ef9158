//! What recipients do, and what comes of it.

use std::time::Duration;

use mailgun_mock::{ActionError, Inbound, MockMailgun, Received};
use serde_json::{Value, json};

use crate::client::{exchange, get, post_form, send_with};

/// Another mock is the receiver of webhooks, because it logs all requests.
async fn receiver_of(mailgun: &MockMailgun, kinds: &[&str]) -> MockMailgun {
    let receiver = MockMailgun::start().await;
    for kind in kinds {
        let url = format!("{}/hook", receiver.base_url());
        let line = "POST /v3/domains/mg.example.com/webhooks";
        post_form(mailgun, line, &[("id", kind), ("url", &url)]).await;
    }
    receiver
}

async fn requests(receiver: &MockMailgun, n: usize) -> Vec<String> {
    let all = || async {
        while receiver.requests().len() < n {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all()).await.expect("all requests in time");
    let requests = receiver.requests();
    requests.iter().map(|one| String::from_utf8(one.body().to_vec()).unwrap()).collect()
}

async fn status_of(mailgun: &MockMailgun, list: &str) -> u16 {
    get(mailgun, &format!("/v3/mg.example.com/{list}/ada@example.com")).await.status
}

#[tokio::test]
async fn an_open_is_an_event_and_a_signed_webhook() {
    let mailgun = MockMailgun::start().await;
    let receiver = receiver_of(&mailgun, &["opened"]).await;
    send_with(&mailgun, &[("o:tag", "news"), ("v:id", "7")]).await;
    let id = mailgun.sent()[0].id().to_owned();
    let event = mailgun.open(&id, "Ada <ADA@example.com>").unwrap();
    assert_eq!(event["event"], "opened");
    assert_eq!(event["recipient"], "ada@example.com");
    assert_eq!(event["tags"], json!(["news"]));
    assert_eq!(event["user-variables"], json!({ "id": "7" }));
    assert_eq!(event["client-info"]["client-type"], "browser");
    assert_eq!(event["delivery-status"], Value::Null);
    assert_eq!(event["storage"], Value::Null);
    assert_eq!(mailgun.events().last(), Some(&event));

    let posted: Value = serde_json::from_str(&requests(&receiver, 1).await[0]).unwrap();
    assert_eq!(posted["event-data"], event);
    assert_eq!(posted["signature"]["token"].as_str().map(str::len), Some(50));
    let found = get(&mailgun, "/v3/mg.example.com/events?event=opened").await.json();
    assert_eq!(found["items"], json!([event]));
}

#[tokio::test]
async fn a_bounce_and_a_complaint_stop_the_next_mail() {
    for (list, reason) in [("bounces", "suppress-bounce"), ("complaints", "suppress-complaint")] {
        let mailgun = MockMailgun::start().await;
        send_with(&mailgun, &[]).await;
        let key = mailgun.sent()[0].storage_key().to_owned();
        assert_eq!(status_of(&mailgun, list).await, 404);
        let event = match list {
            "bounces" => mailgun.bounce(&key, "ada@example.com"),
            _ => mailgun.complain(&key, "ada@example.com"),
        };
        let event = event.unwrap();
        if list == "bounces" {
            assert_eq!(
                (&event["event"], &event["severity"]),
                (&json!("failed"), &json!("permanent"))
            );
            assert_eq!(event["delivery-status"]["code"], 550);
        } else {
            assert_eq!(event["event"], "complained");
        }
        assert_eq!(status_of(&mailgun, list).await, 200);
        send_with(&mailgun, &[]).await;
        assert_eq!(mailgun.events().last().unwrap()["reason"], reason);
    }
}

#[tokio::test]
async fn an_allowlisted_address_is_not_added_to_the_bounces() {
    let mailgun = MockMailgun::start().await;
    post_form(&mailgun, "POST /v3/mg.example.com/whitelists", &[("address", "ada@example.com")])
        .await;
    send_with(&mailgun, &[]).await;
    mailgun.bounce(mailgun.sent()[0].id(), "ada@example.com").unwrap();
    assert_eq!(status_of(&mailgun, "bounces").await, 404);
}

#[tokio::test]
async fn an_impossible_action_names_its_reason() {
    let mailgun = MockMailgun::start().await;
    send_with(&mailgun, &[("o:deliverytime", "Fri, 14 Oct 2050 12:00:00 +0000")]).await;
    let sent = mailgun.sent();
    let id = sent[0].id();
    assert_eq!(mailgun.open("<x@y>", "ada@example.com"), Err(ActionError::UnknownMessage));
    assert_eq!(mailgun.open(id, "eve@example.com"), Err(ActionError::UnknownRecipient));
    assert_eq!(mailgun.bounce(id, "ada@example.com"), Err(ActionError::NotDelivered));
    for url in ["https://shop.example/", "http://localhost/c/x", "", "/c/WzFd"] {
        assert_eq!(mailgun.click(url), Err(ActionError::UnknownLink), "{url}");
    }
}

#[tokio::test]
async fn a_click_on_a_tracked_link_is_recorded_and_leads_to_its_target() {
    let mailgun = MockMailgun::start().await;
    let html = "<a href=\"https://shop.example/?a=1&amp;b=2\">x</a>";
    send_with(&mailgun, &[("html", html), ("o:tracking", "yes")]).await;
    let seen = mailgun.sent()[0].rendered_for("ada@example.com").unwrap();
    let link = &seen.links()[0];
    let event = mailgun.click(link).unwrap();
    assert_eq!(event["event"], "clicked");
    assert_eq!(event["url"], "https://shop.example/?a=1&b=2");

    // The links work without a key.
    let path = |url: &str| format!("GET {}", url.strip_prefix("http://localhost").unwrap());
    let answer = exchange(&mailgun, &path(link), &[], b"").await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("location"), Some("https://shop.example/?a=1&b=2"));
    let html = seen.html.unwrap();
    let pixel = html.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    let answer = exchange(&mailgun, &path(pixel), &[], b"").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/gif")));
    let kinds: Vec<_> = mailgun.events().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(kinds, ["accepted", "delivered", "clicked", "clicked", "opened"]);
    assert_eq!(exchange(&mailgun, "GET /c/none", &[], b"").await.status, 404);
}

#[tokio::test]
async fn unsubscribe_links_unsubscribe_from_all_mail_or_from_tags() {
    let mailgun = MockMailgun::start().await;
    let text = "%tag_unsubscribe_url% %unsubscribe_url%";
    send_with(&mailgun, &[("text", text), ("o:tag", "news")]).await;
    let links = mailgun.sent()[0].rendered_for("ada@example.com").unwrap().links();
    assert_eq!(mailgun.click(&links[0]).unwrap()["event"], "unsubscribed");
    let entry = get(&mailgun, "/v3/mg.example.com/unsubscribes/ada@example.com").await.json();
    assert_eq!(entry["tags"], json!(["news"]));
    send_with(&mailgun, &[("o:tag", "other")]).await;
    assert_eq!(mailgun.events().last().unwrap()["event"], "delivered");

    mailgun.click(&links[1]).unwrap();
    send_with(&mailgun, &[("o:tag", "other")]).await;
    assert_eq!(mailgun.events().last().unwrap()["reason"], "suppress-unsubscribe");
}

#[tokio::test]
async fn a_link_of_a_mailing_list_unsubscribes_its_member() {
    let mailgun = MockMailgun::start().await;
    let list = "ada@example.com";
    post_form(&mailgun, "POST /v3/lists", &[("address", list)]).await;
    let line = format!("POST /v3/lists/{list}/members");
    post_form(&mailgun, &line, &[("address", list), ("subscribed", "yes")]).await;
    send_with(&mailgun, &[("text", "%mailing_list_unsubscribe_url%")]).await;
    let links = mailgun.sent()[0].rendered_for(list).unwrap().links();
    let event = mailgun.click(&links[0]).unwrap();
    assert_eq!(event["mailing-list"]["address"], list);
    let member = get(&mailgun, &format!("/v3/lists/{list}/members/{list}")).await.json();
    assert_eq!(member["member"]["subscribed"], false);
}

#[tokio::test]
async fn an_event_of_ones_choice_is_posted_signed() {
    let mailgun = MockMailgun::start().await;
    let receiver = MockMailgun::start().await;
    let event = json!({ "event": "delivered", "recipient": "ada@example.com" });
    let status = mailgun.post_event(&receiver.base_url(), event).await.unwrap();
    assert_eq!(status, 200);
    let posted: Value = serde_json::from_str(&requests(&receiver, 1).await[0]).unwrap();
    assert_eq!(posted["event-data"]["recipient"], "ada@example.com");
    assert!(posted["event-data"]["id"].is_string());
    assert!(mailgun.events().is_empty());
    assert!(mailgun.post_event("http://example.com/", json!({})).await.is_err());
}

async fn route(mailgun: &MockMailgun, priority: &str, expression: &str, actions: &[&str]) {
    let mut fields = vec![("priority", priority), ("expression", expression)];
    fields.extend(actions.iter().map(|action| ("action", *action)));
    let answer = post_form(mailgun, "POST /v3/routes", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn letter() -> Inbound {
    Inbound::new("Bob <bob@example.org>", "help@mg.example.com")
        .subject("Broken ä")
        .text("See the picture.")
        .html("<img src=\"cid:pic1\">")
        .header("In-Reply-To", "<1@mg.example.com>")
}

#[tokio::test]
async fn a_route_forwards_a_mail_parsed_and_signed() {
    let mailgun = MockMailgun::start().await;
    let receiver = MockMailgun::start().await;
    let forward = format!("forward(\"{}/in?box=\\1\")", receiver.base_url());
    route(&mailgun, "1", "match_recipient(\"(.*)@mg.example.com\")", &[&forward]).await;
    let received = mailgun.receive(letter()).unwrap();
    assert_eq!(received.forwarded, [format!("{}/in?box=help", receiver.base_url())]);
    let body = &requests(&receiver, 1).await[0];
    let fields: Vec<_> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| {
        let found = fields.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_else(|| panic!("{name} in {fields:?}"))
    };
    assert_eq!(field("recipient"), "help@mg.example.com");
    assert_eq!(field("sender"), "bob@example.org");
    assert_eq!(field("from"), "Bob <bob@example.org>");
    assert_eq!(field("subject"), "Broken ä");
    assert_eq!(field("Subject"), "Broken ä");
    assert_eq!(field("body-plain"), "See the picture.");
    assert_eq!(field("stripped-text"), "See the picture.");
    assert_eq!(field("body-html"), "<img src=\"cid:pic1\">");
    assert_eq!(field("In-Reply-To"), "<1@mg.example.com>");
    assert_eq!(field("X-Mailgun-Incoming"), "Yes");
    let headers: Vec<(String, String)> = serde_json::from_str(field("message-headers")).unwrap();
    assert!(headers.contains(&("Subject".to_owned(), "Broken ä".to_owned())), "{headers:?}");
    assert_eq!((field("token").len(), field("signature").len()), (50, 64));
    assert_eq!(receiver.requests()[0].query(), Some("box=help"));
}

#[tokio::test]
async fn attachments_are_posted_as_files() {
    let mailgun = MockMailgun::start().await;
    let receiver = MockMailgun::start().await;
    let forward = format!("forward('{}/in')", receiver.base_url());
    route(&mailgun, "0", "match_header('subject', 'Broken.*')", &[&forward]).await;
    let mail = letter().attachment("a \"b\".txt", "text/plain", &b"one"[..]).inline(
        "pic1",
        "image/png",
        &b"PNG"[..],
    );
    mailgun.receive(mail).unwrap();
    let body = requests(&receiver, 1).await.remove(0);
    let kind = receiver.requests()[0].header("content-type").unwrap().to_owned();
    assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    for part in [
        "name=\"attachment-count\"\r\n\r\n2\r\n",
        "name=\"attachment-1\"; filename=\"a %22b%22.txt\"\r\nContent-Type: text/plain\r\n\r\none\r\n",
        "name=\"attachment-2\"; filename=\"pic1\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n",
        "name=\"content-id-map\"\r\n\r\n{\"<pic1>\":\"attachment-2\"}\r\n",
        "name=\"signature\"\r\n\r\n",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test]
async fn a_url_that_ends_with_mime_gets_the_source() {
    let mailgun = MockMailgun::start().await;
    let receiver = MockMailgun::start().await;
    let forward = format!("forward(\"{}/raw/mime\")", receiver.base_url());
    route(&mailgun, "0", "catch_all()", &[&forward]).await;
    let mime = "From: bob@example.org\r\nTo: x@y.z\r\nSubject: Hi\r\n\r\nText\r\n";
    mailgun.receive(Inbound::mime("help@mg.example.com", mime)).unwrap();
    let body = &requests(&receiver, 1).await[0];
    let source = form_urlencoded::parse(body.as_bytes()).find(|(name, _)| name == "body-mime");
    let source = source.unwrap().1;
    assert!(source.contains("Subject: Hi\r\n") && source.contains("\r\n\r\nText"), "{source}");
}

#[tokio::test]
async fn a_stored_mail_is_fetched_by_its_url_and_ends_with_stop() {
    let mailgun = MockMailgun::start().await;
    let receiver = MockMailgun::start().await;
    let store = format!("store(notify=\"{}/stored\")", receiver.base_url());
    route(&mailgun, "2", "catch_all()", &["forward(\"late@example.com\")"]).await;
    route(&mailgun, "1", "match_recipient(\"help@.*\")", &[&store, "stop()"]).await;
    let mail = letter().attachment("a.txt", "text/plain", &b"one"[..]);
    let Received { routes, forwarded, stored, .. } = mailgun.receive(mail).unwrap();
    assert_eq!((routes.len(), forwarded.len()), (1, 0));
    let url = stored.unwrap();
    let body = &requests(&receiver, 1).await[0];
    let notified: Vec<_> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    assert!(notified.contains(&("message-url".to_owned(), url.clone())), "{notified:?}");

    let path = |url: &str| url.replace(&mailgun.base_url(), "");
    let mail = get(&mailgun, &path(&url)).await.json();
    assert_eq!(
        (&mail["subject"], &mail["body-plain"]),
        (&json!("Broken ä"), &json!("See the picture."))
    );
    let file = get(&mailgun, &path(mail["attachments"][0]["url"].as_str().unwrap())).await;
    assert_eq!(file.text(), "one");
    let kinds: Vec<_> = mailgun.events().iter().map(|event| event["event"].clone()).collect();
    assert_eq!(kinds, ["accepted", "stored"]);
    assert_eq!(mailgun.events()[0]["flags"]["is-routed"], true);
    assert!(mailgun.sent().is_empty());
}

#[tokio::test]
async fn mail_to_a_foreign_domain_or_without_a_route_goes_nowhere() {
    let mailgun = MockMailgun::start().await;
    let foreign = Inbound::new("bob@example.org", "help@example.com");
    assert_eq!(mailgun.receive(foreign), Err(ActionError::UnknownDomain));
    let invalid = Inbound::new("bob@example.org", "nobody");
    assert_eq!(mailgun.receive(invalid), Err(ActionError::UnknownRecipient));
    assert_eq!(mailgun.receive(letter()), Ok(Received::default()));
    assert!(mailgun.events().is_empty());
}
