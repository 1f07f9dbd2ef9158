use mailgun_core::{Client, Timestamp};
use mailgun_suppressions::{
    ListSuppressions, NewAllowlistEntry, NewBounce, NewComplaint, NewUnsubscribe, Suppressions,
};
use mailgun_testing::wire::{self, Case, Difference};
use mailgun_types::Csv;
use serde_json::Value;

const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "suppressions.create.bounces_full",
        field: "json",
        theirs: r#"[{"address":"bob+a@example.com","code":"550","created_at":"Thu, 13 Oct 2011 18:02:00 +0000","error":"Böunced"},{"address":"al@example.com","code":552,"error":""}]"#,
        ours: r#"[{"address":"bob+a@example.com","code":"550","created_at":"Thu, 13 Oct 2011 18:02:00 +0000","error":"Böunced"},{"address":"al@example.com","code":"552","error":""}]"#,
        why: "the API description has the code as text",
    },
    Difference {
        case: "suppressions.create.unsubscribes_array",
        field: "json",
        theirs: r#"[{"address":"bob@example.com","tags":["one","another tag"]},{"address":"al@example.com","created_at":"Thu, 13 Oct 2011 18:02:00 UTC","tags":["*"]}]"#,
        ours: r#"[{"address":"bob@example.com","tags":["one","another tag"]},{"address":"al@example.com","created_at":"Thu, 13 Oct 2011 18:02:00 +0000","tags":["*"]}]"#,
        why: "dates are sent with a numeric zone",
    },
];

#[tokio::test]
async fn requests_match_the_reference_client() {
    let cases = wire::cases("suppressions.");
    assert_eq!(cases.len(), 27);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let suppressions = Suppressions::new(client, case.text(0));
    let (bounces, unsubscribes) = (suppressions.bounces(), suppressions.unsubscribes());
    let (complaints, allowlist) = (suppressions.complaints(), suppressions.allowlist());
    let listing = ListSuppressions::new;
    match (&*case.js_call, case.text(1)) {
        ("mg.suppressions.list", "bounces") => drop(bounces.list(listing()).next_page().await),
        ("mg.suppressions.list", "unsubscribes") => {
            drop(unsubscribes.list(listing()).next_page().await);
        }
        ("mg.suppressions.list", "complaints") => {
            drop(complaints.list(listing()).next_page().await);
        }
        ("mg.suppressions.list", "whitelists") => drop(allowlist.list(listing()).next_page().await),
        ("mg.suppressions.get", "bounces") => drop(bounces.get(case.text(2)).await),
        ("mg.suppressions.get", "unsubscribes") => drop(unsubscribes.get(case.text(2)).await),
        ("mg.suppressions.get", "complaints") => drop(complaints.get(case.text(2)).await),
        ("mg.suppressions.get", "whitelists") => drop(allowlist.get(case.text(2)).await),
        ("mg.suppressions.create", "bounces") => {
            drop(bounces.create_many(records(case.arg(2), bounce)).await);
        }
        ("mg.suppressions.create", "unsubscribes") if case.arg(2).is_array() => {
            drop(unsubscribes.create_many(records(case.arg(2), unsubscribe)).await);
        }
        ("mg.suppressions.create", "unsubscribes") => {
            drop(unsubscribes.create(unsubscribe(case.arg(2))).await);
        }
        ("mg.suppressions.create", "complaints") => {
            drop(complaints.create_many(records(case.arg(2), complaint)).await);
        }
        ("mg.suppressions.create", "whitelists") => {
            drop(allowlist.create(NewAllowlistEntry::address(text(&case.arg(2)["address"]))).await);
        }
        ("mg.suppressions.upload", "bounces") => drop(bounces.import(file(case)).await),
        ("mg.suppressions.upload", "unsubscribes") => drop(unsubscribes.import(file(case)).await),
        ("mg.suppressions.upload", "complaints") => drop(complaints.import(file(case)).await),
        ("mg.suppressions.upload", "whitelists") => drop(allowlist.import(file(case)).await),
        ("mg.suppressions.destroy", "bounces") => drop(bounces.delete(case.text(2)).await),
        ("mg.suppressions.destroy", "unsubscribes") => {
            drop(unsubscribes.delete(case.text(2)).await);
        }
        ("mg.suppressions.destroy", "complaints") => drop(complaints.delete(case.text(2)).await),
        ("mg.suppressions.destroy", "whitelists") => drop(allowlist.delete(case.text(2)).await),
        ("mg.suppressions.destroyAll", "bounces") => drop(bounces.delete_all().await),
        ("mg.suppressions.destroyAll", "unsubscribes") => drop(unsubscribes.delete_all().await),
        ("mg.suppressions.destroyAll", "complaints") => drop(complaints.delete_all().await),
        ("mg.suppressions.destroyAll", "whitelists") => drop(allowlist.delete_all().await),
        other => panic!("no method is mapped to {other:?}"),
    }
}

fn file(case: &Case) -> Csv {
    let file = case.arg(2);
    Csv::from_bytes(text(&file["filename"]), text(&file["data"]["$bytes"])).unwrap()
}

/// The reference takes one record where it takes several.
fn records<T>(data: &Value, record: fn(&Value) -> T) -> Vec<T> {
    data.as_array().map_or_else(|| vec![record(data)], |rows| rows.iter().map(record).collect())
}

fn bounce(data: &Value) -> NewBounce {
    let fields = data.as_object().unwrap().iter();
    fields.fold(NewBounce::new(text(&data["address"])), |bounce, (name, value)| match &**name {
        "address" => bounce,
        "code" => bounce.code(text(value)),
        "error" => bounce.error(text(value)),
        "created_at" => bounce.created_at(date(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn unsubscribe(data: &Value) -> NewUnsubscribe {
    let fields = data.as_object().unwrap().iter();
    let address = NewUnsubscribe::new(text(&data["address"]));
    fields.fold(address, |unsubscribe, (name, value)| match &**name {
        "address" => unsubscribe,
        "tag" => unsubscribe.tag(text(value)),
        "tags" => {
            let tags = value.as_array().unwrap().iter();
            tags.fold(unsubscribe, |unsubscribe, tag| unsubscribe.tag(text(tag)))
        }
        "created_at" => unsubscribe.created_at(date(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn complaint(data: &Value) -> NewComplaint {
    assert_eq!(data.as_object().unwrap().len(), 1);
    NewComplaint::new(text(&data["address"]))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn date(value: &Value) -> Timestamp {
    text(value).parse().unwrap()
}
