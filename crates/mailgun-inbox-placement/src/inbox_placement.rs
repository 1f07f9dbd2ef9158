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
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_inbox_placement::InboxPlacement;
///
/// for provider in InboxPlacement::new(&client).providers().await? {
///     println!("{} ({})", provider.display_name, provider.domain);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct InboxPlacement {
    client: Client,
}

impl InboxPlacement {
    /// The tests of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// The seed lists, to which tests are sent.
    pub fn seed_lists(&self) -> SeedLists {
        SeedLists::new(&self.client)
    }

    /// The results of tests.
    pub fn results(&self) -> Results {
        Results::new(&self.client)
    }

    /// The providers at which there are seeds.
    ///
    /// `GET /v4/inbox/providers`
    ///
    /// # Errors
    ///
    /// Status 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(placement: mailgun_inbox_placement::InboxPlacement)
    /// #     -> Result<(), mailgun_core::Error> {
    /// println!("{} providers", placement.providers().await?.len());
    /// # Ok(()) }
    /// ```
    pub fn providers(&self) -> Call<Vec<Provider>> {
        #[derive(Deserialize)]
        struct Providers {
            #[serde(default, deserialize_with = "de::items")]
            items: Vec<Provider>,
        }
        self.client.call::<Providers>(PROVIDERS, &[]).map(|response| response.items)
    }

    /// Sends a mail to seeds, and starts to watch where it ends up.
    ///
    /// `POST /v4/inbox/tests`, as JSON. A second call sends a second mail and counts as a second
    /// test: it is not repeated when its outcome is unknown. [`Results::wait`] waits for the
    /// result.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) for a sender that is no mailbox,
    /// and for control characters in the subject or in a header. Status 400 without HTML and
    /// template, 403 if the account may not use inbox placement tests.
    ///
    /// ```no_run
    /// # async fn example(placement: mailgun_inbox_placement::InboxPlacement)
    /// #     -> Result<(), mailgun_core::Error> {
    /// use mailgun_inbox_placement::RunTest;
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
            Err(fault) => call.with_error(fault),
        }
    }
}

/// A provider of mailboxes at which there are seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Provider {
    /// What names it in filters and statistics, `gmail.com` for example.
    #[serde(deserialize_with = "de::null_default")]
    pub domain: String,
    /// Its name for readers.
    #[serde(deserialize_with = "de::null_default")]
    pub display_name: String,
    /// Where its users are.
    #[serde(deserialize_with = "de::null_default")]
    pub region: String,
    /// When it was added.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub updated_at: Option<Timestamp>,
    /// How many mails a seed of it takes.
    #[serde(deserialize_with = "de::number_or_string")]
    pub max_email_count: Option<u64>,
    /// The kinds of authentication that it does not report, `dmarc` for example.
    #[serde(deserialize_with = "de::readable")]
    pub unsupported_authentications: Vec<String>,
}
