use mailgun_core::{Confirmation, ErrorKind, LinkPage, PageResponse as _, Timestamp};
use mailgun_suppressions::{
    AllowlistEntry, AllowlistKind, AllowlistResponse, Bounce, Complaint, NewAllowlistEntry,
    NewBounce, NewComplaint, SuppressionResponse, Suppressions, Unsubscribe,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{Exchange, read_whole, recorded, tolerates},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

const CREATED_AT: &str = "Thu, 11 Dec 2025 01:49:40 UTC";

fn page(item: Value) -> Value {
    let list = "https://api.mailgun.net/v3/mg.example.com/list";
    json!({
        "items": [item],
        "paging": {
            "previous": format!("{list}?page=previous&address=foo%40bar.com&limit=100&term="),
            "first": format!("{list}?limit=100&term="),
            "next": format!("{list}?page=next&address=foo%40bar.com&limit=100&term="),
            "last": format!("{list}?page=last&limit=100&term="),
        },
    })
}

#[track_caller]
fn check<T: DeserializeOwned + Serialize + Send + 'static>(item: Value) -> T {
    tolerates::<T>(&item, &[]);
    tolerates::<LinkPage<T>>(&page(item.clone()), &[]);
    read_whole(&item.to_string())
}

fn created_at() -> Option<Timestamp> {
    Some(CREATED_AT.parse().unwrap())
}

#[test]
fn entries_are_read_whole_and_with_anything_missing() {
    let bounce: Bounce = check(json!({
        "address": "foo@bar.com",
        "code": "550",
        "error": "No such mailbox",
        "MessageHash": "4f3bad2335335426750048c6",
        "created_at": CREATED_AT,
    }));
    assert_eq!(bounce.message_hash.as_deref(), Some("4f3bad2335335426750048c6"));
    assert_eq!((&*bounce.address, bounce.code.as_deref()), ("foo@bar.com", Some("550")));
    assert_eq!((&*bounce.error, bounce.created_at), ("No such mailbox", created_at()));

    let unsubscribe: Unsubscribe = check(json!({
        "address": "alice@example.com",
        "tags": ["some tag", "*"],
        "id": "4f3bad2335335426750048c6",
        "created_at": CREATED_AT,
    }));
    assert_eq!(
        (&*unsubscribe.address, unsubscribe.created_at),
        ("alice@example.com", created_at())
    );
    assert_eq!(unsubscribe.tags, ["some tag", "*"]);
    assert_eq!(unsubscribe.id.as_deref(), Some("4f3bad2335335426750048c6"));

    let complaint: Complaint =
        check(json!({ "address": "alice@example.com", "count": 2, "created_at": CREATED_AT }));
    assert_eq!((&*complaint.address, complaint.count), ("alice@example.com", Some(2)));
    assert_eq!(complaint.created_at, created_at());

    let entry: AllowlistEntry = check(json!({
        "type": "domain",
        "value": "example.com",
        "createdAt": CREATED_AT,
        "reason": "why the record was created",
    }));
    assert_eq!((entry.kind, &*entry.value), (Some(AllowlistKind::Domain), "example.com"));
    assert_eq!((&*entry.reason, entry.created_at), ("why the record was created", created_at()));
}

#[test]
fn codes_are_read_as_text_and_as_numbers() {
    for (code, read) in [
        (json!("550"), Some("550")),
        (json!(550), Some("550")),
        (json!("5.1.1"), Some("5.1.1")),
        (json!(""), Some("")),
    ] {
        let bounce: Bounce = serde_json::from_value(json!({ "code": code })).unwrap();
        assert_eq!(bounce.code.as_deref(), read);
    }
}

#[test]
fn confirmations_are_read_whole_and_with_anything_missing() {
    let response =
        json!({ "message": "Bounced address has been removed", "address": "foo@bar.com" });
    tolerates::<SuppressionResponse>(&response, &[]);
    let response = json!({
        "message": "Address/Domain has been added to the allowlists table",
        "type": "address",
        "value": "foo@bar.com",
    });
    tolerates::<AllowlistResponse>(&response, &[]);
    let read: AllowlistResponse = read_whole(&response.to_string());
    assert_eq!(read.kind, Some(AllowlistKind::Address));
    assert_eq!(
        (&json!(read.message), &json!(read.value)),
        (&response["message"], &response["value"])
    );
    let message = json!({ "message": "4 addresses have been added to the bounces table" });
    tolerates::<Confirmation>(&message, &[]);
}

