//! A domain is given to every handle in the same ways.

#![cfg(feature = "full")]
#![allow(clippy::unwrap_used, reason = "tests")]

use mailgun::{DomainName, Mailgun, domains::GetDomain};

/// The paths of a call of each handle that has a domain.
fn paths(mailgun: &Mailgun, domain: impl Into<String> + Clone) -> Vec<String> {
    let domain = || domain.clone();
    let requests = [
        mailgun.messages(domain()).queue_status().into_request(),
        mailgun.suppressions(domain()).bounces().get("bob@example.com").into_request(),
        mailgun.templates(domain()).delete("welcome").into_request(),
        mailgun.webhooks(domain()).list().into_request(),
        mailgun.domains().tracking(domain()).get().into_request(),
    ];
    requests.map(|request| request.unwrap().uri().path().to_owned()).into()
}

#[test]
fn text_and_domain_names_are_taken_by_value_and_by_reference() {
    let mailgun = Mailgun::builder("key-test").build().unwrap();
    let text = "mg.example.com".to_owned();
    let name = DomainName::new("MG.example.com").unwrap();
    let expected = paths(&mailgun, "mg.example.com");
    assert_eq!(expected[0], "/v3/domains/mg.example.com/sending_queues");
    assert_eq!(paths(&mailgun, &text), expected);
    assert_eq!(paths(&mailgun, text), expected);
    assert_eq!(paths(&mailgun, &name), expected);

    let request = mailgun.domains().get(&name, GetDomain::new()).into_request().unwrap();
    assert_eq!(request.uri().path(), "/v4/domains/mg.example.com");
    assert_eq!(paths(&mailgun, name), expected);
}
