use futures_util::TryStreamExt as _;
use mailgun_core::{Client, Error, Operation, http::StatusCode};
use mailgun_ips::{
    CreateIpPool, IpReplacement, Ips, ListIpDomains, ListIps, ListPoolDomains, ListWarmups,
    UpdateIpPool,
};
use mailgun_mock::MockMailgun;
use serde_json::Value;

use crate::support::{DOMAIN, ip};

const DOMAIN_DETAILS: Operation = Operation::get("/v4/domains/{domain}");
const DOMAIN_IPS: Operation = Operation::get("/v3/domains/{domain}/ips");

pub(crate) fn status<T>(result: Result<T, Error>) -> Option<StatusCode> {
    result.err().and_then(|error| error.status())
}

async fn domain_id(client: &Client, domain: &str) -> String {
    let response: Value = client.call(DOMAIN_DETAILS, &[domain]).await.unwrap();
    response["domain"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn ips_are_listed_requested_assigned_and_removed() {
    let mock = MockMailgun::builder().domain(DOMAIN).domain("b.example.com").start().await.unwrap();
    let ips = Ips::new(&mock.client());
    let all = ips.list(ListIps::new()).await.unwrap();
    let dedicated = ips.list(ListIps::new().dedicated(true)).await.unwrap();
    assert_eq!(dedicated.items, [1, 2, 3, 4, 5].map(ip));
    assert_eq!((dedicated.total_count, all.total_count), (Some(5), Some(6)));
    assert_eq!(dedicated.assignable_to_pools.unwrap().len(), 5);
    let one = ips.get(ip(1)).await.unwrap();
    assert_eq!((one.ip, one.dedicated), (Some(ip(1)), Some(true)));
    assert_eq!(status(ips.get(ip(99)).await), Some(StatusCode::NOT_FOUND));

    for left in [3, 2, 1] {
        assert_eq!(ips.available().await.unwrap().dedicated, Some(left));
        ips.request_new().await.unwrap();
    }
    assert_eq!(status(ips.request_new().await), Some(StatusCode::BAD_REQUEST));
    assert!(ips.list(ListIps::new()).await.unwrap().items.contains(&ip(8)));
    ips.set_band(ip(1), "band").await.unwrap();
    ips.link_to_subaccount(ip(1), "sub").await.unwrap();

    let started = ips.assign_to_all_domains(ip(1)).await.unwrap();
    assert_eq!(started.message, "started");
    assert!(started.reference_id.is_some());
    let pager = ips.domains(ip(1), ListIpDomains::new().limit(1));
    let domains: Vec<_> = pager.into_items().try_collect().await.unwrap();
    assert_eq!(domains.len(), 2);
    assert!(domains.iter().all(|domain| domain.ips.contains(&ip(1))));
    let found = ips.domains(ip(1), ListIpDomains::new().search("b, other"));
    let found: Vec<_> = found.into_items().try_collect().await.unwrap();
    assert_eq!(found[0].domain, "b.example.com");
    ips.remove_from_all_domains(ip(1), ip(2)).await.unwrap();
    let none = ips.domains(ip(1), ListIpDomains::new()).next_page().await.unwrap();
    assert!(none.is_none());
    let response: Value = mock.client().call(DOMAIN_IPS, &[DOMAIN]).await.unwrap();
    assert!(response["items"].as_array().unwrap().contains(&"192.0.2.2".into()));
}

#[tokio::test]
async fn pools_are_created_listed_changed_linked_and_deleted() {
    let names: Vec<_> = (0..5).map(|number| format!("d{number}.example.com")).collect();
    let builder = names.iter().fold(MockMailgun::builder(), |builder, name| builder.domain(name));
    let mock = builder.start().await.unwrap();
    let client = mock.client();
    let ips = Ips::new(&client);
    let pools = ips.pools();
    let members = CreateIpPool::new().ips([ip(1), ip(2)]);
    let pool = pools.create("newsletters", "Bulk mail", members).await.unwrap().pool_id;
    let other = pools.create("other", "Nothing yet", CreateIpPool::new()).await.unwrap().pool_id;
    let taken = CreateIpPool::new().ips([ip(1)]);
    assert_eq!(status(pools.create("x", "y", taken).await), Some(StatusCode::BAD_REQUEST));
    let list = ips.list(ListIps::new()).await.unwrap();
    assert_eq!(list.assignable_to_pools, Some([3, 4, 5].map(ip).to_vec()));

    let mut changes = UpdateIpPool::new().name("bulk").add_ip(ip(3)).remove_ip(ip(1));
    for name in &names {
        changes = changes.link_domain(domain_id(&client, name).await);
    }
    assert_eq!(pools.update(&pool, changes).await.unwrap().message, "started");
    let again = UpdateIpPool::new().name("bulk");
    assert_eq!(status(pools.update(&pool, again).await), Some(StatusCode::BAD_REQUEST));
    let unlinked = UpdateIpPool::new().unlink_domain(domain_id(&client, &names[0]).await);
    assert_eq!(pools.update(&pool, unlinked).await.unwrap().message, "success");
    let read = pools.get(&pool).await.unwrap().details;
    assert_eq!((&*read.name, &*read.description), ("bulk", "Bulk mail"));
    assert_eq!((read.ips, read.is_linked), (vec![ip(2), ip(3)], Some(true)));
    assert_eq!(read.linked_domains, names[1..]);
    assert!(read.metadata.assignments[&ip(3)].clone().unwrap().linked_at.is_some());

    let pager = pools.domains(&pool, ListPoolDomains::new().limit(3));
    let pages: Vec<_> = pager.into_pages().try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.items.len()).collect::<Vec<_>>(), [3, 1]);
    let using: Vec<_> =
        ips.domains(ip(3), ListIpDomains::new()).into_items().try_collect().await.unwrap();
    assert_eq!(using.len(), 4);

    pools.add_ip(&other, ip(4)).await.unwrap();
    pools.add_ips(&other, &[ip(1), ip(5)]).await.unwrap();
    pools.remove_ip(&other, ip(4)).await.unwrap();
    assert_eq!(pools.get(&other).await.unwrap().details.ips, [ip(1), ip(5)]);

    assert_eq!(status(pools.delete(&pool, None).await), Some(StatusCode::BAD_REQUEST));
    pools.delete(&pool, IpReplacement::Pool(other.clone())).await.unwrap();
    assert_eq!(status(pools.get(&pool).await), Some(StatusCode::NOT_FOUND));
    assert_eq!(pools.get(&other).await.unwrap().details.linked_domains.len(), 4);
    pools.delete(&other, IpReplacement::Ip(ip(4))).await.unwrap();
    assert!(pools.list().await.unwrap().ip_pools.is_empty());
    let response: Value = client.call(DOMAIN_IPS, &[&names[1]]).await.unwrap();
    assert_eq!(response["items"], serde_json::json!(["192.0.2.4"]));
}

