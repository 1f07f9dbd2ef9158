use mailgun_core::{Call, Client, Error, Fields, Operation, true_false};
use serde_json::Value;

use crate::{BulkValidations, Validation, ValidationPreviews, bulk, previews};

const VALIDATE: Operation = Operation::get("/v4/address/validate");
// It finds out and changes nothing; the address is in the body to stay out of logs.
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

/// Mailgun takes addresses of at most so many characters.
const MAX_ADDRESS: usize = 512;

/// Validation of addresses.
///
/// ```no_run
/// # async fn example(client: mailgun_core::Client) -> Result<(), mailgun_core::Error> {
/// use mailgun_validations::{ValidateAddress, Validations};
///
/// let validations = Validations::new(&client);
/// let found = validations.validate("bob@example.com", ValidateAddress::new()).await?;
/// println!("{:?}, risk {:?}", found.result, found.risk);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Validations {
    client: Client,
}

impl Validations {
    /// The validations of the client's account.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }

    /// Validations of whole files.
    pub fn bulk(&self) -> BulkValidations {
        BulkValidations::new(&self.client)
    }

    /// Free estimates of what the validation of a file would find.
    pub fn previews(&self) -> ValidationPreviews {
        ValidationPreviews::new(&self.client)
    }

    /// Validates one address of at most 512 characters.
    ///
    /// `GET /v4/address/validate`. Mailgun charges for each validation. One whose outcome is
    /// unknown is repeated like any read, and may then be charged twice;
    /// [`Call::idempotency`] changes that for a call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooLarge`](mailgun_core::ErrorKind::TooLarge) for a longer address, which is not sent.
    /// Status 400 without an address, 429 while too many validations of the account are under way.
    ///
    /// ```no_run
    /// # async fn example(validations: mailgun_validations::Validations) -> Result<(), mailgun_core::Error> {
    /// use mailgun_validations::{ValidateAddress, ValidationRisk};
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
    /// As for [`validate`](Self::validate).
    ///
    /// ```no_run
    /// # async fn example(validations: mailgun_validations::Validations) -> Result<(), mailgun_core::Error> {
    /// use mailgun_validations::ValidateAddress;
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
    /// `GET /v4/address/parse`. Nothing but the route and its parameter is known of this operation.
    ///
    /// ```no_run
    /// # async fn example(validations: mailgun_validations::Validations) -> Result<(), mailgun_core::Error> {
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
    /// How an address is validated.
    pub struct ValidateAddress;
}

impl ValidateAddress {
    /// Whether Mailgun may ask the mailbox provider where it does not know enough itself; it may
    /// when not set. Without, such an address is [`Unknown`](crate::ValidationResult::Unknown).
    pub fn provider_lookup(self, allowed: bool) -> Self {
        self.set("provider_lookup", true_false(allowed))
    }
}
