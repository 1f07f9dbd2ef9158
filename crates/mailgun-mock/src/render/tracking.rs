//! Tracking: which links are rewritten, where the pixel goes, which footers are added, and what the
//! links mean that lead back to the mock.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{content::Content, html};
use crate::sent::Mail;

/// The settings of a domain, and what a message changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tracking {
    pixel: Option<Place>,
    clicks: Clicks,
    /// For HTML and text.
    footers: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum Place {
    Top,
    Bottom,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Clicks {
    #[default]
    Off,
    HtmlOnly,
    All,
}

impl Tracking {
    /// Options of a message override the settings of its domain. The option for one kind overrides
    /// the one for both.
    pub(crate) fn of(settings: &Value, mail: &Mail) -> Self {
        let both = mail.field("o:tracking");
        let clicks = match mail.field("o:tracking-clicks").or(both) {
            Some(option) => Clicks::of(option),
            None => match &settings["click"]["active"] {
                Value::String(option) => Clicks::of(option),
                active => Clicks::of(&active.to_string()),
            },
        };
        let open = &settings["open"];
        let is_on = |option: &str| matches!(option, "yes" | "true" | "htmlonly");
        let opens = mail.field("o:tracking-opens").or(both);
        let top = mail.field("o:tracking-pixel-location-top");
        let place = match top.map_or(open["place_at_the_top"] == true, is_on) {
            true => Place::Top,
            false => Place::Bottom,
        };
        let unsubscribe = &settings["unsubscribe"];
        let footer = |name: &str| unsubscribe[name].as_str().unwrap_or_default().to_owned();
        let footers = || (footer("html_footer"), footer("text_footer"));
        Self {
            pixel: opens.map_or(open["active"] == true, is_on).then_some(place),
            clicks,
            footers: (unsubscribe["active"] == true).then(footers),
        }
    }

    pub(super) fn add_footers(&self, content: &mut Content) {
        let Some((of_html, of_text)) = &self.footers else { return };
        content.html = content.html.take().map(|html| html::insert(&html, of_html, false));
        content.text = content.text.take().map(|text| text + of_text);
    }

    pub(super) fn html(&self, mut html: String, links: &Links<'_>) -> String {
        if self.clicks != Clicks::Off {
            html = html::map_links(&html, |url| links.click(url));
        }
        match self.pixel {
            Some(place) => {
                let url = links.open();
                let pixel = format!("<img width=\"1px\" height=\"1px\" alt=\"\" src=\"{url}\">");
                html::insert(&html, &pixel, place == Place::Top)
            }
            None => html,
        }
    }

    pub(super) fn text(&self, text: String, links: &Links<'_>) -> String {
        match self.clicks {
            Clicks::All => html::map_urls(&text, |url| links.click(url)),
            Clicks::Off | Clicks::HtmlOnly => text,
        }
    }
}

impl Clicks {
    fn of(option: &str) -> Self {
        match option {
            "yes" | "true" => Self::All,
            "htmlonly" => Self::HtmlOnly,
            _ => Self::Off,
        }
    }
}

/// Makes the links of one recipient's mail.
pub(super) struct Links<'a> {
    pub(super) base_url: &'a str,
    /// The storage key of the message.
    pub(super) key: &'a str,
    /// The position of the recipient.
    pub(super) recipient: usize,
}

impl Links<'_> {
    fn open(&self) -> String {
        format!("{}/o/{}", self.base_url, self.token(""))
    }

    /// A link that reports a click; `None` if the target is not tracked.
    fn click(&self, url: &str) -> Option<String> {
        let is_web = url.starts_with("http://") || url.starts_with("https://");
        let is_own = url.strip_prefix(self.base_url).is_some_and(|path| path.starts_with("/u/"));
        (is_web && !is_own).then(|| format!("{}/c/{}", self.base_url, self.token(url)))
    }

    pub(super) fn unsubscribe(&self, scope: Scope) -> String {
        format!("{}/u/{}", self.base_url, self.token(scope.name()))
    }

    pub(super) fn token(&self, text: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(json!([self.key, self.recipient, text]).to_string())
    }
}

/// What a recipient unsubscribes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scope {
    All,
    Tags,
    List,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Tags => "tags",
            Self::List => "list",
        }
    }
}

/// What a link of a mail means.
#[derive(Debug, PartialEq)]
pub(crate) struct Visit {
    /// The storage key of the message.
    pub(crate) key: String,
    pub(crate) recipient: usize,
    pub(crate) kind: Kind,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Kind {
    Open,
    Click(String),
    Unsubscribe(Scope),
}

impl Visit {
    /// Reads the path of a link: its letter and its token.
    pub(crate) fn read(letter: &str, token: &str) -> Option<Self> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (key, recipient, text): (String, usize, String) = serde_json::from_slice(&json).ok()?;
        let scopes = [Scope::All, Scope::Tags, Scope::List];
        let kind = match letter {
            "o" => Kind::Open,
            "c" if text.starts_with("http") => Kind::Click(text),
            "u" => Kind::Unsubscribe(scopes.into_iter().find(|scope| scope.name() == text)?),
            _ => return None,
        };
        Some(Self { key, recipient, kind })
    }
}
