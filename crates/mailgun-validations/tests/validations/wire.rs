use mailgun_core::{ErrorKind, Upload};
use mailgun_testing::{Answer, Scripted, client};
use mailgun_types::Csv;
use mailgun_validations::{AddressFile, ListJobs, ValidateAddress, Validations};
use mockito::{Matcher, Server};

const AWKWARD: &str = "a+b/c%d é?#@x";
const ENCODED: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

fn validations(server: &Server) -> Validations {
    Validations::new(&client(server.url()))
}

#[tokio::test]
async fn an_address_is_validated_by_the_query_or_by_a_form() {
    let mut server = Server::new_async().await;
    let path = "/v4/address/validate";
    let mut mocks = Vec::new();
    for (method, target, body) in [
        ("GET", format!("{path}?address={ENCODED}"), String::new()),
        ("GET", format!("{path}?address={ENCODED}&provider_lookup=false"), String::new()),
        ("POST", path.to_owned(), format!("address={ENCODED}")),
        ("POST", format!("{path}?provider_lookup=true"), format!("address={ENCODED}")),
        ("GET", format!("/v4/address/parse?addresses={ENCODED}%2Cb"), String::new()),
    ] {
        let mock = server.mock(method, &*target).match_body(&*body).with_body("{}").expect(1);
        let mock = match method {
            "POST" => mock.match_header("content-type", "application/x-www-form-urlencoded"),
            _ => mock.match_header("content-type", Matcher::Missing),
        };
        mocks.push(mock.create_async().await);
    }
    let validations = validations(&server);
    let params = ValidateAddress::new;
    validations.validate(AWKWARD, params()).await.unwrap();
    validations.validate(AWKWARD, params().provider_lookup(false)).await.unwrap();
    validations.validate_post(AWKWARD, params()).await.unwrap();
    validations.validate_post(AWKWARD, params().provider_lookup(true)).await.unwrap();
    validations.parse(&format!("{AWKWARD},b")).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn an_address_over_the_limit_is_not_sent() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let validations = Validations::new(&service.client());
    let (longest, longer) = ("ä".repeat(512), "ä".repeat(513));
    validations.validate(&longest, ValidateAddress::new()).await.unwrap();
    validations.validate_post(&longest, ValidateAddress::new()).await.unwrap();
    for call in [
        validations.validate(&longer, ValidateAddress::new()),
        validations.validate_post(&longer, ValidateAddress::new()),
    ] {
        let error = call.await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::TooLarge, 0));
        let words = "`address` has 513 characters, over the limit of 512";
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(service.seen().len(), 2);
}

