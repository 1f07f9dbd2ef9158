//! Every method of the reference client has one of ours, and `docs/coming-from-mailgun-js.md` lists
//! them side by side.

#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(deprecated, reason = "what is deprecated is there too")]

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
};

use mailgun::{
    Mailgun, Operation, account, analytics, dkim, domains, events, inbox_placement, ips,
    mailing_lists, messages, routes, subaccounts, suppressions, tags, templates, validations,
    webhooks,
};
use mailgun_testing::{Answer, Scripted, operations, wire};

/// A method of the reference client and ours, as the page writes it, with the operation it calls.
struct Row {
    theirs: &'static str,
    ours: String,
    route: Operation,
}

macro_rules! rows {
    ($($theirs:literal => $($ours:expr),+;)*) => {
        vec![$($(Row {
            theirs: $theirs,
            ours: written(stringify!($ours)),
            route: $ours.operation(),
        }),+),*]
    };
}

/// `m.domains().list(ListDomains::new())` as `domains().list(..)`.
fn written(expression: &str) -> String {
    let expression: String = expression.split_whitespace().collect();
    let expression = expression.split(".into_calls()").next().unwrap();
    let mut depth = 0;
    let mut written = String::new();
    for letter in expression.strip_prefix("m.").unwrap().chars() {
        match letter {
            '(' => {
                if depth == 0 {
                    written.push('(');
                }
                depth += 1;
            }
            ')' => {
                depth -= 1;
                if depth == 0 {
                    written.push(')');
                }
            }
            _ if depth == 0 => written.push(letter),
            _ if written.ends_with('(') => written += "..",
            _ => {}
        }
    }
    written
}

