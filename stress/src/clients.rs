//! What clients do to a server, good and bad.

use std::{io, iter, net::SocketAddr, time::Duration};

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tower_socket::{Connection, Connector};

use crate::{Result, serve::Wish};

const PATIENCE: Duration = Duration::from_secs(20);

/// Every kind of client there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// Says something and gets it back.
    Honest,
    /// The same over TLS.
    HonestTls,
    /// Ends its half before it reads.
    HalfOpen,
    /// Closes at once with a reset.
    Reset,
    /// Speaks something else than TLS.
    BadTls,
    /// Goes away in the middle of its handshake.
    Truncated,
    /// Wants more than it reads.
    SlowReader,
    /// Makes its handler panic.
    Panicking,
}

/// Where they all go.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) connector: Connector,
    pub(crate) tcp: String,
    pub(crate) tls: String,
}

impl Client {
    pub(crate) const KINDS: usize = 8;

    /// In 100 clients, the first ones first.
    const SHARES: [(Self, usize); Self::KINDS] = [
        (Self::Honest, 50),
        (Self::HonestTls, 8),
        (Self::HalfOpen, 15),
        (Self::Reset, 10),
        (Self::BadTls, 5),
        (Self::Truncated, 5),
        (Self::SlowReader, 2),
        (Self::Panicking, 5),
    ];

    /// So many of each kind, one kind after the other.
    pub(crate) fn kind_by_kind(each: usize) -> impl Iterator<Item = Self> {
        Self::SHARES.into_iter().flat_map(move |(kind, _)| iter::repeat_n(kind, each))
    }

    pub(crate) fn nth(number: usize) -> Self {
        // 37 and 100 have no common divisor: each share is spread out.
        let mut place = number * 37 % 100;
        for (client, share) in Self::SHARES {
            if place < share {
                return client;
            }
            place -= share;
        }
        Self::Honest
    }

    /// An error means that the server did not do what this client may expect.
    pub(crate) async fn run(self, target: &Target) -> Result<()> {
        let outcome = timeout(PATIENCE, self.act(target)).await;
        outcome.map_err(|_| format!("{self:?} waited for {PATIENCE:?}"))?
    }

    async fn act(self, target: &Target) -> Result<()> {
        match self {
            Self::Honest => echo(target.connect(&target.tcp).await?, b"hello").await,
            Self::HonestTls => echo(target.connect(&target.tls).await?, b"hello").await,
            Self::HalfOpen => half_open(target.connect(&target.tcp).await?).await,
            Self::Reset => target.connect(&target.tcp).await.map(drop),
            Self::BadTls => bad_tls(target.connect(&plain(&target.tls)).await?).await,
            Self::Truncated => truncated(target.connect(&plain(&target.tls)).await?).await,
            Self::SlowReader => slow_reader(target.connect(&target.tcp).await?).await,
            Self::Panicking => panicking(target.connect(&target.tcp).await?).await,
        }
    }
}

impl Target {
    async fn connect(&self, uri: &str) -> Result<Connection> {
        let connection = self.connector.connect(uri).await?;
        let socket = connection.tcp().ok_or("no TCP socket")?;
        reset_on_close(socket)?;
        Ok(connection)
    }
}

/// The port of TLS, to be abused.
fn plain(tls: &str) -> String {
    tls.replacen("tls://", "tcp://", 1)
}

/// Says `text` and waits until it has come back.
pub(crate) async fn echo(mut connection: Connection, text: &[u8]) -> Result<()> {
    connection.write_all(&[&[Wish::Echo as u8], text].concat()).await?;
    connection.flush().await?;
    let mut answer = vec![0; text.len() + 1];
    connection.read_exact(&mut answer).await?;
    if answer[1..] == *text { Ok(()) } else { Err("what came back is not what was sent".into()) }
}

async fn half_open(mut connection: Connection) -> Result<()> {
    connection.write_all(&[Wish::Echo as u8]).await?;
    connection.shutdown().await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    if answer == [Wish::Echo as u8] { Ok(()) } else { Err("half-close lost what was sent".into()) }
}

/// The server says what is wrong, or just goes.
async fn bad_tls(mut connection: Connection) -> Result<()> {
    connection.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
    let _ = connection.read_to_end(&mut Vec::new()).await;
    Ok(())
}

/// The beginning of a ClientHello that says it has 512 bytes.
async fn truncated(mut connection: Connection) -> Result<()> {
    connection.write_all(&[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]).await?;
    Ok(())
}

async fn slow_reader(mut connection: Connection) -> Result<()> {
    connection.write_all(&[Wish::Flood as u8]).await?;
    for _ in 0..8 {
        connection.read_exact(&mut [0; 128]).await?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

async fn panicking(mut connection: Connection) -> Result<()> {
    connection.write_all(&[Wish::Panic as u8]).await?;
    let _ = connection.read_to_end(&mut Vec::new()).await;
    Ok(())
}

/// Connects and says nothing, for as long as it is kept.
pub(crate) async fn silent(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    reset_on_close(&stream)?;
    Ok(stream)
}

/// No TIME_WAIT is left behind, so that the ports never run out.
pub(crate) fn reset_on_close(stream: &TcpStream) -> io::Result<()> {
    SockRef::from(stream).set_linger(Some(Duration::ZERO))
}

/// The address in what the server printed.
pub(crate) fn address(printed: &str) -> Result<SocketAddr> {
    let authority = printed.rsplit_once('/').map_or(printed, |(_, authority)| authority);
    Ok(authority.parse()?)
}
