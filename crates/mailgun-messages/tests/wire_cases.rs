//! Our requests against recordings of the reference client, field by field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use mailgun_core::Timestamp;
use mailgun_messages::{Attachment, DkimKey, Message, Messages, TimeOfDay, Tracking};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use support::{Answer, Scripted, Seen};

/// Where ours rightly differs: case, field, what the reference sends, what we send, and why.
const DIFFERENCES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "messages.create.options_times",
        "part o:deliverytime",
        r#"["Fri, 14 Oct 2011 23:10:10 -0000"]"#,
        r#"["Fri, 14 Oct 2011 23:10:10 +0000"]"#,
        "the numeric zone of UTC; `-0000` means that the zone is not known",
    ),
    (
        "messages.create.variable_object",
        "part v:my-data",
        r#"["{\"id\":123,\"nested\":{\"ok\":true,\"list\":[1,2,3]}}"]"#,
        r#"["{\"id\":123,\"nested\":{\"list\":[1,2,3],\"ok\":true}}"]"#,
        "an object of JSON has no order, and the map that reads the case sorts its keys",
    ),
    (
        "messages.create.attachment_odd_names",
        "part attachment",
        r#"["überraschung 日本.txt" text/plain 12 8898cd6a1c9777bbb832388868a66967c501a8ab02291e595816b7b23470c838, "with \"quotes\" and; semicolon.txt" text/plain 6 37a6482867683ee3a8122b7132806c4dedca002f3b4481f17da8d14b9a2724cd, "sp ace.txt" text/plain 5 3f49dbbfe051cb20cc038923424fedf8d18307cc805e1520e4168e9360e2eb38]"#,
        r#"["überraschung 日本.txt" text/plain 12 8898cd6a1c9777bbb832388868a66967c501a8ab02291e595816b7b23470c838, "with %22quotes%22 and; semicolon.txt" text/plain 6 37a6482867683ee3a8122b7132806c4dedca002f3b4481f17da8d14b9a2724cd, "sp ace.txt" text/plain 5 3f49dbbfe051cb20cc038923424fedf8d18307cc805e1520e4168e9360e2eb38]"#,
        "a quote in a filename is written `%22`, as browsers do: readers differ on backslashes",
    ),
    (
        "messages.create.attachment_odd_names_builtin",
        "part attachment",
        r#"["überraschung 日本.txt" application/octet-stream 12 8898cd6a1c9777bbb832388868a66967c501a8ab02291e595816b7b23470c838, "with \"quotes\" and; semicolon.txt" application/octet-stream 6 37a6482867683ee3a8122b7132806c4dedca002f3b4481f17da8d14b9a2724cd]"#,
        r#"["überraschung 日本.txt" text/plain 12 8898cd6a1c9777bbb832388868a66967c501a8ab02291e595816b7b23470c838, "with %22quotes%22 and; semicolon.txt" text/plain 6 37a6482867683ee3a8122b7132806c4dedca002f3b4481f17da8d14b9a2724cd]"#,
        "as above; and the type is guessed from the extension, which that form library does not",
    ),
];

#[tokio::test]
async fn every_recorded_call_is_sent_as_the_reference_sends_it() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("fixtures/wire_messages.json")).unwrap();
    assert_eq!(cases.len(), 35);
    let mut found = Vec::new();
    for case in &cases {
        let name = case["case"].as_str().unwrap();
        let expected = expected(&case["request"]);
        let ours = ours(case).await;
        let fields: std::collections::BTreeSet<_> = expected.keys().chain(ours.keys()).collect();
        for field in fields {
            let of = |all: &BTreeMap<String, String>| {
                all.get(field).cloned().unwrap_or_else(|| "absent".to_owned())
            };
            if of(&expected) != of(&ours) {
                found.push((name.to_owned(), field.clone(), of(&expected), of(&ours)));
            }
        }
    }
    let explained: Vec<_> = DIFFERENCES
        .iter()
        .map(|(case, field, theirs, ours, _)| {
            ((*case).to_owned(), (*field).to_owned(), (*theirs).to_owned(), (*ours).to_owned())
        })
        .collect();
    for difference in &found {
        assert!(explained.contains(difference), "not explained: {difference:#?}");
    }
    for difference in &explained {
        assert!(found.contains(difference), "explained, but not there: {difference:#?}");
    }
}

