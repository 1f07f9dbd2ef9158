use std::{fmt, sync::Arc};

use mailgun_core::Error;
use mailgun_types::Csv;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::member::object;

/// A member to add with [`Members::create_many`](crate::Members::create_many) or in a CSV file.
///
/// ```
/// use mailgun::mailing_lists::NewMember;
/// use serde_json::json;
///
/// let members = [
///     NewMember::new("ada@example.com").name("Ada").vars(&json!({"age": 36})),
///     NewMember::new("bob@example.com").subscribed(false),
/// ];
/// let csv = NewMember::csv(members)?;
/// assert_eq!(csv.columns(), ["address", "name", "vars", "subscribed"]);
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Clone, Serialize)]
#[must_use]
pub struct NewMember {
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vars: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscribed: Option<bool>,
    /// Shared, because the rows stay in place while a chunk reports an error.
    #[serde(skip)]
    error: Option<Arc<Error>>,
}

impl NewMember {
    /// A member with this address.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), name: None, vars: None, subscribed: None, error: None }
    }

    /// The name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The variables, which must serialize to a JSON object. Otherwise, sending the members returns
    /// an error.
    pub fn vars(mut self, vars: &(impl Serialize + ?Sized)) -> Self {
        match object(vars) {
            Ok(json) => self.vars = Some(json),
            Err(error) => self.error = Some(Arc::new(error)),
        }
        self
    }

    /// Whether the member gets mail of the list; default `true`, even if a member that is changed by an
    /// upsert has unsubscribed.
    pub fn subscribed(mut self, subscribed: bool) -> Self {
        self.subscribed = Some(subscribed);
        self
    }

    /// Writes a CSV file of these members, for [`Members::import`](crate::Members::import).
    ///
    /// The file has the columns that at least one member sets.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if there are no
    /// members, or variables are not a JSON object.
    pub fn csv(members: impl IntoIterator<Item = Self>) -> Result<Csv, Error> {
        let members: Vec<Self> = members.into_iter().collect();
        if let Some(error) = Self::first_error(&members) {
            return Err(error);
        }
        type Cell = fn(&NewMember) -> Option<String>;
        let columns: [(&str, Cell); 4] = [
            ("address", |member| Some(member.address.clone())),
            ("name", |member| member.name.clone()),
            ("vars", |member| member.vars.as_ref().map(|json| json.get().to_owned())),
            ("subscribed", |member| {
                member.subscribed.map(|yes| if yes { "yes" } else { "no" }.to_owned())
            }),
        ];
        let is_set = |(_, cell): &(&str, Cell)| members.iter().any(|it| cell(it).is_some());
        let columns: Vec<_> = columns.into_iter().filter(is_set).collect();
        let names: Vec<_> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let rows = members.iter().map(|member| {
            columns.iter().map(|(_, cell)| cell(member).unwrap_or_default()).collect()
        });
        Csv::from_rows("members.csv", std::iter::once(names).chain(rows))
    }

    /// The first error among these members.
    pub(crate) fn first_error(members: &[Self]) -> Option<Error> {
        members.iter().enumerate().find_map(|(index, member)| {
            let error = member.error.clone()?;
            let error = Error::invalid("vars", "is not a JSON object").with_source(error);
            Some(error.in_parameter(format_args!("members #{}", index + 1)))
        })
    }
}

/// Without the variables, which may hold personal data.
impl fmt::Debug for NewMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewMember")
            .field("address", &self.address)
            .field("name", &self.name)
            .field("subscribed", &self.subscribed)
            .finish_non_exhaustive()
    }
}
