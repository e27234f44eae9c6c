//! hyper-util's connectors through proxies, over ours and under TLS.

mod http;
mod program;
mod socks;

use std::net::SocketAddr;

use ::http::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{Service, ServiceBuilder};
use tower_socket::{
    BoxError, Connection, Connector, Error, Incoming, IntoUri, TcpServer,
    connector::ConnectorBuilder,
    layers::tls::{ClientTls, Identity, Roots, ServerTls, TlsAccept, TlsAcceptLayer},
};

use crate::support::{certificates::self_signed, tcp_server};

fn uri(address: SocketAddr) -> Uri {
    address.into_uri().unwrap()
}

/// A connector that leaves names to this proxy.
fn through<S>(proxy: S) -> ConnectorBuilder
where
    S: Service<Uri, Response = Connection> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    Connector::builder().tcp_service(proxy).no_dns()
}

/// A server behind the proxy that speaks TLS, for one name.
struct Secure {
    server: TlsAccept<TcpServer>,
    client: ClientTls,
}

impl Secure {
    async fn named(name: &str) -> Self {
        let leaf = self_signed(&[name]);
        let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
        let tls = ServerTls::builder().identity(identity).build().unwrap();
        let layer = TlsAcceptLayer::new(tls);
        let server = ServiceBuilder::new().layer(layer).service(tcp_server().await);
        let roots = Roots::none().pem(leaf.certificate.pem());
        Self { server, client: ClientTls::builder().roots(roots).build().unwrap() }
    }

    fn port(&self) -> u16 {
        port_of(&self.server)
    }

    async fn meet(
        &mut self,
        connecting: impl Future<Output = Result<Connection, Error>>,
    ) -> Connection {
        meet(&mut self.server, connecting).await
    }
}

fn port_of(server: &impl Incoming) -> u16 {
    server.handle().address().unwrap().port().unwrap()
}

/// Both ends, after a byte went each way.
async fn meet(
    server: &mut (impl Incoming + Unpin),
    connecting: impl Future<Output = Result<Connection, Error>>,
) -> Connection {
    let connecting = async { connecting.await.unwrap() };
    let accepting = async { server.accept().await.unwrap().unwrap() };
    let (mut connected, mut accepted) = tokio::join!(connecting, accepting);
    say(&mut connected, &mut accepted, b'?').await;
    say(&mut accepted, &mut connected, b'!').await;
    connected
}

async fn say(from: &mut Connection, to: &mut Connection, byte: u8) {
    from.write_u8(byte).await.unwrap();
    from.flush().await.unwrap();
    assert_eq!(to.read_u8().await.unwrap(), byte);
}
