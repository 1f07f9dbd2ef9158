use mailgun_core::{Call, Error, Form, Upload};
use mailgun_types::Csv;
use serde::Serialize;

/// Mailgun takes files of at most 25 MB.
const MAX_FILE: u64 = 25 * 1024 * 1024;

/// Of these columns Mailgun takes the addresses.
const COLUMNS: &[&str] = &["email", "email_address"];

/// A file of addresses to validate: CSV with a column `email` or `email_address`, in UTF-8 and of
/// at most 25 MB, or such a file in gzip.
///
/// A fault of it is reported by the call that it is given to, before anything is sent.
///
/// ```
/// use mailgun_core::Upload;
/// use mailgun_validations::Csv;
/// use mailgun_validations::AddressFile;
///
/// let written = AddressFile::from_addresses(["bob@example.com", "eve@example.com"]);
/// let read = AddressFile::from(Csv::from_bytes("people.csv", "name,email\nBob,bob@example.com")?);
/// let packed = AddressFile::gzip(Upload::from_bytes("people.csv.gz", &b"\x1f\x8b"[..]));
/// # let _ = (written, read, packed);
/// # Ok::<(), mailgun_core::Error>(())
/// ```
#[derive(Debug)]
pub struct AddressFile(Result<Upload, Error>);

impl AddressFile {
    /// A file written from addresses, at least one.
    pub fn from_addresses<A: Into<String>>(addresses: impl IntoIterator<Item = A>) -> Self {
        #[derive(Serialize)]
        struct Row {
            email: String,
        }
        let rows = addresses.into_iter().map(|address| Row { email: address.into() });
        Csv::from_rows("addresses.csv", rows).map_or_else(|fault| Self(Err(fault)), Self::from)
    }

    /// A CSV file in gzip, which is sent as it is: its columns are not looked at.
    pub fn gzip(file: Upload) -> Self {
        Self(Ok(file))
    }

    /// Sends the file, if it is one that Mailgun takes.
    pub(crate) fn send<T>(self, call: Call<T>) -> Call<T> {
        match self.0.and_then(|file| file.up_to(MAX_FILE)) {
            Ok(file) => {
                let mut form = Form::new();
                form.file("file", file);
                call.multipart(form)
            }
            Err(fault) => call.with_error(fault),
        }
    }
}

impl From<Csv> for AddressFile {
    fn from(csv: Csv) -> Self {
        Self(csv.with_any_of(COLUMNS))
    }
}
