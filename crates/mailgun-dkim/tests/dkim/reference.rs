use std::time::Duration;

use mailgun_core::Client;
use mailgun_dkim::{CreateDkimKey, DkimKeys, ListDkimKeys, RotationSettings};
use mailgun_testing::wire::{self, Case, Difference};
use serde_json::Value;

const LIMIT: &str = "the reference sends a limit without a value when none is given";

const FORM: &str = "the API description has a form with a boolean; a recording has a form too";

const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "domains.domainKeys.listAll",
        field: "query",
        theirs: "limit=",
        ours: "",
        why: LIMIT,
    },
    Difference {
        case: "domains.domainKeys.listAll.filter",
        field: "query",
        theirs: "limit=&selector=s1&signing_domain=mg.example.com",
        ours: "selector=s1&signing_domain=mg.example.com",
        why: LIMIT,
    },
    Difference {
        case: "domains.updateDKIMAuthority",
        field: "query",
        theirs: "self=yes",
        ours: "",
        why: FORM,
    },
    Difference {
        case: "domains.updateDKIMAuthority",
        field: "content type",
        theirs: "none",
        ours: "multipart/form-data",
        why: FORM,
    },
    Difference {
        case: "domains.updateDKIMAuthority",
        field: "part self",
        theirs: "absent",
        ours: r#"["true"]"#,
        why: FORM,
    },
    Difference {
        case: "domains.domainKeys.updateDKIMAuthority",
        field: "query",
        theirs: "self=true",
        ours: "",
        why: FORM,
    },
    Difference {
        case: "domains.domainKeys.updateDKIMAuthority",
        field: "content type",
        theirs: "none",
        ours: "multipart/form-data",
        why: FORM,
    },
    Difference {
        case: "domains.domainKeys.updateDKIMAuthority",
        field: "part self",
        theirs: "absent",
        ours: r#"["true"]"#,
        why: FORM,
    },
    Difference {
        case: "dkimManagement.update",
        field: "part rotation_interval",
        theirs: r#"["120h0m0s"]"#,
        ours: r#"["5d"]"#,
        why: "the reference sends whatever text it is given; the API description has days",
    },
];

#[tokio::test]
async fn requests_match_the_reference_client() {
    let mut cases = wire::cases("dkimManagement.");
    cases.extend(wire::cases("domains.").into_iter().filter(|case| {
        case.js_call.starts_with("mg.domains.domainKeys.")
            || case.js_call.starts_with("mg.domains.updateDKIM")
    }));
    assert_eq!(cases.len(), 10);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let keys = DkimKeys::new(client);
    match &*case.js_call {
        "mg.domains.domainKeys.listAll" => {
            drop(keys.list(listing(case.arg(0))).next_page().await);
        }
        "mg.domains.domainKeys.create" => {
            let text = |name: &str| case.arg(0)[name].as_str();
            let mut key = CreateDkimKey::new();
            if let Some(bits) = text("bits") {
                key = key.bits(bits.parse().unwrap());
            }
            if let Some(pem) = text("pem") {
                key = key.pem(pem);
            }
            let (domain, selector) = (text("signingDomain").unwrap(), text("selector").unwrap());
            drop(keys.create(domain, selector, key).await);
        }
        "mg.domains.domainKeys.deactivate" => {
            drop(keys.deactivate(case.text(0), case.text(1)).await);
        }
        "mg.domains.domainKeys.destroy" => drop(keys.delete(case.text(0), case.text(1)).await),
        "mg.domains.updateDKIMAuthority" | "mg.domains.domainKeys.updateDKIMAuthority" => {
            let is_own = matches!(case.arg(1)["self"].as_str().unwrap(), "yes" | "true");
            drop(keys.update_authority(case.text(0), is_own).await);
        }
        "mg.dkimManagement.update" => {
            let data = case.arg(1);
            let settings = match data["rotation_interval"].as_str() {
                Some("120h0m0s") => {
                    RotationSettings::new().interval(Duration::from_secs(120 * 3600))
                }
                Some(other) => panic!("{other}"),
                None => RotationSettings::new(),
            };
            let is_enabled = data["rotation_enabled"].as_bool().unwrap();
            drop(keys.update_rotation(case.text(0), is_enabled, settings).await);
        }
        other => panic!("no method is mapped to {other}"),
    }
}

fn listing(filter: &Value) -> ListDkimKeys {
    let filter = filter.as_object().into_iter().flatten();
    filter.fold(ListDkimKeys::new(), |params, (name, value)| match &**name {
        "signingDomain" => params.signing_domain(value.as_str().unwrap()),
        "selector" => params.selector(value.as_str().unwrap()),
        other => panic!("no setter is mapped to {other}"),
    })
}
