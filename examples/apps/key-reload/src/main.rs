//! Replaces the API key while the program runs, without losing a call.
//!
//! ```sh
//! cargo run -p example-key-reload -- /run/secrets/mailgun-key
//! ```

use std::{error::Error, path::Path, time::Duration};

use mailgun::{ApiKey, Credentials, Mailgun};
use tokio::fs;

async fn read_key(path: &Path) -> Result<ApiKey, Box<dyn Error>> {
    Ok(fs::read_to_string(path).await?.parse()?)
}

/// Reads the file again and again. A key that cannot be read leaves the old one in use.
async fn reload(path: &Path, credentials: &Credentials, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        match read_key(path).await {
            // Calls in flight keep their key; every attempt from now on uses this one.
            Ok(key) => credentials.replace(key),
            Err(error) => eprintln!("keeping the old key: {error}"),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("name the file that holds the key")?;
    let credentials = Credentials::new(read_key(path.as_ref()).await?);
    let mailgun: Mailgun = Mailgun::builder(credentials.clone()).build()?;
    println!("watching the key; the client is {mailgun:?}");
    reload(path.as_ref(), &credentials, Duration::from_secs(30)).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use mailgun::messages::Message;
    use mailgun_mock::MockMailgun;

    use super::*;

    #[tokio::test]
    async fn a_new_key_in_the_file_is_used_and_a_broken_one_is_not() {
        let mock = MockMailgun::start().await;
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "key-old").await.unwrap();

        let credentials = Credentials::new(read_key(file.path()).await.unwrap());
        let mailgun: Mailgun =
            Mailgun::builder(credentials.clone()).base_url(mock.base_url()).build().unwrap();
        let path = file.path().to_owned();
        tokio::spawn(async move { reload(&path, &credentials, Duration::from_millis(10)).await });
        let mail = || Message::new().from("shop@mg.example.com").to("bob@example.com").text("Hi");
        let send = || mailgun.messages("mg.example.com").send(mail());

        assert_eq!(send().await.unwrap_err().status().unwrap(), 401);

        fs::write(&file, format!("{}\n", mock.api_key())).await.unwrap();
        let accepted = async {
            while send().await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), accepted)
            .await
            .expect("the new key is not used");

        fs::write(&file, "two words").await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        send().await.expect("a broken file replaced the key");
    }
}