fn rows(m: &Mailgun) -> Vec<Row> {
    const D: &str = "mg.example.com";
    const IP: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let csv = || suppressions::Csv::from_bytes("a.csv", "address\n").unwrap();
    rows! {
        "mg.messages.create" =>
            m.messages(D).send(messages::Message::new()),
            m.messages(D).send_mime(messages::MimeMessage::new(""));
        "mg.messages.retrieveStoredEmail" => m.messages(D).stored("key");
        "mg.messages.resendEmail" => m.messages(D).resend("key", "bob@example.com");
        "mg.messages.getMessagesQueueStatus" => m.messages(D).queue_status();
        "mg.messages.clearMessagesQueue" => m.messages(D).clear_queue(messages::StorageHost::US_EAST4);

        "mg.domains.list" => m.domains().list(domains::ListDomains::new());
        "mg.domains.get" => m.domains().get(D, domains::GetDomain::new());
        "mg.domains.create" => m.domains().create(D, domains::CreateDomain::new());
        "mg.domains.update" => m.domains().update(D, domains::UpdateDomain::new());
        "mg.domains.verify" => m.domains().verify(D);
        "mg.domains.destroy" => m.domains().delete(D);
        "mg.domains.getConnection" => m.domains().connection(D);
        "mg.domains.updateConnection" =>
            m.domains().update_connection(D, domains::ConnectionSettings::new());
        "mg.domains.updateWebPrefix" => m.domains().update_web_prefix(D, "email");
        "mg.domains.domainTracking.getTracking" => m.domains().tracking(D).get();
        "mg.domains.getTracking" => m.domains().tracking(D).get();
        "mg.domains.domainTracking.updateTracking" =>
            m.domains().tracking(D).update_click(true),
            m.domains().tracking(D).update_open(domains::OpenTrackingSettings::new()),
            m.domains().tracking(D).update_unsubscribe(domains::UnsubscribeTrackingSettings::new());
        "mg.domains.updateTracking" =>
            m.domains().tracking(D).update_click(true),
            m.domains().tracking(D).update_open(domains::OpenTrackingSettings::new()),
            m.domains().tracking(D).update_unsubscribe(domains::UnsubscribeTrackingSettings::new());
        "mg.domains.domainTracking.get" => m.domains().tracking(D).certificate("email.example.com");
        "mg.domains.domainTracking.generate" =>
            m.domains().tracking(D).generate_certificate("email.example.com");
        "mg.domains.domainTracking.regenerate" =>
            m.domains().tracking(D).regenerate_certificate("email.example.com");
        "mg.domains.domainCredentials.list" =>
            m.domains().credentials(D).list(domains::ListCredentials::new());
        "mg.domains.domainCredentials.create" =>
            m.domains().credentials(D).create("alice", domains::CreateCredentials::new());
        "mg.domains.domainCredentials.update" => m.domains().credentials(D).update("alice", "secret");
        "mg.domains.domainCredentials.destroy" => m.domains().credentials(D).delete("alice");
        "mg.domains.domainCredentials.destroyAll" => m.domains().credentials(D).delete_all();
        "mg.domains.getIps" => m.domains().ips(D).list();
        "mg.domains.assignIp" => m.domains().ips(D).assign(IP);
        "mg.domains.linkIpPool" => m.domains().ips(D).link_pool("pool");
        "mg.domains.deleteIp" => m.domains().ips(D).delete_ip(IP, None);
        "mg.domains.unlinkIpPoll" =>
            m.domains().ips(D).unlink_ip_pool(domains::IpReplacement::Shared);
        "mg.ip_pools.removeIpFromDomainPool" => m.domains().ips(D).remove(IP, None);
        "mg.ip_pools.removeDomainPool" => m.domains().ips(D).remove_all();
        "mg.ip_pools.unlinkDomainPool" =>
            m.domains().ips(D).unlink_pool(domains::IpReplacement::Shared);

        "mg.domains.domainKeys.list" => m.dkim_keys().list_of_domain(D);
        "mg.domains.domainKeys.listAll" => m.dkim_keys().list(dkim::ListDkimKeys::new());
        "mg.domains.domainKeys.create" => m.dkim_keys().create(D, "s", dkim::CreateDkimKey::new());
        "mg.domains.domainKeys.destroy" => m.dkim_keys().delete(D, "s");
        "mg.domains.domainKeys.activate" => m.dkim_keys().activate(D, "s");
        "mg.domains.domainKeys.deactivate" => m.dkim_keys().deactivate(D, "s");
        "mg.domains.domainKeys.updateDKIMAuthority" => m.dkim_keys().update_authority(D, true);
        "mg.domains.updateDKIMAuthority" => m.dkim_keys().update_authority(D, true);
        "mg.domains.domainKeys.updateDKIMSelector" => m.dkim_keys().update_selector(D, "s");
        "mg.domains.updateDKIMSelector" => m.dkim_keys().update_selector(D, "s");
        "mg.dkimManagement.update" =>
            m.dkim_keys().update_rotation(D, true, dkim::RotationSettings::new());
        "mg.dkimManagement.rotateImmediately" => m.dkim_keys().rotate_now(D);

        "mg.domains.domainTemplates.list" => m.templates(D).list(templates::ListTemplates::new());
        "mg.domains.domainTemplates.get" => m.templates(D).get("t", templates::GetTemplate::new());
        "mg.domains.domainTemplates.create" =>
            m.templates(D).create("t", templates::CreateTemplate::new());
        "mg.domains.domainTemplates.update" => m.templates(D).update("t", "text");
        "mg.domains.domainTemplates.destroy" => m.templates(D).delete("t");
        "mg.domains.domainTemplates.destroyAll" => m.templates(D).delete_all();
        "mg.domains.domainTemplates.listVersions" =>
            m.templates(D).versions("t").list(templates::ListVersions::new());
        "mg.domains.domainTemplates.getVersion" => m.templates(D).versions("t").get("v1");
        "mg.domains.domainTemplates.createVersion" =>
            m.templates(D).versions("t").create("v1", "", templates::VersionSettings::new());
        "mg.domains.domainTemplates.updateVersion" =>
            m.templates(D).versions("t").update("v1", templates::VersionSettings::new());
        "mg.domains.domainTemplates.destroyVersion" => m.templates(D).versions("t").delete("v1");

        "mg.suppressions.list" =>
            m.suppressions(D).bounces().list(suppressions::ListSuppressions::new()),
            m.suppressions(D).unsubscribes().list(suppressions::ListSuppressions::new()),
            m.suppressions(D).complaints().list(suppressions::ListSuppressions::new()),
            m.suppressions(D).allowlist().list(suppressions::ListSuppressions::new());
        "mg.suppressions.get" =>
            m.suppressions(D).bounces().get("bob@example.com"),
            m.suppressions(D).unsubscribes().get("bob@example.com"),
            m.suppressions(D).complaints().get("bob@example.com"),
            m.suppressions(D).allowlist().get("bob@example.com");
        "mg.suppressions.create" =>
            m.suppressions(D).bounces().create_many([suppressions::NewBounce::new("a@b.c")]).into_calls().next().unwrap(),
            m.suppressions(D).unsubscribes().create(suppressions::NewUnsubscribe::new("a@b.c")),
            m.suppressions(D).unsubscribes().create_many([suppressions::NewUnsubscribe::new("a@b.c")]).into_calls().next().unwrap(),
            m.suppressions(D).complaints().create_many([suppressions::NewComplaint::new("a@b.c")]).into_calls().next().unwrap(),
            m.suppressions(D).allowlist().create(suppressions::NewAllowlistEntry::address("a@b.c"));
        "mg.suppressions.upload" =>
            m.suppressions(D).bounces().import(csv()),
            m.suppressions(D).unsubscribes().import(csv()),
            m.suppressions(D).complaints().import(csv()),
            m.suppressions(D).allowlist().import(csv());
        "mg.suppressions.destroy" =>
            m.suppressions(D).bounces().delete("bob@example.com"),
            m.suppressions(D).unsubscribes().delete("bob@example.com"),
            m.suppressions(D).complaints().delete("bob@example.com"),
            m.suppressions(D).allowlist().delete("bob@example.com");
        "mg.suppressions.destroyAll" =>
            m.suppressions(D).bounces().delete_all(),
            m.suppressions(D).unsubscribes().delete_all(),
            m.suppressions(D).complaints().delete_all(),
            m.suppressions(D).allowlist().delete_all();

        "mg.routes.list" => m.routes().list(routes::ListRoutes::new());
        "mg.routes.get" => m.routes().get("id");
        "mg.routes.create" => m.routes().create("catch_all()", routes::RouteSettings::new());
        "mg.routes.update" => m.routes().update("id", routes::RouteSettings::new());
        "mg.routes.destroy" => m.routes().delete("id");
        "mg.routes.matchAddress" => m.routes().match_address("bob@example.com");

        "mg.lists.list" => m.mailing_lists().list(mailing_lists::ListMailingLists::new());
        "mg.lists.listByAddress" =>
            m.mailing_lists().list_by_address(mailing_lists::ListMailingListsByAddress::new());
        "mg.lists.get" => m.mailing_lists().get("l@example.com");
        "mg.lists.create" =>
            m.mailing_lists().create("l@example.com", mailing_lists::MailingListSettings::new());
        "mg.lists.update" =>
            m.mailing_lists().update("l@example.com", mailing_lists::MailingListSettings::new());
        "mg.lists.destroy" => m.mailing_lists().delete("l@example.com");
        "mg.lists.validate" => m.mailing_lists().validate("l@example.com");
        "mg.lists.validationResult" => m.mailing_lists().validation_result("l@example.com");
        "mg.lists.cancelValidation" => m.mailing_lists().cancel_validation("l@example.com");
        "mg.lists.members.listMembers" =>
            m.mailing_lists().members("l@example.com").list(mailing_lists::ListMembers::new());
        "mg.lists.members.listMembersByAddress" =>
            m.mailing_lists().members("l@example.com").list_by_address(mailing_lists::ListMembersByAddress::new());
        "mg.lists.members.getMember" => m.mailing_lists().members("l@example.com").get("a@b.c");
        "mg.lists.members.createMember" =>
            m.mailing_lists().members("l@example.com").create("a@b.c", mailing_lists::MemberSettings::new());
        "mg.lists.members.createMembers" =>
            m.mailing_lists().members("l@example.com").create_many(vec![mailing_lists::NewMember::new("a@b.c")], mailing_lists::CreateMembers::new()).into_calls().next().unwrap();
        "mg.lists.members.upload" =>
            m.mailing_lists().members("l@example.com").import(csv(), mailing_lists::ImportMembers::new());
        "mg.lists.members.updateMember" =>
            m.mailing_lists().members("l@example.com").update("a@b.c", mailing_lists::MemberSettings::new());
        "mg.lists.members.destroyMember" => m.mailing_lists().members("l@example.com").delete("a@b.c");

        "mg.subaccounts.list" => m.subaccounts().list(subaccounts::ListSubaccounts::new());
        "mg.subaccounts.get" => m.subaccounts().get("id");
        "mg.subaccounts.create" => m.subaccounts().create("name");
        "mg.subaccounts.enable" => m.subaccounts().enable("id");
        "mg.subaccounts.disable" => m.subaccounts().disable("id", subaccounts::DisableSubaccount::new());
        "mg.subaccounts.destroy" => m.subaccounts().delete("id");
        "mg.subaccounts.setMonthlySendingLimit" => m.subaccounts().set_monthly_limit("id", 1);
        "mg.subaccounts.getMonthlySendingLimit" => m.subaccounts().monthly_limit("id");
        "mg.subaccounts.updateSubaccountFeature" =>
            m.subaccounts().update_features("id", subaccounts::UpdateFeatures::new());

        "mg.tags.list" => m.tags().list(tags::ListTags::new());
        "mg.tags.limits" => m.tags().limits();
        "mg.tags.update" => m.tags().update("tag", "text");
        "mg.tags.destroy" => m.tags().delete("tag");
        "mg.domains.domainTags.list" => m.domain_tags(D).list(tags::ListDomainTags::new());
        "mg.domains.domainTags.get" => m.domain_tags(D).get("tag");
        "mg.domains.domainTags.update" => m.domain_tags(D).update("tag", "text");
        "mg.domains.domainTags.destroy" => m.domain_tags(D).delete("tag");
        "mg.domains.domainTags.statistic" => m.domain_tags(D).stats("tag", tags::StatsQuery::new());
        "mg.domains.domainTags.countries" => m.domain_tags(D).countries("tag");
        "mg.domains.domainTags.providers" => m.domain_tags(D).providers("tag");
        "mg.domains.domainTags.devices" => m.domain_tags(D).devices("tag");

        "mg.customMessageLimit.get" => m.account().custom_message_limit().get();
        "mg.customMessageLimit.set" => m.account().custom_message_limit().set(1);
        "mg.customMessageLimit.destroy" => m.account().custom_message_limit().delete();
        "mg.customMessageLimit.enable" => m.account().custom_message_limit().enable();
        "mg.accountManagement.updateAccountSettings" =>
            m.account().update_settings(account::AccountSettings::new());
        "mg.accountManagement.getWebhookSigningKey" => m.account().webhook_signing_key().get();
        "mg.accountManagement.createWebhookSigningKey" => m.account().webhook_signing_key().create();
        "mg.accountManagement.getSandboxAuthorizedRecipients" => m.account().sandbox_recipients().list();
        "mg.accountManagement.addSandboxAuthorizedRecipient" =>
            m.account().sandbox_recipients().add("a@b.c");
        "mg.accountManagement.removeSandboxAuthorizedRecipient" =>
            m.account().sandbox_recipients().remove("a@b.c");
        "mg.accountManagement.resendActivationEmail" => m.account().resend_activation_email();
        "mg.accountManagement.updateAccountFeature" =>
            m.account().update_features(account::AccountFeatures::new());
        "mg.apiKeys.list" => m.account().api_keys().list(account::ListApiKeys::new());
        "mg.apiKeys.create" =>
            m.account().api_keys().create(account::KeyRole::Basic, account::CreateApiKey::new());
        "mg.apiKeys.destroy" => m.account().api_keys().delete("id");
        "mg.apiKeys.regeneratePublicKey" => m.account().api_keys().regenerate_public_key();

        "mg.events.get" =>
            m.events(D).list(events::EventQuery::new()),
            m.events(D).list_page("token");
        "mg.logs.list" => m.analytics().logs().query(analytics::LogQuery::new());
        "mg.stats.getDomain" => m.analytics().stats().domain(D, analytics::StatsQuery::new());
        "mg.stats.getAccount" => m.analytics().stats().account(analytics::StatsQuery::new());
        "mg.metrics.getAccount" => m.analytics().metrics(analytics::MetricsQuery::new());
        "mg.metrics.getAccountUsage" => m.analytics().usage(analytics::UsageQuery::new());
        "mg.bounceClassification.list" =>
            m.analytics().bounce_classification().query(analytics::BounceQuery::new());

        "mg.validate.get" => m.validations().validate("a@b.c", validations::ValidateAddress::new());
        "mg.validate.multipleValidation.create" =>
            m.validations().bulk().create("id", validations::AddressFile::from_addresses(["a@b.c"]));
        "mg.validate.multipleValidation.list" => m.validations().bulk().list(validations::ListJobs::new());
        "mg.validate.multipleValidation.get" => m.validations().bulk().get("id");
        "mg.validate.multipleValidation.destroy" => m.validations().bulk().cancel("id");

        "mg.webhooks.list" => m.webhooks(D).list();
        "mg.webhooks.get" => m.webhooks(D).get(webhooks::WebhookType::Clicked);
        "mg.webhooks.create" =>
            m.webhooks(D).create(webhooks::WebhookType::Clicked, ["https://example.com"]),
            m.webhooks(D).test(webhooks::WebhookType::Clicked, "https://example.com");
        "mg.webhooks.update" =>
            m.webhooks(D).update(webhooks::WebhookType::Clicked, ["https://example.com"]);
        "mg.webhooks.destroy" => m.webhooks(D).delete(webhooks::WebhookType::Clicked);

        "mg.inboxPlacements.seedsLists.list" =>
            m.inbox_placement().seed_lists().list(inbox_placement::ListSeedLists::new());
        "mg.inboxPlacements.seedsLists.get" => m.inbox_placement().seed_lists().get("a@b.c");
        "mg.inboxPlacements.seedsLists.create" =>
            m.inbox_placement().seed_lists().create(inbox_placement::CreateSeedList::new());
        "mg.inboxPlacements.seedsLists.update" =>
            m.inbox_placement().seed_lists().update("a@b.c", inbox_placement::UpdateSeedList::new());
        "mg.inboxPlacements.seedsLists.destroy" => m.inbox_placement().seed_lists().delete("a@b.c");
        "mg.inboxPlacements.seedsLists.attributes.list" => m.inbox_placement().seed_lists().attributes();
        "mg.inboxPlacements.seedsLists.attributes.get" => m.inbox_placement().seed_lists().attribute("a");
        "mg.inboxPlacements.seedsLists.filters.list" => m.inbox_placement().seed_lists().filters();
        "mg.inboxPlacements.providers.list" => m.inbox_placement().providers();
        "mg.inboxPlacements.results.list" =>
            m.inbox_placement().results().list(inbox_placement::ListResults::new());
        "mg.inboxPlacements.results.get" => m.inbox_placement().results().get("id");
        "mg.inboxPlacements.results.destroy" => m.inbox_placement().results().delete("id");
        "mg.inboxPlacements.results.getResultByShareId" => m.inbox_placement().results().get_shared("id");
        "mg.inboxPlacements.results.attributes.list" => m.inbox_placement().results().attributes();
        "mg.inboxPlacements.results.attributes.get" =>
            m.inbox_placement().results().attribute("a", inbox_placement::ListResults::new());
        "mg.inboxPlacements.results.filters.list" => m.inbox_placement().results().filters();
        "mg.inboxPlacements.results.sharing.get" => m.inbox_placement().results().sharing("id");
        "mg.inboxPlacements.results.sharing.update" =>
            m.inbox_placement().results().update_sharing("id", true);
        "mg.inboxPlacements.runTest" =>
            m.inbox_placement().run_test("a@b.c", "Hello", inbox_placement::RunTest::new());

        "mg.ips.list" => m.ips().list(ips::ListIps::new());
        "mg.ips.get" => m.ips().get(IP);
        "mg.ip_pools.list" => m.ips().pools().list();
        "mg.ip_pools.get" => m.ips().pools().get("id");
        "mg.ip_pools.create" => m.ips().pools().create("name", "text", ips::CreateIpPool::new());
        "mg.ip_pools.update" => m.ips().pools().update("id", ips::UpdateIpPool::new());
        "mg.ip_pools.destroy" => m.ips().pools().delete("id", None);
        "mg.ip_pools.linkedDomains" => m.ips().pools().domains("id", ips::ListPoolDomains::new());
        "mg.ip_pools.addIp" => m.ips().pools().add_ip("id", IP);
        "mg.ip_pools.removeIp" => m.ips().pools().remove_ip("id", IP);
        "mg.ip_pools.addIps" => m.ips().pools().add_ips("id", &[IP]);
        "mg.ip_pools.delegate" => m.ips().pools().delegate("id", "subaccount");
        "mg.ip_pools.revokeDelegation" => m.ips().pools().revoke_delegation("id", "subaccount");
    }
}

