//! It says whom it takes the client for.

use std::process::Command;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{ServiceBuilder, ServiceExt, util::option_layer};
use tower_socket::{
    Connection, Error, IntoUri, TcpConnector,
    layers::{
        TlsLayer,
        proxy_protocol::{ProxyHeader, ProxyProtocolLayer, tlv},
        tls::{ClientTls, Roots},
    },
};

use super::{super::address, Program};
use crate::support::{
    certificates::{file, self_signed},
    programs::program,
    tcp_pair,
};

const CONFIGURATION: &str = "
defaults
  mode http
  timeout connect 60s
  timeout client 60s
  timeout server 60s
frontend test
  bind fd@0 accept-proxy OPTIONS
  http-request return status 200 content-type text/plain lf-string \
    '%[src]:%[src_port] %[dst]:%[dst_port] [%[fc_pp_authority]] [%[fc_pp_unique_id]]'
";

struct Haproxy {
    haproxy: Program,
    tls: Option<ClientTls>,
}

impl Haproxy {
    /// `None` where it is not installed.
    fn start() -> Option<Self> {
        Some(Self::start_with(program("haproxy")?, tempfile::tempdir().unwrap(), "", None))
    }

    fn start_with_tls() -> Option<Self> {
        let haproxy = program("haproxy")?;
        let directory = tempfile::tempdir().unwrap();
        let leaf = self_signed(&["127.0.0.1"]);
        let options = format!("ssl crt {}", file(&directory, "server.pem", leaf.pem()));
        let roots = Roots::none().pem(leaf.certificate.pem());
        let tls = ClientTls::builder().roots(roots).build().unwrap();
        Some(Self::start_with(haproxy, directory, &options, Some(tls)))
    }

    fn start_with(
        haproxy: Command,
        directory: TempDir,
        options: &str,
        tls: Option<ClientTls>,
    ) -> Self {
        let configuration = CONFIGURATION.replace("OPTIONS", options);
        Self { haproxy: Program::start(haproxy, directory, configuration), tls }
    }

    async fn connect(&self, header: ProxyHeader) -> Result<Connection, Error> {
        let stack = ServiceBuilder::new()
            .layer(option_layer(self.tls.clone().map(TlsLayer::new)))
            .layer(ProxyProtocolLayer::new(header))
            .service(TcpConnector::new());
        stack.oneshot(self.haproxy.address.into_uri().unwrap()).await
    }

    /// What it answers.
    async fn takes(&self, header: ProxyHeader) -> String {
        let mut connection = self.connect(header).await.unwrap();
        connection.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
        connection.flush().await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}")).1.to_owned()
    }
}

#[tokio::test]
async fn haproxy_takes_version_1() {
    let Some(haproxy) = Haproxy::start() else { return };
    let v4 = ProxyHeader::v1(address("192.0.2.1:1234"), address("198.51.100.7:80"));
    assert_eq!(haproxy.takes(v4).await, "192.0.2.1:1234 198.51.100.7:80 [] []");
    let v6 = ProxyHeader::v1(address("[2001:db8::1]:1234"), address("[2001:db8::2]:80"));
    assert_eq!(haproxy.takes(v6).await, "2001:db8::1:1234 2001:db8::2:80 [] []");
    let unknown = haproxy.takes(ProxyHeader::v1_unknown()).await;
    assert!(unknown.starts_with("127.0.0.1:"), "{unknown}");
}

#[tokio::test]
async fn haproxy_takes_version_2() {
    let Some(haproxy) = Haproxy::start() else { return };
    let v4 = ProxyHeader::v2(address("192.0.2.1:1234"), address("198.51.100.7:80"));
    assert_eq!(haproxy.takes(v4).await, "192.0.2.1:1234 198.51.100.7:80 [] []");
    let v6 = ProxyHeader::v2(address("[2001:db8::1]:1234"), address("[2001:db8::2]:80"));
    assert_eq!(haproxy.takes(v6).await, "2001:db8::1:1234 2001:db8::2:80 [] []");
    let mixed = ProxyHeader::v2(address("192.0.2.1:1234"), address("[2001:db8::2]:80"));
    assert_eq!(haproxy.takes(mixed).await, "::ffff:192.0.2.1:1234 2001:db8::2:80 [] []");
    let local = haproxy.takes(ProxyHeader::v2_local()).await;
    assert!(local.starts_with("127.0.0.1:"), "{local}");
}

#[tokio::test]
async fn haproxy_reads_the_values_and_verifies_the_checksum() {
    let Some(haproxy) = Haproxy::start() else { return };
    let header = ProxyHeader::v2(address("192.0.2.1:1234"), address("198.51.100.7:80"));
    let header = header.tlv(tlv::AUTHORITY, "example.com").unwrap();
    let header = header.tlv(tlv::UNIQUE_ID, "id-1").unwrap().checksum().unwrap();
    let answer = haproxy.takes(header).await;
    assert_eq!(answer, "192.0.2.1:1234 198.51.100.7:80 [example.com] [id-1]");
}

#[tokio::test]
async fn haproxy_is_told_the_client_of_a_relay() {
    let Some(haproxy) = Haproxy::start() else { return };
    let (client, accepted) = tcp_pair().await;
    let at = |address: Option<tower_socket::Address>| address.unwrap().socket_addr().unwrap();
    let expected = format!("{} {} [] []", at(client.local_address()), at(client.peer_address()));
    assert_eq!(haproxy.takes(ProxyHeader::v2_of(&accepted)).await, expected);
}

#[tokio::test]
async fn haproxy_reads_the_header_before_tls() {
    let Some(haproxy) = Haproxy::start_with_tls() else { return };
    let (source, destination) = (address("192.0.2.1:1234"), address("198.51.100.7:443"));
    for header in [ProxyHeader::v1(source, destination), ProxyHeader::v2(source, destination)] {
        let answer = haproxy.takes(header).await;
        assert_eq!(answer, "192.0.2.1:1234 198.51.100.7:443 [] []");
    }
}
