//! Messages from a folder of templates and images.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::{fmt, fs, path::Path};

use mailgun_core::{Error, ErrorKind};
use mailgun_messages::{Message, MessageFolder};
use mailgun_mock::MockMailgun;
use serde_json::json;
use support::{Scratch, offline, parts_of, values};

/// A folder with these files, removed at the end.
fn folder(files: &[(&str, &[u8])]) -> (Scratch, std::path::PathBuf) {
    let scratch = Scratch::new(".hidden", b"not sent");
    let root = scratch.path().parent().unwrap().to_owned();
    for (path, content) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    (scratch, root)
}

fn engine(name: &str, source: &str) -> Result<String, fmt::Error> {
    if source.contains("{{ broken }}") {
        return Err(fmt::Error);
    }
    Ok(source.replace("{{ name }}", "Bob").replace("{{ file }}", name))
}

async fn open(root: &Path) -> Result<MessageFolder, Error> {
    MessageFolder::open(root).await
}

async fn parts(message: Message) -> Vec<support::Part> {
    parts_of(offline().send(message.from("a@mg.example.com").to("b@example.com"))).await
}

#[tokio::test]
async fn templates_are_filled_in_and_the_images_that_they_show_are_attached() {
    let body = b"<p>{{ name }} {{ file }}</p><img src='logo.png'><img src=\"./images/a b.gif\">\
        <img src=cid:logo.png><img src=\"cid:images/a%20b.gif\"><img src='https://x.test/a.png'>\
        <img src='data:image/png;base64,AA=='><img src='//x.test/a.png'><img src='%recipient.image%'>\
        <img src=''><a href='unused.txt'>";
    let (_scratch, root) = folder(&[
        ("subject.txt", b"Hello {{ name }}\n"),
        ("body.txt", b"Hello {{ name }}, {{ file }}\n"),
        ("body.html", body),
        ("logo.png", b"\x89PNG"),
        ("images/a b.gif", b"GIF89a"),
        ("unused.txt", b"unused"),
    ]);
    let folder = open(&root).await.unwrap();
    for _ in 0..2 {
        let parts = parts(folder.message(&engine).unwrap()).await;
        assert_eq!(values(&parts, "subject"), ["Hello Bob"]);
        assert_eq!(values(&parts, "text"), ["Hello Bob, body.txt\n"]);
        let expected = "<p>Bob body.html</p><img src='cid:logo.png'><img src=\"cid:images-a-b.gif\">\
            <img src=cid:logo.png><img src=\"cid:images-a-b.gif\"><img src='https://x.test/a.png'>\
            <img src='data:image/png;base64,AA=='><img src='//x.test/a.png'>\
            <img src='%recipient.image%'><img src=''><a href='unused.txt'>";
        assert_eq!(values(&parts, "html"), [expected]);
        let files: Vec<_> = parts.iter().filter(|part| part.filename.is_some()).collect();
        let names: Vec<_> = files
            .iter()
            .map(|part| (&*part.name, part.filename.as_deref().unwrap(), &part.bytes[..]))
            .collect();
        let expected: [(&str, &str, &[u8]); 2] =
            [("inline", "images-a-b.gif", b"GIF89a"), ("inline", "logo.png", b"\x89PNG")];
        assert_eq!(names, expected);
    }
}

#[tokio::test]
async fn a_text_body_may_be_made_from_html_unless_there_is_one() {
    let (_scratch, root) = folder(&[("body.html", b"<p>{{ name }}</p>")]);
    let folder = open(&root).await.unwrap();
    let html_only = parts(folder.message(&engine).unwrap()).await;
    assert_eq!(values(&html_only, "text"), [""; 0]);
    assert_eq!(values(&html_only, "subject"), [""; 0]);
    let strip = |html: &str| html.replace("<p>", "").replace("</p>", "\n");
    let folder = folder.html_to_text(strip);
    let both = parts(folder.message(&engine).unwrap()).await;
    assert_eq!(values(&both, "text"), ["Bob\n"]);

    fs::write(root.join("body.txt"), "own").unwrap();
    let folder = open(&root).await.unwrap().html_to_text(strip);
    assert_eq!(values(&parts(folder.message(&engine).unwrap()).await, "text"), ["own"]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_an_error_that_names_the_file() {
    let (_scratch, root) = folder(&[("subject.txt", b"s")]);
    for (root, reason) in [(root.join("missing"), "cannot be read"), (root, "has neither")] {
        let error = open(&root).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(reason), "{error}");
    }
    let (_scratch, root) = folder(&[("body.html", b"\xff")]);
    let error = open(&root).await.unwrap_err();
    assert!(error.to_string().contains("`body.html` is not UTF-8"), "{error}");

    let (_scratch, root) = folder(&[("body.txt", b"t"), ("big.bin", &[0; 26 << 20])]);
    let error = open(&root).await.unwrap_err();
    assert!(error.to_string().contains("25 MiB"), "{error}");

    for (body, named) in [
        ("{{ broken }}", "`body.html` cannot be filled in"),
        ("<img src=logo.png>", "line 1 shows an image that is not in the folder"),
        ("<img src='cid:logo.png'>", "line 1 shows an image that is not in the folder"),
        ("<img src='../secret.png'>", "not in the folder"),
    ] {
        let (_scratch, root) = folder(&[("body.html", body.as_bytes())]);
        let error = open(&root).await.unwrap().message(&engine).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[tokio::test]
async fn a_batch_has_the_same_content() {
    let (_scratch, root) = folder(&[
        ("subject.txt", b"Hello %recipient.name%"),
        ("body.html", b"<img src=logo.png><img src='%recipient.image%'>"),
        ("logo.png", b"\x89PNG"),
    ]);
    let mock = MockMailgun::start().await;
    let batch = open(&root).await.unwrap().batch(&engine).unwrap();
    let batch = batch
        .from(format!("a@{}", mock.domain()))
        .recipient("bob@example.com", json!({"name": "Bob", "image": "https://x.test/b.png"}));
    assert!(support::messages(&mock).send_batch(batch).await.unwrap().is_complete());
    let sent = mock.sent().remove(0);
    assert_eq!(sent.subject(), Some("Hello %recipient.name%"));
    assert_eq!(sent.html(), Some("<img src=cid:logo.png><img src='%recipient.image%'>"));
    assert_eq!((&*sent.inline()[0].filename, sent.inline().len()), ("logo.png", 1));
}

#[cfg(unix)]
#[tokio::test]
async fn links_out_of_the_folder_are_left_out() {
    let (_scratch, root) = folder(&[("body.html", b"<img src='link.png'>")]);
    std::os::unix::fs::symlink("/etc/hostname", root.join("link.png")).unwrap();
    let error = open(&root).await.unwrap().message(&engine).unwrap_err();
    assert!(error.to_string().contains("not in the folder"), "{error}");
}

#[test]
fn a_folder_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<MessageFolder>();
}

#[tokio::test]
async fn a_byte_order_mark_is_not_part_of_a_template() {
    let (_scratch, root) = folder(&[
        ("subject.txt", b"\xef\xbb\xbfHello"),
        ("body.txt", b"\xef\xbb\xbfHi"),
        ("body.html", b"\xef\xbb\xbf<p>Hi</p>"),
    ]);
    let parts = parts(open(&root).await.unwrap().message(&engine).unwrap()).await;
    assert_eq!(values(&parts, "subject"), ["Hello"]);
    assert_eq!(values(&parts, "text"), ["Hi"]);
    assert_eq!(values(&parts, "html"), ["<p>Hi</p>"]);
}
