use mailgun_core::ErrorKind;
use mailgun_mailing_lists::{
    AccessLevel, ImportMembers, ListMailingLists, ListMailingListsByAddress, ListMembers,
    ListMembersByAddress, MailingListSettings, MailingLists, MemberSettings, NewMember,
    PageDirection, ReplyPreference,
};
use mailgun_testing::{Answer, Scripted, client};
use mailgun_types::Csv;
use mockito::{Matcher, Server};
use serde_json::json;

const AWKWARD: &str = "a+b/c%d é?#@x";
const ENCODED: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

fn lists(server: &Server) -> MailingLists {
    MailingLists::new(&client(server.url()))
}

#[tokio::test]
async fn listings_follow_links_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let members = format!("/v3/lists/{ENCODED}/members/pages");
    let mut mocks = Vec::new();
    for (path, query) in [
        ("/v3/lists/pages", "limit=2&page=next&address=a%40x"),
        (&*members, "subscribed=no&limit=2&page=next&address=a%40x"),
    ] {
        let link = |pivot: &str| format!("{path}?page=next&address={pivot}%40x&limit=2");
        let next = |pivot: &str| json!({"next": format!("{}{}", server.url(), link(pivot))});
        let pages = [
            (
                format!("{path}?{query}"),
                json!({"items": [{"address": "b@x"}], "paging": next("b")}),
            ),
            (link("b"), json!({"items": [{"address": "c@x"}], "paging": next("c")})),
            (link("c"), json!({"items": [], "paging": next("c")})),
        ];
        for (target, page) in pages {
            let mock = server.mock("GET", &*target).with_body(page.to_string());
            mocks.push(mock.expect(1).create_async().await);
        }
    }
    let lists = lists(&server);
    let params = ListMailingLists::new().limit(2).page(PageDirection::Next).address("a@x");
    let mut pager = lists.list(params);
    let mut addresses = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        addresses.extend(page.into_iter().map(|list| list.address));
    }
    let params =
        ListMembers::new().subscribed(false).limit(2).page(PageDirection::Next).address("a@x");
    let mut pager = lists.members(AWKWARD).list(params);
    while let Some(page) = pager.next_page().await.unwrap() {
        addresses.extend(page.into_iter().map(|member| member.address));
    }
    assert_eq!(addresses, ["b@x", "c@x", "b@x", "c@x"]);
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn listings_by_address_send_skip_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let members = format!("/v3/lists/{ENCODED}/members");
    let mut mocks = Vec::new();
    for (path, query) in [
        ("/v3/lists", "address=a%2Bb%40x&limit=1"),
        (&*members, "address=a%2Bb%40x&subscribed=yes&limit=1"),
    ] {
        for (skip, items) in [(0, r#"{"address": "a+b@x"}"#), (1, "")] {
            let body = format!(r#"{{"items": [{items}], "total_count": 1}}"#);
            let target = format!("{path}?{query}&skip={skip}");
            let mock = server.mock("GET", &*target).with_body(body);
            mocks.push(mock.expect(1).create_async().await);
        }
    }
    let lists = lists(&server);
    let params = ListMailingListsByAddress::new().address("a+b@x").limit(1).skip(0);
    let mut pager = lists.list_by_address(params);
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!((page.total, &*page.items[0].address), (Some(1), "a+b@x"));
    assert!(pager.next_page().await.unwrap().is_none());

    let params = ListMembersByAddress::new().address("a+b@x").subscribed(true).limit(1).skip(0);
    let mut pager = lists.members(AWKWARD).list_by_address(params);
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!((page.total, &*page.items[0].address), (Some(1), "a+b@x"));
    assert!(pager.next_page().await.unwrap().is_none());
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn awkward_addresses_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (method, path) in [
        ("GET", format!("/v3/lists/{ENCODED}")),
        ("DELETE", format!("/v3/lists/{ENCODED}")),
        ("POST", format!("/v3/lists/{ENCODED}/validate")),
        ("GET", format!("/v3/lists/{ENCODED}/validate")),
        ("DELETE", format!("/v3/lists/{ENCODED}/validate")),
        ("GET", format!("/v3/lists/{ENCODED}/members/{ENCODED}")),
        ("DELETE", format!("/v3/lists/{ENCODED}/members/{ENCODED}")),
    ] {
        let mock = server.mock(method, &*path).match_header("content-type", Matcher::Missing);
        mocks.push(mock.match_body("").with_body("{}").expect(1).create_async().await);
    }
    let lists = lists(&server);
    let members = lists.members(AWKWARD);
    lists.get(AWKWARD).await.unwrap();
    lists.delete(AWKWARD).await.unwrap();
    lists.validate(AWKWARD).await.unwrap();
    lists.validation_result(AWKWARD).await.unwrap();
    lists.cancel_validation(AWKWARD).await.unwrap();
    members.get(AWKWARD).await.unwrap();
    members.delete(AWKWARD).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
    assert_eq!(lists.get("..").await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(lists.members("").get("a@x").await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(members.delete("").await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn lists_and_members_are_written_by_forms() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let lists = MailingLists::new(&service.client());
    let settings = MailingListSettings::new()
        .name("News")
        .description("")
        .access_level(AccessLevel::Everyone)
        .reply_preference(ReplyPreference::Sender);
    lists.create("News <news@mg.example.com>", settings).await.unwrap();
    let settings = MailingListSettings::new().address("b@x").list_id("123").extra("new", "1");
    lists.update(AWKWARD, settings).await.unwrap();
    let members = lists.members(AWKWARD);
    let settings = MemberSettings::new().name("").subscribed(false).upsert(false);
    members.create("ada@example.com", settings).await.unwrap();
    let settings = MemberSettings::new().address("b@x").subscribed(true);
    members.update(AWKWARD, settings).await.unwrap();

    let list = format!("/v3/lists/{ENCODED}");
    type Expected<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);
    let expected: [Expected<'_>; 4] = [
        (
            "POST",
            "/v3/lists",
            &[
                ("name", "News"),
                ("description", ""),
                ("access_level", "everyone"),
                ("reply_preference", "sender"),
                ("address", "News <news@mg.example.com>"),
            ],
        ),
        ("PUT", &list, &[("address", "b@x"), ("list-id", "123"), ("new", "1")]),
        (
            "POST",
            &format!("{list}/members"),
            &[("name", ""), ("subscribed", "no"), ("upsert", "no"), ("address", "ada@example.com")],
        ),
        ("PUT", &format!("{list}/members/{ENCODED}"), &[("address", "b@x"), ("subscribed", "yes")]),
    ];
    let seen = service.seen();
    assert_eq!(seen.len(), expected.len());
    for (request, (method, path, fields)) in seen.iter().zip(expected) {
        assert_eq!((request.method.as_str(), request.uri.path()), (method, path));
        assert_eq!(request.content_type(), "multipart/form-data");
        let sent = request.fields();
        let sent: Vec<_> = sent.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(sent, fields);
    }
}

#[tokio::test]
async fn a_csv_file_is_uploaded_as_members() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let members = MailingLists::new(&service.client()).members(AWKWARD);
    let rows = [
        NewMember::new("ada@example.com").name("Ada \"A\", Countess").vars(&json!({"age": 36})),
        NewMember::new("bob@example.com"),
    ];
    let csv = NewMember::csv(rows).unwrap();
    members.import(csv, ImportMembers::new().subscribed(false).upsert(true)).await.unwrap();
    let bare = NewMember::csv([NewMember::new("a@x").subscribed(true)]).unwrap();
    members.import(bare, ImportMembers::new()).await.unwrap();
    let missing = Csv::from_bytes("people.csv", "email\na@x\n").unwrap();
    let error = members.import(missing, ImportMembers::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`file` has no column `address`"), "{error}");

    let seen = service.seen();
    assert_eq!(seen.len(), 2);
    for request in &seen {
        assert_eq!(request.method, "POST");
        assert_eq!(request.uri.path(), format!("/v3/lists/{ENCODED}/members.csv"));
        let file = request.parts.iter().find(|part| part.name == "members").unwrap();
        assert_eq!(file.filename.as_deref(), Some("members.csv"));
        assert_eq!(file.content_type.as_deref(), Some("text/csv"));
    }
    let written = "address,name,vars\n\
        ada@example.com,\"Ada \"\"A\"\", Countess\",\"{\"\"age\"\":36}\"\nbob@example.com,,\n";
    assert_eq!(seen[0].values("members"), [written]);
    assert_eq!(seen[0].values("subscribed"), ["no"]);
    assert_eq!(seen[0].values("upsert"), ["yes"]);
    assert_eq!(seen[1].values("members"), ["address,subscribed\na@x,yes\n"]);
    assert_eq!(seen[1].parts.len(), 1);
}

#[test]
fn a_csv_file_without_members_or_with_invalid_ones_is_refused() {
    assert_eq!(NewMember::csv([]).unwrap_err().kind(), ErrorKind::InvalidInput);
    let rows = [NewMember::new("a@x"), NewMember::new("canary@x").vars("text")];
    let error = NewMember::csv(rows).unwrap_err();
    assert!(error.to_string().contains("`members #2`: `vars`"), "{error}");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}
