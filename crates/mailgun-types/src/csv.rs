//! CSV files for imports: written from typed rows, or checked before they are sent.

use std::{fmt, path::Path};

use csv::{ReaderBuilder, StringRecord, Writer};
use mailgun_core::{Error, Upload, bytes::Bytes};
use serde::Serialize;

/// A CSV file to import, with its column names.
///
/// Mailgun imports files in the background and does not report unknown or missing columns. The SDK
/// therefore checks the columns before it sends a file.
///
/// White space around a column name is an error. A byte order mark at the start is removed.
///
/// ```
/// use mailgun::suppressions::Csv;
///
/// #[derive(serde::Serialize)]
/// struct Row {
///     address: &'static str,
/// }
///
/// let written = Csv::from_rows("people.csv", [Row { address: "bob@example.com" }])?;
/// let read = Csv::from_bytes("people.csv", "address\nbob@example.com\n")?;
/// assert_eq!(written.columns(), ["address"]);
/// assert_eq!(read.columns(), ["address"]);
/// # Ok::<(), mailgun::Error>(())
/// ```
pub struct Csv {
    upload: Upload,
    columns: Vec<String>,
}

impl Csv {
    /// Takes a file in memory.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the first row is
    /// missing or invalid, or a column name has white space around it.
    pub fn from_bytes(filename: impl Into<String>, bytes: impl Into<Bytes>) -> Result<Self, Error> {
        let bytes = bytes.into();
        Self::new(Upload::from_bytes(filename, bytes.clone()), &bytes)
    }

    /// Takes a file on disk; see [`Upload::from_path`].
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if the file cannot be
    /// read, the first row is missing or invalid, or a column name has white space around it.
    pub async fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let upload = Upload::from_path(path).await?;
        let head = upload.peek().await?;
        Self::new(upload, &head)
    }

    fn new(upload: Upload, head: &[u8]) -> Result<Self, Error> {
        // Spreadsheets write one. It is not part of the first column name.
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        let (upload, head) = match head.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => (upload.skip(BYTE_ORDER_MARK.len() as u64), rest),
            None => (upload, head),
        };
        Ok(Self { upload, columns: columns(head)? })
    }

    /// Writes a file from rows. The fields of the row type are the columns.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput) if there are no rows, or
    /// a row is not a flat record.
    pub fn from_rows<R: Serialize>(
        filename: impl Into<String>,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Self, Error> {
        let invalid = |error: csv::Error| {
            Error::invalid("rows", "cannot be serialized as CSV").with_source(error)
        };
        let mut writer = Writer::from_writer(Vec::new());
        for row in rows {
            writer.serialize(row).map_err(invalid)?;
        }
        let bytes = writer.into_inner().map_err(|error| {
            Error::invalid("rows", "cannot be serialized as CSV").with_source(error.into_error())
        })?;
        Self::from_bytes(filename, bytes)
    }

    /// The column names, from the first row.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Returns the file if it has at least one of the `required` columns, and no columns other than
    /// these and the `optional` ones.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), which names the column.
    pub fn with_columns(self, required: &[&str], optional: &[&str]) -> Result<Upload, Error> {
        let contains = |names: &[&str], column: &str| {
            names.iter().any(|name| name.eq_ignore_ascii_case(column))
        };
        if let Some(unknown) =
            self.columns.iter().find(|name| !contains(required, name) && !contains(optional, name))
        {
            let known = [required, optional].concat().join("`, `");
            let reason = format!("has the column `{unknown}`; the import knows `{known}`");
            return Err(Error::invalid("file", reason));
        }
        self.with_any_of(required)
    }

    /// Returns the file if it has at least one of these columns. Other columns are allowed.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::InvalidInput`](mailgun_core::ErrorKind::InvalidInput), which names the
    /// columns.
    pub fn with_any_of(self, required: &[&str]) -> Result<Upload, Error> {
        let has = |name: &&str| self.columns.iter().any(|column| column.eq_ignore_ascii_case(name));
        if required.iter().any(has) {
            return Ok(self.upload);
        }
        let reason = format!("has no column `{}`", required.join("` or `"));
        Err(Error::invalid("file", reason))
    }
}

impl fmt::Debug for Csv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Csv").field("upload", &self.upload).field("columns", &self.columns).finish()
    }
}

