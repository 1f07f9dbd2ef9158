use futures_util::TryStreamExt as _;
use mailgun_core::{Operation, Timestamp, http::StatusCode};
use mailgun_ips::{
    DynamicPoolName, DynamicPools, EnrollAllDomains, EnrollDomain, Ips, ListAssignableDomains,
    ListDynamicPoolDomains, ListDynamicPoolHistory, SetDynamicPools, SortOrder,
    UnenrollReplacement, UpdateDynamicPool,
};
use mailgun_mock::MockMailgun;
use serde_json::Value;

use crate::{flow::status, support::ip};

const DELETE_DOMAIN: Operation = Operation::delete("/v3/domains/{domain}");
const A: &str = "a.example.com";
const B: &str = "b.example.com";

async fn start() -> (MockMailgun, DynamicPools) {
    let mock = MockMailgun::builder().domain(A).domain(B).domain("c.test").start().await.unwrap();
    let pools = Ips::new(&mock.client()).dynamic_pools();
    (mock, pools)
}

fn three() -> SetDynamicPools {
    SetDynamicPools::new().good_reputation([ip(1)]).poor_reputation([ip(2)]).new_senders([ip(3)])
}

async fn names(pools: &DynamicPools, params: ListDynamicPoolDomains) -> Vec<String> {
    let domains: Vec<_> = pools.domains(params.limit(1)).into_items().try_collect().await.unwrap();
    domains.into_iter().map(|domain| domain.name).collect()
}

#[tokio::test]
async fn pools_are_set_changed_and_removed() {
    let (mock, pools) = start().await;
    Ips::new(&mock.client()).warmups().create(ip(5)).await.unwrap();
    let enrolled = pools.enroll_domain(A, EnrollDomain::new()).await;
    assert_eq!(status(enrolled), Some(StatusCode::BAD_REQUEST));
    let twice = three().good_reputation([ip(2)]);
    assert_eq!(status(pools.set(twice).await), Some(StatusCode::BAD_REQUEST));
    let set = pools.set(three()).await.unwrap();
    assert_eq!((set.good_reputation, set.new_senders), (vec![ip(1)], vec![ip(3)]));

    pools.add_ip(DynamicPoolName::Good, ip(5)).await.unwrap();
    let changes = UpdateDynamicPool::new().add_ip(ip(4)).remove_ip(ip(2));
    pools.update(DynamicPoolName::Poor, changes).await.unwrap();
    // What is left would be warming up.
    let last = UpdateDynamicPool::new().remove_ip(ip(1));
    let refused = pools.update(DynamicPoolName::Good, last).await;
    assert_eq!(status(refused), Some(StatusCode::BAD_REQUEST));
    let unknown = pools.add_ip("dynamic_best", ip(2)).await;
    assert_eq!(status(unknown), Some(StatusCode::NOT_FOUND));
    let list = pools.list().await.unwrap();
    assert_eq!((list.good_reputation, list.poor_reputation), (vec![ip(1), ip(5)], vec![ip(4)]));
    assert_eq!(list.pools[0].name, Some(DynamicPoolName::Good));

    pools.enroll_domain(A, EnrollDomain::new().replacement_ip(ip(1))).await.unwrap();
    assert_eq!(status(pools.delete_all().await), Some(StatusCode::BAD_REQUEST));
    pools.unenroll_domain(A, UnenrollReplacement::Ips(vec![ip(4), ip(5)])).await.unwrap();
    pools.delete_all().await.unwrap();
    assert!(pools.list().await.unwrap().pools.is_empty());
}

#[tokio::test]
async fn domains_are_enrolled_overridden_and_unenrolled() {
    let (mock, pools) = start().await;
    pools.set(three()).await.unwrap();
    pools.enroll_domain(A, EnrollDomain::new().shared_replacement()).await.unwrap();
    let free = pools.assignable_domains(ListAssignableDomains::new()).await.unwrap();
    assert!(free.iter().map(|domain| &*domain.name).eq([B, "c.test"]));
    let params = ListAssignableDomains::new().domain(r"^b\.");
    assert_eq!(pools.assignable_domains(params).await.unwrap().len(), 1);
    let all = EnrollAllDomains::new().include_subaccounts(true);
    assert_eq!(pools.enroll_all_domains(all).await.unwrap().message, "started");
    assert_eq!(names(&pools, ListDynamicPoolDomains::new()).await, [A, B, "c.test"]);
    assert_eq!(pools.preview(A).await.unwrap().pool, Some(DynamicPoolName::New));

    pools.override_domain(B, DynamicPoolName::Good).await.unwrap();
    let error = pools.override_domain(B, "dynamic_best").await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    assert_eq!(error.api_message(), Some("the value of pool was rejected"));
    let good = ListDynamicPoolDomains::new().pool(DynamicPoolName::Good);
    assert_eq!(names(&pools, good).await, [B]);
    let backwards = ListDynamicPoolDomains::new().sort_order(SortOrder::Descending);
    assert_eq!(names(&pools, backwards).await, ["c.test", B, A]);
    pools.remove_override(B).await.unwrap();

    let moves = pools.domain_history(B).await.unwrap();
    assert!(moves.iter().map(|one| one.new_band.clone().unwrap()).eq([
        DynamicPoolName::New,
        DynamicPoolName::Good,
        DynamicPoolName::New
    ]));
    let history = |params: ListDynamicPoolHistory| async {
        let moves = pools.history(params.limit(2)).into_items();
        moves.try_collect::<Vec<_>>().await.unwrap().len()
    };
    assert_eq!(history(ListDynamicPoolHistory::new()).await, 5);
    assert_eq!(history(ListDynamicPoolHistory::new().domain(B)).await, 3);
    let up = ListDynamicPoolHistory::new().moved_to("dynamic_good").moved_from("dynamic_new");
    assert_eq!(history(up).await, 1);
    let past = Timestamp::from_unix_seconds(1_000_000_000).unwrap();
    assert_eq!(history(ListDynamicPoolHistory::new().after(past)).await, 5);
    assert_eq!(history(ListDynamicPoolHistory::new().before(past)).await, 0);

    pools.unenroll_domain(B, UnenrollReplacement::Shared).await.unwrap();
    let _: Value = mock.client().call(DELETE_DOMAIN, &[A]).await.unwrap();
    assert_eq!(names(&pools, ListDynamicPoolDomains::new()).await, ["c.test"]);
    let again = pools.unenroll_domain(B, UnenrollReplacement::Shared).await;
    assert_eq!(status(again), Some(StatusCode::NOT_FOUND));
    assert_eq!(status(pools.remove_override(B).await), Some(StatusCode::NOT_FOUND));
}
