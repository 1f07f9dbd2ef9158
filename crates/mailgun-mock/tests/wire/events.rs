//! Events: their form, the search, and its pages.

use std::collections::HashSet;

use mailgun_mock::MockMailgun;
use serde_json::{Value, json};

use crate::client::{MAIL, MESSAGES, Multipart, follow, get, post_form, send_with, urlencode};

const EVENTS: &str = "/v3/mg.example.com/events";

async fn search(mailgun: &MockMailgun, query: &[(&str, &str)]) -> Vec<Value> {
    let page = get(mailgun, &format!("{EVENTS}?{}", urlencode(query))).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.json()["items"].as_array().unwrap().clone()
}

fn names(events: &[Value]) -> Vec<(&str, &str)> {
    events
        .iter()
        .map(|event| (event["event"].as_str().unwrap(), event["recipient"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn a_message_has_an_accepted_and_a_delivered_event_with_all_fields() {
    let mailgun = MockMailgun::start().await;
    let form = Multipart::new(&MAIL)
        .part("name=\"cc\"", None, b"bob@example.org")
        .part("name=\"o:tag\"", None, b"news")
        .part("name=\"o:testmode\"", None, b"yes")
        .part("name=\"v:order\"", None, b"7")
        .part("name=\"attachment\"; filename=\"a.txt\"", Some("text/plain"), b"abc");
    form.post(&mailgun, MESSAGES).await;
    let events = mailgun.events();
    assert_eq!(
        names(&events),
        [
            ("accepted", "ada@example.com"),
            ("accepted", "bob@example.org"),
            ("delivered", "ada@example.com"),
            ("delivered", "bob@example.org"),
        ]
    );
    let message = mailgun.sent().remove(0);
    for event in &events {
        assert_eq!(
            event["message"]["headers"],
            json!({
                "message-id": message.id().trim_matches(['<', '>']),
                "from": "shop@mg.example.com",
                "to": "ada@example.com",
                "subject": "Hello",
            })
        );
        assert_eq!(
            event["message"]["attachments"],
            json!([{ "filename": "a.txt", "content-type": "text/plain", "size": 3 }])
        );
        assert!(event["message"]["size"].as_u64().unwrap() > 3);
        assert_eq!(event["tags"], json!(["news"]));
        assert_eq!(event["user-variables"], json!({ "order": "7" }));
        assert_eq!(event["flags"]["is-test-mode"], true);
        assert_eq!(event["flags"]["is-routed"], false);
        assert_eq!(event["flags"]["is-authenticated"], true);
        assert_eq!(event["envelope"]["sender"], "shop@mg.example.com");
        assert_eq!(event["envelope"]["targets"], event["recipient"]);
        assert_eq!(event["storage"]["key"], message.storage_key());
        assert_eq!(event["storage"]["env"], "production");
        assert!(event["storage"]["region"].is_string());
        let stored = follow(&mailgun, event["storage"]["url"].as_str().unwrap()).await;
        assert_eq!(stored.json()["Message-Id"], message.id());
    }
    assert_eq!(events[1]["recipient-domain"], "example.org");
    assert_eq!(events[0]["delivery-status"], Value::Null);
    assert_eq!(events[2]["delivery-status"]["code"], 250);
    let ids: HashSet<_> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 4);
}

#[tokio::test]
async fn timestamps_always_increase() {
    let mailgun = MockMailgun::start().await;
    let many: Vec<_> = (0..500).map(|i| format!("u{i}@example.com")).collect();
    send_with(&mailgun, &[("to", &many.join(","))]).await;
    let times: Vec<_> =
        mailgun.events().iter().map(|event| event["timestamp"].as_f64().unwrap()).collect();
    assert_eq!(times.len(), 1000);
    assert!(times.is_sorted_by(|a, b| a < b));
}

#[tokio::test]
async fn a_search_is_filtered() {
    let mailgun = MockMailgun::start().await;
    let id = send_with(&mailgun, &[("o:tag", "one"), ("subject", "First mail")]).await;
    let id = id.json()["id"].as_str().unwrap().to_owned();
    send_with(&mailgun, &[("to", "bob@example.com"), ("o:tag", "two")]).await;
    let ada = [("accepted", "ada@example.com"), ("delivered", "ada@example.com")];
    let bob = [("accepted", "bob@example.com"), ("delivered", "bob@example.com")];
    for (query, expected) in [
        (&[][..], [ada, bob].concat()),
        (&[("event", "accepted")], vec![ada[0], bob[0]]),
        (&[("event", "delivered OR failed")], vec![ada[1], bob[1]]),
        (&[("event", "NOT accepted")], vec![ada[1], bob[1]]),
        (&[("event", "failed")], vec![]),
        (&[("recipient", "Ada@Example.com")], ada.to_vec()),
        (&[("recipient", "ada")], vec![]),
        (&[("message-id", &id)], ada.to_vec()),
        (&[("message-id", id.trim_matches(['<', '>']))], ada.to_vec()),
        (&[("tags", "two")], bob.to_vec()),
        (&[("tags", "one AND two")], vec![]),
        (&[("tags", "one OR \"two\"")], [ada, bob].concat()),
        (&[("subject", "first")], ada.to_vec()),
        (&[("tags", "two"), ("event", "accepted")], vec![bob[0]]),
    ] {
        let query = [query, &[("ascending", "yes")]].concat();
        assert_eq!(names(&search(&mailgun, &query).await), expected, "{query:?}");
    }
    let back: Vec<_> = [ada, bob].concat().into_iter().rev().collect();
    assert_eq!(names(&search(&mailgun, &[]).await), back);
}

#[tokio::test]
async fn a_search_is_limited_by_begin_and_end() {
    let mailgun = MockMailgun::start().await;
    send_with(&mailgun, &[("to", "a@b.c,d@e.f")]).await;
    let times: Vec<_> =
        mailgun.events().iter().map(|event| event["timestamp"].to_string()).collect();
    let (second, third) = (times[1].as_str(), times[2].as_str());
    for (query, first_event, count) in [
        (&[("begin", second), ("ascending", "yes")][..], 1, 3),
        (&[("begin", second), ("ascending", "no")], 1, 2),
        (&[("begin", second), ("end", third)], 1, 2),
        (&[("begin", third), ("end", second)], 2, 2),
        (&[("end", third), ("ascending", "yes")], 0, 3),
        (&[("begin", "Fri, 1 Jan 2100 00:00:00 GMT"), ("ascending", "yes")], 0, 0),
        (&[("begin", "Sat, 1 Jan 2000 00:00:00 -0000"), ("ascending", "yes")], 0, 4),
        (&[("begin", "Fri, 1 Jan 2100 00:00:00 GMT")], 3, 4),
    ] {
        let found = search(&mailgun, query).await;
        assert_eq!(found.len(), count, "{query:?}");
        if count > 0 {
            assert_eq!(found[0]["timestamp"].to_string(), times[first_event], "{query:?}");
        }
    }
    for bad in ["begin=yesterday", "end=2020-01-01T00:00:00Z", "limit=x", "ascending=maybe"] {
        assert_eq!(get(&mailgun, &format!("{EVENTS}?{bad}")).await.status, 400, "{bad}");
    }
}

async fn send_ten(mailgun: &MockMailgun) {
    for i in 0..5 {
        send_with(mailgun, &[("to", &format!("user{i}@example.com"))]).await;
    }
}

fn ids(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_last_page_of_a_search_is_empty_and_has_a_next_link() {
    let mailgun = MockMailgun::start().await;
    send_ten(&mailgun).await;
    let all = ids(&mailgun.events());
    for (ascending, expected) in
        [("yes", all.clone()), ("no", all.into_iter().rev().collect::<Vec<_>>())]
    {
        let mut page =
            get(&mailgun, &format!("{EVENTS}?limit=4&ascending={ascending}")).await.json();
        let (mut seen, mut sizes) = (Vec::new(), Vec::new());
        loop {
            let items = page["items"].as_array().unwrap();
            sizes.push(items.len());
            seen.extend(ids(items));
            let next = page["paging"]["next"].as_str().unwrap().to_owned();
            if items.is_empty() {
                assert_eq!(follow(&mailgun, &next).await.json(), page);
                break;
            }
            let token = next.strip_prefix(&format!("http://localhost{EVENTS}/"));
            assert!(!token.unwrap().contains(['/', '?']), "{next}");
            page = follow(&mailgun, &next).await.json();
        }
        assert_eq!(sizes, [4, 4, 2, 0]);
        assert_eq!(seen, expected);
    }
}

#[tokio::test]
async fn the_first_previous_and_last_links_lead_to_their_pages() {
    let mailgun = MockMailgun::start().await;
    send_ten(&mailgun).await;
    let all = ids(&mailgun.events());
    let page = |link: Value| {
        let mailgun = &mailgun;
        async move { follow(mailgun, link.as_str().unwrap()).await.json() }
    };
    let items = |page: &Value| ids(page["items"].as_array().unwrap());
    let first = get(&mailgun, &format!("{EVENTS}?limit=4&ascending=yes")).await.json();
    let second = page(first["paging"]["next"].clone()).await;
    let last = page(second["paging"]["last"].clone()).await;
    assert_eq!(items(&second), all[4..8]);
    assert_eq!(items(&last), all[6..]);
    assert_eq!(items(&page(last["paging"]["first"].clone()).await), all[..4]);
    assert_eq!(items(&page(second["paging"]["previous"].clone()).await), all[..4]);
    let before = page(first["paging"]["previous"].clone()).await;
    assert_eq!(items(&before), [""; 0]);
    assert_eq!(items(&page(before["paging"]["next"].clone()).await), all[..4]);
    let end = page(last["paging"]["next"].clone()).await;
    assert_eq!(items(&end), [""; 0]);
    assert_eq!(items(&page(end["paging"]["previous"].clone()).await), all[6..]);
}

#[tokio::test]
async fn an_ascending_search_sees_new_events_and_a_descending_one_does_not_shift() {
    let mailgun = MockMailgun::start().await;
    send_ten(&mailgun).await;
    let forwards = get(&mailgun, &format!("{EVENTS}?ascending=yes")).await.json();
    let backwards = get(&mailgun, &format!("{EVENTS}?limit=4")).await.json();
    let all = ids(&mailgun.events());
    post_form(&mailgun, MESSAGES, &MAIL).await;
    let later = follow(&mailgun, forwards["paging"]["next"].as_str().unwrap()).await.json();
    assert_eq!(later["items"], Value::from(mailgun.events()[10..].to_vec()));
    let older = follow(&mailgun, backwards["paging"]["next"].as_str().unwrap()).await.json();
    let older = ids(older["items"].as_array().unwrap());
    assert_eq!(older, [&all[5], &all[4], &all[3], &all[2]].map(String::clone));
}

#[tokio::test]
async fn a_page_has_100_events_by_default_and_300_at_most() {
    let mailgun = MockMailgun::start().await;
    let many: Vec<_> = (0..200).map(|i| format!("u{i}@example.com")).collect();
    send_with(&mailgun, &[("to", &many.join(","))]).await;
    assert_eq!(search(&mailgun, &[]).await.len(), 100);
    assert_eq!(search(&mailgun, &[("limit", "1000")]).await.len(), 300);
    let foreign = get(&mailgun, &format!("{EVENTS}/bm90LWEtdG9rZW4=")).await;
    foreign.assert_message(400, "Invalid page token");
}