#[tokio::test]
async fn pools_are_delegated_and_revoked() {
    let mock = MockMailgun::start().await;
    let pools = Ips::new(&mock.client()).pools();
    let create = |name| pools.create(name, "For subaccounts", CreateIpPool::new());
    let one = create("one").await.unwrap().pool_id;
    let two = create("two").await.unwrap().pool_id;
    pools.delegate(&one, "sub-a").await.unwrap();
    pools.delegate_to_subaccount("sub-b", &one).await.unwrap();
    pools.delegate_to_subaccount("sub-b", &two).await.unwrap();
    let delegated = pools.list_delegated().await.unwrap();
    assert_eq!(delegated.total_count, Some(2));
    let found: Vec<_> = delegated
        .items
        .iter()
        .map(|item| (&*item.subaccount_id, item.pool_id.as_deref()))
        .collect();
    assert_eq!(found, [("sub-a", Some(&*one)), ("sub-b", Some(&*two))]);
    pools.revoke_delegation(&one, "sub-a").await.unwrap();
    let again = pools.revoke_delegation(&one, "sub-a").await;
    assert_eq!(status(again), Some(StatusCode::NOT_FOUND));
    let of_subaccount = pools.list_of_subaccount("sub-b").await.unwrap();
    assert_eq!(of_subaccount["ip_pools"][0]["pool_id"], *two);
    pools.revoke_from_subaccount("sub-b", &two).await.unwrap();
    assert!(pools.list_delegated().await.unwrap().items.is_empty());
    let of_subaccount = pools.list_of_subaccount("sub-b").await.unwrap();
    assert_eq!(of_subaccount["ip_pools"], serde_json::json!([]));
}

#[tokio::test]
async fn warmups_are_created_listed_and_cancelled() {
    let mock = MockMailgun::start().await;
    let ips = Ips::new(&mock.client());
    let warmups = ips.warmups();
    for last in 1..=5 {
        warmups.create(ip(last)).await.unwrap();
    }
    assert_eq!(status(warmups.create(ip(1)).await), Some(StatusCode::BAD_REQUEST));
    let pager = warmups.list(ListWarmups::new().limit(2));
    let all: Vec<_> = pager.into_items().try_collect().await.unwrap();
    assert!(all.iter().map(|warmup| warmup.ip.unwrap()).eq([1, 2, 3, 4, 5].map(ip)));
    let details = warmups.get(ip(1)).await.unwrap();
    assert_eq!((details.stage, details.plan_last_updated_at), (Some(1), None));
    assert!(details.plan_started_at.is_some());
    let listed = ips.list(ListIps::new()).await.unwrap().details;
    assert_eq!(listed[0].is_on_warmup, Some(true));
    warmups.delete(ip(1)).await.unwrap();
    assert_eq!(status(warmups.get(ip(1)).await), Some(StatusCode::NOT_FOUND));
    assert_eq!(status(warmups.delete(ip(1)).await), Some(StatusCode::NOT_FOUND));
}
