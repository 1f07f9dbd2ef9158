use mailgun_core::{PageLinks, PageParts, PageResponse, Timestamp, de};
use serde::{Deserialize, Serialize};

use crate::TemplateHeaders;

/// A stored template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Template {
    /// The name, in lowercase, which identifies the template in calls and messages.
    #[serde(deserialize_with = "de::null_default")]
    pub name: String,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub description: String,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// Who created the template.
    #[serde(deserialize_with = "de::null_default")]
    pub created_by: String,
    /// The id, a UUID.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The version that was requested or changed, or the active one if it was requested.
    pub version: Option<Version>,
    /// The versions, on a page of versions.
    #[serde(deserialize_with = "de::items")]
    pub versions: Vec<Version>,
}

/// A version of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Version {
    /// The name, in lowercase, which identifies the template in calls and messages.
    #[serde(deserialize_with = "de::null_default")]
    pub tag: String,
    /// The content (`template` in the API). Listings leave it out or empty.
    #[serde(rename = "template")]
    pub content: Option<String>,
    /// The template language.
    pub engine: Option<Engine>,
    /// The MJML that the content was generated from, or empty.
    #[serde(deserialize_with = "de::null_default")]
    pub mjml: String,
    /// When it was created.
    #[serde(deserialize_with = "de::optional_timestamp")]
    pub created_at: Option<Timestamp>,
    /// A description, in any words.
    #[serde(deserialize_with = "de::null_default")]
    pub comment: String,
    /// Whether the version is active, so that messages use it by default.
    #[serde(deserialize_with = "de::null_default")]
    pub active: bool,
    /// The id, a UUID.
    #[serde(deserialize_with = "de::null_default")]
    pub id: String,
    /// The headers of messages that use the version. Listings leave them out.
    #[serde(deserialize_with = "de::null_default")]
    pub headers: TemplateHeaders,
}

mailgun_core::open_enum! {
    /// The template language of a version.
    pub enum Engine {
        /// A subset of Handlebars with the helpers `if`, `unless`, `each`, `with` and `equal`.
        Handlebars = "handlebars",
        /// Go templates.
        Go = "go",
    }
}

/// The response to creating or changing a template or version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TemplateResponse {
    /// The message from Mailgun, such as `template has been stored`.
    #[serde(default, deserialize_with = "de::null_default")]
    pub message: String,
    /// The template, with the version that was created or changed.
    #[serde(default, deserialize_with = "de::null_default")]
    pub template: Template,
}

/// The response to copying a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "CopyShape")]
#[non_exhaustive]
pub struct VersionResponse {
    /// The message from Mailgun, such as `version has been copied`.
    pub message: String,
    /// The copy.
    pub version: Version,
}

#[derive(Deserialize)]
struct CopyShape {
    #[serde(default, deserialize_with = "de::null_default")]
    message: String,
    version: Option<Version>,
    /// The same version under its older name.
    template: Option<Version>,
}

impl From<CopyShape> for VersionResponse {
    fn from(CopyShape { message, version, template }: CopyShape) -> Self {
        Self { message, version: version.or(template).unwrap_or_default() }
    }
}

/// The response to a change or deletion, with the names of what changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ChangeShape")]
#[non_exhaustive]
pub struct TemplateChanged {
    /// The message from Mailgun, such as `template has been updated`.
    pub message: String,
    /// The name of the template.
    pub name: String,
    /// The tag of the version, if a version changed.
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

/// A page of the versions of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct VersionsResponse {
    /// The template, with the versions of the page.
    #[serde(deserialize_with = "de::null_default")]
    pub template: Template,
    /// The links to other pages.
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
