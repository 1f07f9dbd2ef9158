//! The content of a mail, for `send` and for campaigns.

use std::path::{Path, PathBuf};

use clap::Args;
use mailgun::{Timestamp, resource::Upload};
use serde_json::{Map, Value};

use crate::{
    args::{self, Pair},
    context::Context,
    exit::{Failure, Result},
};

#[derive(Args, Debug)]
pub(crate) struct ContentArgs {
    /// Sender [env: MAILGUN_FROM]
    #[arg(long, value_name = "MAILBOX", env = "MAILGUN_FROM", hide_env = true)]
    from: Option<String>,
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

/// The content with its files.
pub(crate) struct Content {
    pub(crate) from: Option<String>,
    pub(crate) reply_to: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) html: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) template_version: Option<String>,
    pub(crate) template_variables: Map<String, Value>,
    pub(crate) attachments: Vec<Upload>,
    pub(crate) inline: Vec<(String, Upload)>,
    pub(crate) tags: Vec<String>,
    pub(crate) headers: Vec<Pair>,
    pub(crate) variables: Vec<Pair>,
    pub(crate) options: Vec<Pair>,
    pub(crate) deliver_at: Option<Timestamp>,
    pub(crate) test_mode: bool,
}

/// Sets all of the content in a message or a campaign, which have the same setters.
macro_rules! filled {
    ($mail:expr, $content:expr) => {{
        let (mut mail, content): (_, $crate::content::Content) = ($mail, $content);
        $crate::content::filled!(@set mail, content, from, reply_to, subject, text, html, template,
            template_version, deliver_at);
        if !content.template_variables.is_empty() {
            mail = mail.template_variables(content.template_variables);
        }
        for file in content.attachments {
            mail = mail.attachment(file);
        }
        for (name, file) in content.inline {
            mail = mail.inline(name, file);
        }
        for header in content.headers {
            mail = mail.header(header.name, header.value);
        }
        for variable in content.variables {
            mail = mail.variable(variable.name, variable.value);
        }
        for option in content.options {
            mail = mail.extra(option.name, option.value);
        }
        if content.test_mode {
            mail = mail.test_mode(true);
        }
        mail.tags(content.tags)
    }};
    (@set $mail:ident, $content:ident, $($name:ident),*) => {$(
        if let Some(value) = $content.$name {
            $mail = $mail.$name(value);
        }
    )*};
}
pub(crate) use filled;

impl ContentArgs {
    /// The Message-Id that the user has set.
    pub(crate) fn message_id(&self) -> Option<&str> {
        let own = self.header.iter().find(|it| it.name.eq_ignore_ascii_case("message-id"))?;
        Some(own.value.trim_matches(['<', '>']))
    }

    /// Reads the files. Without any body, the text comes from standard input.
    pub(crate) async fn load(self, context: &Context) -> Result<Content> {
        let has_body = self.html.is_some() || self.html_file.is_some() || self.template.is_some();
        let text_file = self.text_file.or_else(|| (!has_body).then(|| PathBuf::from("-")));
        if self.text.is_none() && text_file.as_deref() == Some(Path::new("-")) {
            context.note_if_typed("Write the mail, and end it with Ctrl-D on a line of its own.");
        }
        let mut attachments = Vec::new();
        for path in self.attach {
            attachments.push(file(&path).await?);
        }
        let mut inline = Vec::new();
        for Pair { name, value } in self.inline {
            inline.push((name, file(Path::new(&value)).await?));
        }
        Ok(Content {
            from: self.from,
            reply_to: self.reply_to,
            subject: self.subject,
            text: text(self.text, text_file, context).await?,
            html: text(self.html, self.html_file, context).await?,
            template: self.template,
            template_version: self.template_version,
            template_variables: variables(self.var, self.vars_file, context).await?,
            attachments,
            inline,
            tags: self.tag,
            headers: self.header,
            variables: self.variable,
            options: self.option,
            deliver_at: self.deliver_at,
            test_mode: self.test_mode,
        })
    }
}

async fn text(
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
    // The error names the file.
    Upload::from_path(path).await.map_err(|error| Failure::error(error.to_string()))
}
