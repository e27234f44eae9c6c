//! Where a connect has to wait, one server for each phase.

use std::net::SocketAddr;

use tokio::{
    io::{copy, sink},
    net::UdpSocket,
};
use tower_socket::{
    Connector, Incoming, Server, ServerHandle,
    connector::ConnectorBuilder,
    layers::{
        DnsLayer,
        dns::{DnsResolver, Nameserver},
        tls::{ClientTls, Identity, Roots, ServerTls},
    },
};

use crate::{
    certificates::{Leaf, self_signed},
    unreachable::{Reserved, Silent},
};

pub(crate) struct Servers {
    /// Connects to it stay under way.
    pub(crate) silent: Silent,
    /// Connects to it are refused.
    pub(crate) refusing: Reserved,
    /// Accepts and says nothing, so that a TLS handshake stays under way.
    pub(crate) mute: ServerHandle,
    /// Speaks TLS.
    pub(crate) tls: ServerHandle,
    certificate: Leaf,
    name_server: UdpSocket,
}

impl Servers {
    pub(crate) async fn new() -> Self {
        let certificate = self_signed(&["127.0.0.1"]);
        let identity = Identity::pem(certificate.pem(), certificate.pem());
        let tls = ServerTls::builder().identity(identity).build().unwrap();
        let tls = Server::builder().tls(tls).bind("tls://127.0.0.1:0").await.unwrap();
        Self {
            silent: Silent::new(),
            refusing: Reserved::new(),
            mute: serve(Server::bind("127.0.0.1:0").await.unwrap()),
            tls: serve(tls),
            certificate,
            name_server: UdpSocket::bind("127.0.0.1:0").await.unwrap(),
        }
    }

    /// Its name server never answers.
    pub(crate) fn connector(&self) -> ConnectorBuilder {
        let name_server = Nameserver::udp(self.name_server.local_addr().unwrap());
        let resolver = DnsResolver::with_servers([name_server]).no_hosts_file();
        let roots = Roots::none().pem(self.certificate.certificate.pem());
        let tls = ClientTls::builder().roots(roots).build().unwrap();
        Connector::builder().dns(DnsLayer::new(resolver)).tls(tls)
    }
}

pub(crate) fn address(server: &ServerHandle) -> SocketAddr {
    server.address().unwrap().socket_addr().unwrap()
}

/// Reads whatever comes, until the client is gone.
fn serve(mut server: Server) -> ServerHandle {
    let handle = server.handle();
    tokio::spawn(async move {
        while let Some(accepted) = server.accept().await {
            let Ok(mut connection) = accepted else { continue };
            tokio::spawn(async move { copy(&mut connection, &mut sink()).await });
        }
    });
    handle
}