/// What a recording says of a request, in the form of [`normal`].
fn expected(request: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut fields = BTreeMap::from([
        ("method".to_owned(), text(&request["method"])),
        (
            "authority".to_owned(),
            request.get("authority").map_or_else(|| "api.mailgun.net".to_owned(), text),
        ),
        ("path".to_owned(), text(&request["path"])),
        ("query".to_owned(), request["query"].to_string()),
        ("authorization".to_owned(), text(&request["headers"]["authorization"])),
        (
            "content type".to_owned(),
            request["content_type"].as_str().unwrap_or("absent").to_owned(),
        ),
    ]);
    let mut parts = BTreeMap::<_, Vec<_>>::new();
    for part in request["body"].as_array().into_iter().flatten() {
        let described = match part.get("value") {
            Some(value) => format!("{:?}", text(value)),
            None => format!(
                "{:?} {} {} {}",
                text(&part["filename"]),
                text(&part["content_type"]),
                part["length"],
                text(&part["sha256"]),
            ),
        };
        parts.entry(text(&part["name"])).or_default().push(described);
    }
    fields.extend(parts.into_iter().map(joined));
    fields
}

/// A request of ours in the form of the recordings: parts of a name are in order, names are not.
fn normal(seen: &Seen) -> BTreeMap<String, String> {
    let content_type = seen.headers.get("content-type").map(|value| value.to_str().unwrap());
    let essence = content_type.map_or("absent", |value| value.split(';').next().unwrap());
    let mut fields = BTreeMap::from([
        ("method".to_owned(), seen.method.to_string()),
        ("authority".to_owned(), seen.uri.authority().unwrap().to_string()),
        (
            "path".to_owned(),
            percent_decode_str(seen.uri.path()).decode_utf8().unwrap().into_owned(),
        ),
        ("query".to_owned(), seen.uri.query().map_or("[]".to_owned(), str::to_owned)),
        ("authorization".to_owned(), seen.headers["authorization"].to_str().unwrap().to_owned()),
        ("content type".to_owned(), essence.to_owned()),
    ]);
    let mut parts = BTreeMap::<_, Vec<_>>::new();
    for part in &seen.parts {
        let described = match &part.filename {
            None => {
                assert_eq!(part.content_type, None, "text parts have no type of their own");
                format!("{:?}", part.text())
            }
            Some(filename) => {
                let digest = Sha256::digest(&part.bytes);
                let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                let content_type = part.content_type.as_deref().unwrap();
                format!("{filename:?} {content_type} {} {digest}", part.bytes.len())
            }
        };
        parts.entry(part.name.clone()).or_default().push(described);
    }
    fields.extend(parts.into_iter().map(joined));
    fields
}

fn joined((name, parts): (String, Vec<String>)) -> (String, String) {
    (format!("part {name}"), format!("[{}]", parts.join(", ")))
}

/// The call of a case made with our API, as it reached the transport.
async fn ours(case: &Value) -> BTreeMap<String, String> {
    let service = Scripted::new(|_| Answer::accepted());
    let args = case["args"].as_array().unwrap();
    let text = |index: usize| args[index].as_str().unwrap();
    let messages = Messages::new(&service.client(), text(0));
    match case["js_call"].as_str().unwrap() {
        "mg.messages.create" => {
            drop(messages.send(message(args[1].as_object().unwrap())).await.unwrap());
        }
        "mg.messages.retrieveStoredEmail" => drop(messages.stored(text(1)).await.unwrap()),
        "mg.messages.resendEmail" => drop(messages.resend(text(1), text(2)).await.unwrap()),
        "mg.messages.clearMessagesQueue" => drop(messages.clear_queue(text(1)).await.unwrap()),
        other => panic!("no method is mapped to {other}"),
    }
    let seen = service.seen();
    assert_eq!(seen.len(), 1);
    normal(&seen[0])
}

fn message(options: &Map<String, Value>) -> Message {
    options.iter().fold(Message::new(), |message, (name, value)| set(message, name, value))
}

