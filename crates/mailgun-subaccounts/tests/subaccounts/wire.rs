use mailgun_core::{Client, ErrorKind};
use mailgun_subaccounts::{
    DisableSubaccount, ListSubaccounts, SortOrder, Subaccounts, UpdateFeatures,
};
use mailgun_testing::{Answer, Scripted};
use mockito::{Matcher, Server};
use serde_json::json;

const SUBACCOUNT: &str = r#"{"subaccount": {"id": "123"}}"#;
const AWKWARD: &str = "/v5/accounts/subaccounts/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

fn client(server: &Server) -> Client {
    mailgun_testing::client(server.url())
}

#[tokio::test]
async fn a_listing_sends_skip_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (skip, ids) in [("1", r#"{"id": "a"}, {"id": "b"}"#), ("3", r#"{"id": "c"}"#), ("4", "")] {
        let query = [
            ("sort", "desc"),
            ("filter", ""),
            ("limit", "2"),
            ("enabled", "false"),
            ("closed", "false"),
            ("skip", skip),
        ];
        let query = query.map(|(name, value)| Matcher::UrlEncoded(name.into(), value.into()));
        let mock = server
            .mock("GET", "/v5/accounts/subaccounts")
            .match_query(Matcher::AllOf(query.into()))
            .with_body(format!(r#"{{"subaccounts": [{ids}], "total": "3"}}"#));
        mocks.push(mock.expect(1).create_async().await);
    }
    let params = ListSubaccounts::new()
        .sort(SortOrder::Descending)
        .filter("")
        .limit(2)
        .skip(1)
        .enabled(false)
        .closed(false);
    let mut pager = Subaccounts::new(&client(&server)).list(params);
    let mut ids = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        assert_eq!(page.total, Some(3));
        ids.extend(page.into_iter().map(|subaccount| subaccount.id));
    }
    assert_eq!(ids, ["a", "b", "c"]);
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn a_subaccount_is_created_by_a_form_of_parts() {
    let mut server = Server::new_async().await;
    let created = server
        .mock("POST", "/v5/accounts/subaccounts")
        .match_header("content-type", Matcher::Regex("^multipart/form-data; boundary=".into()))
        .match_body(Matcher::Regex("name=\"name\"\r\n\r\nAcme & Söhne\r\n".into()))
        .with_body(SUBACCOUNT)
        .create_async()
        .await;
    let response = Subaccounts::new(&client(&server)).create("Acme & Söhne").await.unwrap();
    assert_eq!(response.id, "123");
    created.assert_async().await;
}

#[tokio::test]
async fn awkward_ids_and_values_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (method, rest) in [
        ("GET", ""),
        ("POST", "/enable"),
        ("POST", "/disable?reason=a%2Bb%20%26%20c&note="),
        ("GET", "/limit/custom/monthly"),
        ("PUT", "/limit/custom/monthly?limit=0"),
        ("DELETE", "/limit/custom/monthly"),
    ] {
        let mock = server.mock(method, &*format!("{AWKWARD}{rest}")).with_body(SUBACCOUNT);
        mocks.push(mock.expect(1).create_async().await);
    }
    let features = server
        .mock("PUT", &*format!("{AWKWARD}/features"))
        .match_header("content-type", "application/x-www-form-urlencoded")
        .match_body(
            "sending=%7B%22enabled%22%3Afalse%7D&validations_bulk=%7B%22enabled%22%3Atrue%7D",
        )
        .with_body("{}");
    mocks.push(features.expect(1).create_async().await);

    let subaccounts = Subaccounts::new(&client(&server));
    let id = "a+b/c%d é?#@x";
    subaccounts.get(id).await.unwrap();
    subaccounts.enable(id).await.unwrap();
    let why = DisableSubaccount::new().reason("a+b & c").note("");
    subaccounts.disable(id, why).await.unwrap();
    subaccounts.monthly_limit(id).await.unwrap();
    subaccounts.set_monthly_limit(id, 0).await.unwrap();
    subaccounts.delete_monthly_limit(id).await.unwrap();
    let update = UpdateFeatures::new().sending(false).validations_bulk(true);
    subaccounts.update_features(id, update).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
    assert_eq!(subaccounts.get("..").await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn the_subaccount_to_delete_is_named_by_the_header_of_that_call_alone() {
    let service = Scripted::new(|_| Answer::json(&json!({"message": "done"})));
    let client = service.client().for_subaccount("mine").unwrap();
    let subaccounts = Subaccounts::new(&client);
    let (deleted, other) = tokio::join!(subaccounts.delete("123"), subaccounts.get("456"));
    assert_eq!(deleted.unwrap().message, "done");
    other.unwrap();
    subaccounts.get("789").await.unwrap();

    let mut sent: Vec<_> = service
        .seen()
        .iter()
        .map(|seen| {
            let header = seen.headers["x-mailgun-on-behalf-of"].to_str().unwrap();
            format!("{} {} for {header}", seen.method, seen.uri.path())
        })
        .collect();
    sent.sort();
    assert_eq!(
        sent,
        [
            "DELETE /v5/accounts/subaccounts for 123",
            "GET /v5/accounts/subaccounts/456 for mine",
            "GET /v5/accounts/subaccounts/789 for mine",
        ]
    );
    for id in ["", "a b", "é", "a\r\nb"] {
        assert_eq!(subaccounts.delete(id).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(service.seen().len(), 3);
}
