//! Compressed responses. The SDK does not request compression, but gateways may apply it anyway.

use http::{HeaderMap, Response, header};

use super::ResponseBody;

/// The content encoding of a response, unless it is `identity`.
pub(crate) fn encoding(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_ENCODING)?.to_str().unwrap_or("?").trim();
    (!value.is_empty() && !value.eq_ignore_ascii_case("identity")).then_some(value)
}

/// The error message for a compressed response that cannot be read.
pub(crate) fn encoded(headers: &HeaderMap) -> Option<String> {
    let encoding = encoding(headers)?;
    // The message names known encodings only, not arbitrary text from the server.
    let known = ["gzip", "x-gzip", "deflate", "compress", "br", "zstd"];
    let name = known.iter().find(|name| name.eq_ignore_ascii_case(encoding));
    let name = name.map_or("in an unknown way".to_owned(), |name| format!("as {name}"));
    let remedy = match known.iter().position(|name| name.eq_ignore_ascii_case(encoding)) {
        Some(0..=2) if cfg!(not(feature = "gzip")) => "; enable the feature `gzip` to read it",
        _ => "",
    };
    Some(format!("the response is compressed {name}, which was not requested{remedy}"))
}

/// Decompresses the body with the feature `gzip`; without it, returns the response unchanged.
#[cfg(not(feature = "gzip"))]
pub(crate) fn decoded(response: Response<ResponseBody>) -> Response<ResponseBody> {
    response
}

#[cfg(feature = "gzip")]
pub(crate) use self::gzip::decoded;

#[cfg(feature = "gzip")]
mod gzip {
    use std::{
        io::{self, Write},
        mem,
        pin::Pin,
        task::{Context, Poll, ready},
    };

    use bytes::Bytes;
    use flate2::{Decompress, FlushDecompress, Status, write::MultiGzDecoder};
    use http_body::{Body, Frame};

    use super::*;
    use crate::{Error, ErrorKind, Outcome};

    /// How many bytes are decompressed at a time. The output is at most a thousand times as large.
    const CHUNK: usize = 4 * 1024;

    /// Decompresses a body in gzip or deflate. Other bodies are returned unchanged.
    pub(crate) fn decoded(response: Response<ResponseBody>) -> Response<ResponseBody> {
        let (mut parts, body) = response.into_parts();
        let make: fn(u8) -> Decoder = match encoding(&parts.headers).map(str::to_ascii_lowercase) {
            Some(name) if name == "gzip" || name == "x-gzip" => {
                |_| Decoder::Gzip(Box::new(MultiGzDecoder::new(Vec::new())))
            }
            // `deflate` means the zlib format, but some servers send raw deflate.
            Some(name) if name == "deflate" => |first| Decoder::Deflate {
                decompress: Decompress::new(first & 0x0f == 8),
                has_ended: false,
            },
            _ => return Response::from_parts(parts, body),
        };
        parts.headers.remove(header::CONTENT_ENCODING);
        parts.headers.remove(header::CONTENT_LENGTH);
        let body = Decoded { body, make, decoder: None, input: Bytes::new(), is_done: false };
        Response::from_parts(parts, ResponseBody::new(body))
    }

    enum Decoder {
        Gzip(Box<MultiGzDecoder<Vec<u8>>>),
        Deflate { decompress: Decompress, has_ended: bool },
    }

    impl Decoder {
        /// Decompresses a chunk. `None` marks the end of the body.
        fn decode(&mut self, chunk: Option<&[u8]>) -> io::Result<Bytes> {
            match (self, chunk) {
                (Self::Gzip(decoder), chunk) => {
                    match chunk {
                        Some(chunk) => decoder.write_all(chunk)?,
                        None => decoder.try_finish()?,
                    }
                    Ok(mem::take(decoder.get_mut()).into())
                }
                (Self::Deflate { decompress, has_ended }, Some(mut chunk)) => {
                    let mut output = Vec::new();
                    while !*has_ended && (!chunk.is_empty() || output.len() == output.capacity()) {
                        output.reserve(CHUNK);
                        let before = (decompress.total_in(), decompress.total_out());
                        let none = FlushDecompress::None;
                        let status = decompress.decompress_vec(chunk, &mut output, none)?;
                        *has_ended = status == Status::StreamEnd;
                        let after = (decompress.total_in(), decompress.total_out());
                        if before == after {
                            break;
                        }
                        let consumed = usize::try_from(after.0 - before.0).unwrap_or(usize::MAX);
                        chunk = chunk.get(consumed..).unwrap_or_default();
                    }
                    Ok(output.into())
                }
                (Self::Deflate { has_ended: false, .. }, None) => {
                    Err(io::ErrorKind::UnexpectedEof.into())
                }
                (Self::Deflate { .. }, None) => Ok(Bytes::new()),
            }
        }
    }

    struct Decoded {
        body: ResponseBody,
        make: fn(u8) -> Decoder,
        /// Created for the first byte, because an empty body is not compressed.
        decoder: Option<Decoder>,
        input: Bytes,
        is_done: bool,
    }

    impl Body for Decoded {
        type Data = Bytes;
        type Error = Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
            let this = &mut *self;
            while !this.is_done {
                let output = if let Some(&first) = this.input.first() {
                    let chunk = this.input.split_to(this.input.len().min(CHUNK));
                    this.decoder.get_or_insert_with(|| (this.make)(first)).decode(Some(&chunk))
                } else {
                    match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                        Some(Ok(frame)) => {
                            this.input = frame.into_data().unwrap_or_default();
                            continue;
                        }
                        Some(Err(error)) => {
                            this.is_done = true;
                            return Poll::Ready(Some(Err(error)));
                        }
                        None => {
                            this.is_done = true;
                            this.decoder.as_mut().map_or(Ok(Bytes::new()), |it| it.decode(None))
                        }
                    }
                };
                match output {
                    Ok(output) if output.is_empty() => {}
                    Ok(output) => return Poll::Ready(Some(Ok(Frame::data(output)))),
                    Err(error) => {
                        this.is_done = true;
                        let detail = "the response cannot be decompressed";
                        let error = Error::new(ErrorKind::Decode, Outcome::Unknown, detail)
                            .with_source(error);
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
            Poll::Ready(None)
        }

        fn is_end_stream(&self) -> bool {
            self.is_done
        }
    }
}
