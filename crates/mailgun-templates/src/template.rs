use mailgun_core::{PageLinks, PageParts, PageResponse, Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::TemplateHeaders;

/// A stored template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Template {
    /// What names it in calls and messages, in lower case.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// Who created it, as was said then.
    #[serde(deserialize_with = "de::null_default")]
    pub created_by: String,
    /// A UUID.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The version that was asked for or written; the active one where that was asked for.
    pub version: Option<Version>,
    /// The versions of a page of them.
    #[serde(deserialize_with = "de::items")]
    pub versions: Vec<Version>,
}

/// A version of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Version {
    /// What names it in calls and messages, in lower case.
    #[serde(deserialize_with = "de::null_default")]
    pub tag: String,
    /// The content, which listings leave out or empty (`template` on the wire).
    #[serde(rename = "template")]
    pub content: Option<String>,
    /// The language of the content.
    pub engine: Option<Engine>,
    /// The MJML that the content was made from; empty if it was not made so.
    #[serde(deserialize_with = "de::null_default")]
    pub mjml: String,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// Free text.
    #[serde(deserialize_with = "de::null_default")]
    pub comment: String,
    /// Whether messages are made from it that name no other.
    #[serde(deserialize_with = "de::null_default")]
    pub active: bool,
    /// A UUID.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The headers of the mails that are made from it; listings leave them out.
    #[serde(deserialize_with = "de::null_default")]
    pub headers: TemplateHeaders,
}

mailgun_core::open_enum! {
    /// The language of a version's content.
    pub enum Engine {
        /// A subset of Handlebars with the helpers `if`, `unless`, `each`, `with` and `equal`.
        Handlebars = "handlebars",
        /// Go's templates.
        Go = "go",
    }
}

/// The reply to the writing of a template, or of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateResponse {
    /// Mailgun's words, `template has been stored` for example.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The template, with the version that was written.
    #[serde(default, deserialize_with = "de::null_default")]
    pub template: Template,
}

/// The reply to a copy of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "CopyShape")]
#[non_exhaustive]
pub struct VersionResponse {
    /// Mailgun's words, `version has been copied` for example.
    pub message: String,
    /// The copy.
    pub version: Version,
}

#[derive(Deserialize)]
struct CopyShape {
    #[serde(default, deserialize_with = "de::null_default")]
    message: String,
    version: Option<Version>,
    /// The same version under its old name.
    template: Option<Version>,
}

impl From<CopyShape> for VersionResponse {
    fn from(CopyShape { message, version, template }: CopyShape) -> Self {
        Self { message, version: version.or(template).unwrap_or_default() }
    }
}

/// The reply to a change or a deletion, which names what it was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ChangeShape")]
#[non_exhaustive]
pub struct TemplateChanged {
    /// Mailgun's words, `template has been updated` for example.
    pub message: String,
    /// The template's name.
    pub name: String,
    /// The version's tag, if it was about a version.
    pub tag: Option<String>,
}

#[derive(Deserialize)]
struct ChangeShape {
    #[serde(default, deserialize_with = "de::null_default")]
    message: String,
    #[serde(default, deserialize_with = "de::null_default")]
    template: Template,
}

impl From<ChangeShape> for TemplateChanged {
    fn from(ChangeShape { message, template }: ChangeShape) -> Self {
        Self { message, name: template.name, tag: template.version.map(|version| version.tag) }
    }
}

/// A template, which comes wrapped.
#[derive(Deserialize)]
pub(crate) struct Wrapped {
    #[serde(default, deserialize_with = "de::null_default")]
    pub(crate) template: Template,
}

/// A page of versions, which are inside their template.
/// A page of the versions of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct VersionsResponse {
    /// The template with the versions of the page.
    #[serde(deserialize_with = "de::null_default")]
    pub template: Template,
    /// Where other pages are.
    #[serde(deserialize_with = "de::null_default")]
    pub paging: PageLinks,
}

impl PageResponse for VersionsResponse {
    type Item = Version;

    fn into_parts(self) -> PageParts<Version> {
        PageParts { items: self.template.versions, links: self.paging, total: None }
    }
}

#[cfg(test)]
mod tests {
    use mailgun_testing::responses::{read_whole, recorded, tolerates};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_of_versions_is_read_from_inside_its_template() {
        let page = json!({
            "template": {
                "name": "welcome",
                "versions": [{"tag": "v0", "active": false}, {"tag": "v1", "active": true}],
            },
            "paging": {"next": "https://api.mailgun.net/v3/a.b/templates/x/versions?page=next&p=v1"},
        });
        tolerates::<VersionsResponse>(&page, &[]);
        let parts = serde_json::from_value::<VersionsResponse>(page).unwrap().into_parts();
        assert_eq!(parts.items.iter().map(|one| &*one.tag).collect::<Vec<_>>(), ["v0", "v1"]);
        assert!(parts.links.next.unwrap().ends_with("p=v1"));

        let none = serde_json::from_str::<VersionsResponse>(r#"{"template": null}"#).unwrap();
        assert!(none.into_parts().items.is_empty());
    }

    #[test]
    fn a_recorded_page_loses_nothing() {
        let mut pages = recorded("GET", "/test.template/versions");
        pages.retain(|page| page.status == 200 && page.path.ends_with("/versions"));
        let [page] = pages.as_slice() else { panic!("{pages:?}") };
        let PageParts { items, links, .. } =
            read_whole::<VersionsResponse>(&page.body).into_parts();
        assert!(links.next.unwrap().ends_with("?page=next&p=v2&limit=100"));
        let json: serde_json::Value = serde_json::from_str(&page.body).unwrap();
        let versions = json["template"]["versions"].as_array().unwrap();
        assert_eq!((items.len(), versions.len()), (2, 2));
        for (version, json) in items.iter().zip(versions) {
            assert_eq!(version.tag, json["tag"]);
            assert_eq!(version.content, None);
            assert_eq!(version.engine, Some(Engine::Handlebars));
            assert_eq!(version.mjml, json["mjml"]);
            let created = version.created_at.unwrap().to_rfc2822();
            assert_eq!(created.replace("+0000", "UTC"), json["createdAt"]);
            assert_eq!(version.comment, json["comment"]);
            assert_eq!(version.active, json["active"]);
            assert_eq!(version.id, json["id"]);
            assert_eq!(version.headers, TemplateHeaders::default());
        }
    }
}