#[tokio::test]
async fn awkward_ids_of_lists_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (method, kind) in [
        ("GET", "bulk"),
        ("DELETE", "bulk"),
        ("POST", "bulk"),
        ("GET", "preview"),
        ("DELETE", "preview"),
        ("POST", "preview"),
        ("PUT", "preview"),
    ] {
        let path = format!("/v4/address/validate/{kind}/{ENCODED}");
        let status = if (method, kind) == ("DELETE", "preview") { 204 } else { 200 };
        let mock = server.mock(method, &*path).with_status(status);
        let mock = if status == 204 { mock } else { mock.with_body("{}") };
        mocks.push(mock.expect(1).create_async().await);
    }
    let validations = validations(&server);
    let (bulk, previews) = (validations.bulk(), validations.previews());
    let file = || AddressFile::from_addresses([AWKWARD]);
    bulk.create(AWKWARD, file()).await.unwrap();
    bulk.get(AWKWARD).await.unwrap();
    bulk.cancel(AWKWARD).await.unwrap();
    previews.create(AWKWARD, file()).await.unwrap();
    previews.get(AWKWARD).await.unwrap();
    previews.promote(AWKWARD).await.unwrap();
    previews.delete(AWKWARD).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
    // An id that is missing would make it the listing of all.
    for nothing in ["", ".", ".."] {
        assert_eq!(bulk.get(nothing).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(bulk.wait(nothing).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(previews.wait(nothing).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn files_are_sent_as_one_part() {
    let service = Scripted::new(|_| Answer::new(202, r#"{"id": "a", "message": "done"}"#));
    let validations = Validations::new(&service.client());
    let csv = "name,Email_Address\nBob,bob@example.com\n";
    let read = Csv::from_bytes("people.csv", csv).unwrap();
    assert_eq!(validations.bulk().create("a", read).await.unwrap().message, "done");
    let written = AddressFile::from_addresses(["bob@example.com", "\"a,b\"@example.com"]);
    assert_eq!(validations.previews().create("a", written).await.unwrap().id, "a");
    let packed = Upload::from_bytes("people.csv.gz", &b"\x1f\x8b\x08"[..]);
    validations.bulk().create("a", AddressFile::gzip(packed)).await.unwrap();
    let expected: [(&str, &str, &[u8]); 3] = [
        ("people.csv", "text/csv", csv.as_bytes()),
        ("addresses.csv", "text/csv", b"email\nbob@example.com\n\"\"\"a,b\"\"@example.com\"\n"),
        ("people.csv.gz", "application/gzip", b"\x1f\x8b\x08"),
    ];
    for (seen, (filename, content_type, bytes)) in service.seen().iter().zip(expected) {
        assert_eq!((seen.method.as_str(), seen.parts.len()), ("POST", 1));
        let part = &seen.parts[0];
        assert_eq!((&*part.name, part.filename.as_deref()), ("file", Some(filename)));
        assert_eq!(part.content_type.as_deref(), Some(content_type));
        assert_eq!(part.bytes, bytes);
    }
}

#[tokio::test]
async fn files_that_mailgun_cannot_take_are_not_sent() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let validations = Validations::new(&service.client());
    let no_column = Csv::from_bytes("a.csv", "name,address\n").unwrap();
    let error = validations.bulk().create("a", no_column).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let words = "`file` has no column `email` or `email_address`";
    assert!(error.to_string().contains(words), "{error}");

    let nobody = AddressFile::from_addresses(Vec::<String>::new());
    let error = validations.previews().create("a", nobody).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);

    let largest = 25 * 1024 * 1024;
    let large = |size: usize| Upload::from_bytes("a.csv.gz", vec![0; size]);
    validations.bulk().create("a", AddressFile::gzip(large(largest))).await.unwrap();
    let error = validations.bulk().create("a", AddressFile::gzip(large(largest + 1))).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("over the limit of 26214400"), "{error}");
    let mut csv = b"email\n".to_vec();
    csv.resize(largest + 1, b'a');
    let csv = Csv::from_bytes("a.csv", csv).unwrap();
    assert_eq!(
        validations.previews().create("a", csv).await.unwrap_err().kind(),
        ErrorKind::TooLarge
    );
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test]
async fn a_listing_of_jobs_follows_the_links() {
    let mut server = Server::new_async().await;
    let path = "/v4/address/validate/bulk";
    let link = |page: &str, pivot: &str| {
        format!("{}{path}?limit=1&page={page}&pivot={pivot}", server.url())
    };
    let (next, prev) = (link("next", "b4808b5b"), link("prev", ""));
    let page = |jobs: &str| {
        format!(
            r#"{{"jobs": [{jobs}], "paging": {{"next": "{next}", "prev": "{prev}"}}, "total": 1}}"#
        )
    };
    server
        .mock("GET", &*format!("{path}?limit=1&pivot={ENCODED}&page=last"))
        .with_body(page(r#"{"id": "a"}"#))
        .create_async()
        .await;
    let second = server
        .mock("GET", &*format!("{path}?limit=1&page=next&pivot=b4808b5b"))
        .with_body(page(""))
        .create_async()
        .await;
    let params = ListJobs::new().limit(1).pivot(AWKWARD).page(mailgun_types::PageDirection::Last);
    let mut pager = validations(&server).bulk().list(params);
    let page = pager.next_page().await.unwrap().unwrap();
    assert_eq!((&*page.items[0].id, page.total), ("a", Some(1)));
    assert!(page.previous.is_some());
    assert!(pager.next_page().await.unwrap().is_none());
    second.assert_async().await;
}

#[tokio::test]
async fn only_reads_are_retried_although_they_may_be_charged_twice() {
    let validations = Validations::new(&mailgun_testing::operations::client());
    let (bulk, previews) = (validations.bulk(), validations.previews());
    let file = || AddressFile::from_addresses(["bob@example.com"]);
    let idempotent = [
        validations.validate("a", ValidateAddress::new()).operation(),
        validations.validate_post("a", ValidateAddress::new()).operation(),
        bulk.cancel("a").operation(),
        previews.delete("a").operation(),
    ];
    let harmful = [
        bulk.create("a", file()).operation(),
        previews.create("a", file()).operation(),
        previews.promote("a").operation(),
    ];
    use mailgun_core::Idempotency::{Idempotent, NonIdempotent};
    assert!(idempotent.iter().all(|route| route.idempotency() == Idempotent));
    assert!(harmful.iter().all(|route| route.idempotency() == NonIdempotent));
}
