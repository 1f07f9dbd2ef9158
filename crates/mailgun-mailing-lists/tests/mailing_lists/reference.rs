use mailgun_core::Client;
use mailgun_mailing_lists::{
    CreateMembers, ImportMembers, ListMailingLists, ListMailingListsByAddress, ListMembers,
    ListMembersByAddress, MailingListSettings, MailingLists, MemberSettings, NewMember,
};
use mailgun_testing::wire::{self, Case, Difference};
use mailgun_types::Csv;
use serde_json::Value;

const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "lists.validate",
        field: "content type",
        theirs: "application/json",
        ours: "none",
        why: NO_BODY,
    },
    Difference {
        case: "lists.validate",
        field: "json",
        theirs: "{}",
        ours: "absent",
        why: NO_BODY,
    },
    Difference {
        case: "lists.members.createMembers.addresses",
        field: "part members",
        theirs: r#"["[\"a@example.com\",\"b@example.com\"]"]"#,
        ours: r#"["[{\"address\":\"a@example.com\"},{\"address\":\"b@example.com\"}]"]"#,
        why: "the service takes addresses and objects; objects are the one form that says all",
    },
    Difference {
        case: "lists.members.upload.string_flags",
        field: "part members",
        theirs: "[\"file\" application/octet-stream 22 \
            059a306b56478d31103bc4d2af9907cd7d5854286cbadd90973a814a84c2e4b8]",
        ours: "[\"members.csv\" text/csv 22 \
            059a306b56478d31103bc4d2af9907cd7d5854286cbadd90973a814a84c2e4b8]",
        why: "the reference invents a name for a file that was given as text",
    },
];
const NO_BODY: &str = "the call has no parameters, and so no body";

#[tokio::test]
async fn requests_match_the_reference_client() {
    let cases = wire::cases("lists.");
    assert_eq!(cases.len(), 21);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let lists = MailingLists::new(client);
    if case.js_call.starts_with("mg.lists.members.") {
        return call_members(case, &lists).await;
    }
    match &*case.js_call {
        "mg.lists.list" => drop(lists.list(listing(case.arg(0))).next_page().await),
        "mg.lists.listByAddress" => {
            let params = entries(case.arg(0)).fold(
                ListMailingListsByAddress::new(),
                |params, (name, value)| match name {
                    "address" => params.address(text(value)),
                    "limit" => params.limit(value.as_u64().unwrap() as u32),
                    "skip" => params.skip(value.as_u64().unwrap()),
                    other => panic!("no setter is mapped to {other}"),
                },
            );
            drop(lists.list_by_address(params).next_page().await);
        }
        "mg.lists.get" => drop(lists.get(case.text(0)).await),
        "mg.lists.create" => {
            let address = text(&case.arg(0)["address"]);
            drop(lists.create(address, list_settings(case.arg(0))).await);
        }
        "mg.lists.update" => drop(lists.update(case.text(0), list_settings(case.arg(1))).await),
        "mg.lists.validate" => drop(lists.validate(case.text(0)).await),
        "mg.lists.validationResult" => drop(lists.validation_result(case.text(0)).await),
        other => panic!("no method is mapped to {other}"),
    }
}

async fn call_members(case: &Case, lists: &MailingLists) {
    let members = lists.members(case.text(0));
    match case.js_call.trim_start_matches("mg.lists.members.") {
        "listMembers" => {
            let params =
                entries(case.arg(1)).fold(ListMembers::new(), |params, (name, value)| match name {
                    "limit" => params.limit(value.as_u64().unwrap() as u32),
                    "subscribed" => params.subscribed(flag(value)),
                    other => panic!("no setter is mapped to {other}"),
                });
            drop(members.list(params).next_page().await);
        }
        "listMembersByAddress" => {
            let params =
                entries(case.arg(1)).fold(ListMembersByAddress::new(), |params, (name, value)| {
                    match name {
                        "address" => params.address(text(value)),
                        "limit" => params.limit(value.as_u64().unwrap() as u32),
                        "skip" => params.skip(value.as_u64().unwrap()),
                        other => panic!("no setter is mapped to {other}"),
                    }
                });
            drop(members.list_by_address(params).next_page().await);
        }
        "getMember" => drop(members.get(case.text(1)).await),
        "createMember" => {
            let address = text(&case.arg(1)["address"]);
            drop(members.create(address, member_settings(case.arg(1))).await);
        }
        "createMembers" => {
            let data = case.arg(1);
            let rows = data["members"].as_array().unwrap().iter().map(new_member).collect();
            let params = CreateMembers::new().upsert(flag(&data["upsert"]));
            drop(members.create_many(rows, params).await);
        }
        "updateMember" => {
            drop(members.update(case.text(1), member_settings(case.arg(2))).await);
        }
        "destroyMember" => drop(members.delete(case.text(1)).await),
        "upload" => {
            let file = case.arg(1);
            let bytes = file.as_str().or(file["data"]["$bytes"].as_str()).unwrap().to_owned();
            let csv = Csv::from_bytes("members.csv", bytes).unwrap();
            let is_set = |index| case.arg(index).as_bool().unwrap_or(true);
            let params = ImportMembers::new().subscribed(is_set(2)).upsert(is_set(3));
            drop(members.import(csv, params).await);
        }
        other => panic!("no method is mapped to {other}"),
    }
}

fn entries(data: &Value) -> impl Iterator<Item = (&str, &Value)> {
    data.as_object().into_iter().flatten().map(|(name, value)| (&**name, value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn flag(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| text(value) == "yes")
}

fn listing(query: &Value) -> ListMailingLists {
    entries(query).fold(ListMailingLists::new(), |params, (name, value)| match name {
        "limit" => params.limit(value.as_u64().unwrap() as u32),
        "page" => params.page(text(value).trim_start_matches("?page=").into()),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn list_settings(data: &Value) -> MailingListSettings {
    entries(data).fold(MailingListSettings::new(), |settings, (name, value)| match name {
        "address" => settings.address(text(value)),
        "name" => settings.name(text(value)),
        "description" => settings.description(text(value)),
        "access_level" => settings.access_level(text(value).into()),
        "reply_preference" => settings.reply_preference(text(value).into()),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn member_settings(data: &Value) -> MemberSettings {
    entries(data).fold(MemberSettings::new(), |settings, (name, value)| match name {
        "address" => settings.address(text(value)),
        "name" => settings.name(text(value)),
        "vars" => settings.vars(value),
        "subscribed" => settings.subscribed(flag(value)),
        "upsert" => settings.upsert(flag(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn new_member(row: &Value) -> NewMember {
    let address = row.as_str().or(row["address"].as_str()).unwrap();
    entries(row).fold(NewMember::new(address), |member, (name, value)| match name {
        "address" => member,
        "name" => member.name(text(value)),
        "vars" => member.vars(value),
        "subscribed" => member.subscribed(flag(value)),
        other => panic!("no setter is mapped to {other}"),
    })
}
