use std::path::{Path, PathBuf};

use clap::Args;
use mailgun::{
    Timestamp,
    messages::{Message, Receipt},
    resource::Upload,
};
use serde_json::{Map, Value};

use crate::{
    args::{self, Pair},
    context::Context,
    exit::{Failure, Result},
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
    /// Sender [env: MAILGUN_FROM]
    #[arg(long, value_name = "MAILBOX", env = "MAILGUN_FROM", hide_env = true)]
    from: Option<String>,
    /// Recipient; may be repeated
    #[arg(long, value_name = "MAILBOX", required = true)]
    to: Vec<String>,
    /// Recipient of a copy; may be repeated
    #[arg(long, value_name = "MAILBOX")]
    cc: Vec<String>,
    /// Recipient of a blind copy; may be repeated
    #[arg(long, value_name = "MAILBOX")]
    bcc: Vec<String>,
    /// Where replies go
    #[arg(long, value_name = "MAILBOX")]
    reply_to: Option<String>,
    /// Subject
    #[arg(short, long)]
    subject: Option<String>,
    /// Text body
    #[arg(long, conflicts_with = "text_file")]
    text: Option<String>,
    /// File with the text body; `-` is standard input
    #[arg(long, value_name = "FILE")]
    text_file: Option<PathBuf>,
    /// HTML body
    #[arg(long, conflicts_with = "html_file")]
    html: Option<String>,
    /// File with the HTML body; `-` is standard input
    #[arg(long, value_name = "FILE")]
    html_file: Option<PathBuf>,
    /// Stored template
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Version of the template
    #[arg(long, value_name = "TAG", requires = "template")]
    template_version: Option<String>,
    /// Variable of the template; may be repeated
    #[arg(long, value_name = "NAME=VALUE", requires = "template")]
    var: Vec<Pair>,
    /// File with a JSON object of variables for the template; `-` is standard input
    #[arg(long, value_name = "FILE", requires = "template")]
    vars_file: Option<PathBuf>,
    /// File to attach; may be repeated
    #[arg(short, long, value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// File that the HTML body shows as cid:NAME; may be repeated
    #[arg(long, value_name = "NAME=FILE")]
    inline: Vec<Pair>,
    /// Tag; may be repeated
    #[arg(short, long)]
    tag: Vec<String>,
    /// Header of the mail; may be repeated
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = args::header)]
    header: Vec<Pair>,
    /// Variable that events and webhooks repeat (v:NAME); may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    variable: Vec<Pair>,
    /// Any other parameter of the API, such as o:require-tls=yes; may be repeated
    #[arg(short, long, value_name = "NAME=VALUE")]
    option: Vec<Pair>,
    /// When to deliver: a date, or a time from now such as 2h
    #[arg(long, value_name = "TIME", value_parser = args::later)]
    deliver_at: Option<Timestamp>,
    /// Accept the mail and do not deliver it
    #[arg(long)]
    test_mode: bool,
}

impl Send {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let messages = context.mailgun().await?.messages(context.domain()?);
        let id = self.message_id(&context.domain()?);
        let message = self.message(&id, context).await?;
        let receipt = context.change(messages.send(message)).await.map_err(|failure| {
            if failure.is_unknown() {
                failure.advice(format_args!(
                    "See whether it was sent: mailgun events --message-id {id}"
                ))
            } else {
                failure
            }
        })?;
        let Some(receipt) = receipt else { return Ok(()) };
        let receipt: Receipt = receipt;
        context.out.done(&receipt, format!("Accepted as {}", receipt.id))
    }

    /// The Message-Id, chosen here so that a mail with an unknown outcome can be found.
    fn message_id(&self, domain: &str) -> String {
        let own = self.header.iter().find(|it| it.name.eq_ignore_ascii_case("message-id"));
        match own {
            Some(Pair { value, .. }) => value.trim_matches(['<', '>']).to_owned(),
            None => {
                let (time, process) = (Timestamp::now().as_micros(), std::process::id());
                format!("{time:x}.{process:x}@{domain}")
            }
        }
    }

    async fn message(self, id: &str, context: &Context) -> Result<Message> {
        let mut message = Message::new().to_all(self.to);
        if let Some(from) = self.from {
            message = message.from(from);
        }
        message = self.cc.into_iter().fold(message, Message::cc);
        message = self.bcc.into_iter().fold(message, Message::bcc);
        if let Some(to) = self.reply_to {
            message = message.reply_to(to);
        }
        if let Some(subject) = self.subject {
            message = message.subject(subject);
        }
        let has_body = self.html.is_some() || self.html_file.is_some() || self.template.is_some();
        let text_file = self.text_file.or_else(|| (!has_body).then(|| PathBuf::from("-")));
        if self.text.is_none() && text_file.as_deref() == Some(Path::new("-")) {
            context.note_if_typed("Write the mail, and end it with Ctrl-D on a line of its own.");
        }
        if let Some(text) = content(self.text, text_file, context).await? {
            message = message.text(text);
        }
        if let Some(html) = content(self.html, self.html_file, context).await? {
            message = message.html(html);
        }
        if let Some(template) = self.template {
            let variables = variables(self.var, self.vars_file, context).await?;
            message = message.template(template);
            if !variables.is_empty() {
                message = message.template_variables(variables);
            }
        }
        if let Some(version) = self.template_version {
            message = message.template_version(version);
        }
        for path in self.attach {
            message = message.attachment(file(&path).await?);
        }
        for Pair { name, value } in self.inline {
            message = message.inline(name, file(Path::new(&value)).await?);
        }
        message = message.tags(self.tag).header("Message-Id", format!("<{id}>"));
        for Pair { name, value } in self.header {
            message = message.header(name, value);
        }
        for Pair { name, value } in self.variable {
            message = message.variable(name, value);
        }
        for Pair { name, value } in self.option {
            message = message.extra(name, value);
        }
        if let Some(time) = self.deliver_at {
            message = message.deliver_at(time);
        }
        if self.test_mode {
            message = message.test_mode(true);
        }
        Ok(message)
    }
}

async fn content(
    text: Option<String>,
    file: Option<PathBuf>,
    context: &Context,
) -> Result<Option<String>> {
    match (text, file) {
        (Some(text), _) => Ok(Some(text)),
        (None, Some(path)) => context.text(&path).await.map(Some),
        (None, None) => Ok(None),
    }
}

/// The variables of a file, and those of arguments, which replace them.
pub(crate) async fn variables(
    pairs: Vec<Pair>,
    file: Option<PathBuf>,
    context: &Context,
) -> Result<Map<String, Value>> {
    let mut variables = match file {
        None => Map::new(),
        Some(path) => match context.json_file(&path).await? {
            Value::Object(variables) => variables,
            _ => return Err(Failure::usage(format!("{} is not a JSON object", path.display()))),
        },
    };
    variables.extend(pairs.into_iter().map(|Pair { name, value }| (name, value.into())));
    Ok(variables)
}

async fn file(path: &Path) -> Result<Upload> {
    Upload::from_path(path).await.map_err(|error| {
        Failure::usage(format!("{}: {}", path.display(), Failure::from(error).message()))
    })
}
