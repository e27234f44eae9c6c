//! Name servers behind TLS, over this crate's own TLS: whom it trusts, its
//! sessions and its words.
//!
//! hickory's features for it each bring a cryptography provider. Where another
//! one is compiled in already, rustls can choose no default any more, which
//! would break code that has nothing to do with DNS.

use std::{io, net::SocketAddr, time::Duration};

use hickory_resolver::{
    net::{
        DnsMultiplexer, NetError,
        runtime::{RuntimeProvider, iocompat::AsyncIoTokioAsStd},
        tcp::{self, TcpClientStream},
        xfer::{DnsExchange, DnsHandle, FirstAnswer},
    },
    proto::op::{DnsRequest, DnsResponse},
};
use tokio::net::TcpStream;

#[cfg(feature = "dns-over-https")]
use super::https;
use super::{Nameserver, kept::Kept, runtime::Runtime, server::in_time, transport::Transport};
use crate::{
    Connection, Error,
    layers::tls::{ClientTls, StartTls},
};

/// Connections to one server. It is asked over one at a time, and that is kept
/// (RFC 7858, section 3.4).
pub(super) struct Secure {
    tls: ClientTls,
    kept: Kept<Session>,
}

#[derive(Clone)]
enum Session {
    Tls(DnsExchange<Runtime>),
    #[cfg(feature = "dns-over-https")]
    Https(https::Session),
}

impl Secure {
    pub(super) fn new(tls: ClientTls) -> Self {
        Self { tls, kept: Kept::default() }
    }

    /// Whoever waited for an answer in vain tries a new connection next time.
    pub(super) async fn ask(
        &self,
        server: &Nameserver,
        request: DnsRequest,
        patience: Duration,
        runtime: &Runtime,
    ) -> Result<DnsResponse, NetError> {
        let (opening, mut asked) = (self.open(server, patience, runtime), None);
        let answer = in_time(patience, self.exchange(request, opening, &mut asked)).await;
        if let (Err(NetError::Timeout), Some(number)) = (&answer, asked) {
            self.kept.forget_now(number);
        }
        answer
    }

    /// A server may have closed what was kept.
    async fn exchange(
        &self,
        request: DnsRequest,
        opening: impl Future<Output = Result<Session, NetError>>,
        asked: &mut Option<u64>,
    ) -> Result<DnsResponse, NetError> {
        if let Some((number, session)) = self.kept.get().await {
            *asked = Some(number);
            match session.ask(request.clone()).await {
                Err(error) if session.may_be_closed(&error) => self.kept.forget(number).await,
                answer => return answer,
            }
        }
        let (number, session) = self.kept.get_or_open(opening).await?;
        *asked = Some(number);
        session.ask(request).await
    }

    async fn open(
        &self,
        server: &Nameserver,
        patience: Duration,
        runtime: &Runtime,
    ) -> Result<Session, NetError> {
        let address = server.address();
        let connecting = runtime.connect_tcp(address, None, Some(patience));
        match server.transport() {
            Transport::Udp | Transport::Tcp => Err(NetError::NoConnections),
            Transport::Tls { server_name } => {
                let connection = connect(&self.tls, server_name, connecting).await?;
                Ok(Session::Tls(exchange(connection, address, patience)))
            }
            #[cfg(feature = "dns-over-https")]
            Transport::Https { server_name, url } => {
                let tls = self.tls.speaking(b"h2").await.map_err(failed)?;
                let connection = connect(&tls, server_name, connecting).await?;
                Ok(Session::Https(https::Session::open(connection, url.clone()).await?))
            }
        }
    }
}

impl Session {
    async fn ask(&self, request: DnsRequest) -> Result<DnsResponse, NetError> {
        match self {
            Self::Tls(exchange) => exchange.send(request).first_answer().await,
            #[cfg(feature = "dns-over-https")]
            Self::Https(session) => session.ask(request).await,
        }
    }

    /// Over HTTPS the server has answered in every other case.
    fn may_be_closed(&self, error: &NetError) -> bool {
        matches!(self, Self::Tls(_)) || matches!(error, NetError::Io(_))
    }
}

async fn connect(
    tls: &ClientTls,
    server_name: &str,
    connecting: impl Future<Output = io::Result<AsyncIoTokioAsStd<TcpStream>>>,
) -> Result<Connection, NetError> {
    let start_tls = StartTls::client(tls.clone(), server_name).map_err(failed)?;
    let AsyncIoTokioAsStd(stream) = connecting.await?;
    start_tls.upgrade(Connection::from(stream)).await.map_err(failed)
}

/// Messages over the connection, and a task that ends with the last who asks.
fn exchange(
    connection: Connection,
    address: SocketAddr,
    patience: Duration,
) -> DnsExchange<Runtime> {
    let (stream, sender) = tcp::TcpStream::from_stream(AsyncIoTokioAsStd(connection), address);
    let stream = TcpClientStream::from_stream(stream);
    let multiplexer = DnsMultiplexer::new(stream, sender).with_timeout(patience);
    let (exchange, background) = DnsExchange::from_stream(multiplexer);
    tokio::spawn(background);
    exchange
}

fn failed(error: Error) -> NetError {
    NetError::from(io::Error::from(error))
}
