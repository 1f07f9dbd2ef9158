use std::io;

use mailgun_core::bytes::{Buf as _, BytesMut};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    fault::Fault,
    server::{ACCEPTED, PATIENCE, Server},
};

struct Connection {
    stream: TcpStream,
    /// Bytes that were received but not read yet.
    received: BytesMut,
}

struct Head {
    id: usize,
    content_type: String,
    /// `None` if the body is chunked.
    length: Option<usize>,
}

/// Serves requests until either side closes the connection.
pub(crate) async fn serve(server: &Server, stream: TcpStream) -> io::Result<()> {
    let mut connection = Connection { stream, received: BytesMut::new() };
    loop {
        timeout(server.idle_limit(), connection.receive()).await??;
        let head = connection.head().await?;
        let request = server.begin(head.id);
        let mut body = Vec::new();
        match request.fault {
            Fault::ResetAtHead => return Ok(()),
            Fault::ResetInBody(place) => {
                let last = head.length.unwrap_or(usize::MAX).saturating_sub(1);
                return connection.read_body(&head, &mut body, place.min(last)).await.map(drop);
            }
            Fault::SlowRead(place, pause) => {
                connection.read_body(&head, &mut body, place).await?;
                sleep(pause).await;
            }
            Fault::EarlyRefusal { reads_on } => {
                connection.response(403, "", r#"{"message":"Forbidden"}"#).await?;
                if !reads_on {
                    return Ok(());
                }
            }
            _ => {}
        }
        if !connection.read_body(&head, &mut body, usize::MAX).await? {
            return Ok(());
        }
        let status = request.complete(&head.content_type, &body);
        match request.fault {
            Fault::EarlyRefusal { .. } => continue,
            Fault::ResetAfterBody => return Ok(()),
            Fault::Stall => {
                sleep(server.stall()).await;
                return Ok(());
            }
            Fault::CutResponse => {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", ACCEPTED.len());
                connection
                    .stream
                    .write_all(format!("{head}{}", &ACCEPTED[..20]).as_bytes())
                    .await?;
                return Ok(());
            }
            Fault::RateLimit { says_zero: true } => {
                connection.response(status, "retry-after: 0\r\n", "").await?;
            }
            Fault::CloseIdle(pause) => {
                connection.response(status, "", ACCEPTED).await?;
                sleep(pause).await;
                return Ok(());
            }
            Fault::SlowResponse(pause) => {
                sleep(pause).await;
                connection.response(status, "", ACCEPTED).await?;
            }
            _ => connection.response(status, "", ACCEPTED).await?,
        }
    }
}

impl Connection {
    /// Receives more bytes. The end of the stream is an error.
    async fn receive(&mut self) -> io::Result<()> {
        if self.received.is_empty() && self.stream.read_buf(&mut self.received).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    async fn more(&mut self) -> io::Result<()> {
        match timeout(PATIENCE, self.stream.read_buf(&mut self.received)).await? {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            read => read.map(drop),
        }
    }

    /// Reads a line without its line break.
    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.received.windows(2).position(|two| two == b"\r\n") {
                let line = String::from_utf8_lossy(&self.received[..end]).into_owned();
                self.received.advance(end + 2);
                return Ok(line);
            }
            self.more().await?;
        }
    }

    async fn head(&mut self) -> io::Result<Head> {
        self.line().await?;
        let mut head = Head { id: usize::MAX, content_type: String::new(), length: None };
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(": ") else { return Ok(head) };
            match &*name.to_ascii_lowercase() {
                "x-soak-mail" => head.id = value.parse().unwrap_or(usize::MAX),
                "content-type" => head.content_type = value.to_owned(),
                "content-length" => head.length = value.parse().ok(),
                _ => {}
            }
        }
    }

    /// Reads until `body` has at least this many bytes. Returns whether the body is complete.
    ///
    /// A chunked body is read in whole chunks. It is complete only if `usize::MAX` bytes are
    /// requested.
    async fn read_body(
        &mut self,
        head: &Head,
        body: &mut Vec<u8>,
        until: usize,
    ) -> io::Result<bool> {
        if let Some(length) = head.length {
            let until = until.min(length);
            while body.len() < until {
                self.take(until - body.len(), body).await?;
            }
            return Ok(body.len() == length);
        }
        while body.len() < until {
            let size = usize::from_str_radix(&self.line().await?, 16);
            let size = size.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            let end = body.len() + size;
            while body.len() < end {
                self.take(end - body.len(), body).await?;
            }
            self.line().await?;
            if size == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Moves received bytes to `body`, up to a limit.
    async fn take(&mut self, most: usize, body: &mut Vec<u8>) -> io::Result<()> {
        if self.received.is_empty() {
            self.more().await?;
        }
        let bytes = self.received.split_to(most.min(self.received.len()));
        body.extend_from_slice(&bytes);
        Ok(())
    }

    async fn response(&mut self, status: u16, headers: &str, body: &str) -> io::Result<()> {
        let length = body.len();
        let response =
            format!("HTTP/1.1 {status} \r\n{headers}content-length: {length}\r\n\r\n{body}");
        self.stream.write_all(response.as_bytes()).await
    }
}
