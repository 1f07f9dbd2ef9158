use futures_util::TryStreamExt as _;
use mailgun_core::{Operation, http::StatusCode};
use mailgun_domains::{
    CertificateStatus, ClickTracking, ConnectionSettings, CreateCredentials, CreateDomain,
    DomainSort, DomainState, Domains, GetDomain, IpReplacement, ListCredentials, ListDomains,
    OpenTrackingSettings, SpamAction, UnsubscribeTrackingSettings, UpdateDomain, WebScheme,
};
use mailgun_mock::MockMailgun;
use mailgun_types::DnsRecordState;

use crate::support::{DOMAIN, HOST, POOL, ip};

async fn names(domains: &Domains, params: ListDomains) -> Vec<String> {
    let all: Vec<_> = domains.list(params.limit(2)).into_items().try_collect().await.unwrap();
    all.into_iter().map(|domain| domain.name).collect()
}

fn status<T>(result: Result<T, mailgun_core::Error>) -> Option<StatusCode> {
    result.err().and_then(|error| error.status())
}

#[tokio::test]
async fn domains_are_created_listed_verified_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    let domains = Domains::new(&mock.client());
    let settings = CreateDomain::new().spam_action(SpamAction::Tag).smtp_password("hunter22");
    let created = domains.create("a.example.com", settings).await.unwrap();
    assert_eq!(created.message.as_deref(), Some("Domain DNS records have been created"));
    assert_eq!(created.domain.state, Some(DomainState::Unverified));
    assert_eq!(created.domain.spam_action, Some(SpamAction::Tag));
    assert_eq!(created.receiving_dns_records.len(), 2);
    assert_eq!(created.sending_dns_records[0].valid, Some(DnsRecordState::Unknown));
    domains.create("b.example.com", CreateDomain::new()).await.unwrap();

    assert_eq!(
        names(&domains, ListDomains::new()).await,
        ["b.example.com", "a.example.com", DOMAIN]
    );
    let sorted = ListDomains::new().sort(DomainSort::NameDescending);
    assert_eq!(names(&domains, sorted).await, [DOMAIN, "b.example.com", "a.example.com"]);
    let active = ListDomains::new().state(DomainState::Active);
    assert_eq!(names(&domains, active.clone()).await, [DOMAIN]);
    assert_eq!(names(&domains, ListDomains::new().search("a.ex")).await, ["a.example.com"]);

    let verified = domains.verify("a.example.com").await.unwrap();
    assert_eq!(verified.domain.state, Some(DomainState::Active));
    assert_eq!(verified.sending_dns_records[0].valid, Some(DnsRecordState::Valid));
    assert_eq!(names(&domains, active).await, ["a.example.com", DOMAIN]);

    let change = UpdateDomain::new().wildcard(true).web_scheme(WebScheme::Https).message_ttl(60);
    domains.update("a.example.com", change).await.unwrap();
    let params = GetDomain::new().extended(true).with_dns(false);
    let response = domains.get("a.example.com", params).await.unwrap();
    assert_eq!((response.domain.wildcard, response.domain.message_ttl), (true, Some(60)));
    assert_eq!(response.domain.web_scheme, Some(WebScheme::Https));
    assert_eq!(response.domain.spam_action, Some(SpamAction::Tag));
    assert_eq!(response.domain.dkim_host.as_deref(), Some("a.example.com"));
    assert!(response.sending_dns_records.is_empty());

    let taken = domains.create(DOMAIN, CreateDomain::new()).await.unwrap_err();
    assert_eq!(taken.api_message(), Some("This domain name is already taken"));
    let odd = domains.create("a/b", CreateDomain::new()).await;
    assert_eq!(status(odd), Some(StatusCode::BAD_REQUEST));
    let short = UpdateDomain::new().smtp_password("four").wildcard(false);
    assert_eq!(status(domains.update("a.example.com", short).await), Some(StatusCode::BAD_REQUEST));
    let response = domains.get("a.example.com", GetDomain::new()).await.unwrap();
    assert!(response.domain.wildcard);

    domains.delete("a.example.com").await.unwrap();
    let gone = domains.get("a.example.com", GetDomain::new()).await;
    assert_eq!(status(gone), Some(StatusCode::NOT_FOUND));
    assert_eq!(names(&domains, ListDomains::new()).await, ["b.example.com", DOMAIN]);
}

