use clap::Args;
use mailgun::{
    Timestamp,
    messages::{Message, Receipt},
};

use crate::{
    content::{ContentArgs, filled},
    context::Context,
    exit::Result,
};

/// Send a mail
///
/// The body comes from --text or --html, from a file, from a stored template, or from standard input.
/// A send is repeated only if Mailgun certainly did not accept it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  echo 'Hello, Bob.' | mailgun send --from shop@mg.example.com --to bob@example.com --subject Hello
  mailgun send --from shop@mg.example.com --to bob@example.com --subject Invoice \\
      --text-file invoice.txt --attach invoice.pdf
  mailgun send --to bob@example.com --template welcome --var name=Bob --deliver-at 2h

If the status is 4, the mail may have been sent. The error names the Message-Id to look for.")]
pub(crate) struct Send {
    /// Recipient; may be repeated
    #[arg(long, value_name = "MAILBOX", required = true)]
    to: Vec<String>,
    /// Recipient of a copy; may be repeated
    #[arg(long, value_name = "MAILBOX")]
    cc: Vec<String>,
    /// Recipient of a blind copy; may be repeated
    #[arg(long, value_name = "MAILBOX")]
    bcc: Vec<String>,
    #[command(flatten)]
    content: ContentArgs,
}

impl Send {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let domain = context.domain()?;
        let messages = context.mailgun().await?.messages(&domain);
        // Chosen here, so that a mail with an unknown outcome can be found.
        let id = self.content.message_id().map_or_else(|| new_id(&domain), str::to_owned);
        let mut message = Message::new().to_all(self.to);
        message = self.cc.into_iter().fold(message, Message::cc);
        message = self.bcc.into_iter().fold(message, Message::bcc);
        message = filled!(message, self.content.load(context).await?);
        message = message.header("Message-Id", format!("<{id}>"));
        let receipt = context.change(messages.send(message)).await.map_err(|failure| {
            if failure.is_unknown() {
                let search = format!("mailgun events --message-id {id}");
                failure.advice(format_args!("See whether it was sent: {search}"))
            } else {
                failure
            }
        })?;
        let Some(receipt) = receipt else { return Ok(()) };
        let receipt: Receipt = receipt;
        context.out.done(&receipt, format!("Accepted as {}", receipt.id))
    }
}

fn new_id(domain: &str) -> String {
    let (time, process) = (Timestamp::now().as_micros(), std::process::id());
    format!("{time:x}.{process:x}@{domain}")
}