/// The entries of a recorded response, with what they are read from.
fn entries<T: DeserializeOwned + Serialize + Send + 'static>(
    exchange: &Exchange,
) -> Vec<(T, Value)> {
    let json: Value = serde_json::from_str(&exchange.body).unwrap();
    match json.get("items") {
        Some(items) => {
            let read = read_whole::<LinkPage<T>>(&exchange.body).into_parts();
            assert_eq!(json!(read.links.next), json["paging"]["next"]);
            let items = items.as_array().unwrap();
            assert_eq!(read.items.len(), items.len());
            read.items.into_iter().zip(items.iter().cloned()).collect()
        }
        None => vec![(read_whole(&exchange.body), json)],
    }
}

fn written(time: Option<Timestamp>) -> Value {
    json!(time.unwrap().to_rfc2822().replace("+0000", "UTC"))
}

#[test]
fn recorded_entries_lose_nothing() {
    let mut read = 0;
    for exchange in recorded("GET", "/bounces") {
        for (bounce, json) in entries::<Bounce>(&exchange) {
            let Bounce { address, code, error, created_at, .. } = bounce;
            let created_at = written(created_at);
            let fields = json!({ "address": address, "code": code, "error": error, "created_at": created_at });
            assert_eq!(fields, json);
            read += 1;
        }
    }
    for exchange in recorded("GET", "/unsubscribes") {
        for (unsubscribe, json) in entries::<Unsubscribe>(&exchange) {
            let Unsubscribe { address, tags, created_at, .. } = unsubscribe;
            let created_at = written(created_at);
            assert_eq!(json!({ "address": address, "tags": tags, "created_at": created_at }), json);
            read += 1;
        }
    }
    for exchange in recorded("GET", "/complaints") {
        for (complaint, json) in entries::<Complaint>(&exchange) {
            let Complaint { address, created_at, .. } = complaint;
            assert_eq!(json!({ "address": address, "created_at": written(created_at) }), json);
            read += 1;
        }
    }
    assert_eq!(read, 13);
    let empty = recorded("GET", "/v3").into_iter().find(|exchange| exchange.path == "/v3").unwrap();
    assert!(entries::<Bounce>(&empty).is_empty());
}

#[test]
fn recorded_confirmations_lose_nothing() {
    let lists = ["/bounces", "/unsubscribes", "/complaints"];
    let methods = ["POST", "DELETE"];
    let pairs = lists.iter().flat_map(|list| methods.iter().map(move |method| (method, list)));
    let exchanges: Vec<_> = pairs.flat_map(|(method, list)| recorded(method, list)).collect();
    assert_eq!(exchanges.len(), 23);
    for exchange in exchanges {
        let json: Value = serde_json::from_str(&exchange.body).unwrap();
        if json.get("address").is_some() {
            let SuppressionResponse { message, address, .. } = read_whole(&exchange.body);
            assert_eq!(json!({ "message": message, "address": address }), json);
        } else {
            let done: Confirmation = read_whole(&exchange.body);
            assert_eq!(json!({ "message": done.message }), json);
        }
    }
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    let refusing = |status, words: &str| {
        let body = json!({ "message": words }).to_string();
        let service = Scripted::new(move |_| Answer::new(status, &*body));
        Suppressions::new(&service.client(), "mg.example.com")
    };
    let bob = "bob@example.com";
    let words = [
        "Address not found in bounces table",
        "Address not found in unsubscribers table",
        "Unsubscribe event for this tag does not exist",
        "No spam complaints found for this address",
        "Address/Domain not found in allowlist table",
        "Missing mandatory parameter: address/domain",
        "Batch size should be less than 1000",
        "while reading csv header",
    ];
    let [bounce, unsubscribe, tag, complaint, entry, missing, batch, header] = words;
    for (error, status, words) in [
        (refusing(404, bounce).bounces().get(bob).await.unwrap_err(), 404, bounce),
        (refusing(404, unsubscribe).unsubscribes().get(bob).await.unwrap_err(), 404, unsubscribe),
        (refusing(404, tag).unsubscribes().delete_tag(bob, "a").await.unwrap_err(), 404, tag),
        (refusing(404, complaint).complaints().delete(bob).await.unwrap_err(), 404, complaint),
        (refusing(404, entry).allowlist().get(bob).await.unwrap_err(), 404, entry),
        {
            let allowlist = refusing(400, missing).allowlist();
            let error = allowlist.create(NewAllowlistEntry::address("")).await.unwrap_err();
            (error, 400, missing)
        },
        {
            let bounces = refusing(400, batch).bounces();
            let chunk = bounces.create_many([NewBounce::new(bob)]).next().await.unwrap();
            (chunk.result.unwrap_err(), 400, batch)
        },
        {
            let complaints = refusing(500, header).complaints();
            let csv = NewComplaint::csv([NewComplaint::new(bob)]).unwrap();
            (complaints.import(csv).await.unwrap_err(), 500, header)
        },
    ] {
        assert_eq!(error.kind(), ErrorKind::Api);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.api_message(), Some(words));
        assert!(!format!("{error} {error:?}").contains(bob), "{error}");
    }
}
