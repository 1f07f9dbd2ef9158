use std::{process::Stdio, time::Duration};

use mailgun_bulk::{CampaignState, Claim, ClaimRequest, DraftId, NewCampaign, Store as _};
use mailgun_core::Timestamp;
use mailgun_messages::{self as messages, Ledger as _, LedgerEntry};
use mailgun_store::{SqlLedger, SqlStore, StoreError, StoreErrorKind};
use mailgun_testing::{Postgres, within};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::{
    processes::{child, store_of_child},
    support::{self, Place},
};

fn claim() -> messages::Claim {
    messages::Claim { owner: "a".to_owned(), since: Timestamp::now() }
}

/// Begins a key, and returns the store's own error.
async fn begin(ledger: &SqlLedger, key: &str) -> Result<(), StoreError> {
    match ledger.begin(key, &claim()).await {
        Ok(found) => {
            assert_eq!(found, None, "{key}");
            Ok(())
        }
        Err(error) => Err(*error.downcast().unwrap()),
    }
}

#[tokio::test]
async fn connections_to_a_server_that_only_reads_are_replaced() {
    let Some(place) = Place::postgres() else { return };
    let ledger = place.open().await.ledger();
    // Connections made from now on stay read-only, like those to a server that was demoted.
    place
        .execute(
            "DO $$ BEGIN
                EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',
                    current_database());
            END $$",
        )
        .await;
    let error = within(begin(&ledger, "during")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("read-only"), "{error}");
    place
        .execute(
            "BEGIN READ WRITE;
            DO $$ BEGIN
                EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only',
                    current_database());
            END $$;
            COMMIT",
        )
        .await;
    within(begin(&ledger, "afterwards")).await.unwrap();
}

#[tokio::test]
async fn calls_on_broken_connections_fail_or_took_effect_and_the_store_works_again() {
    let Some(place) = Place::postgres() else { return };
    let ledger = place.open().await.ledger();
    let calls = async {
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..8 {
            let ledger = ledger.clone();
            calls.spawn(async move {
                let (mut begun, mut errors) = (Vec::new(), Vec::new());
                for call in 0..100 {
                    let key = format!("key-{number}-{call}");
                    match begin(&ledger, &key).await {
                        Ok(()) => begun.push(key),
                        Err(error) => errors.push(error),
                    }
                }
                (begun, errors)
            });
        }
        calls.join_all().await
    };
    let breaks = async {
        for _ in 0..20 {
            place
                .execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()",
                )
                .await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let (results, ()) =
        tokio::time::timeout(Duration::from_secs(60), async { tokio::join!(calls, breaks) })
            .await
            .expect("hangs");
    let mut failed = 0;
    for (begun, errors) in results {
        for key in begun {
            assert!(matches!(ledger.get(&key).await, Ok(Some(LedgerEntry::Sending(_)))), "{key}");
        }
        failed += errors.len();
        for error in errors {
            assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
        }
    }
    assert!(failed > 0, "no call was hit");
    begin(&ledger, "afterwards").await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_gone_is_an_error_until_it_is_back() {
    let Some(server) = Postgres::start() else { return };
    let ledger = SqlStore::postgres(&server.database()).await.unwrap().ledger();
    begin(&ledger, "before").await.unwrap();

    server.crash();
    let error = tokio::time::timeout(Duration::from_secs(30), begin(&ledger, "meanwhile")).await;
    let error = error.expect("hangs").unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    let text = error.to_string();
    let start = "could not record that a send begins (Postgres database test0 at /tmp/mailgun-";
    assert!(text.starts_with(start), "{text}");

    server.recover();
    within(async {
        begin(&ledger, "meanwhile").await.unwrap();
        assert!(matches!(ledger.get("before").await, Ok(Some(LedgerEntry::Sending(_)))));
    })
    .await;
}

#[tokio::test]
async fn a_file_that_another_program_locks_is_an_error_until_it_is_free() {
    let place = Place::sqlite();
    let ledger = place.open().await.ledger();
    let mut other = place.file_connection().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let error = within(begin(&ledger, "order-1")).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.to_string().ends_with("database is locked"), "{error}");
    // Reading does not wait.
    assert_eq!(within(ledger.get("order-1")).await.unwrap(), None);

    other.execute("COMMIT").await.unwrap();
    within(begin(&ledger, "order-1")).await.unwrap();
}

#[tokio::test]
async fn a_claim_that_another_program_holds_up_fails_within_twenty_seconds() {
    let Some(place) = Place::postgres() else { return };
    let store = place.open().await;
    let (now, draft) = (Timestamp::now(), DraftId::new("news", "run 1"));
    let campaign = NewCampaign::new(draft, "mg.example.com", "{}".into(), now);
    store.create(&campaign).await.unwrap();
    let mut other = PgConnection::connect(&place.name()).await.unwrap();
    other.execute("BEGIN; SELECT * FROM mailgun_campaigns FOR UPDATE").await.unwrap();

    let expires_at = now.checked_add(Duration::from_secs(60)).unwrap();
    let request = ClaimRequest::new("worker", now, expires_at);
    let claim = tokio::time::timeout(Duration::from_secs(25), store.claim("news", &request));
    let error = claim.await.expect("hangs").unwrap_err().to_string();
    assert!(error.starts_with("could not claim a chunk"), "{error}");
    assert!(error.ends_with("no response within 20 s"), "{error}");

    other.execute("COMMIT").await.unwrap();
    let draft = Claim::NotRunning(Some(CampaignState::Draft));
    assert_eq!(within(store.claim("news", &request)).await.unwrap(), draft);
}

#[cfg(unix)]
#[tokio::test]
async fn on_a_full_disk_nothing_begins_and_what_began_stays() {
    let place = Place::sqlite();
    place.open().await.close().await;
    let full = child("outages::begins_until_the_disk_is_full", &place.name());
    // A limit on the size of files stands in for the disk. The signal would end the process.
    let limited = "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\"";
    let child = std::process::Command::new("sh")
        .args(["-c", limited])
        .arg(full.get_program())
        .args(full.get_args())
        .envs(full.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let begun: usize = output
        .lines()
        .find_map(|line| line.strip_prefix("begun "))
        .expect(&output)
        .parse()
        .unwrap();
    assert!(output.contains("kind Refused"), "{output}");

    let ledger = place.open().await.ledger();
    for number in [0, begun / 2, begun - 1] {
        let entry = ledger.get(&format!("key-{number}")).await.unwrap();
        assert!(matches!(entry, Some(LedgerEntry::Sending(_))), "{number}");
    }
    begin(&ledger, &format!("key-{begun}")).await.unwrap();
}

#[tokio::test]
#[ignore = "another test starts it"]
#[allow(clippy::print_stdout, reason = "the other test reads it")]
async fn begins_until_the_disk_is_full() {
    let ledger = support::open(&store_of_child()).await.unwrap().ledger();
    for number in 0..100_000 {
        if let Err(error) = begin(&ledger, &format!("key-{number}")).await {
            println!("\nbegun {number}\nkind {:?}: {error}", error.kind());
            return;
        }
    }
}
