use mailgun_core::{ErrorKind, Idempotency};
use mailgun_mailing_lists::{CreateMembers, MailingLists, NewMember};
use mailgun_testing::{Answer, Scripted, Seen};
use serde_json::{Value, json};

fn people(count: usize) -> Vec<NewMember> {
    (0..count).map(|i| NewMember::new(format!("user{i}@example.com"))).collect()
}

fn rows(request: &Seen) -> Vec<Value> {
    serde_json::from_str(request.values("members")[0]).unwrap()
}

#[tokio::test]
async fn members_are_sent_in_chunks_of_1000() {
    let service = Scripted::new(|request| match rows(request)[0]["address"].as_str() {
        Some("user1000@example.com") => Answer::new(400, r#"{"message": "no"}"#),
        _ => Answer::json(&json!({"message": "started", "task-id": "4321"})),
    });
    let members = MailingLists::new(&service.client()).members("news@mg.example.com");
    let chunks = members.create_many(people(2500), CreateMembers::new().upsert(false)).await;

    let outcomes: Vec<_> = chunks
        .iter()
        .map(|chunk| (chunk.positions.clone(), chunk.result.as_ref().ok().map(|it| &*it.message)))
        .collect();
    let expected = [(0..1000, Some("started")), (1000..2000, None), (2000..2500, Some("started"))];
    assert_eq!(outcomes, expected);
    assert_eq!(chunks[2].result.as_ref().unwrap().task_id.as_deref(), Some("4321"));

    let seen = service.seen();
    let sent: Vec<_> = seen.iter().flat_map(rows).map(|row| row["address"].clone()).collect();
    assert_eq!(sent, (0..2500).map(|i| json!(format!("user{i}@example.com"))).collect::<Vec<_>>());
    for request in &seen {
        assert_eq!(request.method, "POST");
        assert_eq!(request.uri.path(), "/v3/lists/news%40mg.example.com/members.json");
        assert_eq!(request.content_type(), "multipart/form-data");
        assert_eq!(request.values("upsert"), ["no"]);
        assert!(request.uri.query().is_none());
    }
}

#[tokio::test]
async fn upsert_is_sent_if_set_and_nothing_without_members() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let members = MailingLists::new(&service.client()).members("news@mg.example.com");
    assert!(members.create_many(Vec::new(), CreateMembers::new()).await.is_empty());
    assert!(service.seen().is_empty());
    let chunks = members.create_many(people(1), CreateMembers::new().extra("x", "1"));
    let chunks = chunks.each(|call| call.idempotency(Idempotency::Idempotent)).await;
    assert!(chunks[0].result.is_ok());
    assert_eq!(service.seen()[0].parts.len(), 2);
    assert_eq!(service.seen()[0].values("x"), ["1"]);
}

#[tokio::test]
async fn invalid_variables_stop_only_their_chunk() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let members = MailingLists::new(&service.client()).members("news@mg.example.com");
    let mut people = people(1500);
    people[2] = NewMember::new("canary@example.com").vars(&["a list"]);
    let chunks = members.create_many(people, CreateMembers::new()).await;
    let error = chunks[0].result.as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let shown = error.to_string();
    assert!(shown.contains("`members #3`: `vars` is not a JSON object"), "{shown}");
    assert!(!format!("{shown} {error:?}").contains("canary"), "{error:?}");
    assert!(chunks[1].result.is_ok());
    assert_eq!(service.seen().len(), 1);
}
