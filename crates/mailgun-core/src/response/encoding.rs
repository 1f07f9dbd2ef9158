//! Responses that come compressed although nobody asked for it, as gateways make them.

use http::{HeaderMap, Response, header};

use super::ResponseBody;

/// What the body of a response is encoded as, if that is more than `identity`.
pub(crate) fn encoding(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_ENCODING)?.to_str().unwrap_or("?").trim();
    (!value.is_empty() && !value.eq_ignore_ascii_case("identity")).then_some(value)
}

/// What an error says about such a response.
pub(crate) fn encoded(headers: &HeaderMap) -> Option<String> {
    let encoding = encoding(headers)?;
    // A server's word goes into a text only if it is one that we know.
    let known = ["gzip", "x-gzip", "deflate", "compress", "br", "zstd"];
    let name = known.iter().find(|name| name.eq_ignore_ascii_case(encoding));
    let name = name.map_or("in an unknown way".to_owned(), |name| format!("as {name}"));
    let remedy = match known.iter().position(|name| name.eq_ignore_ascii_case(encoding)) {
        Some(0..=2) if cfg!(not(feature = "gzip")) => "; the feature `gzip` reads it",
        _ => "",
    };
    Some(format!("the response is compressed {name}, which nobody asked for{remedy}"))
}

/// The response with its body as it was before it was compressed, where the feature `gzip` can tell.
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

    /// How much is decompressed at a time: its result is a thousand times as large at most.
    const PIECE: usize = 4 * 1024;

    /// The response with its body as it was before it was compressed by gzip or deflate.
    pub(crate) fn decoded(response: Response<ResponseBody>) -> Response<ResponseBody> {
        let (mut parts, body) = response.into_parts();
        let make: fn(u8) -> Decoder = match encoding(&parts.headers).map(str::to_ascii_lowercase) {
            Some(name) if name == "gzip" || name == "x-gzip" => {
                |_| Decoder::Gzip(Box::new(MultiGzDecoder::new(Vec::new())))
            }
            // Deflate is zlib's format, which not every server knows.
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
        /// What this piece stands for; behind the last piece comes `None`.
        fn decode(&mut self, piece: Option<&[u8]>) -> io::Result<Bytes> {
            match (self, piece) {
                (Self::Gzip(decoder), piece) => {
                    match piece {
                        Some(piece) => decoder.write_all(piece)?,
                        None => decoder.try_finish()?,
                    }
                    Ok(mem::take(decoder.get_mut()).into())
                }
                (Self::Deflate { decompress, has_ended }, Some(mut piece)) => {
                    let mut output = Vec::new();
                    while !*has_ended && (!piece.is_empty() || output.len() == output.capacity()) {
                        output.reserve(PIECE);
                        let before = (decompress.total_in(), decompress.total_out());
                        let none = FlushDecompress::None;
                        let status = decompress.decompress_vec(piece, &mut output, none)?;
                        *has_ended = status == Status::StreamEnd;
                        let after = (decompress.total_in(), decompress.total_out());
                        if before == after {
                            break;
                        }
                        let consumed = usize::try_from(after.0 - before.0).unwrap_or(usize::MAX);
                        piece = piece.get(consumed..).unwrap_or_default();
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
        /// Made for the first byte: no body at all is nothing to be decompressed.
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
                    let piece = this.input.split_to(this.input.len().min(PIECE));
                    this.decoder.get_or_insert_with(|| (this.make)(first)).decode(Some(&piece))
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
                        let detail = "the response is compressed, and cannot be decompressed";
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
