//! The resolver against name servers inside the test.

mod asking;
mod blocking;
mod dead;
mod finishing;
mod order;
mod sharing;
mod system;

use std::{net::SocketAddr, time::Duration};

use tokio::net::UdpSocket;
use tower_socket::{
    BoxError,
    layers::dns::{Answer, DnsResolver, LookupError, Records, Resolve},
};

use crate::support::name_server::NameServer;

/// Long enough for a server in this process.
const SHORT: Duration = Duration::from_secs(1);

fn resolver(servers: &[&NameServer]) -> DnsResolver {
    DnsResolver::with_servers(servers.iter().map(|server| server.address())).no_hosts_file()
}

async fn lookup(resolver: &DnsResolver, name: &str, records: Records) -> Result<Answer, BoxError> {
    resolver.lookup(&name.into(), records).await
}

async fn addresses(resolver: &DnsResolver, name: &str, records: Records) -> Vec<String> {
    let answer = lookup(resolver, name, records).await.expect("an answer");
    answer.addresses.iter().map(|address| address.ip().to_string()).collect()
}

async fn error(resolver: &DnsResolver, name: &str) -> LookupError {
    let error = lookup(resolver, name, Records::A).await.expect_err("a failure");
    *error.downcast().expect("an error of the resolver")
}

/// Nothing listens there as long as the socket is held: it takes and is silent.
async fn silent() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

fn closed() -> SocketAddr {
    std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
