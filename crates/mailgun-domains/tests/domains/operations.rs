use mailgun_domains::{
    ConnectionSettings, CreateCredentials, CreateDomain, Domains, GetDomain, IpReplacement,
    ListCredentials, ListDomains, OPERATIONS, OpenTrackingSettings, UnsubscribeTrackingSettings,
    UpdateDomain,
};
use mailgun_testing::{described, operations};

use crate::support::{DOMAIN, HOST, POOL, ip};

#[tokio::test]
async fn every_operation_matches_the_table() {
    let domains = Domains::new(&operations::client());
    let credentials = domains.credentials(DOMAIN);
    let tracking = domains.tracking(DOMAIN);
    let ips = domains.ips(DOMAIN);
    let calls = described![
        domains.list(ListDomains::new()),
        domains.get(DOMAIN, GetDomain::new()),
        domains.create(DOMAIN, CreateDomain::new()),
        domains.update(DOMAIN, UpdateDomain::new().wildcard(false)),
        domains.verify(DOMAIN),
        domains.delete(DOMAIN),
        domains.connection(DOMAIN),
        domains.update_connection(DOMAIN, ConnectionSettings::new().require_tls(false)),
        domains.update_web_prefix(DOMAIN, "track"),
        credentials.list(ListCredentials::new()),
        credentials.create("alice", CreateCredentials::new()),
        credentials.update("alice", "correct horse"),
        credentials.regenerate("alice"),
        credentials.delete("alice"),
        credentials.delete_all(),
        tracking.get(),
        tracking.update_click(true),
        tracking.update_open(OpenTrackingSettings::new().active(true)),
        tracking.update_unsubscribe(UnsubscribeTrackingSettings::new().active(true)),
        tracking.certificate(HOST),
        tracking.generate_certificate(HOST),
        tracking.regenerate_certificate(HOST),
        ips.list(),
        ips.assign(ip(1)),
        ips.link_pool(POOL),
        ips.remove(ip(1), None),
        ips.remove_all(),
        ips.unlink_pool(IpReplacement::Shared),
        ips.delete_ip(ip(1), IpReplacement::Shared),
        ips.unlink_ip_pool(IpReplacement::Ip(ip(2))),
    ];
    operations::check("mailgun-domains", OPERATIONS, calls).await;
}
