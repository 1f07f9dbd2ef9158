//! Mailgun mailing lists and their members.
//!
//! A mailing list has an address; mail to it goes to all subscribed members. A member has an
//! address, a name and variables, which messages can use as `%recipient.age%`.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::mailing_lists::{AccessLevel, CreateMembers, MailingListSettings, NewMember};
//!
//! let lists = mailgun.mailing_lists();
//! let settings = MailingListSettings::new().name("News").access_level(AccessLevel::ReadOnly);
//! lists.create("news@mg.example.com", settings).await?;
//!
//! let members = ["ada@example.com", "bob@example.com"].map(NewMember::new).to_vec();
//! let options = CreateMembers::new().upsert(true);
//! for chunk in lists.members("news@mg.example.com").create_many(members, options).await {
//!     println!("{:?}: {}", chunk.positions, chunk.result?.message);
//! }
//! # Ok(()) }
//! ```

mod list;
mod lists;
mod member;
mod members;
mod new_member;

pub use mailgun_types::{
    Csv, PageDirection,
    validation::{JobStatus, ResultFiles, ValidationJob, ValidationStarted, ValidationSummary},
};

pub use self::{
    list::{
        AccessLevel, MailingList, MailingListDeleted, MailingListResponse, MailingListSettings,
        ReplyPreference,
    },
    lists::{ListMailingLists, ListMailingListsByAddress, MailingLists, OPERATIONS},
    member::{Member, MemberResponse, MemberSettings, MembersResponse},
    members::{CreateMembers, ImportMembers, ListMembers, ListMembersByAddress, Members},
    new_member::NewMember,
};
