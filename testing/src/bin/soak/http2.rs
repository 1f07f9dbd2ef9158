use h2::{
    Reason, RecvStream,
    server::{self, SendResponse},
};
use mailgun_core::{
    BoxError,
    bytes::Bytes,
    http::{HeaderMap, Request, Response, header},
};
use tokio::{
    net::TcpStream,
    select,
    sync::mpsc::{UnboundedSender, unbounded_channel},
    time::{sleep, timeout},
};

use crate::{
    fault::Fault,
    server::{ACCEPTED, PATIENCE, Server},
};

/// What a request does to its connection.
enum Order {
    GoAway,
    AbruptGoAway,
    Close,
}

/// Serves requests until either side closes the connection.
pub(crate) async fn serve(server: &Server, stream: TcpStream) -> Result<(), h2::Error> {
    let mut connection =
        server::Builder::new().max_concurrent_streams(server.streams()).handshake(stream).await?;
    let (order, mut orders) = unbounded_channel();
    loop {
        select! {
            accepted = connection.accept() => {
                let Some(accepted) = accepted else { return Ok(()) };
                let (request, respond) = accepted?;
                let (server, order) = (server.clone(), order.clone());
                tokio::spawn(async move { handle(&server, request, respond, &order).await });
            }
            Some(order) = orders.recv() => match order {
                Order::GoAway => connection.graceful_shutdown(),
                Order::AbruptGoAway => connection.abrupt_shutdown(Reason::NO_ERROR),
                Order::Close => return Ok(()),
            },
        }
    }
}

async fn handle(
    server: &Server,
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    orders: &UnboundedSender<Order>,
) -> Result<(), BoxError> {
    let (head, mut stream) = request.into_parts();
    let id = text(&head.headers, "x-soak-mail").parse().unwrap_or(usize::MAX);
    let request = server.begin(id);
    let mut body = Vec::new();
    match request.fault {
        Fault::ResetAtHead => {
            respond.send_reset(Reason::INTERNAL_ERROR);
            return Ok(());
        }
        Fault::RefusedStream => {
            respond.send_reset(Reason::REFUSED_STREAM);
            return Ok(());
        }
        Fault::ResetInBody(place) => {
            read(&mut stream, &mut body, place).await?;
            respond.send_reset(Reason::CANCEL);
            return Ok(());
        }
        Fault::SlowRead(place, pause) => {
            read(&mut stream, &mut body, place).await?;
            sleep(pause).await;
        }
        Fault::EarlyRefusal { reads_on } => {
            response(&mut respond, 403, r#"{"message":"Forbidden"}"#)?;
            if !reads_on {
                respond.send_reset(Reason::NO_ERROR);
                return Ok(());
            }
        }
        Fault::GoAway => drop(orders.send(Order::GoAway)),
        Fault::AbruptGoAway => drop(orders.send(Order::AbruptGoAway)),
        _ => {}
    }
    if !read(&mut stream, &mut body, usize::MAX).await? {
        return Ok(());
    }
    let status = request.complete(text(&head.headers, header::CONTENT_TYPE.as_str()), &body);
    match request.fault {
        Fault::EarlyRefusal { .. } => {}
        Fault::ResetAfterBody => respond.send_reset(Reason::INTERNAL_ERROR),
        Fault::Stall => {
            sleep(server.stall()).await;
            respond.send_reset(Reason::CANCEL);
        }
        Fault::CutResponse => {
            let response = Response::builder().header(header::CONTENT_LENGTH, ACCEPTED.len());
            let mut data = respond.send_response(response.body(())?, false)?;
            data.send_data(Bytes::from_static(&ACCEPTED.as_bytes()[..20]), false)?;
            data.send_reset(Reason::NO_ERROR);
        }
        Fault::CloseIdle(pause) => {
            response(&mut respond, status, ACCEPTED)?;
            sleep(pause).await;
            let _ = orders.send(Order::Close);
        }
        Fault::SlowResponse(pause) => {
            sleep(pause).await;
            response(&mut respond, status, ACCEPTED)?;
        }
        _ => response(&mut respond, status, ACCEPTED)?,
    }
    Ok(())
}

/// Reads until `body` has at least this many bytes. Returns whether the body is complete.
async fn read(
    stream: &mut RecvStream,
    body: &mut Vec<u8>,
    until: usize,
) -> Result<bool, h2::Error> {
    while body.len() < until {
        let Ok(data) = timeout(PATIENCE, stream.data()).await else { return Ok(false) };
        let Some(data) = data.transpose()? else { return Ok(true) };
        stream.flow_control().release_capacity(data.len())?;
        body.extend_from_slice(&data);
    }
    Ok(false)
}

fn response(
    respond: &mut SendResponse<Bytes>,
    status: u16,
    body: &'static str,
) -> Result<(), BoxError> {
    let response = Response::builder().status(status).body(())?;
    let mut data = respond.send_response(response, false)?;
    Ok(data.send_data(Bytes::from_static(body.as_bytes()), true)?)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
