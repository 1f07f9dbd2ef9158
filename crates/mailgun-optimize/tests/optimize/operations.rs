use mailgun_core::Idempotency;
use mailgun_optimize::{
    IpSettings, ListBlocklistEvents, ListDomains, ListIps, ListSpamTraps, OPERATIONS, Optimize,
};
use mailgun_testing::{described, operations};

use crate::january;

#[tokio::test]
async fn every_operation_of_the_api_is_there_as_the_api_has_it() {
    let optimize = Optimize::new(&operations::client());
    let (domains, ips) = (optimize.domains(), optimize.ips());
    let ip = [192, 0, 2, 1];
    let calls = described![
        domains.list(ListDomains::new()),
        domains.create("mg.example.com"),
        domains.delete("mg.example.com"),
        domains.verify("mg.example.com"),
        ips.list(ListIps::new()),
        ips.create(ip.into(), IpSettings::new()),
        ips.get(ip.into()),
        ips.update(ip.into(), IpSettings::new()),
        ips.delete(ip.into()),
        optimize.blocklists(),
        optimize.blocklist_events(january(), ListBlocklistEvents::new()),
        optimize.monitored_domains(),
        optimize.domain_blocklists("mg.example.com"),
        optimize.spam_traps(january(), ListSpamTraps::new()),
        optimize.spam_traps_by("ip", january(), ListSpamTraps::new()),
        optimize.spam_traps_v2(january(), ListSpamTraps::new()),
        optimize.snds(),
    ];
    operations::check("mailgun-optimize", OPERATIONS, calls).await;
}

#[test]
fn what_adds_is_not_repeated() {
    let harmful =
        OPERATIONS.iter().filter(|route| route.idempotency() == Idempotency::NonIdempotent);
    let mut harmful: Vec<_> = harmful.map(ToString::to_string).collect();
    harmful.sort();
    assert_eq!(harmful, ["POST /v1/inboxready/domains", "POST /v1/inboxready/ip_addresses"]);
}