fn columns(head: &[u8]) -> Result<Vec<String>, Error> {
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(head);
    let mut row = StringRecord::new();
    let has_row = reader.read_record(&mut row).map_err(|error| {
        Error::invalid("file", "has a first row that is not CSV in UTF-8").with_source(error)
    })?;
    if !has_row || row.iter().any(|name| name.trim().is_empty()) {
        return Err(Error::invalid("file", "has no row with column names"));
    }
    if let Some(name) = row.iter().find(|name| name.trim() != *name) {
        let reason = format_args!("has white space around the column name `{}`", name.trim());
        return Err(Error::invalid("file", reason));
    }
    Ok(row.iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use mailgun_core::{
        Body, Client, Form, Operation, ResponseBody,
        http::{Request, Response},
    };
    use tower::service_fn;

    use super::*;

    fn csv(text: &str) -> Result<Csv, Error> {
        Csv::from_bytes("file.csv", text.to_owned())
    }

    #[test]
    fn columns_are_read_with_quotes_and_byte_order_mark() {
        for text in
            ["address,tags\na@b.c,*\n", "\u{feff}address,\"tags\"\r\na@b.c,*", "address,tags"]
        {
            assert_eq!(csv(text).unwrap().columns(), ["address", "tags"], "{text}");
        }
    }

    #[tokio::test]
    async fn a_byte_order_mark_is_removed_and_white_space_is_rejected() {
        async fn sent(csv: Csv) -> String {
            use http_body_util::BodyExt as _;
            let client = Client::from_service(
                "https://api.mailgun.net",
                service_fn(async |_: Request<Body>| {
                    Ok::<_, Infallible>(Response::new(ResponseBody::default()))
                }),
            )
            .unwrap();
            let call = client.call_bytes(Operation::post("/v3/import"), &[]);
            let mut form = Form::new();
            form.file("file", csv.upload);
            let request = call.multipart(form).into_request();
            let form = request.unwrap().into_body().collect().await.unwrap().to_bytes();
            let form = String::from_utf8(form.to_vec()).unwrap();
            let (_, content) = form.split_once("\r\n\r\n").unwrap();
            content[..content.rfind("\r\n--").unwrap()].to_owned()
        }
        let marked = "\u{feff}address\r\nbob@example.com\r\n";
        let unmarked = "address\r\nbob@example.com\r\n";
        assert_eq!(sent(csv(marked).unwrap()).await, unmarked);
        let path = std::env::temp_dir().join(format!("mailgun-bom-{}.csv", std::process::id()));
        std::fs::write(&path, marked).unwrap();
        let on_disk = Csv::from_path(&path).await.unwrap();
        assert_eq!(on_disk.upload.size(), Some(unmarked.len() as u64));
        assert_eq!(sent(on_disk).await, unmarked);

        for text in ["address ,tags\n", " address\n", "tags,\"\taddress\"\n", "address\u{a0}\n"] {
            let error = csv(text).unwrap_err();
            assert!(error.to_string().contains("white space around"), "{error}");
            assert!(error.to_string().contains("`address`"), "{error}");
            std::fs::write(&path, text).unwrap();
            assert!(Csv::from_path(&path).await.is_err(), "{text:?}");
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_file_without_a_valid_first_row_is_rejected() {
        for text in ["", "\n\n", "address,,tags\n"] {
            let error = csv(text).unwrap_err();
            assert!(error.to_string().contains("`file` has no row with column names"), "{error}");
        }
        let utf16 = Csv::from_bytes("a.csv", &b"\xff\xfea\0d\0d\0"[..]).unwrap_err();
        assert!(utf16.to_string().contains("not CSV in UTF-8"), "{utf16}");
    }

    #[test]
    fn missing_and_unknown_columns_are_named() {
        let check = |text: &str| csv(text).unwrap().with_columns(&["address"], &["tags"]);
        assert!(check("address,tags\n").is_ok());
        assert!(check("ADDRESS\n").is_ok());
        let missing = check("tags\n").unwrap_err().to_string();
        assert!(missing.contains("`file` has no column `address`"), "{missing}");
        let unknown = check("address,tag\n").unwrap_err().to_string();
        assert!(unknown.contains("has the column `tag`"), "{unknown}");
        assert!(unknown.contains("knows `address`, `tags`"), "{unknown}");
        assert!(csv("email,name\n").unwrap().with_any_of(&["email", "email_address"]).is_ok());
        assert!(csv("name\n").unwrap().with_any_of(&["email", "email_address"]).is_err());
    }

    #[test]
    fn rows_are_quoted_where_necessary() {
        #[derive(Serialize)]
        struct Row {
            address: &'static str,
            error: Option<&'static str>,
        }
        let rows = [
            Row { address: "a@b.c", error: Some("no, \"really\"\nno") },
            Row { address: "d@e.f", error: None },
        ];
        let csv = Csv::from_rows("bounces.csv", rows).unwrap();
        assert_eq!(csv.columns(), ["address", "error"]);
        let written = "address,error\na@b.c,\"no, \"\"really\"\"\nno\"\nd@e.f,\n";
        assert_eq!(csv.upload.size(), Some(written.len() as u64));
        assert!(Csv::from_rows("none.csv", Vec::<Row>::new()).is_err());
        assert!(Csv::from_rows("maps.csv", [std::collections::BTreeMap::from([(1, 2)])]).is_err());
    }

    #[tokio::test]
    async fn a_file_on_the_disk_is_checked_too() {
        let path = std::env::temp_dir().join(format!("mailgun-csv-{}.csv", std::process::id()));
        std::fs::write(&path, "address,code\n".to_owned() + &"a@b.c,550\n".repeat(100_000))
            .unwrap();
        let csv = Csv::from_path(&path).await.unwrap();
        assert_eq!(csv.columns(), ["address", "code"]);
        assert_eq!(csv.with_any_of(&["address"]).unwrap().size(), Some(1_000_013));
        std::fs::write(&path, "").unwrap();
        assert!(Csv::from_path(&path).await.is_err());
        std::fs::remove_file(&path).unwrap();
    }
}
