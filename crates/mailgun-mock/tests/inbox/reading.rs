//! Reading mail, with a keyboard and without.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    browser::browse,
    client::{MAIL, MESSAGES, Multipart, post_form, send_with},
    start,
};

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

#[tokio::test]
async fn a_mail_appears_without_reloading() {
    browse(async |page| {
        let mailgun = start().await;
        page.open(&mailgun.base_url()).await;
        page.until_shows("#list", "No mail yet").await;
        page.until("document.getElementById('live').innerText === 'Live'").await;
        send_with(&mailgun, &[("subject", "Fresh")]).await;
        page.until_shows("#list a", "Fresh").await;
        page.until_shows("#list a .pill", "Delivered").await;
        assert_eq!(page.eval("document.title").await, "(1) Inbox · Mailgun mock");
    })
    .await;
}

#[tokio::test]
async fn mails_are_read_and_searched_with_the_keyboard_alone() {
    browse(async |page| {
        let mailgun = start().await;
        for (to, subject) in [
            ("ada@example.com", "First"),
            ("bob@example.com", "Second"),
            ("cy@example.com", "Third"),
        ] {
            send_with(&mailgun, &[("to", to), ("subject", subject)]).await;
        }
        page.open(&mailgun.base_url()).await;
        page.until("document.querySelectorAll('#list a').length === 3").await;
        page.press("j").await;
        page.until("document.activeElement.innerText.includes('Third')").await;
        let outline = page.eval("getComputedStyle(document.activeElement).outlineStyle").await;
        assert_eq!(outline, "solid");
        page.press("j").await;
        page.until("document.activeElement.innerText.includes('Second')").await;
        page.press(ENTER).await;
        page.until_shows("h2", "Second").await;
        page.until("document.activeElement.id === 'message'").await;
        page.press("k").await;
        page.until_shows("h2", "Third").await;
        page.press("2").await;
        page.until_shows("pre.text", "Hi").await;
        page.press("6").await;
        page.until_shows(".event", "Delivered").await;
        page.press(ESCAPE).await;
        page.until_shows("#message", "Select a mail").await;
        page.until("document.activeElement.innerText.includes('Third')").await;

        page.press("/").await;
        page.until("document.activeElement.id === 'search'").await;
        page.press("ada@").await;
        page.until("document.querySelectorAll('#list a').length === 1").await;
        page.until_shows("#found", "1 of 3 mails").await;
        page.press(ENTER).await;
        page.until_shows("h2", "First").await;
        page.press("/").await;
        page.press(ESCAPE).await;
        page.until("document.querySelectorAll('#list a').length === 3").await;
        page.press(ESCAPE).await;
        page.press("?").await;
        page.until_shows("#help", "Keyboard shortcuts").await;
    })
    .await;
}

#[tokio::test]
async fn everything_has_a_name_and_tabs_say_which_is_open() {
    browse(async |page| {
        let mailgun = start().await;
        Multipart::new(&MAIL)
            .part("name=\"attachment\"; filename=\"terms.txt\"", Some("text/plain"), b"Terms")
            .post(&mailgun, MESSAGES)
            .await;
        page.open(&mailgun.base_url()).await;
        page.click("#list a").await;
        page.click("#tab-files").await;
        page.until_shows(".file", "terms.txt").await;
        let selected = "[...document.querySelectorAll('[role=tab][aria-selected=true]')]\
                        .map((tab) => tab.id).join()";
        assert_eq!(page.eval(selected).await, "tab-files");
        let nameless = "[...document.querySelectorAll('a, button, input, select, iframe')].filter(\
            (one) => one.checkVisibility() && !(one.innerText || one.ariaLabel || one.title || \
            one.labels?.length)).map((one) => one.outerHTML).join()";
        assert_eq!(page.eval(nameless).await, "");
    })
    .await;
}

#[tokio::test]
async fn a_narrow_screen_shows_the_list_or_the_mail() {
    browse(async |page| {
        let mailgun = start().await;
        send_with(&mailgun, &[]).await;
        page.0.set_window_size(500, 800).await.unwrap();
        page.open(&mailgun.base_url()).await;
        page.click("#list a").await;
        page.until_shows("h2", "Hello").await;
        page.until("!document.getElementById('list').checkVisibility()").await;
        page.until("document.documentElement.scrollWidth <= innerWidth").await;
        page.click(".back").await;
        page.until("document.getElementById('list').checkVisibility()").await;
    })
    .await;
}

