//! The same connect, accept and close in four ways, on one thread.

use std::{net::SocketAddr, time::Duration};

use http::Uri;
use socket2::SockRef;
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    runtime::Builder,
};
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_socket::{
    Connection, Connector, Error, Incoming, Server, TcpConnector, TcpServer,
    layers::{DnsLayer, LimitLayer, TimeoutLayer},
};

/// Who connects and who accepts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arm {
    /// tokio by hand, with nodelay.
    Tokio,
    /// `TcpConnector` with a `Uri` that is there already, and `TcpServer`.
    Bare,
    /// A stack by hand with a deadline, host names and a limit, and a limited
    /// `TcpServer`.
    Layered,
    /// `Connector` from text, and `Server`, each with its defaults.
    Facade,
}

impl Arm {
    const ALL: [Self; 4] = [Self::Tokio, Self::Bare, Self::Layered, Self::Facade];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::Bare => "bare",
            Self::Layered => "layered",
            Self::Facade => "facade",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        let mut arms = Self::ALL.into_iter();
        arms.find(|arm| arm.name() == name).expect("the name of an arm")
    }

    /// Connects `times` times on a runtime of its own.
    pub(crate) fn run(self, times: u64) {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            match self {
                Self::Tokio => repeat(times, tokio().await).await,
                Self::Bare => repeat(times, bare().await).await,
                Self::Layered => repeat(times, layered().await).await,
                Self::Facade => repeat(times, facade().await).await,
            }
        });
    }
}

async fn repeat(times: u64, mut connect: impl AsyncFnMut()) {
    for _ in 0..times {
        connect().await;
    }
}

async fn tokio() -> impl AsyncFnMut() {
    let address = tokio_server().await;
    async move || {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        assert_eq!(stream.read(&mut [0]).await.expect("the end"), 0);
        close(&stream);
    }
}

async fn tokio_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    SockRef::from(&listener).set_tcp_nodelay(true).expect("TCP_NODELAY");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    address
}

async fn bare() -> impl AsyncFnMut() {
    let server = TcpServer::bind("127.0.0.1:0").await.expect("a server");
    through(TcpConnector::new(), serve(server))
}

async fn layered() -> impl AsyncFnMut() {
    let server = TcpServer::bind("127.0.0.1:0").await.expect("a server");
    let connector = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(60)))
        .layer(DnsLayer::system())
        .layer(LimitLayer::new(10))
        .service(TcpConnector::new());
    through(connector, serve(LimitLayer::new(10).layer(server)))
}

fn through<S>(mut connector: S, address: SocketAddr) -> impl AsyncFnMut()
where
    S: Service<Uri, Response = Connection, Error = Error>,
{
    // Without a scheme a clone shares the text; `http::Uri` boxes one it does
    // not know, in each clone anew.
    let uri: Uri = address.to_string().parse().expect("a URI");
    async move || {
        let ready = connector.ready().await.expect("a connector that is ready");
        close_after_end(ready.call(uri.clone()).await.expect("a connection")).await;
    }
}

async fn facade() -> impl AsyncFnMut() {
    let server = Server::bind("127.0.0.1:0").await.expect("a server");
    let text = format!("tcp://{}", serve(server));
    let connector = Connector::new();
    async move || close_after_end(connector.connect(&text).await.expect("a connection")).await
}

/// Closes what the server accepts.
fn serve(mut server: impl Incoming + Send + Unpin + 'static) -> SocketAddr {
    let address = server.handle().address().and_then(|address| address.socket_addr());
    tokio::spawn(async move {
        while let Some(Ok(connection)) = server.accept().await {
            drop(connection);
        }
    });
    address.expect("its address")
}

async fn close_after_end(mut connection: Connection) {
    assert_eq!(connection.read(&mut [0]).await.expect("the end"), 0);
    close(connection.tcp().expect("a TCP socket"));
}

/// Makes closing send a reset, which leaves no TIME_WAIT behind.
fn close(socket: &TcpStream) {
    SockRef::from(socket).set_linger(Some(Duration::ZERO)).expect("SO_LINGER");
}
