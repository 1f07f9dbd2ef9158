//! Reading mail, with a keyboard and without.

use crate::{
    browser::browse,
    client::{MAIL, MESSAGES, Multipart, send_with},
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
