//! Opens a tunnel through an HTTP proxy (RFC 9110, section 9.3.6).

use std::{error::Error as StdError, fmt, io};

use http::StatusCode;
use hyper::rt;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::proxy::Login;
use crate::layers::USER_AGENT;

/// The size limit of a proxy's response, including interim responses.
const MAX_RESPONSE_BYTES: u64 = 16 * 1024;

/// Why a proxy did not open a tunnel.
#[derive(Debug)]
pub(super) enum TunnelError {
    Io(io::Error),
    Refused(StatusCode),
    NotHttp,
    TooLong,
}

/// Asks the proxy for a tunnel to `destination`, a host and port.
pub(super) async fn open<T>(
    connection: T,
    destination: &str,
    login: Option<&Login>,
) -> Result<T, TunnelError>
where
    T: rt::Read + rt::Write + Unpin,
{
    let mut connection = TokioIo::new(connection);
    let mut request = format!(
        "CONNECT {destination} HTTP/1.1\r\nHost: {destination}\r\nUser-Agent: {USER_AGENT}\r\n"
    );
    if let Some(login) = login {
        request += &format!("Proxy-Authorization: {}\r\n", login.basic());
    }
    request += "\r\n";
    connection.write_all(request.as_bytes()).await?;
    connection.flush().await?;

    let mut response = (&mut connection).take(MAX_RESPONSE_BYTES);
    loop {
        let status = read_status(&mut response).await.map_err(|error| match response.limit() {
            0 => TunnelError::TooLong,
            _ => error,
        })?;
        match status.as_u16() {
            // 101 is an error: no other protocol was requested.
            100 | 102..=199 => {}
            200..=299 => return Ok(connection.into_inner()),
            _ => return Err(TunnelError::Refused(status)),
        }
    }
}

/// Reads the head of a response and not a byte more. What follows belongs to the tunnel.
async fn read_status(stream: &mut (impl AsyncRead + Unpin)) -> Result<StatusCode, TunnelError> {
    let mut head = Vec::new();
    while !head.ends_with(b"\n\r\n") && !head.ends_with(b"\n\n") {
        head.push(stream.read_u8().await?);
    }
    parse_status(&head).ok_or(TunnelError::NotHttp)
}

fn parse_status(head: &[u8]) -> Option<StatusCode> {
    let mut words = head.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_http = words.next()?.starts_with(b"HTTP/1.");
    is_http.then(|| StatusCode::from_bytes(words.next()?).ok()).flatten()
}

impl TunnelError {
    /// Whether another attempt would fail the same way.
    pub(super) fn is_permanent(&self) -> bool {
        match self {
            Self::Io(_) => false,
            Self::Refused(status) => match status.as_u16() {
                408 | 425 | 429 => false,
                501 | 505 | 511 => true,
                status => status < 500,
            },
            Self::NotHttp | Self::TooLong => true,
        }
    }

    /// Whether the proxy requires a login, or rejected it.
    pub(super) fn is_login(&self) -> bool {
        matches!(
            self,
            Self::Refused(StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED)
        )
    }
}

impl From<io::Error> for TunnelError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for TunnelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("the connection broke"),
            Self::Refused(status) => write!(f, "it answered {status}"),
            Self::NotHttp => f.write_str("its response is not HTTP"),
            Self::TooLong => write!(f, "its response is longer than {MAX_RESPONSE_BYTES} bytes"),
        }
    }
}

impl StdError for TunnelError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Opens a tunnel through a proxy that writes `pieces`, and returns what follows the head.
    async fn open_tunnel(pieces: &[&[u8]]) -> Result<String, TunnelError> {
        let (client, mut proxy) = tokio::io::duplex(64 * 1024);
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
        tokio::spawn(async move {
            for piece in pieces {
                proxy.write_all(&piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        let stream = open(TokioIo::new(client), "api.test:443", None).await?;
        let mut rest = String::new();
        TokioIo::new(stream).read_to_string(&mut rest).await.unwrap();
        Ok(rest)
    }

    #[tokio::test]
    async fn successful_responses_open_the_tunnel() {
        for pieces in [
            &["HTTP/1.1 200 Connection established\r\n\r\nhello"][..],
            &["HTTP/1.0 200\r\n\r\nhello"],
            &["HTTP/1.1 299 Fine\r\nX: y\r\n\r\nhello"],
            &["HTTP/1.1 204 No Content\r\n\r\nhello"],
            &["HTTP/1.1 200 OK\nX: y\n\nhello"],
            &["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nhello"],
            &["HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello"],
            &["HTT", "P/1.1 2", "00 OK\r", "\nVia: p\r\n\r", "\n", "hello"],
            &["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\nhello"],
        ] {
            let bytes: Vec<_> = pieces.iter().map(|piece| piece.as_bytes()).collect();
            assert_eq!(open_tunnel(&bytes).await.unwrap(), "hello", "{pieces:?}");
        }
    }

    #[tokio::test]
    async fn other_responses_are_errors() {
        for (response, expected) in [
            (
                "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
                "407 Proxy Authentication Requi",
            ),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", "101 Switching Protocols"),
            ("HTTP/1.1 302 Found\r\nLocation: x\r\n\r\n", "302 Found"),
            ("HTTP/1.1 2000 OK\r\n\r\n", "not HTTP"),
            ("SSH-2.0-OpenSSH_9\r\n\r\n", "not HTTP"),
            ("HTTP/1.1 200 OK\r\nX: y\r\n", "the connection broke"),
            ("", "the connection broke"),
        ] {
            let error = open_tunnel(&[response.as_bytes()]).await.unwrap_err().to_string();
            assert!(error.contains(expected), "{response:?} gave {error}");
        }
    }

    #[tokio::test]
    async fn an_endless_response_is_an_error() {
        let endless = format!("HTTP/1.1 200 OK\r\n{}", "X: y\r\n".repeat(5000));
        assert!(matches!(open_tunnel(&[endless.as_bytes()]).await, Err(TunnelError::TooLong)));
        let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
        assert!(matches!(open_tunnel(&[interim.as_bytes()]).await, Err(TunnelError::TooLong)));
    }

    #[test]
    fn statuses_that_a_retry_would_not_change_are_permanent() {
        for (status, expected) in [
            (302, true),
            (401, true),
            (403, true),
            (407, true),
            (408, false),
            (429, false),
            (500, false),
            (501, true),
            (502, false),
            (503, false),
            (504, false),
            (511, true),
        ] {
            let error = TunnelError::Refused(StatusCode::from_u16(status).unwrap());
            assert_eq!(error.is_permanent(), expected, "{status}");
        }
    }
}
