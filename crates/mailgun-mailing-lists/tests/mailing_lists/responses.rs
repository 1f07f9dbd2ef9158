use mailgun_core::{Confirmation, ErrorKind, LinkPage, PageResponse as _};
use mailgun_mailing_lists::{
    AccessLevel, JobStatus, MailingList, MailingListDeleted, MailingListResponse, MailingLists,
    Member, MemberResponse, MembersResponse, ReplyPreference, ValidationJob, ValidationStarted,
};
use mailgun_testing::{
    Answer, Scripted,
    responses::{called_whole, read_whole, recorded, tolerates},
};
use serde_json::{Value, json};

fn list() -> Value {
    json!({
        "address": "developers@mailgun.net",
        "name": "Developers",
        "description": "Describe the mailing list",
        "access_level": "readonly",
        "reply_preference": "list",
        "created_at": "Tue, 09 Aug 2011 20:50:27 -0000",
        "members_count": 2
    })
}

#[track_caller]
fn check_list(list: &MailingList) {
    assert_eq!(list.address, "developers@mailgun.net");
    assert_eq!(list.name, "Developers");
    assert_eq!(list.description, "Describe the mailing list");
    assert_eq!(list.access_level, Some(AccessLevel::ReadOnly));
    assert_eq!(list.reply_preference, Some(ReplyPreference::List));
    assert_eq!(list.created_at.unwrap().to_rfc3339(), "2011-08-09T20:50:27Z");
    assert_eq!(list.members_count, Some(2));
}

fn member() -> Value {
    json!({
        "address": "alice@example.com",
        "name": "Alice",
        "vars": {"gender": "female", "age": 27},
        "subscribed": true
    })
}

#[track_caller]
fn check_member(member: &Member) {
    assert_eq!((&*member.address, &*member.name), ("alice@example.com", "Alice"));
    assert_eq!(member.vars.get("age"), Some(&json!(27)));
    assert_eq!(member.vars.get("gender"), Some(&json!("female")));
    assert_eq!(member.subscribed, Some(true));
}

fn validation() -> Value {
    json!({
        "id": "developers@mailgun.net",
        "created_at": 1_643_965_937,
        "quantity": 40,
        "records_processed": 39,
        "status": "uploaded",
        "summary": {
            "result": {
                "catch_all": 1, "deliverable": 2, "do_not_send": 3, "undeliverable": 4,
                "unknown": 30
            },
            "risk": {"high": 5, "low": 6, "medium": 7, "unknown": 22}
        },
        "download_url": {"csv": "csv-url", "json": "json-url"}
    })
}

#[test]
fn responses_are_read_whole_and_with_anything_missing() {
    let links = json!({"first": "/a", "last": "/b", "next": "/c", "previous": "/d"});
    tolerates::<LinkPage<MailingList>>(&json!({"items": [list()], "paging": links}), &[]);
    tolerates::<LinkPage<Member>>(&json!({"items": [member()], "paging": links}), &[]);
    tolerates::<LinkPage<Member>>(&json!({"items": [member()], "total_count": 1}), &[]);
    tolerates::<MemberResponse>(&json!({"member": member(), "message": "done"}), &[]);
    tolerates::<MailingListDeleted>(&json!({"address": "a@b.c", "message": "done"}), &[]);
    tolerates::<ValidationStarted>(&json!({"id": "a@b.c", "message": "done"}), &[]);
    tolerates::<ValidationJob>(&validation(), &[]);

    let response = json!({"list": list(), "message": "Mailing list has been created"});
    tolerates::<MailingListResponse>(&response, &[]);
    let response: MailingListResponse = serde_json::from_value(response).unwrap();
    assert_eq!(response.message, "Mailing list has been created");
    check_list(&response.list);

    let message = "Mailing list upload started in background";
    let response = json!({"list": list(), "task-id": "4321", "message": message});
    tolerates::<MembersResponse>(&response, &[]);
    let response: MembersResponse = serde_json::from_value(response).unwrap();
    assert_eq!((response.task_id.as_deref(), &*response.message), (Some("4321"), message));
    check_list(&response.list);
}

