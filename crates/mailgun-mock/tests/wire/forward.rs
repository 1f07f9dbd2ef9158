//! Mail that is sent on to an SMTP server.

use std::{sync::Arc, time::Duration};

use mailgun_mock::{ForwardedMail, MockMailgun};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
    sync::Mutex,
};

use crate::client::send_with;

/// Accepts mail as RFC 5321 says, and keeps what clients write. Refuses the recipient `no@x.com`,
/// answers too much to `long@x.com`, and is too busy to end a session.
async fn smtp_server() -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let log = Arc::new(Mutex::new(String::new()));
    let (kept, long) = (Arc::clone(&log), "2".repeat(100 * 1024));
    tokio::spawn(async move {
        loop {
            let mut stream = BufReader::new(listener.accept().await.unwrap().0);
            stream.write_all(b"220 test\r\n").await.unwrap();
            let (mut line, mut is_data) = (String::new(), false);
            while stream.read_line(&mut line).await.unwrap() > 0 {
                kept.lock().await.push_str(&line);
                let reply = match line.trim_end() {
                    "." => "250 accepted\r\n",
                    _ if is_data => "",
                    "DATA" => "354 go on\r\n",
                    "QUIT" => "421 too busy\r\n",
                    "RCPT TO:<long@x.com>" => &long,
                    "RCPT TO:<no@x.com>" => "550 no such user\r\n",
                    text if text.starts_with("EHLO") => {
                        "250-test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
                    }
                    _ => "250 ok\r\n",
                };
                is_data = line.trim_end() == "DATA" || (is_data && line.trim_end() != ".");
                stream.write_all(reply.as_bytes()).await.unwrap();
                line.clear();
            }
        }
    });
    (url, log)
}

async fn forwarded(mailgun: &MockMailgun, n: usize) -> Vec<ForwardedMail> {
    let all = async {
        while mailgun.forwarded().len() < n {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all).await.expect("all mails in time");
    mailgun.forwarded()
}

#[tokio::test]
async fn each_recipient_gets_the_mail_as_they_see_it() {
    let (url, log) = smtp_server().await;
    let mailgun = MockMailgun::builder().forward_to(url).start().await.unwrap();
    let variables = r#"{"ada@example.com": {"name": "Zoë"}, "no@x.com": {}}"#;
    let to = ("to", "ada@example.com,no@x.com");
    let text = ("text", "Hi %recipient.name%\n.\nend");
    send_with(&mailgun, &[to, text, ("recipient-variables", variables)]).await;
    send_with(&mailgun, &[("o:testmode", "yes")]).await;
    let mails = forwarded(&mailgun, 2).await;
    assert_eq!((mails[0].recipient.as_str(), &mails[0].error), ("ada@example.com", &None));
    let error = mails[1].error.as_deref().unwrap();
    assert!(error.contains("550"), "{error}");
    let log = log.lock().await;
    let expected = "MAIL FROM:<shop@mg.example.com> BODY=8BITMIME SMTPUTF8\r\n\
                    RCPT TO:<ada@example.com>\r\nDATA\r\n";
    assert!(log.contains(expected), "{log}");
    assert!(log.contains("To: ada@example.com\r\n"), "{log}");
    // A dot at the beginning of a line is doubled.
    assert!(log.contains("\r\nHi Zoë\r\n..\r\nend\r\n.\r\nQUIT\r\n"), "{log}");
}

#[tokio::test]
async fn a_reply_without_an_end_is_an_error() {
    let (url, _) = smtp_server().await;
    let mailgun = MockMailgun::builder().forward_to(url).start().await.unwrap();
    send_with(&mailgun, &[("to", "long@x.com")]).await;
    let mails = forwarded(&mailgun, 1).await;
    assert_eq!(mails[0].error.as_deref(), Some("the reply of the server is too long"));
}

#[tokio::test]
async fn a_server_that_is_no_url_is_an_error() {
    for url in ["localhost:1025", "smtp://a:b@localhost", "https://localhost"] {
        let error = MockMailgun::builder().forward_to(url).start().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), "the server to forward to is not smtp://host:port");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_reported() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("smtp://{free}");
    let mailgun = MockMailgun::builder().forward_to(url).start().await.unwrap();
    send_with(&mailgun, &[]).await;
    assert!(forwarded(&mailgun, 1).await[0].error.is_some());
    assert_eq!(mailgun.events().last().unwrap()["event"], "delivered");
}
