use std::net::IpAddr;

use mailgun_core::Client;
use mailgun_domains::{
    ClickTracking, ConnectionSettings, CreateCredentials, CreateDomain, Domains, GetDomain,
    IpReplacement, ListCredentials, ListDomains, OpenTrackingSettings, UpdateDomain,
};
use mailgun_testing::wire::{self, Case, Difference};
use serde_json::{Map, Value};

const SPELLING: &str = "the API description has true and false";

const fn spelled(
    case: &'static str,
    field: &'static str,
    theirs: &'static str,
    ours: &'static str,
) -> Difference {
    Difference { case, field, theirs, ours, why: SPELLING }
}

const YES: &str = r#"["yes"]"#;
const NO: &str = r#"["no"]"#;
const TRUE: &str = r#"["true"]"#;
const FALSE: &str = r#"["false"]"#;

const DIFFERENCES: &[Difference] = &[
    spelled("domains.domainTracking.updateTracking.open", "part active", YES, TRUE),
    spelled("domains.domainTracking.updateTracking.open", "part place_at_the_top", YES, TRUE),
    spelled("domains.domainTracking.updateTracking.open_off", "part active", NO, FALSE),
    spelled("domains.domainTracking.updateTracking.open_off", "part place_at_the_top", NO, FALSE),
    spelled("domains.domainTracking.updateTracking.click", "part active", YES, TRUE),
    Difference {
        case: "ip_pools.unlinkDomainPool",
        field: "query",
        theirs: "",
        ours: "ip=shared",
        why: "the service wants exactly one replacement",
    },
];

#[tokio::test]
async fn requests_match_the_reference_client() {
    let mut cases = wire::cases("domains.");
    cases.retain(|case| !is_elsewhere(&case.js_call));
    assert_eq!(cases.len(), 30);
    let mut pools = wire::cases("ip_pools.");
    pools.retain(|case| case.js_call.contains("DomainPool"));
    assert_eq!(pools.len(), 4);
    cases.extend(pools);
    wire::compare(&cases, DIFFERENCES, call).await;
}

/// Templates, tags and DKIM keys of a domain have crates of their own.
fn is_elsewhere(js_call: &str) -> bool {
    ["domainTemplates.", "domainTags.", "domainKeys.", "updateDKIM"]
        .iter()
        .any(|group| js_call.contains(group))
}

async fn call(case: &Case, client: &Client) {
    let domains = Domains::new(client);
    let (group, method) = case.js_call.rsplit_once('.').unwrap();
    match group {
        "mg.domains" => match method {
            "list" => drop(domains.list(listing(case.arg(0))).next_page().await),
            "get" => drop(domains.get(case.text(0), getting(case.arg(1))).await),
            "create" => {
                let name = case.arg(0)["name"].as_str().unwrap();
                drop(domains.create(name, creation(case.arg(0))).await);
            }
            "update" => drop(domains.update(case.text(0), update(case.arg(1))).await),
            "verify" => drop(domains.verify(case.text(0)).await),
            "destroy" => drop(domains.delete(case.text(0)).await),
            "updateConnection" => {
                let settings = connection(case.arg(1));
                drop(domains.update_connection(case.text(0), settings).await);
            }
            "updateWebPrefix" => {
                let prefix = case.arg(1)["webPrefix"].as_str().unwrap();
                drop(domains.update_web_prefix(case.text(0), prefix).await);
            }
            "getTracking" => drop(domains.tracking(case.text(0)).get().await),
            _ => ips(case, client, method).await,
        },
        "mg.ip_pools" => ips(case, client, method).await,
        "mg.domains.domainCredentials" => credentials(case, client, method).await,
        "mg.domains.domainTracking" => tracking(case, client, method).await,
        other => panic!("no handle is mapped to {other}"),
    }
}

async fn ips(case: &Case, client: &Client, method: &str) {
    let ips = Domains::new(client).ips(case.text(0));
    match method {
        "getIps" => drop(ips.list().await),
        "assignIp" => drop(ips.assign(address(case.arg(1))).await),
        "linkIpPool" => drop(ips.link_pool(case.text(1)).await),
        "unlinkIpPoll" => {
            let replacement = match case.arg(1).get("ip") {
                Some(ip) => IpReplacement::Ip(address(ip)),
                None => IpReplacement::Pool(case.arg(1)["pool_id"].as_str().unwrap().to_owned()),
            };
            drop(ips.unlink_ip_pool(replacement).await);
        }
        "removeIpFromDomainPool" => {
            let replacement = case.args.get(2).map(|ip| IpReplacement::Ip(address(ip)));
            drop(ips.remove(address(case.arg(1)), replacement).await);
        }
        "removeDomainPool" => drop(ips.remove_all().await),
        "unlinkDomainPool" => drop(ips.unlink_pool(IpReplacement::Shared).await),
        other => panic!("no method is mapped to {other}"),
    }
}

