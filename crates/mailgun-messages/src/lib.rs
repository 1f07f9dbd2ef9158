//! Sends mail with Mailgun: messages, MIME messages, batches, stored messages and queues.
//!
//! * [`Messages::send`] sends a [`Message`], [`Messages::send_mime`] a [`MimeMessage`].
//! * [`Messages::send_batch`] sends a [`Batch`]: a separate mail to each of many recipients.
//! * [`Messages::send_once`] sends a message once under a key of yours.
//! * [`MessageFolder`] makes messages from template files and images.
//! * [`Message::lint`] and [`Batch::lint`] look for problems before a mail is sent.
//! * [`Messages::stored`] reads a message that Mailgun has stored.
//!
//! ```no_run
//! # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
//! use mailgun::messages::{Attachment, Message};
//!
//! let receipt = mailgun
//!     .messages("mg.example.com")
//!     .send(
//!         Message::new()
//!             .from(("Example Shop", "shop@mg.example.com"))
//!             .to("Bob <bob@example.com>")
//!             .subject("Your receipt")
//!             .text("Thank you for your order.")
//!             .attachment(Attachment::from_path("receipt.pdf").await?),
//!     )
//!     .await?;
//! println!("accepted as {}", receipt.id);
//! # Ok(()) }
//! ```
//!
//! A send is not retried if its outcome is unknown; see [`mailgun_core::Error::outcome`].

mod addresses;
mod batch;
mod content;
mod defaults;
mod folder;
mod html;
mod ledger;
mod lint;
mod list_unsubscribe;
mod message;
mod messages;
mod mime_message;
mod options;
mod receipt;
mod stored;

pub use mailgun_core::Upload as Attachment;

pub use self::{
    addresses::Addresses,
    batch::{
        Batch, BatchReport, BatchRun, ChunkOutcome, ChunkRecord, ChunkResult, ChunkState,
        Duplicates, FileJournal, IncompleteBatch, Journal, JournalFuture, Positions, Progress,
        Resolution, StopReason,
    },
    defaults::Defaults,
    folder::{MessageFolder, TemplateEngine},
    ledger::{Claim, Ledger, LedgerEntry, LedgerFuture, MemoryLedger},
    lint::{Lint, LintCode},
    message::Message,
    messages::{Messages, OPERATIONS, StorageHost},
    mime_message::{MimeMessage, MimeSource},
    options::{DkimKey, TimeOfDay, Tracking},
    receipt::{MessageId, Receipt},
    stored::{Disabled, Queue, QueueStatus, StoredFile, StoredMessage, StoredMime},
};

/// What campaigns share with batches.
#[doc(hidden)]
pub mod __private {
    pub use crate::{
        addresses::Mailboxes,
        batch::{Recipient, back_off, chunk_message_id, is_about_recipients},
        content::Content,
        ledger::{EVENTS_APPEAR_WITHIN, unique_owner},
        messages::check_key,
        options::hours_and_minutes,
    };
}
