use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
};

use crate::support::{Account, DOMAIN, SIGNING_KEY};

/// `mailgun listen`, which ends with the test.
struct Listener {
    child: Child,
    url: String,
}

impl Listener {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("mailgun"))
            .args(["listen", "--port", "0"])
            .args(args)
            .env("MAILGUN_SIGNING_KEY", SIGNING_KEY)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        stderr.read_line(&mut line).unwrap();
        // Keeps the pipe open, and empty.
        thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        let url = line.trim().strip_prefix("Listening on ").unwrap().to_owned();
        Self { child, url }
    }

    /// The output, once the program has ended by itself.
    fn output(mut self) -> String {
        let mut output = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        assert!(self.child.wait().unwrap().success());
        output
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An application that answers one request with `status`, and returns the request.
fn application(status: &'static str) -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let request = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 65536];
        loop {
            let read = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&request).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| {
                    line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
                });
                if body.len() >= length.unwrap() {
                    break;
                }
            }
        }
        let response = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(response.as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (port, request)
}

const MAIL: &[(&str, &str)] = &[
    ("recipient", "help@mg.example.com"),
    ("sender", "bob@example.com"),
    ("subject", "Help"),
    ("body-plain", "Please."),
];

#[test]
fn a_verified_request_is_shown_and_forwarded_unchanged() {
    let account = Account::new();
    let (port, request) = application("200 OK");
    let listener = Listener::start(&["--count", "1", "--forward", &port.to_string()]);
    let url = format!("{}/inbound?a=1", listener.url);
    let status = account.block_on(account.mock.post_inbound(&url, MAIL)).unwrap();
    assert_eq!(status, 200);
    assert_eq!(listener.output(), "200  inbound  bob@example.com -> help@mg.example.com  Help\n");
    let request = request.join().unwrap();
    assert!(request.starts_with("POST /inbound?a=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
    assert!(request.contains("body-plain=Please."), "{request}");
    assert!(request.contains("&signature="), "{request}");
}

#[test]
fn mailgun_gets_the_status_of_the_application_and_may_post_again() {
    let account = Account::new();
    let (port, request) = application("500 Internal Server Error");
    let listener = Listener::start(&["--forward", &format!("http://127.0.0.1:{port}/hook")]);
    let status = account.block_on(account.mock.post_inbound(&listener.url, MAIL)).unwrap();
    assert_eq!(status, 500);
    assert!(request.join().unwrap().starts_with("POST /hook HTTP/1.1\r\n"));
    // The application is gone.
    let status = account.block_on(account.mock.post_inbound(&listener.url, MAIL)).unwrap();
    assert_eq!(status, 502);
}

#[test]
fn a_forged_request_is_refused_and_not_forwarded() {
    let forger = Account::with(|builder| builder.signing_key("another key"));
    let listener = Listener::start(&["--forward", "9"]);
    let status = forger.block_on(forger.mock.post_inbound(&listener.url, MAIL)).unwrap();
    assert_eq!(status, 406);
}

#[test]
fn events_are_json_on_demand() {
    let account = Account::new();
    let listener = Listener::start(&["--count", "1", "--json"]);
    account.run(&["webhooks", "set", "delivered", &listener.url]).ok();
    let from = format!("shop@{DOMAIN}");
    account.run(&["send", "--from", &from, "--to", "bob@example.com", "--text", "Hi"]).ok();
    let line: serde_json::Value = serde_json::from_str(&listener.output()).unwrap();
    assert_eq!(line["kind"], "event");
    assert_eq!(line["status"], 200);
    assert_eq!(line["event"]["event"], "delivered");
}
