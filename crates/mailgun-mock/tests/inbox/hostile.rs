//! Mails that attack whoever reads them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use fantoccini::Locator;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    browser::browse,
    client::{MESSAGES, Multipart},
    start,
};

/// A server of the attacker. It notes every connection, and serves one page.
#[derive(Clone)]
struct Attacker {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Attacker {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let attacker = Self { url, seen };
        let serving = attacker.clone();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let serving = serving.clone();
                let index = serving.note("connection".to_owned());
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    let read = socket.read(&mut buffer).await.unwrap_or(0);
                    let head = String::from_utf8_lossy(&buffer[..read]).into_owned();
                    let body = match head.starts_with("GET /page ") {
                        true => serving.html(),
                        false => String::new(),
                    };
                    serving.seen.lock().unwrap()[index] = head;
                    let response = format!(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\
                         Content-Length: {}\r\n\r\n{body}",
                        body.len(),
                    );
                    let _ = socket.write_all(response.as_bytes()).await;
                });
            }
        });
        attacker
    }

    fn note(&self, what: String) -> usize {
        let mut seen = self.seen.lock().unwrap();
        seen.push(what);
        seen.len() - 1
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn saw(&self, path: &str) -> bool {
        self.seen().iter().any(|head| head.starts_with(&format!("GET {path} ")))
    }

    async fn until_saw(&self, path: &str) {
        for _ in 0..160 {
            if self.saw(path) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} is not loaded: {:?}", self.seen());
    }

    /// Marks the page when it runs, in the ways that scripts of mails have been smuggled in, and
    /// loads something in the ways that senders learn of readers.
    fn html(&self) -> String {
        let Self { url, .. } = self;
        let run = "document.documentElement.setAttribute('owned','');document.title='owned';\
                   try{top.document.title='owned'}catch{}";
        format!(
            r#"<!DOCTYPE html><html><head><base href="{url}/"><title>Mail</title>
<meta http-equiv="x-dns-prefetch-control" content="on">
<meta http-equiv="refresh" content="3;url={url}/refresh">
<LiNk rel="preconnect" href="{url}"><link rel="prefetch" href="{url}/prefetch">
<link rel="stylesheet" href="{url}/stylesheet"><link rel="icon" href="{url}/icon">
<style>@import url({url}/import); body {{ background: url({url}/background) }}
@font-face {{ font-family: x; src: url({url}/font) }} p {{ font-family: x }}</style>
<script>{run}</script><script src="{url}/script"></script>
<script type="speculationrules">{{"prefetch":[{{"urls":["{url}/speculation"]}}]}}</script></head>
<body onload="{run}"><p>Hello</p>
<img src="x:" onerror="{run}"><img src="{url}/pixel"><img srcset="{url}/srcset 1x">
<picture><source srcset="{url}/source"><img></picture>
<video poster="{url}/poster" src="{url}/video" autoplay></video><audio src="{url}/audio" autoplay></audio>
<embed src="{url}/embed"><object data="{url}/object"></object>
<iframe src="{url}/iframe"></iframe><iframe srcdoc="<script>parent.{run}</script>"></iframe>
<svg onload="{run}"><script>{run}</script><image href="{url}/svg-image" width="9" height="9"/>
<use href="{url}/use#x"/></svg><math><mtext><img src="x:" onerror="{run}"></mtext></math>
<table background="{url}/table"><tr><td>1</td></tr></table>
<details open ontoggle="{run}"><summary>2</summary></details>
<input autofocus onfocus="{run}"><input type="image" src="{url}/input">
<form action="{url}/form" method="post" target="_top"><button id="submit">Send</button></form>
<a id="script" href="javascript:{run}">3</a> <a id="script-here" target="_self" href="javascript:{run}">4</a>
<a id="top" target="_top" href="{url}/top">5</a> <a id="here" target="_self" href="{url}/here">6</a>
<a id="link" href="{url}/link">7</a>
<p style="background: url({url}/style)"></p></body></html>"#
        )
    }
}

/// What a page shows if anything of a mail has run in it.
const RAN: &str = "document.documentElement.hasAttribute('owned') || document.title === 'owned' || \
    'owned' in window";

