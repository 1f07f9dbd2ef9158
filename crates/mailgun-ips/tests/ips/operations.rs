use mailgun_ips::{
    CreateIpPool, DynamicPoolName, EnrollAllDomains, EnrollDomain, IpReplacement, Ips,
    ListAssignableDomains, ListDynamicPoolDomains, ListDynamicPoolHistory, ListIpDomains, ListIps,
    ListPoolDomains, ListWarmups, OPERATIONS, SetDynamicPools, UnenrollReplacement,
    UpdateDynamicPool, UpdateIpPool,
};
use mailgun_testing::{described, operations};

use crate::support::{DOMAIN, POOL, ip};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let ips = Ips::new(&operations::client());
    let (pools, dynamic, warmups) = (ips.pools(), ips.dynamic_pools(), ips.warmups());
    let calls = described![
        ips.list(ListIps::new()),
        ips.get(ip(1)),
        ips.domains(ip(1), ListIpDomains::new()),
        ips.assign_to_all_domains(ip(1)),
        ips.remove_from_all_domains(ip(1), None),
        ips.set_band(ip(1), "band"),
        ips.available(),
        ips.request_new(),
        ips.link_to_subaccount(ip(1), "id"),
        pools.list(),
        pools.get(POOL),
        pools.create("name", "description", CreateIpPool::new()),
        pools.update(POOL, UpdateIpPool::new().name("name")),
        pools.delete(POOL, IpReplacement::Shared),
        pools.domains(POOL, ListPoolDomains::new()),
        pools.add_ip(POOL, ip(1)),
        pools.remove_ip(POOL, ip(1)),
        pools.add_ips(POOL, &[ip(1)]),
        pools.delegate(POOL, "id"),
        pools.revoke_delegation(POOL, "id"),
        pools.list_delegated(),
        pools.delegate_to_subaccount("id", POOL),
        pools.revoke_from_subaccount("id", POOL),
        pools.list_of_subaccount("id"),
        dynamic.list(),
        dynamic.set(SetDynamicPools::new().new_senders([ip(1)])),
        dynamic.delete_all(),
        dynamic.add_ip(DynamicPoolName::Good, ip(1)),
        dynamic.update(DynamicPoolName::Good, UpdateDynamicPool::new().add_ip(ip(1))),
        dynamic.enroll_domain(DOMAIN, EnrollDomain::new()),
        dynamic.unenroll_domain(DOMAIN, UnenrollReplacement::Shared),
        dynamic.assignable_domains(ListAssignableDomains::new()),
        dynamic.enroll_all_domains(EnrollAllDomains::new()),
        dynamic.domains(ListDynamicPoolDomains::new()),
        dynamic.preview(DOMAIN),
        dynamic.domain_history(DOMAIN),
        dynamic.override_domain(DOMAIN, DynamicPoolName::Poor),
        dynamic.remove_override(DOMAIN),
        dynamic.history(ListDynamicPoolHistory::new()),
        warmups.list(ListWarmups::new()),
        warmups.get(ip(1)),
        warmups.create(ip(1)),
        warmups.delete(ip(1)),
    ];
    operations::check("mailgun-ips", OPERATIONS, calls).await;
}
