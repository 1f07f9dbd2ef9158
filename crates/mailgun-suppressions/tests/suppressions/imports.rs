use mailgun_core::{Call, Confirmation, ErrorKind, Timestamp};
use mailgun_suppressions::{
    NewAllowlistEntry, NewBounce, NewComplaint, NewUnsubscribe, Suppressions,
};
use mailgun_testing::{Answer, Scripted, request_of};
use mailgun_types::Csv;

const ACCEPTED: &str = r#"{"message": "file uploaded successfully for processing. standby..."}"#;

fn suppressions() -> (Suppressions, Scripted) {
    let service = Scripted::new(|_| Answer::new(202, ACCEPTED));
    (Suppressions::new(&service.client(), "mg.example.com"), service)
}

fn time() -> Timestamp {
    "Thu, 13 Oct 2011 18:02:00 UTC".parse().unwrap()
}

#[tokio::test]
async fn files_written_from_records_are_sent_whole() {
    let (suppressions, service) = suppressions();
    let bob = "bob+a@example.com";
    let bounces = [
        NewBounce::new(bob).code("552").error("no, \"really\"").created_at(time()),
        NewBounce::new("al@example.com").error(""),
    ];
    let unsubscribes = [
        NewUnsubscribe::new(bob).tag("one, two").tag("*").created_at(time()),
        NewUnsubscribe::new("al@example.com"),
    ];
    let complaints =
        [NewComplaint::new(bob).created_at(time()), NewComplaint::new("al@example.com")];
    let allowed =
        [NewAllowlistEntry::address(bob).reason("test"), NewAllowlistEntry::domain("example.org")];
    let response = suppressions.bounces().import(NewBounce::csv(bounces).unwrap()).await.unwrap();
    assert_eq!(response.message, "file uploaded successfully for processing. standby...");
    let csv = NewUnsubscribe::csv(unsubscribes).unwrap();
    suppressions.unsubscribes().import(csv).await.unwrap();
    suppressions.complaints().import(NewComplaint::csv(complaints).unwrap()).await.unwrap();
    suppressions.allowlist().import(NewAllowlistEntry::csv(allowed).unwrap()).await.unwrap();

    let date = "\"Thu, 13 Oct 2011 18:02:00 +0000\"";
    let expected = [
        (
            "bounces",
            "bounces.csv",
            format!(
                "address,code,error,created_at\n{bob},552,\"no, \"\"really\"\"\",{date}\n\
                 al@example.com,,,\n"
            ),
        ),
        (
            "unsubscribes",
            "unsubscribes.csv",
            format!(
                "address,tags,created_at\n{bob},\"one, two\",{date}\n{bob},*,{date}\n\
                 al@example.com,,\n"
            ),
        ),
        (
            "complaints",
            "complaints.csv",
            format!("address,created_at\n{bob},{date}\nal@example.com,\n"),
        ),
        ("whitelists", "allowlist.csv", format!("address,domain\n{bob},\n,example.org\n")),
    ];
    assert_eq!(service.seen().len(), expected.len());
    for (seen, (list, filename, text)) in service.seen().iter().zip(expected) {
        assert_eq!(seen.method, "POST");
        assert_eq!(seen.uri.path(), format!("/v3/mg.example.com/{list}/import"));
        let [part] = &seen.parts[..] else { panic!("{:?}", seen.parts) };
        assert_eq!((&*part.name, part.filename.as_deref()), ("file", Some(filename)));
        assert_eq!(part.content_type.as_deref(), Some("text/csv"));
        assert_eq!(part.text(), text);
    }
}

#[tokio::test]
async fn files_with_unknown_columns_are_not_sent() {
    type Import = fn(&Suppressions, Csv) -> Call<Confirmation>;
    let imports: [(Import, &[&str], &[&str]); 4] = [
        (
            |all, csv| all.bounces().import(csv),
            &["address", "Address,code,error,created_at"],
            &["code,error", "address,tags", "email"],
        ),
        (
            |all, csv| all.unsubscribes().import(csv),
            &["address", "created_at,tags,address"],
            &["tags", "address,tag", "address,code"],
        ),
        (
            |all, csv| all.complaints().import(csv),
            &["address", "address,created_at"],
            &["created_at", "address,count"],
        ),
        (
            |all, csv| all.allowlist().import(csv),
            &["address", "domain", "domain,address"],
            &["address,created_at", "reason", "address,domain,reason"],
        ),
    ];
    let (suppressions, service) = suppressions();
    let csv = |head: &str| Csv::from_bytes("file.csv", format!("{head}\n")).unwrap();
    for (import, known, unknown) in imports {
        for head in known {
            let seen = request_of(import(&suppressions, csv(head)).into_request()).await;
            assert_eq!(seen.parts[0].text(), format!("{head}\n"));
        }
        for head in unknown {
            let error = import(&suppressions, csv(head)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{head}");
            assert!(error.to_string().contains("`file` has"), "{error}");
        }
    }
    assert!(service.seen().is_empty());
}

#[tokio::test]
async fn files_over_25_mib_are_refused_before_connecting() {
    let (suppressions, service) = suppressions();
    let csv = |length: usize| {
        let mut bytes = b"address\n".to_vec();
        bytes.resize(length, b'\n');
        Csv::from_bytes("large.csv", bytes).unwrap()
    };
    let limit = 25 * 1024 * 1024;
    suppressions.complaints().import(csv(limit)).await.unwrap();
    let error = suppressions.complaints().import(csv(limit + 1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("26214401 bytes, over the limit of 26214400"), "{error}");
    assert_eq!(service.seen().len(), 1);
}
