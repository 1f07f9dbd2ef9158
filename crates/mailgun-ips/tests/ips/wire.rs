use mailgun_core::{Error, ErrorKind, Timestamp};
use mailgun_ips::{
    CreateIpPool, DynamicPoolName, DynamicPoolSort, EnrollAllDomains, EnrollDomain, IpReplacement,
    Ips, ListAssignableDomains, ListDynamicPoolDomains, ListDynamicPoolHistory, ListIpDomains,
    ListIps, ListPoolDomains, ListWarmups, SetDynamicPools, SortOrder, UnenrollReplacement,
    UpdateDynamicPool, UpdateIpPool,
};
use mailgun_testing::{Answer, Scripted, Seen, client, described, request_of};
use mockito::{Matcher, Server};
use serde_json::json;

use crate::support::{DOMAIN, POOL, ip};

const AWKWARD: &str = "a+b/c%d é?#@x";
const ENCODED: &str = "a%2Bb%2Fc%25d%20%C3%A9%3F%23%40x";

fn ips(server: &Server) -> Ips {
    Ips::new(&client(server.url()))
}

fn offline() -> Ips {
    Ips::new(&mailgun_testing::operations::client())
}

/// The fields of a form, as `name=value`.
fn fields(seen: &Seen) -> Vec<String> {
    seen.fields().into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[tokio::test]
async fn awkward_ids_arrive_as_they_are() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (method, path) in [
        ("GET", "/v3/ip_pools/{}"),
        ("PATCH", "/v3/ip_pools/{}"),
        ("DELETE", "/v3/ip_pools/{}?pool_id={}"),
        ("GET", "/v3/ip_pools/{}/domains?limit=500&page={}"),
        ("PUT", "/v3/ip_pools/{}/ips/2001%3Adb8%3A%3A1"),
        ("DELETE", "/v3/ip_pools/{}/ips/192.0.2.1"),
        ("POST", "/v3/ip_pools/{}/ips.json"),
        ("PUT", "/v3/ip_pools/{}/delegate"),
        ("DELETE", "/v3/ip_pools/{}/delegate"),
        ("PUT", "/v5/accounts/subaccounts/{}/ip"),
        ("PUT", "/v5/accounts/subaccounts/{}/ip_pool"),
        ("DELETE", "/v5/accounts/subaccounts/{}/ip_pool?pool_id={}"),
        ("GET", "/v5/accounts/subaccounts/{}/ip_pools"),
        ("POST", "/v3/dynamic_pools/{}/192.0.2.1"),
        ("PATCH", "/v3/dynamic_pools/{}"),
    ] {
        let mock = server.mock(method, &*path.replace("{}", ENCODED)).with_body("{}");
        mocks.push(mock.expect(1).create_async().await);
    }
    let ips = ips(&server);
    let (pools, dynamic) = (ips.pools(), ips.dynamic_pools());
    pools.get(AWKWARD).await.unwrap();
    pools.update(AWKWARD, UpdateIpPool::new()).await.unwrap();
    pools.delete(AWKWARD, IpReplacement::Pool(AWKWARD.to_owned())).await.unwrap();
    let params = ListPoolDomains::new().limit(500).page(AWKWARD);
    assert!(pools.domains(AWKWARD, params).next_page().await.unwrap().is_none());
    pools.add_ip(AWKWARD, "2001:db8::1".parse().unwrap()).await.unwrap();
    pools.remove_ip(AWKWARD, ip(1)).await.unwrap();
    pools.add_ips(AWKWARD, &[]).await.unwrap();
    pools.delegate(AWKWARD, AWKWARD).await.unwrap();
    pools.revoke_delegation(AWKWARD, AWKWARD).await.unwrap();
    ips.link_to_subaccount(ip(1), AWKWARD).await.unwrap();
    pools.delegate_to_subaccount(AWKWARD, AWKWARD).await.unwrap();
    pools.revoke_from_subaccount(AWKWARD, AWKWARD).await.unwrap();
    assert_eq!(pools.list_of_subaccount(AWKWARD).await.unwrap(), json!({}));
    dynamic.add_ip(AWKWARD, ip(1)).await.unwrap();
    dynamic.update(AWKWARD, UpdateDynamicPool::new()).await.unwrap();
    for mock in mocks {
        mock.assert_async().await;
    }
    // An id that is missing would reach all pools.
    for nothing in ["", ".", ".."] {
        let error = pools.delete(nothing, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn addresses_of_both_versions_reach_their_paths() {
    let ips = offline();
    let warmups = ips.warmups();
    for (address, encoded) in [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001%3Adb8%3A%3A1")] {
        let ip = address.parse().unwrap();
        for ((_, request), expected) in described![
            ips.get(ip),
            ips.domains(ip, ListIpDomains::new().limit(0).skip(0).search("a+b")),
            ips.assign_to_all_domains(ip),
            ips.remove_from_all_domains(ip, None),
            ips.remove_from_all_domains(ip, ip),
            ips.set_band(ip, "b"),
            warmups.get(ip),
            warmups.create(ip),
            warmups.delete(ip),
        ]
        .into_iter()
        .zip([
            format!("GET /v3/ips/{encoded}"),
            format!("GET /v3/ips/{encoded}/domains?limit=0&skip=0&search=a%2Bb"),
            format!("POST /v3/ips/{encoded}/domains"),
            format!("DELETE /v3/ips/{encoded}/domains"),
            format!("DELETE /v3/ips/{encoded}/domains?alternative={encoded}"),
            format!("POST /v3/ips/{encoded}/ip_band"),
            format!("GET /v3/ip_warmups/{encoded}"),
            format!("POST /v3/ip_warmups/{encoded}"),
            format!("DELETE /v3/ip_warmups/{encoded}"),
        ]) {
            let seen = request_of(request).await;
            assert_eq!(format!("{} {}", seen.method, seen.uri.path_and_query().unwrap()), expected);
        }
    }
}

#[tokio::test]
async fn the_domains_of_an_ip_are_listed_until_a_page_is_empty() {
    let mut server = Server::new_async().await;
    let mut mocks = Vec::new();
    for (skip, items) in
        [("1", r#"{"domain": "a"}, {"domain": "b"}"#), ("3", r#"{"domain": "c"}"#), ("4", "")]
    {
        let query = [("limit", "2"), ("skip", skip)];
        let query = query.map(|(name, value)| Matcher::UrlEncoded(name.into(), value.into()));
        let mock = server
            .mock("GET", "/v3/ips/192.0.2.1/domains")
            .match_query(Matcher::AllOf(query.to_vec()))
            .with_body(format!(r#"{{"items": [{items}], "total_count": 4}}"#));
        mocks.push(mock.expect(1).create_async().await);
    }
    let mut pager = ips(&server).domains(ip(1), ListIpDomains::new().limit(2).skip(1));
    let mut names = Vec::new();
    while let Some(page) = pager.next_page().await.unwrap() {
        assert_eq!(page.total, Some(4));
        names.extend(page.into_iter().map(|domain| domain.domain));
    }
    assert_eq!(names, ["a", "b", "c"]);
    for mock in mocks {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn every_query_parameter_is_sent_falsy_ones_too() {
    let ips = offline();
    let dynamic = ips.dynamic_pools();
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let domains = ListDynamicPoolDomains::new()
        .limit(1)
        .account("a")
        .account("b")
        .pool(DynamicPoolName::Good)
        .pool("dynamic_new")
        .sort_by(DynamicPoolSort::BounceRate)
        .sort_order(SortOrder::Descending);
    let history = ListDynamicPoolHistory::new()
        .limit(100)
        .include_subaccounts(false)
        .domain(DOMAIN)
        .before(time("2025-09-22T11:13:04Z"))
        .after(time("2025-09-21T11:13:04-04:00"))
        .moved_to(DynamicPoolName::Poor)
        .moved_from(DynamicPoolName::New);
    let calls = described![
        ips.list(ListIps::new().dedicated(false).enabled(true)),
        dynamic.assignable_domains(ListAssignableDomains::new().subaccount_id("").domain("^a+")),
        dynamic.enroll_all_domains(EnrollAllDomains::new().include_subaccounts(false)),
        dynamic.enroll_domain(DOMAIN, EnrollDomain::new()),
        dynamic.enroll_domain(DOMAIN, EnrollDomain::new().replacement_ip(ip(1))),
        dynamic.enroll_domain(DOMAIN, EnrollDomain::new().shared_replacement()),
        dynamic.unenroll_domain(DOMAIN, UnenrollReplacement::Ips(vec![ip(1), ip(2)])),
        dynamic.unenroll_domain(DOMAIN, UnenrollReplacement::Shared),
        dynamic.unenroll_domain(DOMAIN, UnenrollReplacement::Pool(POOL.to_owned())),
        dynamic.domains(domains),
        dynamic.history(history),
        ips.warmups().list(ListWarmups::new().limit(10).page("eyJ=")),
    ];
    let expected = [
        "/v3/ips?dedicated=false&enabled=true",
        "/v3/domains/dynamic_pools/assignable?subaccount_id=&domain=%5Ea%2B",
        "/v3/domains/all/dynamic_pools/enroll?include_subaccounts=false",
        "/v3/domains/mg.example.com/dynamic_pools",
        "/v3/domains/mg.example.com/dynamic_pools?replacement_ip=192.0.2.1",
        "/v3/domains/mg.example.com/dynamic_pools?replacement_ip=shared",
        "/v3/domains/mg.example.com/dynamic_pools?replacement_ip=192.0.2.1&replacement_ip=192.0.2.2",
        "/v3/domains/mg.example.com/dynamic_pools?replacement_ip=shared",
        "/v3/domains/mg.example.com/dynamic_pools?replacement_pool_id=60140bc1fee3e84dec5abeeb",
        "/v1/dynamic_pools/domains?limit=1&account=a&account=b&pool=dynamic_good&pool=dynamic_new\
         &sort_by=bounce_rate&sort_order=descending",
        "/v1/dynamic_pools/history?Limit=100&include_subaccounts=false&domain=mg.example.com\
         &before=Mon%2C%2022%20Sep%202025%2011%3A13%3A04%20%2B0000\
         &after=Sun%2C%2021%20Sep%202025%2015%3A13%3A04%20%2B0000\
         &moved_to=dynamic_poor&moved_from=dynamic_new",
        "/v3/ip_warmups?limit=10&page=eyJ%3D",
    ];
    assert_eq!(calls.len(), expected.len());
    for ((_, request), expected) in calls.into_iter().zip(expected) {
        assert_eq!(request_of(request).await.uri.path_and_query().unwrap(), expected);
    }
}

#[tokio::test]
async fn exactly_one_replacement_of_a_pool_is_sent_and_encoded_once() {
    let pools = offline().pools();
    let six = "2001:db8::1".parse().unwrap();
    for (call, query) in [
        (pools.delete(POOL, None), None),
        (pools.delete(POOL, IpReplacement::Ip(six)), Some("ip=2001%3Adb8%3A%3A1")),
        (pools.delete(POOL, IpReplacement::Shared), Some("ip=shared")),
        (pools.delete(POOL, IpReplacement::Pool("a+b&c".into())), Some("pool_id=a%2Bb%26c")),
    ] {
        let seen = request_of(call.into_request()).await;
        assert_eq!((seen.method.as_str(), seen.uri.query()), ("DELETE", query));
        assert!(seen.body.is_empty());
    }
}

#[tokio::test]
async fn every_field_of_a_form_is_sent_and_repeated_where_there_are_many() {
    let ips = offline();
    let (pools, dynamic) = (ips.pools(), ips.dynamic_pools());
    let changes = UpdateIpPool::new()
        .name("")
        .description("new")
        .add_ip(ip(3))
        .add_ip(ip(4))
        .remove_ip(ip(1))
        .remove_ip(ip(2))
        .link_domain("64a5880eeae4eb7e1d85bc69")
        .link_domain("a")
        .unlink_domain("b")
        .unlink_domain("c");
    let pool_ips = SetDynamicPools::new()
        .good_reputation([ip(1), ip(2)])
        .poor_reputation([ip(3)])
        .new_senders([ip(4)]);
    let calls = described![
        ips.set_band(ip(1), "b"),
        ips.link_to_subaccount(ip(1), "s"),
        pools.create("n", "", CreateIpPool::new().ips([ip(1), ip(2)])),
        pools.update(POOL, changes),
        pools.delegate(POOL, "s"),
        pools.revoke_delegation(POOL, "s"),
        pools.delegate_to_subaccount("s", POOL),
        dynamic.set(pool_ips),
        dynamic.update(
            DynamicPoolName::Poor,
            UpdateDynamicPool::new().add_ip(ip(1)).add_ip(ip(2)).remove_ip(ip(3)).remove_ip(ip(4)),
        ),
        dynamic.override_domain(DOMAIN, DynamicPoolName::Good),
    ];
    let expected: [&[&str]; 10] = [
        &["ip_band=b"],
        &["ip=192.0.2.1"],
        &["name=n", "description=", "ip=192.0.2.1", "ip=192.0.2.2"],
        &[
            "name=",
            "description=new",
            "add_ip=192.0.2.3",
            "add_ip=192.0.2.4",
            "remove_ip=192.0.2.1",
            "remove_ip=192.0.2.2",
            "link_domain=64a5880eeae4eb7e1d85bc69",
            "link_domain=a",
            "unlink_domain=b",
            "unlink_domain=c",
        ],
        &["subaccount_id=s"],
        &["subaccount_id=s"],
        &["pool_id=60140bc1fee3e84dec5abeeb"],
        &[
            "good_reputation=192.0.2.1",
            "good_reputation=192.0.2.2",
            "poor_reputation=192.0.2.3",
            "new_senders=192.0.2.4",
        ],
        &["add_ip=192.0.2.1", "add_ip=192.0.2.2", "remove_ip=192.0.2.3", "remove_ip=192.0.2.4"],
        &["pool=dynamic_good"],
    ];
    assert_eq!(calls.len(), expected.len());
    for ((_, request), expected) in calls.into_iter().zip(expected) {
        assert_eq!(fields(&request_of(request).await), expected);
    }
    let seen =
        request_of(pools.add_ips(POOL, &[ip(1), "2001:db8::1".parse().unwrap()]).into_request());
    assert_eq!(seen.await.json(), json!({ "ips": ["192.0.2.1", "2001:db8::1"] }));
}

#[tokio::test]
async fn a_deletion_carries_its_form_over_the_wire() {
    let mut server = Server::new_async().await;
    let path = format!("/v3/ip_pools/{POOL}/delegate");
    let revoked = server
        .mock("DELETE", &*path)
        .match_header("content-type", Matcher::Regex("^multipart/form-data; boundary=".into()))
        .match_body(Matcher::Regex("name=\"subaccount_id\"\r\n\r\n123\r\n".into()))
        .with_body(r#"{"message": "started", "reference_id": "61926093321d1cba88f3b95b"}"#)
        .create_async()
        .await;
    let response = ips(&server).pools().revoke_delegation(POOL, "123").await.unwrap();
    assert_eq!(response.message, "started");
    assert_eq!(response.reference_id.as_deref(), Some("61926093321d1cba88f3b95b"));
    revoked.assert_async().await;
}

#[tokio::test]
async fn bad_domains_are_refused_before_connecting() {
    let service = Scripted::new(|_| Answer::new(200, "Mailgun Magnificent API"));
    let pools = Ips::new(&service.client()).dynamic_pools();
    for bad in ["", AWKWARD, "https://mg.example.com", "mg.example.com/", "a%2fb", "..", "alice@x"]
    {
        let errors: [Error; 6] = [
            pools.enroll_domain(bad, EnrollDomain::new()).await.unwrap_err(),
            pools.unenroll_domain(bad, UnenrollReplacement::Shared).await.unwrap_err(),
            pools.preview(bad).await.unwrap_err(),
            pools.domain_history(bad).await.unwrap_err(),
            pools.override_domain(bad, DynamicPoolName::Good).await.unwrap_err(),
            pools.remove_override(bad).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad}");
            assert!(!error.to_string().contains("alice"), "{error}");
        }
    }
    assert!(service.seen().is_empty());
}