/// Sets an option of the reference by our setter for it.
fn set(message: Message, name: &str, value: &Value) -> Message {
    let text = || value.as_str().unwrap();
    match name {
        "from" => message.from(text()),
        "to" => message.to_all(texts(value)),
        "cc" => texts(value).into_iter().fold(message, Message::cc),
        "bcc" => texts(value).into_iter().fold(message, Message::bcc),
        "subject" => message.subject(text()),
        "text" => message.text(text()),
        "html" => message.html(text()),
        "amp-html" => message.amp_html(text()),
        "attachment" => files(value).into_iter().fold(message, Message::attachment),
        "template" => message.template(text()),
        "t:version" => message.template_version(text()),
        "t:text" => message.template_text(is_yes(value)),
        "t:variables" => message.template_variables(value),
        "recipient-variables" => message.recipient_variables(value),
        "o:tag" => texts(value).into_iter().fold(message, Message::tag),
        "o:dkim" => message.dkim(is_yes(value)),
        "o:secondary-dkim" => message.secondary_dkim(&dkim_key(text())),
        "o:secondary-dkim-public" => message.secondary_dkim_public(&dkim_key(text())),
        "o:testmode" => message.test_mode(is_yes(value)),
        "o:tracking" => message.tracking(tracking(value)),
        "o:tracking-clicks" => message.tracking_clicks(tracking(value)),
        "o:tracking-opens" => message.tracking_opens(is_yes(value)),
        "o:tracking-pixel-location-top" => message.tracking_pixel_at_top(tracking(value)),
        "o:require-tls" => message.require_tls(is_yes(value)),
        "o:skip-verification" => message.skip_verification(is_yes(value)),
        "o:deliverytime" => message.deliver_at(text().parse::<Timestamp>().unwrap()),
        "o:deliverytime-optimize-period" => {
            message.optimize_delivery_time(text().strip_suffix('h').unwrap().parse().unwrap())
        }
        "o:time-zone-localize" => {
            message.localize_delivery_time(text().parse::<TimeOfDay>().unwrap())
        }
        "o:sending-ip" => message.sending_ip(text().parse().unwrap()),
        "o:sending-ip-pool" => message.sending_ip_pool(text()),
        "o:suppress-headers" => message.suppress_headers(text()),
        "o:archive-to" => message.archive_to(text()),
        "h:Reply-To" => message.reply_to(text()),
        _ => match name.split_at(2) {
            ("h:", header) => message.header(header, text()),
            ("v:", variable) => message.variable(variable, value),
            _ => panic!("no setter is mapped to {name}"),
        },
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(texts) => texts.iter().map(|text| text.as_str().unwrap()).collect(),
        text => vec![text.as_str().unwrap()],
    }
}

fn is_yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        text => match text.as_str().unwrap() {
            "yes" => true,
            "no" => false,
            other => panic!("neither yes nor no: {other}"),
        },
    }
}

fn tracking(value: &Value) -> Tracking {
    if value == "htmlonly" { Tracking::HtmlOnly } else { is_yes(value).into() }
}

fn dkim_key(text: &str) -> DkimKey {
    let (domain, selector) = text.split_once('/').unwrap();
    DkimKey::new(domain, selector).unwrap()
}

fn files(value: &Value) -> Vec<Attachment> {
    match value {
        Value::Array(list) => list.iter().map(file).collect(),
        one => vec![file(one)],
    }
}

fn file(value: &Value) -> Attachment {
    let Some(filename) = value.get("filename") else {
        // A file of ours always has a name; this is the one that the reference makes up.
        return Attachment::from_bytes("file", bytes(value));
    };
    let file = Attachment::from_bytes(filename.as_str().unwrap(), bytes(&value["data"]));
    match value.get("contentType") {
        Some(content_type) => {
            file.with_content_type(content_type.as_str().unwrap().parse().unwrap())
        }
        None => file,
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    if let Some(text) = value.as_str().or_else(|| value["$bytes"].as_str()) {
        return text.as_bytes().to_vec();
    }
    BASE64_STANDARD.decode(value["$base64"].as_str().unwrap()).unwrap()
}