#[tokio::test]
async fn each_recipient_has_a_view_and_what_nobody_replaced_is_flagged() {
    browse(async |page| {
        let mailgun = start().await;
        let variables = r#"{"ada@example.com": {"name": "Ada", "code": "7"},
                            "bob@example.com": {"name": "Bob"}}"#;
        send_with(
            &mailgun,
            &[
                ("to", "ada@example.com, bob@example.com"),
                ("subject", "Hi %recipient.name%"),
                ("text", "Your code: %recipient.code%"),
                ("html", "<p>Hi %recipient.name%</p>"),
                ("recipient-variables", variables),
            ],
        )
        .await;
        page.open(&mailgun.base_url()).await;
        page.until_shows("#list a", "Hi Ada").await;
        page.click("#list a").await;
        page.until_shows("h2", "Hi Ada").await;
        assert_eq!(
            page.eval("document.querySelector('#unreplaced')").await,
            serde_json::Value::Null
        );
        page.0
            .find(fantoccini::Locator::Id("recipient"))
            .await
            .unwrap()
            .select_by_value("bob@example.com")
            .await
            .unwrap();
        page.until_shows("h2", "Hi Bob").await;
        page.until_shows("#unreplaced", "%recipient.code%").await;
        page.click("#tab-text").await;
        page.until_shows("pre mark", "%recipient.code%").await;
        page.click("#tab-events").await;
        page.until("document.querySelectorAll('.event').length === 2").await;
        page.click("#all-recipients").await;
        page.until("document.querySelectorAll('.event').length === 4").await;
        page.click("#tab-html").await;
        page.enter_frame().await;
        assert_eq!(page.eval("document.querySelector('p').innerText").await, "Hi Bob");
    })
    .await;
}

/// A receiver of webhooks that answers 200 and returns the first request.
async fn receive(listener: TcpListener) -> String {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut seen = String::new();
    while !seen.contains("signature") {
        let mut buffer = [0; 8192];
        let read = socket.read(&mut buffer).await.unwrap();
        assert!(read > 0, "{seen}");
        seen += std::str::from_utf8(&buffer[..read]).unwrap();
    }
    socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    seen
}

#[tokio::test]
async fn buttons_make_events_and_post_signed_webhooks() {
    browse(async |page| {
        let mailgun = start().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        post_form(
            &mailgun,
            "POST /v3/domains/mg.example.com/webhooks",
            &[("id", "complained"), ("url", &url)],
        )
        .await;
        let received = tokio::spawn(receive(listener));
        let link = "<a href='https://shop.example.com/spring'>Shop</a>";
        send_with(&mailgun, &[("html", link), ("o:tracking-clicks", "yes")]).await;

        page.open(&mailgun.base_url()).await;
        page.click("#list a").await;
        page.click("#tab-events").await;
        for (action, kind, shown) in [
            ("open", "opened", "Opened"),
            ("click", "clicked", "https://shop.example.com/spring"),
            ("unsubscribe", "unsubscribed", "Unsubscribed"),
            ("complain", "complained", "Complained"),
            ("bounce", "failed", "Failed (permanent)"),
        ] {
            page.click(&format!("#do-{action}")).await;
            page.until_shows(".event", shown).await;
            page.until_shows("#toasts", "ada@example.com").await;
            assert!(mailgun.events().iter().any(|event| event["event"] == kind), "{kind}");
        }
        page.until_shows("#list .pill", "Complained").await;
        let request = received.await.unwrap();
        assert!(
            request.starts_with("POST /hook ") && request.contains("\"complained\""),
            "{request}"
        );
        page.click("#nav-requests").await;
        page.until_shows("#requests-view", &url).await;
        page.until_shows("#requests-view", "/v3/mg.example.com/messages").await;
    })
    .await;
}

#[tokio::test]
async fn faults_are_switched_on_and_off() {
    browse(async |page| {
        let mailgun = start().await;
        page.open(&format!("{}/#/faults", mailgun.base_url())).await;
        page.click("#switch-0").await;
        page.until_shows("#faults-view", "status 503").await;
        page.until("document.querySelector('#switch-0').ariaChecked === 'true'").await;
        page.until_shows("#faults-count", "1").await;
        for _ in 0..2 {
            assert_eq!(send_with(&mailgun, &[]).await.status, 503);
        }
        page.click("#switch-0").await;
        page.until_shows("#faults-view", "No fault is queued").await;
        assert_eq!(send_with(&mailgun, &[]).await.status, 200);
        page.click("#once-1").await;
        page.until_shows("#faults-view", "1 request left").await;
        assert_eq!(send_with(&mailgun, &[]).await.status, 429);
        page.until_shows("#faults-view", "No fault is queued").await;
        assert_eq!(send_with(&mailgun, &[]).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn everything_is_cleared_after_a_question() {
    browse(async |page| {
        let mailgun = start().await;
        send_with(&mailgun, &[]).await;
        page.open(&mailgun.base_url()).await;
        page.click("#clear").await;
        page.click("#confirm button[value=no]").await;
        page.until("!document.querySelector('dialog[open]')").await;
        assert_eq!(mailgun.sent().len(), 1);
        page.click("#clear").await;
        page.click("#confirm button[value=yes]").await;
        page.until_shows("#list", "No mail yet").await;
        assert!(mailgun.sent().is_empty());
    })
    .await;
}
