use std::collections::BTreeMap;

use mailgun_core::ErrorKind;
use mailgun_mailing_lists::{MailingLists, Member, MemberSettings, NewMember};
use mailgun_testing::{Answer, Scripted};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vars {
    age: u8,
    share: f32,
    tags: Vec<String>,
}

#[tokio::test]
async fn variables_of_any_type_are_json_text() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let members = MailingLists::new(&service.client()).members("news@mg.example.com");
    let vars = Vars { age: 36, share: 0.1, tags: vec!["ü".into()] };
    members.create("ada@example.com", MemberSettings::new().vars(&vars)).await.unwrap();
    let map = BTreeMap::from([("city", "Paris")]);
    members.update("ada@example.com", MemberSettings::new().vars(&map)).await.unwrap();
    let none = json!({});
    members.update("ada@example.com", MemberSettings::new().vars(&none)).await.unwrap();
    let sent: Vec<_> =
        service.seen().iter().map(|request| request.values("vars").concat()).collect();
    assert_eq!(sent, [r#"{"age":36,"share":0.1,"tags":["ü"]}"#, r#"{"city":"Paris"}"#, "{}"]);
}

#[tokio::test]
async fn variables_must_be_an_object() {
    let service = Scripted::new(|_| Answer::new(200, "{}"));
    let members = MailingLists::new(&service.client()).members("news@mg.example.com");
    let settings = || MemberSettings::new().name("Ada");
    let no_json = BTreeMap::from([(vec![1], "canary")]);
    for settings in [
        settings().vars("canary"),
        settings().vars(r#"{"canary": 1}"#),
        settings().vars(&["canary"]),
        settings().vars(&7),
        settings().vars(&()),
        settings().vars(&None::<Vars>),
        settings().vars(&no_json),
    ] {
        for error in [
            members.create("ada@example.com", settings.clone()).await.unwrap_err(),
            members.update("ada@example.com", settings).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let shown = format!("{error} {error:?}");
            assert!(shown.contains("`vars`") && !shown.contains("canary"), "{shown}");
        }
    }
    assert!(service.seen().is_empty());
    let member = NewMember::new("ada@example.com").vars(&json!({"secret": "canary"}));
    assert!(!format!("{member:?}").contains("canary"));
}

#[test]
fn variables_are_read_into_a_type_from_an_object_and_from_text() {
    let read = |vars| {
        let json = json!({"address": "ada@example.com", "vars": vars});
        serde_json::from_value::<Member>(json).unwrap()
    };
    let vars = Vars { age: 36, share: 0.5, tags: Vec::new() };
    let json = serde_json::to_value(&vars).unwrap();
    assert_eq!(read(json.clone()).read_vars::<Vars>().unwrap(), vars);
    assert_eq!(read(json.to_string().into()).read_vars::<Vars>().unwrap(), vars);
    assert_eq!(read(json).vars.get("age"), Some(&json!(36)));
    assert!(read(json!({})).read_vars::<Vars>().is_err());
    assert!(read(json!("no json")).read_vars::<Vars>().is_err());
    let nothing = read(json!(null)).read_vars::<BTreeMap<String, String>>().unwrap();
    assert!(nothing.is_empty());
}
