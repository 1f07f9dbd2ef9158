//! Posts signed requests to a receiver: `poster HOST:PORT CASE`.
//!
//! For each line of input, a number, it signs as many requests, posts them over connections that
//! stay open, and prints the time in nanoseconds. Signing is not part of the time. It exits at the
//! end of its input.

#![allow(clippy::print_stdout, reason = "prints the time")]

use std::{env, io, time::Instant};

use mailgun::webhooks::receive::SigningKey;
use mailgun_benches::{
    Result,
    case::{Case, Workload},
    fixtures, receive,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

fn main() -> Result<()> {
    let mut args = env::args().skip(1);
    let address = args.next().ok_or("the first argument is an address")?;
    let case: Case = args.next().ok_or("the second argument is a case")?.parse()?;
    let key = receive::signing_key()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connections = Vec::new();
        for _ in 0..case.tasks {
            let connection = TcpStream::connect(&address).await?;
            connection.set_nodelay(true)?;
            connections.push(connection);
        }
        for line in io::stdin().lines() {
            let number: usize = line?.trim().parse()?;
            let requests: Vec<_> = (0..number).map(|_| request(case, &key)).collect();
            let start = Instant::now();
            connections = post(connections, requests).await?;
            println!("{}", start.elapsed().as_nanos());
        }
        Ok(())
    })
}

fn request(case: Case, key: &SigningKey) -> Vec<u8> {
    let signed = match case.workload {
        Workload::Inbound => fixtures::inbound(key),
        _ => fixtures::webhook(key),
    };
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: localhost\r\nuser-agent: mailgun/webhook\r\n\
         content-type: {}\r\ncontent-length: {}\r\n\r\n",
        receive::PATH,
        signed.content_type,
        signed.body.len()
    );
    [head.as_bytes(), &signed.body].concat()
}

/// Posts the requests, distributed evenly among the connections.
async fn post(connections: Vec<TcpStream>, requests: Vec<Vec<u8>>) -> Result<Vec<TcpStream>> {
    let mut shares: Vec<Vec<_>> = connections.iter().map(|_| Vec::new()).collect();
    let count = shares.len();
    for (number, request) in requests.into_iter().enumerate() {
        if let Some(share) = shares.get_mut(number % count) {
            share.push(request);
        }
    }
    let mut running: JoinSet<Result<TcpStream>> = JoinSet::new();
    for (mut connection, share) in connections.into_iter().zip(shares) {
        running.spawn(async move {
            for request in share {
                connection.write_all(&request).await?;
                read_response(&mut connection).await?;
            }
            Ok(connection)
        });
    }
    let mut connections = Vec::new();
    while let Some(ended) = running.join_next().await {
        connections.push(ended??);
    }
    Ok(connections)
}

/// Reads a response, which has status 200 and no body.
async fn read_response(connection: &mut TcpStream) -> Result<()> {
    let mut response = [0; 1024];
    let mut filled = 0;
    loop {
        let read = connection.read(response.get_mut(filled..).unwrap_or_default()).await?;
        filled += read;
        let received = response.get(..filled).unwrap_or_default();
        if received.ends_with(b"\r\n\r\n") && received.starts_with(b"HTTP/1.1 200 ") {
            return Ok(());
        }
        if read == 0 || received.ends_with(b"\r\n\r\n") {
            return Err(format!("not accepted: {}", String::from_utf8_lossy(received)).into());
        }
    }
}