#[tokio::test]
async fn the_attack_works_on_a_page_without_protection() {
    browse(async |page| {
        let attacker = Attacker::start().await;
        page.open(&format!("{}/page", attacker.url)).await;
        page.until(RAN).await;
        for path in ["/pixel", "/import", "/background", "/stylesheet", "/iframe", "/svg-image"] {
            attacker.until_saw(path).await;
        }
        attacker.until_saw("/refresh").await;
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_mail_runs_and_nothing_loads_until_it_is_asked_for() {
    browse(async |page| {
        let (mailgun, attacker) = (start().await, Attacker::start().await);
        Multipart::new(&[
            ("from", "shop@mg.example.com"),
            ("to", "ada@example.com"),
            ("subject", "Hello"),
            ("html", &attacker.html()),
            ("o:tracking", "no"),
        ])
        .post(&mailgun, MESSAGES)
        .await
        .assert_message(200, "Queued. Thank you.");

        page.open(&mailgun.base_url()).await;
        page.click("#list a").await;
        page.enter_frame().await;
        // Longer than the mail waits before it moves on.
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(page.eval(RAN).await, false);
        assert_eq!(page.eval("document.querySelector('p').innerText").await, "Hello");
        assert_eq!(attacker.seen(), [""; 0]);
        for id in ["script", "script-here", "submit"] {
            let element = page.0.find(Locator::Id(id)).await.unwrap();
            element.click().await.unwrap();
            tokio::time::sleep(Duration::from_millis(500)).await;
            assert_eq!(attacker.seen(), [""; 0], "{id}");
        }
        // Chromium connects to where a link leads before it finds that the frame may not go there.
        page.0.find(Locator::Id("top")).await.unwrap().click().await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!attacker.saw("/top"));
        assert_eq!(page.eval(RAN).await, false);
        page.leave_frame().await;
        assert_eq!(page.eval(RAN).await, false);
        assert!(page.0.current_url().await.unwrap().as_str().starts_with(&mailgun.base_url()));

        page.click("#load-remote").await;
        attacker.until_saw("/pixel").await;
        attacker.until_saw("/stylesheet").await;
        page.enter_frame().await;
        assert_eq!(page.eval(RAN).await, false);
        for path in ["/script", "/iframe", "/embed", "/object", "/form", "/refresh", "/top"] {
            assert!(!attacker.saw(path), "{path}");
        }
        let all = attacker.seen();
        assert!(all.iter().all(|head| !head.to_lowercase().contains("\nreferer:")), "{all:?}");
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_a_tab_that_knows_nothing_of_the_inbox() {
    browse(async |page| {
        let (mailgun, attacker) = (start().await, Attacker::start().await);
        let html =
            format!("<base target=_self><a id=link href='{}/link'>Confirm</a>", attacker.url);
        crate::client::send_with(&mailgun, &[("html", &html), ("o:tracking", "no")]).await;
        page.open(&mailgun.base_url()).await;
        page.click("#list a").await;
        page.enter_frame().await;
        page.click("#link").await;
        attacker.until_saw("/link").await;
        let windows = page.0.windows().await.unwrap();
        assert_eq!(windows.len(), 2);
        page.0.switch_to_window(windows[1].clone()).await.unwrap();
        assert_eq!(page.eval("window.opener === null && document.referrer === ''").await, true);
    })
    .await;
}

#[tokio::test]
async fn hostile_names_and_headers_are_text() {
    browse(async |page| {
        let mailgun = start().await;
        let evil = "\"><img src=x: onerror=\"document.title='owned';window.owned=1\"><svg onload=\
                    window.owned=1>";
        let quoted = evil.replace('"', "'");
        let mailbox = format!("\"{quoted}\" <ada@example.com>");
        let svg = "<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='owned'\">\
                   <script>document.title='owned'</script></svg>";
        Multipart::new(&[
            ("from", &mailbox.replace("ada@", "eve@")),
            ("to", &mailbox),
            ("cc", &mailbox.replace("ada@", "cc@")),
            ("subject", evil),
            ("text", evil),
            ("html", "<img src='cid:evil.svg'>"),
            ("o:tag", evil),
            ("o:tracking", "no"),
            ("h:X-Evil", evil),
            ("v:evil", evil),
        ])
        .part(
            &format!("name=\"attachment\"; filename=\"{quoted}.svg\""),
            Some("image/svg+xml"),
            svg.as_bytes(),
        )
        .part("name=\"inline\"; filename=\"evil.svg\"", Some("image/svg+xml"), svg.as_bytes())
        .post(&mailgun, MESSAGES)
        .await
        .assert_message(200, "Queued. Thank you.");

        page.open(&mailgun.base_url()).await;
        page.until_shows("#list a", evil).await;
        page.click("#list a").await;
        page.until_shows("h2", evil).await;
        page.until_shows("#message .sender", &quoted).await;
        for (tab, shown, text) in [
            ("text", "pre.text", evil),
            ("headers", ".pairs", evil),
            ("source", "pre.source", "Content-Type: "),
            ("files", ".file", "onerror="),
            ("events", ".event", "Delivered"),
            ("html", "iframe", ""),
        ] {
            page.click(&format!("#tab-{tab}")).await;
            page.until_shows(shown, text).await;
            assert_eq!(page.eval(RAN).await, false, "{tab}");
            // The icons of the page are its only SVG, and it has one picture: its own.
            let strangers =
                "document.querySelectorAll('svg:not(.icon), img:not(.brand img)').length";
            assert_eq!(page.eval(strangers).await, 0, "{tab}");
        }
        page.open(&format!("{}/#/requests", mailgun.base_url())).await;
        page.click("button.request").await;
        page.until_shows(".request-details pre", "onerror=").await;
        assert_eq!(page.eval(RAN).await, false);
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_site_can_neither_read_nor_change_the_mock() {
    browse(async |page| {
        let (mailgun, attacker) = (start().await, Attacker::start().await);
        crate::client::send_with(&mailgun, &[("subject", "Secret")]).await;
        page.open(&format!("{}/other", attacker.url)).await;
        let script = "const [path, method, done] = arguments;
            fetch(path, { method }).then((one) => one.text()).then(done, () => done('refused'));";
        for (path, method) in [("/inbox/messages", "GET"), ("/mock/reset", "POST")] {
            let url = format!("{}{path}", mailgun.base_url());
            let read = page.0.execute_async(script, vec![json!(url), json!(method)]).await;
            assert_eq!(read.unwrap(), "refused", "{path}");
        }
        // A form needs no permission to be sent. It must do nothing.
        let form = "const form = document.createElement('form'); form.method = 'post';
            form.action = arguments[0]; document.body.append(form); form.submit();";
        let url = format!("{}/mock/reset", mailgun.base_url());
        page.0.execute(form, vec![json!(url)]).await.unwrap();
        page.until("document.body.innerText.includes('other sites')").await;
        assert_eq!(mailgun.sent().len(), 1);
    })
    .await;
}
