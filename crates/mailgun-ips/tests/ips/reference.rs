use std::net::IpAddr;

use mailgun_core::Client;
use mailgun_ips::{CreateIpPool, IpReplacement, Ips, ListIps, ListPoolDomains, UpdateIpPool};
use mailgun_testing::wire::{self, Case, Difference};
use serde_json::Value;

const FIELD: &str = "the service's field is a repeated `ip`";
const QUERY: &str = "the API description has the replacement in the query";

const fn differs(
    case: &'static str,
    field: &'static str,
    theirs: &'static str,
    ours: &'static str,
    why: &'static str,
) -> Difference {
    Difference { case, field, theirs, ours, why }
}

const URLENCODED: &str = "application/x-www-form-urlencoded";
const IPS: &str = r#"["192.0.2.1", "192.0.2.2"]"#;

const DIFFERENCES: &[Difference] = &[
    differs("ip_pools.create", "part ips", IPS, "absent", FIELD),
    differs("ip_pools.create", "part ip", "absent", IPS, FIELD),
    differs("ip_pools.destroy.ip", "content type", URLENCODED, "none", QUERY),
    differs("ip_pools.destroy.ip", "part ip", r#"["192.0.2.1"]"#, "absent", QUERY),
    differs("ip_pools.destroy.ip", "query", "", "ip=192.0.2.1", QUERY),
    differs("ip_pools.destroy.pool", "content type", URLENCODED, "none", QUERY),
    differs("ip_pools.destroy.pool", "part pool_id", r#"["other"]"#, "absent", QUERY),
    differs("ip_pools.destroy.pool", "query", "", "pool_id=other", QUERY),
];

#[tokio::test]
async fn requests_match_the_reference_client() {
    let mut cases = wire::cases("ips.");
    assert_eq!(cases.len(), 2);
    let pools = wire::cases("ip_pools.");
    assert_eq!(pools.len(), 16);
    // What is done to the pool of one domain is in the crate of domains.
    cases.extend(pools.into_iter().filter(|case| !case.js_call.contains("DomainPool")));
    assert_eq!(cases.len(), 14);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let ips = Ips::new(client);
    let pools = ips.pools();
    match &*case.js_call {
        "mg.ips.list" => drop(ips.list(listing(case.arg(0))).await),
        "mg.ip_pools.list" => drop(pools.list().await),
        "mg.ip_pools.get" => drop(pools.get(case.text(0)).await),
        "mg.ip_pools.create" => {
            let text = |name: &str| case.arg(0)[name].as_str().unwrap();
            let members = CreateIpPool::new().ips(addresses(&case.arg(0)["ips"]));
            drop(pools.create(text("name"), text("description"), members).await);
        }
        "mg.ip_pools.update" => drop(pools.update(case.text(0), changes(case.arg(1))).await),
        "mg.ip_pools.destroy" => {
            let replacement = match case.arg(1).get("ip") {
                Some(ip) => IpReplacement::Ip(address(ip)),
                None => IpReplacement::Pool(text(&case.arg(1)["pool_id"])),
            };
            drop(pools.delete(case.text(0), replacement).await);
        }
        "mg.ip_pools.linkedDomains" => {
            drop(pools.domains(case.text(0), linked(case.arg(1))).next_page().await);
        }
        "mg.ip_pools.removeIp" => {
            drop(pools.remove_ip(case.text(0), address(case.arg(1))).await);
        }
        "mg.ip_pools.addIps" => {
            drop(pools.add_ips(case.text(0), &addresses(case.arg(1))).await);
        }
        "mg.ip_pools.revokeDelegation" => {
            drop(pools.revoke_delegation(case.text(0), case.text(1)).await);
        }
        other => panic!("no method is mapped to {other}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn address(value: &Value) -> IpAddr {
    value.as_str().unwrap().parse().unwrap()
}

fn addresses(value: &Value) -> Vec<IpAddr> {
    value.as_array().unwrap().iter().map(address).collect()
}

fn listing(query: &Value) -> ListIps {
    let query = query.as_object().into_iter().flatten();
    query.fold(ListIps::new(), |params, (name, value)| match &**name {
        "dedicated" => params.dedicated(value.as_bool().unwrap()),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn changes(data: &Value) -> UpdateIpPool {
    let data = data.as_object().unwrap().iter();
    data.fold(UpdateIpPool::new(), |changes, (name, value)| match &**name {
        "name" => changes.name(text(value)),
        "description" => changes.description(text(value)),
        "add_ip" => changes.add_ip(address(value)),
        "remove_ip" => changes.remove_ip(address(value)),
        "link_domain" => changes.link_domain(text(value)),
        "unlink_domain" => changes.unlink_domain(text(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn linked(query: &Value) -> ListPoolDomains {
    let query = query.as_object().into_iter().flatten();
    query.fold(ListPoolDomains::new(), |params, (name, value)| match &**name {
        "limit" => params.limit(value.as_u64().unwrap() as u32),
        "page" => params.page(text(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}