const LOCAL: [(&str, &str); 3] = [
    ("mg.client", "`Mailgun::builder(..)`"),
    ("mg.setSubaccount", "`for_subaccount(..)`"),
    ("mg.resetSubaccount", "the handle that `for_subaccount(..)` was called on"),
];

fn mailgun() -> Mailgun {
    Mailgun::builder("key-test").base_url("http://127.0.0.1:9").build().unwrap()
}

#[test]
fn every_method_of_the_reference_has_one_of_ours() {
    let rows = rows(&mailgun());
    for operation in operations::all() {
        let methods = operation.reference_method.split('|').filter(|method| !method.is_empty());
        for method in methods {
            let is_there = rows.iter().filter(|row| row.theirs == method).any(|row| {
                row.route.method().as_str() == operation.method
                    // The cursor of a listing is a part of the path.
                    && (operations::normal(row.route.template()) == operations::normal(&operation.path)
                        || operation.path.ends_with("/{page_token}"))
            });
            assert!(is_there, "{method}: {} {}", operation.method, operation.path);
        }
    }
    let known: BTreeSet<_> = operations::all()
        .iter()
        .flat_map(|operation| {
            operation.reference_method.split('|').map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    for row in rows {
        assert!(known.contains(row.theirs), "the reference has no {}", row.theirs);
    }
}

#[test]
fn the_page_lists_every_method_and_no_other() {
    let mut table = BTreeMap::<&str, Vec<String>>::new();
    for (theirs, ours) in LOCAL {
        table.insert(theirs, vec![ours.to_owned()]);
    }
    for row in rows(&mailgun()) {
        let ours = table.entry(row.theirs).or_default();
        let written = format!("`{}`", row.ours);
        if !ours.contains(&written) {
            ours.push(written);
        }
    }
    let expected: BTreeSet<_> = table
        .iter()
        .map(|(theirs, ours)| format!("| `{theirs}` | {} |", ours.join(", ")))
        .collect();
    let page = include_str!("../../../docs/coming-from-mailgun-js.md");
    let listed: BTreeSet<_> =
        page.lines().filter(|line| line.starts_with("| `")).map(str::to_owned).collect();
    let missing: Vec<_> = expected.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(&expected).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing: {missing:#?}\nstale: {stale:#?}");
}

#[tokio::test]
async fn the_handle_of_the_account_acts_for_no_subaccount_after_one_was_made_from_it() {
    let cases = wire::cases("resetSubaccount");
    assert_eq!(cases.len(), 1);
    wire::compare(&cases, &[], async |case, client| {
        let mailgun = Mailgun::from(client.clone());
        let tenant = mailgun.for_subaccount(case.subaccount()).unwrap();
        drop(mailgun.domains().list(domains::ListDomains::new()).next_page().await);
        drop(tenant);
    })
    .await;

    // The handle of the subaccount is one, or the comparison would say nothing.
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let tenant = Mailgun::from(service.client()).for_subaccount(cases[0].subaccount()).unwrap();
    drop(tenant.domains().list(domains::ListDomains::new()).next_page().await);
    let seen = service.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].headers["x-mailgun-on-behalf-of"], cases[0].subaccount());
}
