//! reqwest with its multipart form: a client without an SDK.

use std::{collections::HashMap, hint::black_box};

use mailgun::http::Uri;
use reqwest::{
    Body, Client,
    multipart::{Form, Part},
};
use serde::Deserialize;

use super::Peer;
use crate::{
    Result,
    fixtures::{
        BATCH_SUBJECT, FILENAME, FROM, KEY, Load, PATH, Recipient, SUBJECT, TO, Variables, html,
        text,
    },
};

/// Sends messages with one load.
#[derive(Clone, Debug)]
pub struct Sender {
    client: Client,
    url: String,
    load: Load,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoded, but not used")]
struct Receipt {
    id: String,
    message: String,
}

impl Sender {
    /// Sends the simple message to a server at `base_url`.
    ///
    /// # Errors
    ///
    /// Returns an error if the client cannot be built.
    pub fn new(base_url: &str) -> Result<Self> {
        let client = Client::builder().no_proxy().pool_max_idle_per_host(128).build()?;
        let url = format!("{base_url}{PATH}");
        url.parse::<Uri>()?;
        Ok(Self { client, url, load: Load::Simple })
    }

    /// Sends messages with `load` over the same connections.
    pub fn with(&self, load: Load) -> Self {
        Self { load, ..self.clone() }
    }
}

/// Describes a message, sends it and decodes the receipt.
impl Peer for Sender {
    async fn once(&self) -> Result<()> {
        let form = match &self.load {
            Load::Simple => simple(),
            Load::Batch(recipients) => batch(recipients)?,
            Load::Attachment(bytes) => {
                let length = bytes.len() as u64;
                let part = Part::stream_with_length(Body::from(bytes.clone()), length)
                    .file_name(FILENAME)
                    .mime_str("application/pdf")?;
                simple().part("attachment", part)
            }
            Load::File(_) => return Err("a file is not compared".into()),
        };
        let request = self.client.post(&self.url).basic_auth("api", Some(KEY)).multipart(form);
        let response = request.send().await?.error_for_status()?;
        black_box(response.json::<Receipt>().await?);
        Ok(())
    }
}

fn simple() -> Form {
    Form::new()
        .text("from", FROM)
        .text("to", TO)
        .text("subject", SUBJECT)
        .text("text", text())
        .text("html", html())
        .text("o:tag", "receipts")
        .text("o:tracking", "yes")
}

fn batch(recipients: &[Recipient]) -> Result<Form> {
    let mut form = Form::new()
        .text("from", FROM)
        .text("subject", BATCH_SUBJECT)
        .text("text", text())
        .text("html", html())
        .text("o:tag", "news")
        .text("o:tracking", "yes");
    let mut variables: HashMap<&str, &Variables> = HashMap::with_capacity(recipients.len());
    for one in recipients {
        form = form.text("to", one.address.clone());
        variables.insert(&one.address, &one.variables);
    }
    Ok(form.text("recipient-variables", serde_json::to_string(&variables)?))
}
