use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::Cell;
use mailgun::{
    Confirmation, Timestamp,
    suppressions::{
        AllowlistEntry, Bounce, Complaint, Csv, ListSuppressions, NewAllowlistEntry, NewBounce,
        NewComplaint, NewUnsubscribe, Suppression, SuppressionList, Suppressions as Handle,
        Unsubscribe,
    },
};
use serde::Serialize;
use serde_json::json;

use crate::{
    context::Context,
    exit::{Failure, Result},
    output::{cell, optional},
    progress,
};

/// Bounces, unsubscribes, complaints and the allowlist of a domain
///
/// Mailgun delivers no mail to bounced, unsubscribed and complained addresses. What is on the allowlist
/// never becomes a bounce.
#[derive(Subcommand, Debug)]
#[command(after_help = "\
Examples:
  mailgun suppressions list bounces
  mailgun suppressions add unsubscribes bob@example.com --tag newsletter
  mailgun suppressions import bounces bounces.csv
  mailgun suppressions delete complaints bob@example.com --yes")]
pub(crate) enum Suppressions {
    /// List the entries
    List {
        /// bounces, unsubscribes, complaints or allowlist
        #[arg(hide_possible_values = true)]
        list: List,
        /// Only addresses that begin with this text
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
    },
    /// Show the entry of an address; the status is 5 if there is none
    Get {
        /// bounces, unsubscribes, complaints or allowlist
        #[arg(hide_possible_values = true)]
        list: List,
        /// The address; for the allowlist, an address or a domain
        address: String,
    },
    /// Add an address
    Add {
        /// bounces, unsubscribes, complaints or allowlist
        #[arg(hide_possible_values = true)]
        list: List,
        /// The address; for the allowlist, an address or a domain
        address: String,
        #[command(flatten)]
        settings: New,
    },
    /// Delete the entry of an address, or all entries
    Delete {
        /// bounces, unsubscribes, complaints or allowlist
        #[arg(hide_possible_values = true)]
        list: List,
        /// The address; for the allowlist, an address or a domain
        #[arg(required_unless_present = "all")]
        address: Option<String>,
        /// Delete all entries of the list
        #[arg(long, conflicts_with = "address")]
        all: bool,
    },
    /// Import a CSV file whose first row names the columns
    ///
    /// Columns: `address`, and `created_at`; for bounces also `code` and `error`, for unsubscribes also
    /// `tags`, for the allowlist also `domain`. Mailgun processes the file in the background.
    Import {
        /// bounces, unsubscribes, complaints or allowlist
        #[arg(hide_possible_values = true)]
        list: List,
        /// CSV file in UTF-8, up to 25 MB
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum List {
    Bounces,
    Unsubscribes,
    Complaints,
    Allowlist,
}

#[derive(Args, Debug)]
pub(crate) struct New {
    /// SMTP code of a bounce
    #[arg(long)]
    code: Option<String>,
    /// Error of a bounce
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,
    /// Tag to unsubscribe from; may be repeated [default: all mail]
    #[arg(long)]
    tag: Vec<String>,
    /// Reason for an entry of the allowlist
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// An entry of one of the lists.
trait Entry: Suppression + Serialize {
    const NAME: &'static str;
    const HEAD: [&'static str; 3];

    fn list(suppressions: &Handle) -> SuppressionList<Self>;
    fn new(address: String, settings: New) -> Self::New;
    fn cells(&self) -> [Cell; 3];
}

impl Entry for Bounce {
    const NAME: &'static str = "bounces";
    const HEAD: [&'static str; 3] = ["ADDRESS", "CREATED", "ERROR"];

    fn list(suppressions: &Handle) -> SuppressionList<Self> {
        suppressions.bounces()
    }

    fn new(address: String, settings: New) -> NewBounce {
        let mut new = NewBounce::new(address);
        if let Some(code) = settings.code {
            new = new.code(code);
        }
        if let Some(error) = settings.error {
            new = new.error(error);
        }
        new
    }

    fn cells(&self) -> [Cell; 3] {
        let code = self.code.as_deref().unwrap_or_default();
        entry(&self.address, self.created_at, format!("{code} {}", self.error))
    }
}

impl Entry for Unsubscribe {
    const NAME: &'static str = "unsubscribes";
    const HEAD: [&'static str; 3] = ["ADDRESS", "CREATED", "TAGS"];

    fn list(suppressions: &Handle) -> SuppressionList<Self> {
        suppressions.unsubscribes()
    }

    fn new(address: String, settings: New) -> NewUnsubscribe {
        settings.tag.into_iter().fold(NewUnsubscribe::new(address), NewUnsubscribe::tag)
    }

    fn cells(&self) -> [Cell; 3] {
        entry(&self.address, self.created_at, self.tags.join(", "))
    }
}

impl Entry for Complaint {
    const NAME: &'static str = "complaints";
    const HEAD: [&'static str; 3] = ["ADDRESS", "CREATED", "COUNT"];

    fn list(suppressions: &Handle) -> SuppressionList<Self> {
        suppressions.complaints()
    }

    fn new(address: String, _: New) -> NewComplaint {
        NewComplaint::new(address)
    }

    fn cells(&self) -> [Cell; 3] {
        entry(
            &self.address,
            self.created_at,
            self.count.map(|it| it.to_string()).unwrap_or_default(),
        )
    }
}

impl Entry for AllowlistEntry {
    const NAME: &'static str = "allowlist entries";
    const HEAD: [&'static str; 3] = ["VALUE", "CREATED", "REASON"];

    fn list(suppressions: &Handle) -> SuppressionList<Self> {
        suppressions.allowlist()
    }

    fn new(value: String, settings: New) -> NewAllowlistEntry {
        let new = if value.contains('@') {
            NewAllowlistEntry::address(value)
        } else {
            NewAllowlistEntry::domain(value)
        };
        match settings.reason {
            Some(reason) => new.reason(reason),
            None => new,
        }
    }

    fn cells(&self) -> [Cell; 3] {
        entry(&self.value, self.created_at, self.reason.clone())
    }
}

fn entry(address: &str, created_at: Option<Timestamp>, detail: String) -> [Cell; 3] {
    [cell(address), optional(created_at), cell(detail)]
}

impl Suppressions {
    fn list(&self) -> List {
        match self {
            Self::List { list, .. }
            | Self::Get { list, .. }
            | Self::Add { list, .. }
            | Self::Delete { list, .. }
            | Self::Import { list, .. } => *list,
        }
    }

    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        match self.list() {
            List::Bounces => self.run_on::<Bounce>(context).await,
            List::Unsubscribes => self.run_on::<Unsubscribe>(context).await,
            List::Complaints => self.run_on::<Complaint>(context).await,
            List::Allowlist => self.run_on::<AllowlistEntry>(context).await,
        }
    }

    async fn run_on<T: Entry>(self, context: &Context) -> Result<()> {
        let domain = context.domain()?;
        let list = T::list(&context.mailgun().await?.suppressions(&domain));
        let out = context.out;
        match self {
            Self::List { prefix, .. } => {
                let mut params = ListSuppressions::new().limit(1000);
                if let Some(prefix) = prefix {
                    params = params.term(prefix);
                }
                let entries = progress::collect(list.list(params), T::NAME, out).await?;
                out.list(&entries, T::HEAD, T::cells)
            }
            Self::Get { address, .. } => {
                let found = list.get(&address).optional().await?;
                let missing = || Failure::not_found(format!("not in the {} of {domain}", T::NAME));
                let found = found.ok_or_else(missing)?;
                let [address, created, detail] = found.cells();
                let [first, second, third] = T::HEAD;
                out.fields(&found, [(first, address), (second, created), (third, detail)])
            }
            Self::Add { address, settings, .. } => {
                let done = context.change(list.create(T::new(address.clone(), settings))).await?;
                if done.is_none() {
                    return Ok(());
                }
                let sentence = format!("Added {address} to the {} of {domain}", T::NAME);
                out.done(&json!({ "address": address, "list": T::NAME }), sentence)
            }
            Self::Delete { address: Some(address), .. } => {
                context.confirm(&format!("Delete {address} from the {} of {domain}", T::NAME))?;
                if context.change(list.delete(&address)).await?.is_none() {
                    return Ok(());
                }
                let sentence = format!("Deleted {address} from the {} of {domain}", T::NAME);
                out.done(&json!({ "address": address, "list": T::NAME }), sentence)
            }
            Self::Delete { address: None, .. } => {
                context.confirm(&format!("Delete all {} of {domain}", T::NAME))?;
                confirmed(context.change(list.delete_all()).await?, context)
            }
            Self::Import { file, .. } => {
                let csv = Csv::from_path(&file).await?;
                let bar = progress::counting("uploading");
                let done = context.change(list.import(csv)).await;
                bar.finish_and_clear();
                confirmed(done?, context)
            }
        }
    }
}

fn confirmed(done: Option<Confirmation>, context: &Context) -> Result<()> {
    match done {
        Some(done) => context.out.done(&done, &done.message),
        None => Ok(()),
    }
}
