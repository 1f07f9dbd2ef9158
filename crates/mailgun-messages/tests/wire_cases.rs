//! Our requests against recordings of the reference client, field by field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use base64::{Engine as _, prelude::BASE64_STANDARD};
use mailgun_core::{Client, Timestamp};
use mailgun_messages::{Attachment, DkimKey, Message, Messages, TimeOfDay, Tracking};
use mailgun_testing::wire::{self, Case, Difference};
use serde_json::{Map, Value};

const DIFFERENCES: &[Difference] = &[
    Difference {
        case: "messages.create.options_times",
        field: "part o:deliverytime",
        theirs: r#"["Fri, 14 Oct 2011 23:10:10 -0000"]"#,
        ours: r#"["Fri, 14 Oct 2011 23:10:10 +0000"]"#,
        why: "the numeric zone of UTC; `-0000` means that the zone is not known",
    },
    Difference {
        case: "messages.create.variable_object",
        field: "part v:my-data",
        theirs: r#"["{\"id\":123,\"nested\":{\"ok\":true,\"list\":[1,2,3]}}"]"#,
        ours: r#"["{\"id\":123,\"nested\":{\"list\":[1,2,3],\"ok\":true}}"]"#,
        why: "an object of JSON has no order, and the map that reads the case sorts its keys",
    },
    Difference {
        case: "messages.create.attachment_odd_names",
        field: "part attachment",
        theirs: r#"["überraschung 日本.txt" text/plain 12 8898cd6a1c9777bbb832388868a66967c501a8ab02291e595816b7b23470c838, "with \"quotes\" and; semicolon.txt" text/plain 6 37a6482867683ee3a8122b7132806c4dedca002f3b4481f17da8d14b9a2724cd, "sp ace.txt" text/plain 5 3f49dbbfe051cb20cc038923424fedf8d18307cc805e1520e4168e9360e2eb38]"#,
        ours: r#"["überraschung 日本.txt" text/plain 12 8898cd6a1c9777bbb832388868a66967c501a8ab02291e595816b7b23470c838, "with %22quotes%22 and; semicolon.txt" text/plain 6 37a6482867683ee3a8122b7132806c4dedca002f3b4481f17da8d14b9a2724cd, "sp ace.txt" text/plain 5 3f49dbbfe051cb20cc038923424fedf8d18307cc805e1520e4168e9360e2eb38]"#,
        why: "a quote in a filename is written `%22`, as browsers do: readers differ on backslashes",
    },
    Difference {
        case: "messages.create.attachment_odd_names_builtin",
        field: "part attachment",
        theirs: r#"["überraschung 日本.txt" application/octet-stream 12 8898cd6a1c9777bbb832388868a66967c501a8ab02291e595816b7b23470c838, "with \"quotes\" and; semicolon.txt" application/octet-stream 6 37a6482867683ee3a8122b7132806c4dedca002f3b4481f17da8d14b9a2724cd]"#,
        ours: r#"["überraschung 日本.txt" text/plain 12 8898cd6a1c9777bbb832388868a66967c501a8ab02291e595816b7b23470c838, "with %22quotes%22 and; semicolon.txt" text/plain 6 37a6482867683ee3a8122b7132806c4dedca002f3b4481f17da8d14b9a2724cd]"#,
        why: "as above; and the type is guessed from the extension, which that form library does not",
    },
];

#[tokio::test]
async fn every_recorded_call_is_sent_as_the_reference_sends_it() {
    let cases = wire::cases("messages.");
    assert_eq!(cases.len(), 35);
    wire::compare(&cases, DIFFERENCES, call).await;
}

async fn call(case: &Case, client: &Client) {
    let messages = Messages::new(client, case.text(0));
    match &*case.js_call {
        "mg.messages.create" => {
            drop(messages.send(message(case.arg(1).as_object().unwrap())).await);
        }
        "mg.messages.retrieveStoredEmail" => drop(messages.stored(case.text(1)).await),
        "mg.messages.resendEmail" => drop(messages.resend(case.text(1), case.text(2)).await),
        "mg.messages.clearMessagesQueue" => drop(messages.clear_queue(case.text(1)).await),
        other => panic!("no method is mapped to {other}"),
    }
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
