//! How a connection ends, through every layer at once: each end is reported for
//! what it is, in both directions.

mod halves;
mod losses;
mod proxied;

use std::{io, time::Duration};

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_socket::{
    Connection, Connector, Incoming, IntoUri, Server,
    layers::{
        HandshakeLayer, IdleTimeoutLayer, LimitLayer, MaxAgeLayer, TimeoutLayer,
        tls::{ClientTls, Identity, Roots, ServerTls},
    },
};

use crate::support::{SocketPath, certificates::Authority};

const LONG: Duration = Duration::from_secs(600);

/// The two ends of one connection, one way or the other round.
struct Ends {
    one: Connection,
    other: Connection,
}

impl Ends {
    /// Over this URI, with all layers on both sides.
    async fn over(uri: impl IntoUri) -> Self {
        let (client_tls, server_tls) = tls();
        let builder = Server::builder()
            .tls(server_tls)
            .limit(LimitLayer::new(9))
            .per_source(9)
            .idle_timeout(LONG)
            .max_age(LONG);
        let pass = service_fn(|connection: Connection| async { Ok::<_, io::Error>(connection) });
        let mut server = ServiceBuilder::new()
            .layer(LimitLayer::new(9).pause_on_limit())
            .layer(HandshakeLayer::new(pass))
            .service(builder.bind(uri).await.unwrap());
        let connector = ServiceBuilder::new()
            .layer(TimeoutLayer::new(LONG))
            .layer(LimitLayer::new(9))
            .layer(MaxAgeLayer::new(LONG))
            .layer(IdleTimeoutLayer::new(LONG))
            .service(Connector::builder().tls(client_tls).build());
        let uri = server.handle().address().unwrap().into_uri().unwrap();
        let (one, other) = tokio::join!(connector.oneshot(uri), server.accept());
        let mut ends = Self { one: one.unwrap(), other: other.unwrap().unwrap() };
        ends.greet().await;
        ends
    }

    /// Has each read all that TLS sends unasked, so that closing is no reset.
    async fn greet(&mut self) {
        pass_byte(&mut self.one, &mut self.other).await;
        pass_byte(&mut self.other, &mut self.one).await;
    }

    fn turned(self) -> Self {
        Self { one: self.other, other: self.one }
    }

    async fn tls() -> [Self; 2] {
        let tls = || Self::over("tls://127.0.0.1:0");
        [tls().await, tls().await.turned()]
    }

    async fn tcp() -> [Self; 2] {
        let tcp = || Self::over("tcp://127.0.0.1:0");
        [tcp().await, tcp().await.turned()]
    }

    async fn unix() -> [Self; 2] {
        let (path, another) = (SocketPath::new(), SocketPath::new());
        [Self::over(path.path()).await, Self::over(another.path()).await.turned()]
    }

    /// Over each transport, in both directions.
    async fn all() -> Vec<Self> {
        let all = [Self::tcp().await, Self::unix().await, Self::tls().await];
        all.into_iter().flatten().collect()
    }
}

fn tls() -> (ClientTls, ServerTls) {
    let authority = Authority::new();
    let leaf = authority.leaf(&["127.0.0.1"]);
    let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
    let roots = Roots::none().pem(authority.certificate.pem());
    let client = ClientTls::builder().roots(roots).build().unwrap();
    (client, ServerTls::builder().identity(identity).build().unwrap())
}

async fn pass_byte(from: &mut Connection, to: &mut Connection) {
    from.write_u8(0).await.unwrap();
    from.flush().await.unwrap();
    assert_eq!(to.read_u8().await.unwrap(), 0);
}

async fn say(writer: &mut WriteHalf<Connection>, text: &[u8]) {
    writer.write_all(text).await.unwrap();
    writer.flush().await.unwrap();
}

async fn hear_all(reader: &mut ReadHalf<Connection>) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    reader.read_to_end(&mut all).await.map(|_| all)
}
