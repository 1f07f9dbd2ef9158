//! Mailgun inbox placement tests: where a message arrives at mailbox providers.
//!
//! A test sends a message to seeds, which are mailboxes at many providers that Mailgun watches. The
//! result says for each seed whether the message arrived, and whether in the inbox or in spam. A
//! seed list holds the seeds and collects the statistics of all tests sent to it.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::inbox_placement::RunTest;
//!
//! let placement = mailgun.inbox_placement();
//! let test = RunTest::new().html("<h1>Sale</h1>").provider_filter("gmail.com");
//! let started = placement.run_test("shop@mg.example.com", "Spring sale", test).await?;
//! let result = placement.results().wait(&started.result_id).await?;
//! for (provider, stats) in result.delivery_stats {
//!     println!("{provider}: {} of {} in the inbox", stats.inbox, stats.total);
//! }
//! # Ok(()) }
//! ```

mod delivery_stats;
mod inbox_placement;
mod listing;
mod response;
mod results;
mod run_test;
mod seed_list;
mod seed_lists;
mod seed_result;
mod sharing;
mod spam;
mod test_result;

pub use self::{
    delivery_stats::DeliveryStats,
    inbox_placement::{InboxPlacement, OPERATIONS, Provider},
    listing::{Attribute, Filter},
    results::{ListResults, Results},
    run_test::{RunTest, TestLinks, TestResponse},
    seed_list::{Seed, SeedList, SeedTotp},
    seed_lists::{CreateSeedList, ListSeedLists, SeedLists, UpdateSeedList},
    seed_result::{
        AuthenticationResult, Destination, MessageExtensions, MessageHeader, SeedResult, SeedState,
    },
    sharing::Sharing,
    spam::{
        ForefrontReport, ForefrontStats, LevelStats, MicrosoftSpam, MicrosoftSpamSummary,
        SpamAssassin, SpamAssassinRule,
    },
    test_result::{ResultStatus, TestResult},
};
