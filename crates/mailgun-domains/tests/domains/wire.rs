use mailgun_core::{Error, ErrorKind};
use mailgun_domains::{
    ClickTracking, ConnectionSettings, CreateCredentials, CreateDomain, DomainSort, DomainState,
    Domains, GetDomain, IpReplacement, ListCredentials, ListDomains, OpenTrackingSettings,
    SpamAction, UnsubscribeTrackingSettings, UpdateDomain, WebScheme,
};
use mailgun_testing::{Answer, Scripted, Seen, client, request_of};
use mockito::{Matcher, Server};

use crate::support::{DOMAIN, HOST, POOL, ip};

fn domains(server: &Server) -> Domains {
    Domains::new(&client(server.url()))
}

fn offline() -> Domains {
    Domains::new(&mailgun_testing::operations::client())
}

/// The fields of a form, as `name=value`.
fn fields(seen: &Seen) -> Vec<String> {
    seen.fields().into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[tokio::test]
async fn a_listing_sends_skip_and_limit_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (skip, names) in
        [("1", r#"{"name": "a"}, {"name": "b"}"#), ("3", r#"{"name": "c"}"#), ("4", "")]
    {
        let query = [
            ("limit", "2"),
            ("skip", skip),
            ("state", "active"),
            ("sort", "name:desc"),
            ("authority", "example.com"),
            ("search", "a+b &c"),
            ("include_subaccounts", "false"),
        ];
        let query = query.map(|(name, value)| Matcher::UrlEncoded(name.into(), value.into()));
        let mock = server
            .mock("GET", "/v4/domains")
            .match_query(Matcher::AllOf(query.to_vec()))
            .with_body(format!(r#"{{"items": [{names}], "total_count": 3}}"#));
        mocks.push(mock.expect(1).create_async().await);
    }
    let params = ListDomains::new()
        .limit(2)
        .skip(1)
        .state(DomainState::Active)
        .sort(DomainSort::NameDescending)
        .authority("example.com")
        .search("a+b &c")
        .include_subaccounts(false);
    let mut pager = domains(&server).list(params);
    let mut names = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        assert_eq!(page.total, Some(3));
        names.extend(page.into_iter().map(|domain| domain.name));
    }
    assert_eq!(names, ["a", "b", "c"]);
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn credentials_are_listed_page_by_page() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (skip, logins) in [("0", r#"{"login": "a"}, {"login": "b"}"#), ("2", "")] {
        let query = [("limit", "2"), ("skip", skip)];
        let query = query.map(|(name, value)| Matcher::UrlEncoded(name.into(), value.into()));
        let mock = server
            .mock("GET", "/v3/domains/mg.example.com/credentials")
            .match_query(Matcher::AllOf(query.to_vec()))
            .with_body(format!(r#"{{"items": [{logins}], "total_count": 2}}"#));
        mocks.push(mock.expect(1).create_async().await);
    }
    let params = ListCredentials::new().limit(2).skip(0);
    let mut pager = domains(&server).credentials(DOMAIN).list(params);
    assert_eq!(pager.next_page().await.unwrap().unwrap().items.len(), 2);
    assert!(pager.next_page().await.unwrap().is_none());
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn domain_calls_use_the_documented_paths() {
    let mut server = Server::new_async().await;
    let get = server
        .mock("GET", "/v4/domains/mg.example.com?h%3Aextended=true&h%3Awith_dns=false")
        .with_body(r#"{"domain": {"name": "mg.example.com"}}"#)
        .create_async()
        .await;
    let verify = server
        .mock("PUT", "/v4/domains/mg.example.com/verify")
        .match_header("content-length", "0")
        .with_body(r#"{"message": "Domain DNS records have been updated"}"#)
        .create_async()
        .await;
    let delete = server
        .mock("DELETE", "/v3/domains/mg.example.com")
        .with_body(r#"{"message": "Domain will be deleted in the background"}"#)
        .create_async()
        .await;
    let prefix = server
        .mock("PUT", "/v3/domains/mg.example.com/web_prefix?web_prefix=a%2Bb%2Fc%25d%20%C3%A9")
        .with_body(r#"{"message": "Domain web prefix updated"}"#)
        .create_async()
        .await;
    let connection = server
        .mock("PUT", "/v3/domains/mg.example.com/connection")
        .match_header("content-type", "application/x-www-form-urlencoded")
        .match_body("skip_verification=false")
        .with_body(r#"{"message": "done", "require_tls": false, "skip_verification": false}"#)
        .create_async()
        .await;
    let domains = domains(&server);
    let params = GetDomain::new().extended(true).with_dns(false);
    // Domains are the same in any case, and the service knows the one in lower case.
    let response = domains.get("MG.Example.com", params).await.unwrap();
    assert_eq!((&*response.domain.name, response.message), (DOMAIN, None));
    domains.verify(DOMAIN).await.unwrap();
    domains.delete(DOMAIN).await.unwrap();
    domains.update_web_prefix(DOMAIN, "a+b/c%d é").await.unwrap();
    let settings = ConnectionSettings::new().skip_verification(false);
    domains.update_connection(DOMAIN, settings).await.unwrap();
    for mock in [get, verify, delete, prefix, connection] {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn unset_settings_are_not_sent_and_falsy_ones_are() {
    let created = CreateDomain::new()
        .smtp_password("p@ss w&rd=ü")
        .spam_action(SpamAction::Disabled)
        .wildcard(false)
        .force_dkim_authority(false)
        .force_root_dkim_host(false)
        .dkim_key_size(2048)
        .dkim_selector("s1")
        .dkim_host_name("example.com")
        .ips([ip(1), ip(2)])
        .pool_id("")
        .web_scheme(WebScheme::Http)
        .web_prefix("")
        .encrypt_incoming_message(false)
        .use_automatic_sender_security(false)
        .require_tls(false)
        .skip_verification(false)
        .archive_to("")
        .message_ttl(0);
    let seen = request_of(offline().create(DOMAIN, created).into_request()).await;
    assert_eq!(seen.content_type(), "multipart/form-data");
    assert_eq!(
        fields(&seen),
        [
            "name=mg.example.com",
            "smtp_password=p@ss w&rd=ü",
            "spam_action=disabled",
            "wildcard=false",
            "force_dkim_authority=false",
            "force_root_dkim_host=false",
            "dkim_key_size=2048",
            "dkim_selector=s1",
            "dkim_host_name=example.com",
            "ips=192.0.2.1,192.0.2.2",
            "pool_id=",
            "web_scheme=http",
            "web_prefix=",
            "encrypt_incoming_message=false",
            "use_automatic_sender_security=false",
            "require_tls=false",
            "skip_verification=false",
            "archive_to=",
            "message_ttl=0",
        ]
    );
    let seen = request_of(offline().create(DOMAIN, CreateDomain::new()).into_request()).await;
    assert_eq!(fields(&seen), ["name=mg.example.com"]);

    let changed = UpdateDomain::new()
        .mailfrom_host("mail.example.com")
        .message_ttl(0)
        .require_tls(false)
        .archive_to("");
    let seen = request_of(offline().update(DOMAIN, changed).into_request()).await;
    let expected =
        ["mailfrom_host=mail.example.com", "message_ttl=0", "require_tls=false", "archive_to="];
    assert_eq!(fields(&seen), expected);
}

#[tokio::test]
async fn awkward_logins_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let path = "/v3/domains/mg.example.com/credentials/a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";
    let changed = server
        .mock("PUT", path)
        .match_header("content-type", Matcher::Regex("^multipart/form-data; boundary=".into()))
        .match_body(Matcher::Regex("name=\"password\"\r\n\r\nn&w=ü\r\n".into()))
        .with_body(r#"{"message": "Password changed"}"#)
        .create_async()
        .await;
    let deleted = server
        .mock("DELETE", path)
        .with_body(r#"{"message": "Credentials have been deleted", "spec": "x"}"#)
        .create_async()
        .await;
    let credentials = domains(&server).credentials(DOMAIN);
    let response = credentials.update("a+b/c%d é?#@x", "n&w=ü").await.unwrap();
    assert!(response.credentials.is_empty());
    assert_eq!(credentials.delete("a+b/c%d é?#@x").await.unwrap().spec, "x");
    changed.assert_async().await;
    deleted.assert_async().await;
    // Without a login this would be the path of all credentials.
    for login in ["", ".", ".."] {
        assert_eq!(credentials.delete(login).await.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn credentials_are_sent_in_order_and_passwords_are_not_shown() {
    let params = CreateCredentials::new()
        .login("bob@mg.example.com")
        .password("first one")
        .password("second one")
        .login("dave")
        .mailbox("carol")
        .mailbox("erin")
        .system(false);
    assert!(!format!("{params:?}").contains("one\""), "{params:?}");
    let call = offline().credentials(DOMAIN).create("alice", params);
    assert!(!format!("{call:?}").contains("first"), "{call:?}");
    let seen = request_of(call.into_request()).await;
    assert_eq!(
        fields(&seen),
        [
            "login=alice",
            "login=bob@mg.example.com",
            "password=first one",
            "password=second one",
            "login=dave",
            "mailbox=carol",
            "mailbox=erin",
            "system=false",
        ]
    );
    let seen = request_of(offline().credentials(DOMAIN).regenerate("alice").into_request()).await;
    assert_eq!(seen.content_type(), "multipart/form-data");
    assert!(seen.parts.is_empty());
}

#[tokio::test]
async fn tracking_is_changed_by_true_and_false() {
    let tracking = offline().tracking(DOMAIN);
    for (active, sent) in [
        (ClickTracking::Yes, "active=true"),
        (ClickTracking::HtmlOnly, "active=htmlonly"),
        (false.into(), "active=false"),
    ] {
        let seen = request_of(tracking.update_click(active).into_request()).await;
        assert_eq!(seen.uri.path(), "/v3/domains/mg.example.com/tracking/click");
        assert_eq!(fields(&seen), [sent]);
    }
    let settings = OpenTrackingSettings::new().active(false).place_at_the_top(true);
    let seen = request_of(tracking.update_open(settings).into_request()).await;
    assert_eq!(seen.uri.path(), "/v3/domains/mg.example.com/tracking/open");
    assert_eq!(fields(&seen), ["active=false", "place_at_the_top=true"]);
    let settings = UnsubscribeTrackingSettings::new()
        .active(true)
        .html_footer("<a href=\"%unsubscribe_url%\">é</a>\n")
        .text_footer("");
    let seen = request_of(tracking.update_unsubscribe(settings).into_request()).await;
    assert_eq!(seen.uri.path(), "/v3/domains/mg.example.com/tracking/unsubscribe");
    let expected =
        ["active=true", "html_footer=<a href=\"%unsubscribe_url%\">é</a>\n", "text_footer="];
    assert_eq!(fields(&seen), expected);
}

#[tokio::test]
async fn certificates_are_those_of_the_tracking_host() {
    let service = Scripted::new(|_| Answer::new(202, r#"{"message": "m", "location": "/l"}"#));
    let tracking = Domains::new(&service.client()).tracking(DOMAIN);
    tracking.certificate(HOST).await.unwrap();
    assert_eq!(tracking.generate_certificate(HOST).await.unwrap().location, "/l");
    assert_eq!(tracking.regenerate_certificate(HOST).await.unwrap().message, "m");
    let seen = service.seen().into_iter();
    let seen: Vec<_> = seen.map(|seen| format!("{} {}", seen.method, seen.uri.path())).collect();
    assert_eq!(
        seen,
        [
            "GET /v2/x509/email.mg.example.com/status",
            "POST /v2/x509/email.mg.example.com",
            "PUT /v2/x509/email.mg.example.com",
        ]
    );
}

#[tokio::test]
async fn exactly_one_replacement_is_sent() {
    let ips = offline().ips(DOMAIN);
    let six = "2001:db8::1".parse().unwrap();
    for (call, path_and_query) in [
        (ips.remove(ip(1), None), "pool/192.0.2.1"),
        (ips.remove(six, IpReplacement::Shared), "pool/2001%3Adb8%3A%3A1?ip=shared"),
        (ips.remove(ip(1), IpReplacement::Ip(six)), "pool/192.0.2.1?ip=2001%3Adb8%3A%3A1"),
        (ips.remove_all(), "pool/all"),
        (ips.unlink_pool(IpReplacement::Ip(ip(2))), "pool/ip_pool?ip=192.0.2.2"),
        (ips.unlink_pool(IpReplacement::Shared), "pool/ip_pool?ip=shared"),
        (ips.unlink_pool(IpReplacement::Pool("a+b&c".into())), "pool/ip_pool?pool_id=a%2Bb%26c"),
        (ips.delete_ip(ip(1), None), "ips/192.0.2.1"),
        (ips.unlink_ip_pool(IpReplacement::Shared), "ips/ip_pool?ip=shared"),
    ] {
        let seen = request_of(call.into_request()).await;
        assert_eq!(seen.method, "DELETE");
        let sent = seen.uri.path_and_query().unwrap().as_str();
        assert_eq!(sent, format!("/v3/domains/mg.example.com/{path_and_query}"));
    }
    for (call, field) in
        [(ips.assign(ip(3)), "ip=192.0.2.3"), (ips.link_pool(POOL), &*format!("pool_id={POOL}"))]
    {
        let seen = request_of(call.into_request()).await;
        assert_eq!(
            (seen.method.as_str(), seen.uri.path()),
            ("POST", "/v3/domains/mg.example.com/ips")
        );
        assert_eq!(fields(&seen), [field]);
    }
}

#[tokio::test]
async fn bad_domains_are_refused_before_connecting() {
    let service = Scripted::new(|_| Answer::new(200, "Mailgun Magnificent API"));
    let domains = Domains::new(&service.client());
    for bad in
        ["", "a+b/c%d é?#@x", "https://mg.example.com", "mg.example.com/", "a%2fb", "..", "alice@x"]
    {
        let errors: [Error; 14] = [
            domains.get(bad, GetDomain::new()).await.unwrap_err(),
            domains.update(bad, UpdateDomain::new()).await.unwrap_err(),
            domains.verify(bad).await.unwrap_err(),
            domains.delete(bad).await.unwrap_err(),
            domains.connection(bad).await.unwrap_err(),
            domains.update_web_prefix(bad, "x").await.unwrap_err(),
            domains.credentials(bad).list(ListCredentials::new()).next_page().await.unwrap_err(),
            domains.credentials(bad).create("x", CreateCredentials::new()).await.unwrap_err(),
            domains.credentials(bad).delete_all().await.unwrap_err(),
            domains.tracking(bad).get().await.unwrap_err(),
            domains.tracking(DOMAIN).certificate(bad).await.unwrap_err(),
            domains.tracking(DOMAIN).generate_certificate(bad).await.unwrap_err(),
            domains.ips(bad).list().await.unwrap_err(),
            domains.ips(bad).remove_all().await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad}");
            assert!(!error.to_string().contains("alice"), "{error}");
        }
    }
    assert!(service.seen().is_empty());
}
