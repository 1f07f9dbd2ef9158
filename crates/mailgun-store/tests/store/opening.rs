use std::borrow::Cow;

use mailgun_messages::Ledger as _;
use mailgun_store::{SqlStore, StoreErrorKind};
use mailgun_testing::within;
use sqlx::{
    PgPool, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::support::{self, Place};

on_both! {
    a_store_of_a_newer_version_is_refused_and_not_changed,
    a_store_that_was_changed_by_hand_is_refused,
}

async fn a_store_of_a_newer_version_is_refused_and_not_changed(place: &Place) {
    place.open().await.close().await;
    place.execute("UPDATE mailgun_migrations SET version = 99").await;
    place.execute("DROP TABLE mailgun_tokens").await;

    // Twice, because the first must not leave a lock.
    for _ in 0..2 {
        let error = support::open(&place.name()).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::NewerVersion);
        let text = error.to_string();
        assert!(text.contains("version 99") && text.contains("update the program"), "{text}");
    }
    assert_eq!(place.count("SELECT count(*) FROM mailgun_migrations").await, 1);
}

async fn a_store_that_was_changed_by_hand_is_refused(place: &Place) {
    place.open().await.close().await;
    place.execute("DELETE FROM mailgun_migrations").await;
    let error = support::open(&place.name()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused);
    assert!(error.to_string().contains("already exists"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn its_owner_alone_can_read_a_new_file_and_the_files_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::sqlite();
    let store = place.open().await;
    store.ledger().get("order-1").await.unwrap();
    let directory = place.file().parent().unwrap().read_dir().unwrap();
    let modes = directory.map(|file| {
        let file = file.unwrap();
        (file.file_name().into_string().unwrap(), file.metadata().unwrap().permissions().mode())
    });
    let mut modes: Vec<_> = modes.collect();
    modes.sort();
    let mode = 0o100_600;
    let expected = ["mail.db", "mail.db-shm", "mail.db-wal"].map(|name| (name.to_owned(), mode));
    assert_eq!(modes, expected);
}

#[tokio::test]
async fn a_file_that_cannot_be_created_is_named() {
    let error = SqlStore::sqlite("/no/such/directory/mail.db").await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::InvalidInput);
    let text = error.to_string();
    assert!(
        text.starts_with("could not open the store (SQLite file /no/such/directory/mail.db): "),
        "{text}"
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let place = Place::sqlite();
    std::fs::write(place.file(), "Dear Bob, ".repeat(1000)).unwrap();
    let error = support::open(&place.name()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Refused);
    assert!(error.to_string().ends_with("file is not a database"), "{error}");
}

#[tokio::test]
async fn errors_of_a_connection_show_neither_user_nor_password() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let unreachable = format!("postgres://tom:hunter2@127.0.0.1:{port}/mail");
    let cases = [
        (unreachable.as_str(), StoreErrorKind::Unavailable),
        ("postgres://tom:hunter2@localhost:hunter2/mail", StoreErrorKind::InvalidInput),
        ("tom:hunter2", StoreErrorKind::InvalidInput),
        ("", StoreErrorKind::InvalidInput),
    ];
    for (url, kind) in cases {
        let error = within(SqlStore::postgres(url)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("tom"), "{shown}");
    }
    let error = within(SqlStore::postgres(&unreachable)).await.unwrap_err().to_string();
    assert!(error.contains(&format!("Postgres database mail at 127.0.0.1:{port}")), "{error}");
}

#[tokio::test]
async fn an_application_with_migrations_of_its_own_shares_the_database() {
    let Some(place) = Place::postgres() else { return };
    let sql = "CREATE TABLE orders (id BIGINT)".into_sql_str();
    let migration = Migration::new(1, Cow::Borrowed("orders"), MigrationType::Simple, sql, false);
    let application = Migrator::with_migrations(vec![migration]);
    let pool = PgPool::connect(&place.name()).await.unwrap();
    within(async {
        application.run(&pool).await.unwrap();
        let store = place.open().await;
        application.run(&pool).await.unwrap();
        store.close().await;
        place.open().await;
    })
    .await;
}

#[tokio::test]
async fn transactions_do_not_depend_on_the_defaults_of_the_database() {
    let Some(place) = Place::postgres() else { return };
    place.open().await.close().await;
    place
        .execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off',
                current_database());
            EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable',
                current_database()); END $$;
            CREATE TABLE seen (commits TEXT, isolation TEXT, idle TEXT);
            CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO seen VALUES (current_setting('synchronous_commit'),
                    current_setting('transaction_isolation'),
                    current_setting('idle_in_transaction_session_timeout'));
                RETURN NEW; END $$;
            CREATE TRIGGER see BEFORE INSERT ON mailgun_ledger FOR EACH ROW EXECUTE FUNCTION see();",
        )
        .await;
    let id = "1@mg.example.com".into();
    within(place.open().await.ledger().accept("order-1", &id)).await.unwrap();
    let seen = "SELECT count(*) FROM seen
        WHERE commits = 'on' AND isolation = 'read committed' AND idle = '30s'";
    assert_eq!(place.count(seen).await, 1);
}
