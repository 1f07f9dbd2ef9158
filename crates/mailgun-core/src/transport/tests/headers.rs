//! Malformed responses of real gateways, which strict parsers reject.

use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{
    servers::{listen, read_head},
    *,
};

async fn response_with(head: impl Into<Vec<u8>>) -> Result<String, Error> {
    let mut response = head.into();
    response.extend_from_slice(b"\r\n\r\nok");
    let response = Arc::new(response);
    let address = listen(move |mut stream: TcpStream| {
        let response = Arc::clone(&response);
        async move {
            read_head(&mut stream).await;
            stream.write_all(&response).await.unwrap();
        }
    })
    .await;
    get(&config(), format!("http://{address}/")).await
}

#[tokio::test]
async fn malformed_header_lines_are_tolerated() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length : 2",
        "HTTP/1.1 200 OK\r\nx-folded: a\r\n b\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\r\nno colon\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\r\n: no name\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\r\nx y: a\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\r\nx(y): a\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\r\nx: a\u{1}b\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\r\nx: \u{e9}\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\ncontent-length: 2",
        "HTTP/1.1 200\r\ncontent-length: 2",
        "HTTP/1.1 200 \u{e9}\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\r\n x: a\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\r\nx:\ta\r\ncontent-length:2 \t",
        "HTTP/1.1 200 OK\r\nx\r\ncontent-length: 2",
        "HTTP/1.1 200 OK\r\ncontent-length: 2, 2",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2",
    ] {
        assert_eq!(response_with(head).await.unwrap(), "ok", "{head:?}");
    }
}

#[tokio::test]
async fn many_headers_are_tolerated() {
    let mut head = "HTTP/1.1 200 OK\r\ncontent-length: 2".to_owned();
    for number in 0..190 {
        head += &format!("\r\nx-{number}: {number}");
    }
    assert_eq!(response_with(head).await.unwrap(), "ok");
}