#[tokio::test]
async fn created_domains_are_known_and_the_first_ones_come_back() {
    const QUEUES: Operation = Operation::get("/v3/domains/{domain}/sending_queues");
    let mock = MockMailgun::builder().domain("one.example.com").start().await.unwrap();
    let client = mock.client();
    let domains = Domains::new(&client);
    let queues =
        async |domain: &str| status(client.call::<serde_json::Value>(QUEUES, &[domain]).await);
    assert_eq!(queues("new.example.com").await, Some(StatusCode::NOT_FOUND));
    domains.create("New.example.com", CreateDomain::new()).await.unwrap();
    assert_eq!(queues("new.example.com").await, None);

    let first = domains.get("one.example.com", GetDomain::new()).await.unwrap();
    assert_eq!(first.domain.state, Some(DomainState::Active));
    domains.delete("one.example.com").await.unwrap();
    assert_eq!(queues("one.example.com").await, Some(StatusCode::NOT_FOUND));
    mock.clear();
    assert_eq!(names(&domains, ListDomains::new()).await, ["one.example.com"]);
    assert_eq!(queues("new.example.com").await, Some(StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn settings_with_paths_of_their_own_are_kept() {
    let mock = MockMailgun::start().await;
    let domains = Domains::new(&mock.client());
    let settings = ConnectionSettings::new().require_tls(true);
    let changed = domains.update_connection(DOMAIN, settings).await.unwrap();
    assert!(changed.message.unwrap().starts_with("Domain connection settings have been updated"));
    let connection = domains.connection(DOMAIN).await.unwrap();
    assert_eq!((connection.require_tls, connection.skip_verification), (true, false));
    domains.update_web_prefix(DOMAIN, "track").await.unwrap();
    let domain = domains.get(DOMAIN, GetDomain::new()).await.unwrap().domain;
    assert_eq!((domain.require_tls, &*domain.web_prefix), (true, "track"));

    let tracking = domains.tracking(DOMAIN);
    let click = tracking.update_click(ClickTracking::HtmlOnly).await.unwrap();
    assert_eq!(click.click.active, Some(ClickTracking::HtmlOnly));
    tracking.update_open(OpenTrackingSettings::new().place_at_the_top(true)).await.unwrap();
    let footer = UnsubscribeTrackingSettings::new().active(true).text_footer("");
    let unsubscribe = tracking.update_unsubscribe(footer).await.unwrap().unsubscribe;
    assert_eq!((unsubscribe.active, &*unsubscribe.text_footer), (Some(true), ""));
    let settings = tracking.get().await.unwrap();
    assert_eq!(settings.click.active, Some(ClickTracking::HtmlOnly));
    assert_eq!((settings.open.active, settings.open.place_at_the_top), (Some(false), Some(true)));
    assert!(settings.unsubscribe.html_footer.contains("%unsubscribe_url%"));
    assert_eq!(settings.web_scheme, Some(WebScheme::Http));
    let refused = tracking.update_click(ClickTracking::from("sometimes")).await;
    assert_eq!(status(refused), Some(StatusCode::BAD_REQUEST));
}

#[tokio::test]
async fn a_certificate_is_begun_made_and_used() {
    let mock = MockMailgun::start().await;
    let tracking = Domains::new(&mock.client()).tracking(DOMAIN);
    let missing = tracking.certificate(HOST).await.unwrap_err();
    assert_eq!(missing.status(), Some(StatusCode::NOT_FOUND));
    assert!(missing.api_message().unwrap().starts_with("Please initiate"));
    let job = tracking.generate_certificate(HOST).await.unwrap();
    assert_eq!(job.location, format!("/v2/x509/{HOST}/status"));
    let begun = tracking.certificate(HOST).await.unwrap();
    assert_eq!((begun.status, begun.certificate), (Some(CertificateStatus::Processing), None));
    let made = tracking.certificate(HOST).await.unwrap();
    assert_eq!((made.status, made.error), (Some(CertificateStatus::Active), None));
    assert!(made.certificate.unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    let again = tracking.generate_certificate(HOST).await;
    assert_eq!(status(again), Some(StatusCode::CONFLICT));
    let valid = tracking.regenerate_certificate(HOST).await;
    assert_eq!(status(valid), Some(StatusCode::CONFLICT));
    let unknown = tracking.generate_certificate("other.mg.example.com").await;
    assert_eq!(status(unknown), Some(StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn credentials_are_created_listed_changed_and_deleted() {
    let mock = MockMailgun::start().await;
    let credentials = Domains::new(&mock.client()).credentials(DOMAIN);
    let created = credentials.create("alice", CreateCredentials::new()).await.unwrap();
    assert_eq!(created.message, "Created 1 credentials pair(s)");
    assert!(created.note.is_some());
    let first = created.credentials["alice@mg.example.com"].expose().to_owned();
    let own = CreateCredentials::new().password("hunter22").login("carol").password("hunter33");
    let created = credentials.create("bob@mg.example.com", own).await.unwrap();
    assert_eq!(created.message, "Created 2 credentials pair(s)");
    assert!(created.credentials.is_empty());
    let system = CreateCredentials::new().system(true).password("hunter22");
    credentials.create("postmaster", system).await.unwrap();

    let listed = credentials.list(ListCredentials::new().limit(3));
    let listed: Vec<_> = listed.into_items().try_collect().await.unwrap();
    let logins: Vec<_> = listed.iter().map(|one| one.login.split('@').next().unwrap()).collect();
    assert_eq!(logins, ["alice", "bob", "carol", "postmaster"]);
    let many = credentials.list(ListCredentials::new().limit(1001)).next_page().await;
    assert_eq!(status(many), Some(StatusCode::BAD_REQUEST));

    let changed = credentials.update("bob", "hunter44").await.unwrap();
    assert_eq!((&*changed.message, changed.note), ("Password changed", None));
    let made = credentials.regenerate("alice").await.unwrap();
    assert_ne!(made.credentials["alice@mg.example.com"].expose(), first);
    assert_eq!(status(credentials.update("nobody", "hunter22").await), Some(StatusCode::NOT_FOUND));
    let long = credentials.update("bob", "x".repeat(33)).await.unwrap_err();
    assert!(long.api_message().unwrap().starts_with("Password is too long"));

    let deleted = credentials.delete("bob").await.unwrap();
    assert_eq!(deleted.spec, "bob@mg.example.com");
    let refused = credentials.delete("postmaster").await.unwrap_err();
    assert!(refused.api_message().unwrap().starts_with("Cannot delete system mailbox"));
    assert_eq!(credentials.delete_all().await.unwrap().count, Some(3));
    assert!(credentials.list(ListCredentials::new()).next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn ips_and_pools_are_added_and_removed() {
    let mock = MockMailgun::start().await;
    let domains = Domains::new(&mock.client());
    let settings = CreateDomain::new().ips([ip(1), ip(2)]);
    domains.create("a.example.com", settings).await.unwrap();
    let ips = domains.ips("a.example.com");
    ips.assign(ip(3)).await.unwrap();
    ips.remove(ip(1), IpReplacement::Ip(ip(4))).await.unwrap();
    ips.delete_ip(ip(2), None).await.unwrap();
    let list = ips.list().await.unwrap();
    assert_eq!((list.items, list.total_count), (vec![ip(3), ip(4)], Some(2)));
    assert_eq!(status(ips.remove(ip(9), None).await), Some(StatusCode::NOT_FOUND));

    ips.link_pool(POOL).await.unwrap();
    assert_eq!(status(ips.remove(ip(3), None).await), Some(StatusCode::BAD_REQUEST));
    ips.unlink_pool(IpReplacement::Pool("other".to_owned())).await.unwrap();
    ips.unlink_ip_pool(IpReplacement::Shared).await.unwrap();
    assert_eq!(status(ips.unlink_pool(IpReplacement::Shared).await), Some(StatusCode::BAD_REQUEST));
    assert_eq!(ips.list().await.unwrap().items.len(), 3);
    ips.remove_all().await.unwrap();
    assert!(ips.list().await.unwrap().items.is_empty());
}
