use mailgun_core::{Call, Client, Error, Mailbox, Operation, Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::{Results, RunTest, SeedLists, TestResponse, results, seed_lists};

const PROVIDERS: Operation = Operation::get("/v4/inbox/providers");
const RUN_TEST: Operation = Operation::post("/v4/inbox/tests");

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    PROVIDERS,
    RUN_TEST,
    seed_lists::LIST,
    seed_lists::GET,
    seed_lists::CREATE,
    seed_lists::UPDATE,
    seed_lists::DELETE,
    seed_lists::ATTRIBUTES,
    seed_lists::ATTRIBUTE,
    seed_lists::FILTERS,
    results::LIST,
    results::GET,
    results::DELETE,
    results::GET_SHARED,
    results::ATTRIBUTES,
    results::ATTRIBUTE,
    results::FILTERS,
    results::SHARING,
    results::UPDATE_SHARING,
];

/// The inbox placement tests of an account.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// for provider in mailgun.inbox_placement().providers().await? {
///     println!("{} ({})", provider.display_name, provider.domain);
/// }
/// # Ok(()) }
/// ```
#[doc(alias = "seed_test")]
#[derive(Clone, Debug)]
pub struct InboxPlacement {
    client: Client,
}

impl InboxPlacement {
    /// A handle to the inbox placement tests of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The seed lists, which tests are sent to.
    pub fn seed_lists(&self) -> SeedLists {
        SeedLists::new(&self.client)
    }

    /// The results of tests.
    pub fn results(&self) -> Results {
        Results::new(&self.client)
    }

    /// Lists the mailbox providers that have seeds.
    ///
    /// `GET /v4/inbox/providers`
    ///
    /// # Errors
    ///
    /// Returns 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(placement: mailgun::inbox_placement::InboxPlacement)
    /// #     -> Result<(), mailgun::Error> {
    /// println!("{} providers", placement.providers().await?.len());
    /// # Ok(()) }
    /// ```
    pub fn providers(&self) -> Call<Vec<Provider>> {
        self.client.call_list(PROVIDERS, &[], "items")
    }

    /// Sends a message to seeds and starts to watch where it arrives.
    ///
    /// `POST /v4/inbox/tests`, as JSON. A second call sends a second message and counts as a second
    /// test, so it is not retried if its outcome is unknown. [`Results::wait`] waits for the
    /// result.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the sender is
    /// not a valid mailbox, or the subject or a header has control characters. Returns 400 if
    /// neither HTML nor a template is set, and 403 if the account may not use inbox placement
    /// tests.
    ///
    /// ```no_run
    /// # async fn example(placement: mailgun::inbox_placement::InboxPlacement)
    /// #     -> Result<(), mailgun::Error> {
    /// use mailgun::inbox_placement::RunTest;
    /// use serde_json::json;
    ///
    /// let test = RunTest::new()
    ///     .template_name("welcome")
    ///     .variables(&json!({"name": "%recipient.first_name%"}))
    ///     .provider_filter("gmail.com")
    ///     .provider_filter("yahoo.com");
    /// let started = placement.run_test("Shop <shop@mg.example.com>", "Welcome", test).await?;
    /// println!("{}", started.result_id);
    /// # Ok(()) }
    /// ```
    pub fn run_test(
        &self,
        from: impl TryInto<Mailbox, Error: Into<Error>>,
        subject: impl Into<String>,
        test: RunTest,
    ) -> Call<TestResponse> {
        let call = self.client.call(RUN_TEST, &[]);
        let from = from.try_into().map_err(Into::into);
        match from.and_then(|from| test.complete(&from, &subject.into())) {
            Ok(test) => call.json(&test),
            Err(error) => call.with_error(error),
        }
    }
}

/// A mailbox provider that has seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Provider {
    /// The id in filters and statistics, such as `gmail.com`.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: String,
    /// The name for display.
    #[serde(deserialize_with = "de::null_default")]
    pub display_name: String,
    /// The region of its users.
    #[serde(deserialize_with = "de::null_default")]
    pub region: String,
    /// When it was added.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When the entry was last changed.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// The number of messages that one of its seeds accepts.
    #[serde(deserialize_with = "de::number_or_string")]
    pub max_email_count: Option<u64>,
    /// The authentication methods that it does not report, such as `dmarc`.
    #[serde(deserialize_with = "de::readable")]
    pub unsupported_authentications: Vec<String>,
}
