use mailgun_core::{Call, Client, Error, Fields, Operation, true_false};
use serde_json::Value;

use crate::{BulkValidations, Validation, ValidationPreviews, bulk, previews};

const VALIDATE: Operation = Operation::get("/v4/address/validate");
// The call changes nothing. The address is in the body, so that it stays out of logs.
const VALIDATE_POST: Operation = Operation::post("/v4/address/validate").idempotent();
const PARSE: Operation = Operation::get("/v4/address/parse");

/// All operations of this crate, for tests that compare them with the API description.
#[doc(hidden)]
pub const OPERATIONS: &[Operation] = &[
    VALIDATE,
    VALIDATE_POST,
    PARSE,
    bulk::LIST,
    bulk::CREATE,
    bulk::GET,
    bulk::CANCEL,
    previews::LIST,
    previews::CREATE,
    previews::GET,
    previews::DELETE,
    previews::PROMOTE,
];

/// Mailgun accepts addresses of up to 512 characters.
const MAX_ADDRESS: usize = 512;

/// The validation of email addresses.
///
/// ```no_run
/// # async fn example(mailgun: mailgun::Mailgun) -> Result<(), mailgun::Error> {
/// use mailgun::validations::ValidateAddress;
///
/// let validations = mailgun.validations();
/// let found = validations.validate("bob@example.com", ValidateAddress::new()).await?;
/// println!("{:?}, risk {:?}", found.result, found.risk);
/// # Ok(()) }
/// ```
#[doc(alias = "verify_email")]
#[derive(Clone, Debug)]
pub struct Validations {
    client: Client,
}

impl Validations {
    /// A handle to the validations of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Bulk validations of files.
    pub fn bulk(&self) -> BulkValidations {
        BulkValidations::new(&self.client)
    }

    /// Free estimates of the result of a bulk validation.
    pub fn previews(&self) -> ValidationPreviews {
        ValidationPreviews::new(&self.client)
    }

    /// Validates one address of up to 512 characters.
    ///
    /// `GET /v4/address/validate`. Mailgun charges for each validation. As a read, the call is
    /// retried if its outcome is unknown, and may then be charged twice; [`Call::idempotency`]
    /// turns this off for a call.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge) without sending if the
    /// address is longer than 512 characters. Returns 400 if the address is empty, and 429 if too
    /// many validations of the account are in progress.
    ///
    /// ```no_run
    /// # async fn example(validations: mailgun::validations::Validations) -> Result<(), mailgun::Error> {
    /// use mailgun::validations::{ValidateAddress, ValidationRisk};
    ///
    /// let params = ValidateAddress::new().provider_lookup(false);
    /// let found = validations.validate("bob@example.com", params).await?;
    /// if found.risk == Some(ValidationRisk::High) {
    ///     println!("better not: {:?}", found.reason);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn validate(&self, address: &str, params: ValidateAddress) -> Call<Validation> {
        checked(self.client.call(VALIDATE, &[]).query(named(address)).query(params), address)
    }

    /// Validates one address as [`validate`](Self::validate) does, and keeps it out of the URL,
    /// which proxies may log.
    ///
    /// `POST /v4/address/validate`
    ///
    /// # Errors
    ///
    /// The errors of [`validate`](Self::validate).
    ///
    /// ```no_run
    /// # async fn example(validations: mailgun::validations::Validations) -> Result<(), mailgun::Error> {
    /// use mailgun::validations::ValidateAddress;
    ///
    /// let found = validations.validate_post("bob@example.com", ValidateAddress::new()).await?;
    /// println!("{:?}", found.result);
    /// # Ok(()) }
    /// ```
    pub fn validate_post(&self, address: &str, params: ValidateAddress) -> Call<Validation> {
        checked(self.client.call(VALIDATE_POST, &[]).query(params).form(named(address)), address)
    }

    /// Parses addresses, separated by commas.
    ///
    /// `GET /v4/address/parse`. Only the path and the parameter of this operation are known.
    ///
    /// ```no_run
    /// # async fn example(validations: mailgun::validations::Validations) -> Result<(), mailgun::Error> {
    /// println!("{}", validations.parse("Bob <bob@example.com>, eve@example.com").await?);
    /// # Ok(()) }
    /// ```
    pub fn parse(&self, addresses: &str) -> Call<Value> {
        let mut query = Fields::new();
        query.set("addresses", addresses);
        self.client.call(PARSE, &[]).query(query)
    }
}

fn named(address: &str) -> Fields {
    let mut fields = Fields::new();
    fields.set("address", address);
    fields
}

fn checked(call: Call<Validation>, address: &str) -> Call<Validation> {
    let length = address.chars().count();
    if length <= MAX_ADDRESS {
        return call;
    }
    let reason = format_args!("has {length} characters, over the limit of {MAX_ADDRESS}");
    call.with_error(Error::too_large("address", reason))
}

mailgun_core::params! {
    /// Options for validating an address.
    pub struct ValidateAddress;
}

impl ValidateAddress {
    /// Whether Mailgun may ask the mailbox provider if it lacks data; default true. If not, the
    /// result is [`Unknown`](crate::ValidationResult::Unknown).
    pub fn provider_lookup(self, allowed: bool) -> Self {
        self.set("provider_lookup", true_false(allowed))
    }
}
