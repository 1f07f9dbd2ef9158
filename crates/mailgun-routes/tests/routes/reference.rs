use mailgun_core::Client;
use mailgun_routes::{ListRoutes, RouteSettings, Routes};
use mailgun_testing::wire::{self, Case, Difference};
use serde_json::Value;

const ENCODING: &str = "the API description has the form urlencoded; the service takes both";
const ZERO: &str = "the reference drops what is 0";

const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "routes.create",
        field: "content type",
        theirs: "multipart/form-data",
        ours: "application/x-www-form-urlencoded",
        why: ENCODING,
    },
    Difference {
        case: "routes.create",
        field: "part priority",
        theirs: "absent",
        ours: r#"["0"]"#,
        why: ZERO,
    },
    Difference {
        case: "routes.update",
        field: "content type",
        theirs: "multipart/form-data",
        ours: "application/x-www-form-urlencoded",
        why: ENCODING,
    },
    Difference {
        case: "routes.update",
        field: "part priority",
        theirs: "absent",
        ours: r#"["0"]"#,
        why: ZERO,
    },
];

#[tokio::test]
async fn requests_match_the_reference_client() {
    let cases = wire::cases("routes.");
    assert_eq!(cases.len(), 7);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let routes = Routes::new(client);
    match &*case.js_call {
        "mg.routes.list" => drop(routes.list(listing(case.arg(0))).next_page().await),
        "mg.routes.get" => drop(routes.get(case.text(0)).await),
        "mg.routes.create" => {
            let expression = case.arg(0)["expression"].as_str().unwrap();
            drop(routes.create(expression, settings(case.arg(0))).await);
        }
        "mg.routes.update" => drop(routes.update(case.text(0), settings(case.arg(1))).await),
        "mg.routes.destroy" => drop(routes.delete(case.text(0)).await),
        "mg.routes.matchAddress" => drop(routes.match_address(case.text(0)).await),
        other => panic!("no method is mapped to {other}"),
    }
}

fn listing(query: &Value) -> ListRoutes {
    let query = query.as_object().into_iter().flatten();
    query.fold(ListRoutes::new(), |params, (name, value)| match &**name {
        "limit" => params.limit(value.as_u64().unwrap() as u32),
        "skip" => params.skip(value.as_u64().unwrap()),
        other => panic!("no setter is mapped to {other}"),
    })
}

fn settings(data: &Value) -> RouteSettings {
    let data = data.as_object().unwrap().iter();
    data.fold(RouteSettings::new(), |settings, (name, value)| match &**name {
        "priority" => settings.priority(value.as_i64().unwrap()),
        "description" => settings.description(value.as_str().unwrap()),
        "expression" => settings.expression(value.as_str().unwrap()),
        "action" => {
            let actions = value.as_array().unwrap().iter();
            actions.fold(settings, |settings, action| settings.action(action.as_str().unwrap()))
        }
        other => panic!("no setter is mapped to {other}"),
    })
}
