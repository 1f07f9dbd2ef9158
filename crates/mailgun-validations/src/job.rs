use mailgun_core::{PageLinks, PageParts, PageResponse, de};
use mailgun_types::validation::ValidationJob;
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct JobPage {
    #[serde(default, deserialize_with = "de::null_default")]
    jobs: Vec<ValidationJob>,
    #[serde(default, deserialize_with = "de::null_default")]
    paging: PageLinks,
    #[serde(default, deserialize_with = "de::number_or_string")]
    total: Option<u64>,
}

impl PageResponse for JobPage {
    type Item = ValidationJob;

    fn into_parts(self) -> PageParts<ValidationJob> {
        PageParts { items: self.jobs, links: self.paging, total: self.total }
    }
}
