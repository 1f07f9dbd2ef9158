//! Reading the body of a request within a limit.

use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use mailgun_core::{
    BoxError,
    bytes::Bytes,
    http::{HeaderMap, header},
};
use tokio::time::timeout;

use super::{Limit, Payload, ReceiveError, Verified, Verifier};

pub(super) async fn receive<B, T>(
    verifier: &Verifier,
    headers: &HeaderMap,
    body: B,
) -> Result<Verified<T>, ReceiveError>
where
    B: Body,
    B::Error: Into<BoxError>,
    T: TryFrom<Payload>,
    ReceiveError: From<T::Error>,
{
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let read = read(body, verifier.limits().total_bytes);
    let body =
        timeout(verifier.read_timeout(), read).await.map_err(|_| ReceiveError::Timeout)??;
    verifier.receive(content_type.unwrap_or_default(), body).await
}

pub(crate) async fn read<B>(body: B, limit: usize) -> Result<Bytes, ReceiveError>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(ReceiveError::TooLarge(Limit::TotalBytes))
        }
        Err(error) => Err(ReceiveError::Body(error)),
    }
}
