use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::sleep,
};

use crate::{fault::Fault, http1, http2, ledger::Ledger, random::Random};

/// The limit of connections, and of streams per connection, of a narrow server.
const NARROW: usize = 4;

/// How long the server waits for the rest of a request.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// The API's response to a send.
pub(crate) const ACCEPTED: &str = r#"{"id":"<1@mg.example.com>","message":"Queued. Thank you."}"#;

/// The state that all servers of a run share.
pub(crate) struct Run {
    pub(crate) ledger: Ledger,
    pub(crate) seed: u64,
    /// The number of open connections.
    connections: AtomicUsize,
}

/// A server for one HTTP version.
#[derive(Clone)]
pub(crate) struct Server {
    run: Arc<Run>,
    pub(crate) is_http2: bool,
    /// Whether the server accepts only a few connections and streams at once.
    pub(crate) is_narrow: bool,
}

impl Run {
    pub(crate) fn new(mails: usize, seed: u64) -> Self {
        Self { ledger: Ledger::new(mails), seed, connections: AtomicUsize::new(0) }
    }

    /// Waits until no connection has been open for a while. `false` if that takes too long.
    pub(crate) async fn is_quiet(&self) -> bool {
        const STEP: Duration = Duration::from_millis(50);
        let mut quiet = 0;
        for _ in 0..600 {
            quiet = if self.connections.load(Ordering::SeqCst) == 0 { quiet + 1 } else { 0 };
            if quiet == 10 {
                return true;
            }
            sleep(STEP).await;
        }
        false
    }
}

impl Server {
    /// Serves until the program ends.
    pub(crate) async fn start(
        run: &Arc<Run>,
        is_http2: bool,
        is_narrow: bool,
    ) -> std::io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = Self { run: Arc::clone(run), is_http2, is_narrow };
        tokio::spawn(server.accept(listener));
        Ok(address)
    }

    async fn accept(self, listener: TcpListener) {
        let most = if self.is_narrow { NARROW } else { Semaphore::MAX_PERMITS };
        let permits = Arc::new(Semaphore::new(most));
        for number in 0.. {
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
            let Ok((stream, _)) = listener.accept().await else { return };
            let server = self.clone();
            server.run.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                server.serve(stream, number).await;
                server.run.connections.fetch_sub(1, Ordering::SeqCst);
                drop(permit);
            });
        }
    }

    async fn serve(&self, stream: TcpStream, number: u64) {
        let mut random = Random::new(&[
            self.run.seed,
            u64::from(self.is_http2),
            u64::from(self.is_narrow),
            number,
        ]);
        // Connections are reset, not closed.
        if random.chance(500) && stream.set_zero_linger().is_err() {
            return;
        }
        match random.below(1000) {
            0..20 => return,
            20..50 => sleep(random.up_to(20)).await,
            _ => {}
        }
        // Connection errors are ignored. The requests are recorded.
        if self.is_http2 {
            let _ = http2::serve(self, stream).await;
        } else {
            let _ = http1::serve(self, stream).await;
        }
    }

    /// The limit of streams per connection.
    pub(crate) fn streams(&self) -> u32 {
        if self.is_narrow { NARROW as u32 } else { 100 }
    }

    /// How long an idle connection is kept open.
    pub(crate) fn idle_limit(&self) -> Duration {
        if self.is_narrow { Duration::from_millis(5) } else { Duration::from_secs(60) }
    }

    /// How long a connection stays open if a request gets no response.
    pub(crate) fn stall(&self) -> Duration {
        Duration::from_millis(if self.is_narrow { 60 } else { 400 })
    }

    /// Records the start of a request.
    pub(crate) fn begin(&self, id: usize) -> Begun<'_> {
        let (number, fault) = self.run.ledger.begin(id, |number| {
            Fault::choose(&mut Random::new(&[self.run.seed, id as u64, number]), self.is_http2)
        });
        Begun { server: self, id, number, fault }
    }
}

/// A request that is being read.
pub(crate) struct Begun<'a> {
    server: &'a Server,
    id: usize,
    number: usize,
    pub(crate) fault: Fault,
}

impl Begun<'_> {
    /// Ends the request after its body. It counts as whole only if the form is complete too.
    /// Returns the status of the response.
    pub(crate) fn complete(&self, content_type: &str, body: &[u8]) -> u16 {
        let boundary = content_type.split_once("boundary=").map_or("", |(_, boundary)| boundary);
        let end = format!("\r\n--{}--\r\n", boundary.trim_matches('"'));
        if !body.ends_with(end.as_bytes()) {
            return 400;
        }
        self.server.run.ledger.complete(self.id, self.number);
        match self.fault {
            Fault::ServerError => 500,
            Fault::RateLimit { .. } => 429,
            Fault::EarlyRefusal { .. } => 403,
            _ => 200,
        }
    }
}
