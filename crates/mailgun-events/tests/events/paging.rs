use futures_util::TryStreamExt as _;
use mailgun_core::{ErrorKind, LinkPage, PageResponse as _};
use mailgun_events::{Event, EventKind, EventQuery, Events};
use mailgun_testing::{
    Answer, Scripted,
    responses::{read_whole, recorded},
};
use serde_json::{Value, json};

const HERE: &str = "https://api.mailgun.net/v3/mg.example.com/events";

fn events(service: &Scripted) -> Events {
    Events::new(&service.client(), "mg.example.com")
}

fn page(items: Value, next: &str) -> Answer {
    Answer::json(&json!({"items": items, "paging": {"next": next}}))
}

#[tokio::test]
async fn one_bad_item_of_three_keeps_the_page() {
    for bad in [
        json!({"event": "brand_new", "id": "b", "severity": 5, "message": "none"}),
        json!({"event": "failed", "id": "b", "reason": "brand-new", "severity": ["odd"]}),
        json!({"event": {"name": "failed"}, "id": "b", "timestamp": "yesterday"}),
        json!({"id": "b", "tags": 5}),
        json!({}),
        json!("no event at all"),
        json!([1, 2]),
        json!(null),
    ] {
        let items = json!([{"event": "opened", "id": "a"}, bad, {"event": "stored", "id": "c"}]);
        let service = Scripted::script(vec![page(items, HERE), page(json!([]), HERE)]);
        let found = events(&service).list(EventQuery::new().limit(3)).next_page().await;
        let found = found.unwrap().unwrap().items;
        assert_eq!(found.len(), 3, "{bad}");
        assert_eq!((&*found[0].id, &*found[2].id), ("a", "c"));
        assert_eq!(serde_json::to_value(&found[1]).unwrap(), bad);
        assert_eq!(found[1].id, bad["id"].as_str().unwrap_or_default());
    }
}

#[tokio::test]
async fn pages_of_three_one_and_none_end_after_the_empty_one() {
    let items = |ids: &[u8]| {
        ids.iter().map(|id| json!({"event": "opened", "id": id.to_string()})).collect()
    };
    let service = Scripted::script(vec![
        page(items(&[1, 2, 3]), &format!("{HERE}/W3siYiI6")),
        page(items(&[4]), &format!("{HERE}/Lkawm")),
        page(items(&[]), &format!("{HERE}/Lkawm")),
    ]);
    let all: Vec<Event> =
        events(&service).list(EventQuery::new()).into_items().try_collect().await.unwrap();
    let ids: Vec<_> = all.iter().map(|event| &*event.id).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
    assert_eq!(service.seen().len(), 3);

    for nothing in [json!({}), json!({"items": null}), json!({"items": [], "paging": null})] {
        let service = Scripted::new(move |_| Answer::json(&nothing));
        let mut pager = events(&service).list(EventQuery::new());
        assert!(pager.next_page().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_page_that_links_to_itself_is_an_error() {
    let later = format!("{HERE}/W3siYiI6IA==");
    for (next, pages) in [(HERE, 1), (&*later, 2)] {
        let answer = page(json!([{"event": "opened", "id": "a"}]), next);
        let service = Scripted::script(vec![answer]);
        let mut pager = events(&service).list(EventQuery::new());
        for _ in 0..pages {
            assert_eq!(pager.next_page().await.unwrap().unwrap().items.len(), 1);
        }
        for _ in 0..2 {
            assert_eq!(pager.next_page().await.unwrap_err().kind(), ErrorKind::Decode);
        }
        // The path of a link is followed, not only its query.
        let paths: Vec<_> = service.seen().iter().map(|seen| seen.uri.path().to_owned()).collect();
        let followed = ["/v3/mg.example.com/events", "/v3/mg.example.com/events/W3siYiI6IA=="];
        assert_eq!(paths, followed[..pages]);
    }
}

#[tokio::test]
async fn a_listing_continues_from_a_cursor_and_from_a_token() {
    let service = Scripted::new(|seen| match seen.uri.path() {
        "/v3/mg.example.com/events" => {
            page(json!([{"event": "opened", "id": "a"}]), &format!("{HERE}/W3siYiI6"))
        }
        "/v3/mg.example.com/events/W3siYiI6" => {
            page(json!([{"event": "opened", "id": "b"}]), &format!("{HERE}/Lkawm"))
        }
        _ => page(json!([]), HERE),
    });
    let events = events(&service);
    let mut pager = events.list(EventQuery::new());
    pager.next_page().await.unwrap();
    let point = serde_json::to_string(pager.cursor().unwrap()).unwrap();
    let point = serde_json::from_str(&point).unwrap();
    for mut rest in [events.list(EventQuery::new()).resume(point), events.list_page("W3siYiI6")] {
        assert_eq!(rest.next_page().await.unwrap().unwrap().items[0].id, "b");
        assert!(rest.next_page().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn recorded_responses_lose_nothing() {
    let recorded = recorded("GET", "/events");
    assert_eq!(recorded.len(), 2);
    for exchange in recorded {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        let parts = read_whole::<LinkPage<Event>>(&exchange.body).into_parts();
        assert!(parts.items.is_empty());
        let links = parts.links;
        for (name, link) in [
            ("first", links.first),
            ("previous", links.previous),
            ("next", links.next),
            ("last", links.last),
        ] {
            assert_eq!(json!(link), json["paging"][name]);
        }
    }
}

#[tokio::test]
async fn the_logs_have_the_same_events() {
    let item: Value = serde_json::from_str(include_str!("fixtures/log_failed.json")).unwrap();
    let response = json!({"items": [item], "pagination": {"next": "cjsijbijewbu"}});
    let service = Scripted::new(move |_| Answer::json(&response));
    const LOGS: mailgun_core::Operation = mailgun_core::Operation::post("/v1/analytics/logs");
    let call = service.client().call::<LinkPage<Event>>(LOGS, &[]);
    let event = call.await.unwrap().into_parts().items.remove(0);
    assert_eq!(event.timestamp.unwrap().to_string(), "2024-07-08T16:30:18.530000Z");
    assert_eq!((&*event.domain, &*event.account.unwrap().id), ("example.com", "12345"));
    assert_eq!(event.user_variables.get("order"), Some(&json!(7)));
    assert_eq!(event.storage.urls.len(), 2);
    let EventKind::Failed(failed) = event.kind else { panic!("not failed") };
    assert_eq!(failed.delivery_status.code.as_u16(), Some(680));
}
