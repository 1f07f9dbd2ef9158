//! The program as processes: killed and resumed, and four at once.

use std::{collections::HashMap, fmt::Write as _, path::Path, time::Duration};

use mailgun_mock::{Fault, MockMailgun};
use mailgun_testing::Postgres;
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

const READERS: usize = 20_000;

fn csv(directory: &Path) {
    let mut readers = String::from("email,name\n");
    for number in 0..READERS {
        let _ = writeln!(readers, "reader{number}@example.com,Reader {number}");
    }
    readers.push_str("not an address,Nobody\n");
    std::fs::write(directory.join("readers.csv"), readers).unwrap();
}

fn run(mock: &MockMailgun, directory: &Path, database: &str, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_example-newsletter"))
        .args(arguments)
        .current_dir(directory)
        .env("MAILGUN_API_KEY", mock.api_key())
        .env("MAILGUN_BASE_URL", mock.base_url())
        .env("MAILGUN_DOMAIN", mock.domain())
        .env("DATABASE_URL", database)
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// How often each address was mailed.
fn mailed(mock: &MockMailgun) -> HashMap<String, usize> {
    let mut times = HashMap::new();
    for message in mock.sent() {
        for address in message.to() {
            *times.entry(address.to_owned()).or_default() += 1;
        }
    }
    times
}

async fn until(what: &str, is_true: impl Fn() -> bool) {
    let waiting = async {
        while !is_true() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(60), waiting).await.expect(what);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_newsletter_goes_on_and_mails_nobody_twice() {
    let directory = tempfile::tempdir().unwrap();
    csv(directory.path());
    let mock = MockMailgun::start().await;
    // So that the process is killed in the middle.
    mock.inject(Fault::delay(Duration::from_millis(50)).for_path("/messages").times(100));

    let mut first = run(&mock, directory.path(), "news.db", &["news", "readers.csv"]);
    until("the first run sends", || mailed(&mock).len() >= 2_000).await;
    first.kill().await.unwrap();

    // The chunks in flight may have been accepted, so the second run leaves them to `reconcile`.
    let _second = run(&mock, directory.path(), "news.db", &["news", "readers.csv"]);
    let in_flight = 8 * 1000;
    until("the second run goes on", || mailed(&mock).len() >= READERS - in_flight).await;
    sleep(Duration::from_secs(2)).await;
    assert!(mailed(&mock).values().all(|times| *times == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_ends_the_program_with_an_error() {
    let directory = tempfile::tempdir().unwrap();
    csv(directory.path());
    let mock = MockMailgun::start().await;
    // With a key that is wrong from the start, the program ends before there is a campaign.
    mock.inject(Fault::status(401).for_path("/messages").times(100));

    let mut process = run(&mock, directory.path(), "news.db", &["news", "readers.csv"]);
    let status = timeout(Duration::from_secs(30), process.wait()).await;
    assert!(!status.expect("the program hangs").unwrap().success());
    assert!(mailed(&mock).is_empty());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_program_after_the_calls_in_flight() {
    for signal in ["-INT", "-TERM"] {
        let directory = tempfile::tempdir().unwrap();
        csv(directory.path());
        let mock = MockMailgun::start().await;
        mock.inject(Fault::delay(Duration::from_secs(5)).for_path("/messages").times(100));

        let mut process = run(&mock, directory.path(), "news.db", &["news", "readers.csv"]);
        until("the program sends", || !mailed(&mock).is_empty()).await;
        let id = process.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
        let status = timeout(Duration::from_secs(30), process.wait()).await;
        assert!(status.expect("the program hangs").unwrap().success(), "{signal}");
        assert!(mailed(&mock).len() < READERS);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_share_a_newsletter_on_postgres() {
    let Some(postgres) = Postgres::shared() else { return };
    let database = postgres.database();
    let directory = tempfile::tempdir().unwrap();
    csv(directory.path());
    let mock = MockMailgun::start().await;
    mock.inject(Fault::delay(Duration::from_millis(50)).for_path("/messages").times(100));

    let first = run(&mock, directory.path(), &database, &["news", "readers.csv"]);
    until("the first process sends", || !mailed(&mock).is_empty()).await;
    let mut processes = vec![first];
    processes.extend((0..3).map(|_| run(&mock, directory.path(), &database, &["news"])));
    for mut process in processes {
        let status = timeout(Duration::from_secs(60), process.wait()).await;
        assert!(status.expect("a process hangs").unwrap().success());
    }
    let mailed = mailed(&mock);
    assert_eq!(mailed.len(), READERS);
    assert!(mailed.values().all(|times| *times == 1));
    assert!(directory.path().join("news.csv").exists());
}