async fn credentials(case: &Case, client: &Client, method: &str) {
    let credentials = Domains::new(client).credentials(case.text(0));
    let password = |index: usize| case.arg(index)["password"].as_str().unwrap();
    match method {
        "list" => {
            let params =
                fold(case.arg(1), ListCredentials::new(), |params, name, value| match name {
                    "limit" => params.limit(number(value)),
                    "skip" => params.skip(number(value).into()),
                    other => panic!("no setter is mapped to {other}"),
                });
            drop(credentials.list(params).next_page().await);
        }
        "create" => {
            let login = case.arg(1)["login"].as_str().unwrap();
            let params = CreateCredentials::new().password(password(1));
            drop(credentials.create(login, params).await);
        }
        "update" => drop(credentials.update(case.text(1), password(2)).await),
        "destroy" => drop(credentials.delete(case.text(1)).await),
        other => panic!("no method is mapped to {other}"),
    }
}

async fn tracking(case: &Case, client: &Client, method: &str) {
    let tracking = Domains::new(client).tracking(case.text(0));
    match method {
        "get" => drop(tracking.certificate(case.text(0)).await),
        "regenerate" => drop(tracking.regenerate_certificate(case.text(0)).await),
        "getTracking" => drop(tracking.get().await),
        "updateTracking" if case.text(1) == "click" => {
            let active: ClickTracking =
                serde_json::from_value(case.arg(2)["active"].clone()).unwrap();
            drop(tracking.update_click(active).await);
        }
        "updateTracking" if case.text(1) == "open" => {
            let settings = fold(
                case.arg(2),
                OpenTrackingSettings::new(),
                |settings, name, value| match name {
                    "active" => settings.active(truth(value)),
                    "place_at_the_top" => settings.place_at_the_top(truth(value)),
                    other => panic!("no setter is mapped to {other}"),
                },
            );
            drop(tracking.update_open(settings).await);
        }
        other => panic!("no method is mapped to {other}"),
    }
}

fn listing(query: &Value) -> ListDomains {
    fold(query, ListDomains::new(), |params, name, value| match name {
        "limit" => params.limit(number(value)),
        "skip" => params.skip(number(value).into()),
        "state" => params.state(text(value)),
        "sort" => params.sort(text(value)),
        "authority" => params.authority(text(value)),
        "search" => params.search(text(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn getting(query: &Value) -> GetDomain {
    fold(query, GetDomain::new(), |params, name, value| match name {
        "extended" => params.extended(truth(value)),
        "with_dns" => params.with_dns(truth(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn creation(data: &Value) -> CreateDomain {
    fold(data, CreateDomain::new(), |settings, name, value| match name {
        "name" => settings,
        "dkim_key_size" => settings.dkim_key_size(text(value).parse().unwrap()),
        "dkim_selector" => settings.dkim_selector(text(value)),
        "encrypt_incoming_message" => settings.encrypt_incoming_message(truth(value)),
        "force_dkim_authority" => settings.force_dkim_authority(truth(value)),
        "force_root_dkim_host" => settings.force_root_dkim_host(truth(value)),
        "wildcard" => settings.wildcard(truth(value)),
        "pool_id" => settings.pool_id(text(value)),
        "ips" => settings.ips(text(value).split(',').map(|ip| ip.parse().unwrap())),
        "spam_action" => settings.spam_action(text(value)),
        "smtp_password" => settings.smtp_password(text(value)),
        "use_automatic_sender_security" => settings.use_automatic_sender_security(truth(value)),
        "web_prefix" => settings.web_prefix(text(value)),
        "web_scheme" => settings.web_scheme(text(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn update(data: &Value) -> UpdateDomain {
    fold(data, UpdateDomain::new(), |settings, name, value| match name {
        "mailfrom_host" => settings.mailfrom_host(text(value)),
        "message_ttl" => settings.message_ttl(number(value)),
        "smtp_password" => settings.smtp_password(text(value)),
        "spam_action" => settings.spam_action(text(value)),
        "use_automatic_sender_security" => settings.use_automatic_sender_security(truth(value)),
        "web_scheme" => settings.web_scheme(text(value)),
        "web_prefix" => settings.web_prefix(text(value)),
        "wildcard" => settings.wildcard(text(value) == "true"),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn connection(data: &Value) -> ConnectionSettings {
    fold(data, ConnectionSettings::new(), |settings, name, value| match name {
        "require_tls" => settings.require_tls(truth(value)),
        "skip_verification" => settings.skip_verification(truth(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn fold<P>(data: &Value, params: P, set: impl Fn(P, &str, &Value) -> P) -> P {
    let none = Map::new();
    let data = data.as_object().unwrap_or(&none).iter();
    data.fold(params, |params, (name, value)| set(params, name, value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn truth(value: &Value) -> bool {
    value.as_bool().unwrap()
}

fn number(value: &Value) -> u32 {
    value.as_u64().unwrap().try_into().unwrap()
}

fn address(value: &Value) -> IpAddr {
    text(value).parse().unwrap()
}