#[tokio::test]
async fn a_list_is_unwrapped() {
    let service = Scripted::new(|_| Answer::json(&json!({"list": list()})));
    check_list(&MailingLists::new(&service.client()).get("a@b.c").await.unwrap());
}

#[tokio::test]
async fn a_member_is_read_wrapped_and_flat() {
    for response in [json!({"member": member()}), member()] {
        let service = Scripted::new(move |_| Answer::json(&response));
        let members = MailingLists::new(&service.client()).members("a@b.c");
        check_member(&members.get("alice@example.com").await.unwrap());
    }
    for body in ["{}", r#"{"member": null}"#, r#"{"member": {"address": null}, "new": 1}"#] {
        let service = Scripted::new(move |_| Answer::new(200, body));
        let members = MailingLists::new(&service.client()).members("a@b.c");
        assert_eq!(members.get("alice@example.com").await.unwrap(), Member::default(), "{body}");
    }
}

#[test]
fn a_member_may_have_flags_and_variables_as_text() {
    let json = json!({"subscribed": "no", "vars": "{\"age\": 27}"});
    let member: Member = serde_json::from_value(json).unwrap();
    assert_eq!(member.subscribed, Some(false));
    assert_eq!(member.vars.as_text(), Some(r#"{"age": 27}"#));
}

#[tokio::test]
async fn a_validation_is_read_whole() {
    let service = Scripted::new(|_| Answer::json(&validation()));
    let lists = MailingLists::new(&service.client());
    let read = lists.validation_result("a@b.c").await.unwrap();
    assert_eq!(read.id, "developers@mailgun.net");
    assert_eq!(read.created_at.unwrap().to_rfc3339(), "2022-02-04T09:12:17Z");
    assert_eq!((read.quantity, read.records_processed), (Some(40), Some(39)));
    assert_eq!(read.status, Some(JobStatus::Uploaded));
    let summary = read.summary.unwrap();
    let (result, risk) = (summary.result, summary.risk);
    let counts = [
        result.catch_all,
        result.deliverable,
        result.do_not_send,
        result.undeliverable,
        result.unknown,
    ];
    assert_eq!(counts, [1, 2, 3, 4, 30]);
    assert_eq!([risk.high, risk.low, risk.medium, risk.unknown], [5, 6, 7, 22]);
    let files = [read.download_url.csv, read.download_url.json].map(|link| link.unwrap());
    assert_eq!(files.each_ref().map(|link| link.expose()), ["csv-url", "json-url"]);

    let done = r#"{"message": "Validation job canceled."}"#;
    assert_eq!(read_whole::<Confirmation>(done).message, "Validation job canceled.");
}

#[track_caller]
fn same_list(ours: &MailingList, theirs: &Value) {
    assert_eq!(ours.address, theirs["address"]);
    assert_eq!(ours.name, theirs["name"]);
    assert_eq!(ours.description, theirs["description"]);
    assert_eq!(json!(ours.access_level), theirs["access_level"]);
    // Recordings of 2016 lack it.
    assert_eq!(json!(ours.reply_preference), theirs["reply_preference"]);
    let created = ours.created_at.unwrap().to_rfc2822().replace("+0000", "-0000");
    assert_eq!(created, theirs["created_at"]);
    assert_eq!(json!(ours.members_count), theirs["members_count"]);
}

#[test]
fn recorded_responses_lose_nothing() {
    let is_list = |path: &str| !path.contains("/members");
    let (mut lists, mut members) = (0, 0);
    for method in ["GET", "POST", "PUT", "DELETE"] {
        for exchange in recorded(method, "/v3/lists") {
            if exchange.status != 200 {
                continue;
            }
            let theirs: Value = serde_json::from_str(&exchange.body).unwrap();
            if !is_list(&exchange.path) {
                let response: MemberResponse = read_whole(&exchange.body);
                assert_eq!(response.message, theirs["message"]);
                assert_eq!(response.member.address, theirs["member"]["address"]);
                if method != "DELETE" {
                    assert_eq!(response.member.name, theirs["member"]["name"]);
                    assert_eq!(json!(response.member.vars), theirs["member"]["vars"]);
                    assert_eq!(json!(response.member.subscribed), theirs["member"]["subscribed"]);
                }
                members += 1;
            } else if method == "DELETE" {
                let response: MailingListDeleted = read_whole(&exchange.body);
                assert_eq!(response.message, theirs["message"]);
                assert_eq!(response.address, theirs["address"]);
                lists += 1;
            } else if theirs.get("items").is_some() {
                let page = read_whole::<LinkPage<MailingList>>(&exchange.body).into_parts();
                assert_eq!(json!(page.total), theirs["total_count"]);
                assert_eq!(page.items.len(), theirs["items"].as_array().unwrap().len());
                same_list(&page.items[0], &theirs["items"][0]);
                lists += 1;
            } else {
                // That of a single list is unwrapped; it has the fields of this one but no message.
                let response: MailingListResponse = read_whole(&exchange.body);
                assert_eq!(response.message, theirs["message"].as_str().unwrap_or_default());
                same_list(&response.list, &theirs["list"]);
                lists += 1;
            }
        }
    }
    assert_eq!((lists, members), (10, 3));
}

#[tokio::test]
async fn api_errors_have_mailguns_message() {
    for (status, body, words) in [
        (400, r#"{"message": "Duplicate object"}"#, "Duplicate object"),
        (
            400,
            r#"{"message": "Invalid access level 'x'. It can be any of: 'readonly', .."}"#,
            "access level",
        ),
        (400, r#"{"message": "Address already exists 'alice@example.com'"}"#, "already exists"),
        (400, r#"{"message": "CSV file is too big, max allowed size is 5 MB"}"#, "5 MB"),
        (404, r#"{"message": "Mailing list developers@mailgun.net not found"}"#, "not found"),
        (404, r#"{"message": "Member a@b.c of mailing list d@e.f not found"}"#, "Member a@b.c"),
        (404, "<!DOCTYPE HTML>\n<title>404 Not Found</title>\n<h1>Not Found</h1>", "Not Found"),
        (429, r#"{"message": "Too Many Requests"}"#, "Too Many"),
    ] {
        let service = Scripted::new(move |_| Answer::new(status, body));
        let members = MailingLists::new(&service.client()).members("canary@b.c");
        let error = members.get("canary@b.c").await.unwrap_err();
        let kind = if status == 429 { ErrorKind::RateLimited } else { ErrorKind::Api };
        assert_eq!(error.kind(), kind);
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert!(error.api_message().unwrap().contains(words), "{error}");
        let operation = error.operation().unwrap().to_string();
        assert_eq!(operation, "GET /v3/lists/{address}/members/{member}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test]
async fn an_odd_field_of_a_member_is_an_error_that_names_it() {
    for (response, field) in [
        (json!({"member": {"address": "a@b.c", "subscribed": "perhaps"}}), "member.subscribed"),
        (json!({"member": {"address": "a@b.c", "subscribed": []}}), "member.subscribed"),
        (json!({"address": "a@b.c", "subscribed": "perhaps"}), "subscribed"),
        (json!({"address": {}, "subscribed": "yes"}), "address"),
        (json!({"member": "a@b.c"}), "member"),
    ] {
        let answer = response.clone();
        let service = Scripted::new(move |_| Answer::json(&answer));
        let members = MailingLists::new(&service.client()).members("l@b.c");
        let error = members.get("a@b.c").await.unwrap_err();
        assert!(error.to_string().contains(&format!("`{field}`")), "{error} for {response}");
    }
}

#[tokio::test]
async fn nothing_is_lost_on_the_way_to_the_caller() {
    let lists = MailingLists::new;
    called_whole(&json!({"list": list()}), |client| lists(client).get("l@b.c")).await;
    let members = |client: &_| lists(client).members("l@b.c");
    called_whole(&json!({"member": member()}), |client| members(client).get("a@b.c")).await;
    called_whole(&member(), |client| members(client).get("a@b.c")).await;
}
