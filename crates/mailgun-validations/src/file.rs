use mailgun_core::{Call, Error, Form, Upload};
use mailgun_types::Csv;
use serde::Serialize;

/// Mailgun accepts files of at most 25 MB.
const MAX_FILE: u64 = 25 * 1024 * 1024;

/// Mailgun reads the addresses from one of these columns.
const COLUMNS: &[&str] = &["email", "email_address"];

/// A file of addresses to validate, up to 25 MB: UTF-8 CSV with a column `email` or
/// `email_address`, or such a file compressed with gzip.
///
/// The call that takes the file reports its errors before sending.
///
/// ```
/// use mailgun::validations::Upload;
/// use mailgun::validations::Csv;
/// use mailgun::validations::AddressFile;
///
/// let written = AddressFile::from_addresses(["bob@example.com", "eve@example.com"]);
/// let read = AddressFile::from(Csv::from_bytes("people.csv", "name,email\nBob,bob@example.com")?);
/// let packed = AddressFile::gzip(Upload::from_bytes("people.csv.gz", &b"\x1f\x8b"[..]));
/// # let _ = (written, read, packed);
/// # Ok::<(), mailgun::Error>(())
/// ```
#[derive(Debug)]
pub struct AddressFile(Result<Upload, Error>);

impl AddressFile {
    /// Writes a file from addresses, at least one.
    pub fn from_addresses<A: Into<String>>(addresses: impl IntoIterator<Item = A>) -> Self {
        #[derive(Serialize)]
        struct Row {
            email: String,
        }
        let rows = addresses.into_iter().map(|address| Row { email: address.into() });
        Csv::from_rows("addresses.csv", rows).map_or_else(|error| Self(Err(error)), Self::from)
    }

    /// A CSV file compressed with gzip. It is sent as is; its columns are not checked.
    pub fn gzip(file: Upload) -> Self {
        Self(Ok(file))
    }

    /// Sends the file if it is valid.
    pub(crate) fn send<T>(self, call: Call<T>) -> Call<T> {
        match self.0.and_then(|file| file.up_to(MAX_FILE)) {
            Ok(file) => {
                let mut form = Form::new();
                form.file("file", file);
                call.multipart(form)
            }
            Err(error) => call.with_error(error),
        }
    }
}

impl From<Csv> for AddressFile {
    fn from(csv: Csv) -> Self {
        Self(csv.with_any_of(COLUMNS))
    }
}
