//! It stands in front of our servers.

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_socket::{
    Address, Connection, Connector, Incoming, Server,
    layers::{
        proxy_protocol::{ProxyHeader, TrustedProxies},
        tls::{ClientTls, Identity, Roots, ServerTls},
    },
    server::ServerBuilder,
};

use super::{Program, run};
use crate::support::{
    SocketPath,
    certificates::{Authority, Leaf, file},
    programs::program,
};

/// `BIND` is options of the socket that clients connect to, `SERVER` of the
/// connections to ours.
const CONFIGURATION: &str = "
defaults
  mode tcp
  timeout connect 60s
  timeout client 60s
  timeout server 60s
listen test
  bind fd@0 BIND
  unique-id-format %{+X}o\\ %ci:%cp_%rt
  server ours OURS SERVER
";

/// One of ours, and what trusts its certificates.
struct Ours {
    server: Server,
    address: Address,
    authority: Authority,
}

impl Ours {
    /// Behind proxies on this machine.
    async fn bind(uri: &str) -> Self {
        let authority = Authority::new();
        let leaf = authority.leaf(&["127.0.0.1", "localhost"]);
        let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
        let tls = ServerTls::builder().identity(identity).build().unwrap();
        let server = behind_loopback(|proxies| proxies).tls(tls).bind(uri).await.unwrap();
        let address = server.handle().address().unwrap();
        Self { server, address, authority }
    }

    /// HAProxy in front of it.
    fn front(&self, server: &str) -> Option<Program> {
        self.front_with(tempfile::tempdir().unwrap(), "", server)
    }

    fn front_with(&self, directory: TempDir, bind: &str, server: &str) -> Option<Program> {
        Some(Program::start(program("haproxy")?, directory, self.configuration(bind, server)))
    }

    fn configuration(&self, bind: &str, server: &str) -> String {
        let ours = self.address.socket_addr().unwrap().to_string();
        let configuration = CONFIGURATION.replace("BIND", bind).replace("OURS", &ours);
        configuration.replace("SERVER", server)
    }

    fn client_tls(&self) -> ClientTls {
        let roots = Roots::none().pem(self.authority.certificate.pem());
        ClientTls::builder().roots(roots).build().unwrap()
    }

    async fn accepted(&mut self) -> Connection {
        self.server.accept().await.unwrap().unwrap()
    }

    /// A client of HAProxy's says hello; what our server has of it.
    async fn hello(&mut self, connector: Connector, uri: String) -> (Connection, Connection) {
        let greeting = async {
            let mut client = connector.connect(uri).await.unwrap();
            client.write_all(b"hello").await.unwrap();
            client.flush().await.unwrap();
            client
        };
        let (client, mut accepted) = tokio::join!(greeting, self.accepted());
        let mut received = [0; 5];
        accepted.read_exact(&mut received).await.unwrap();
        assert_eq!(&received, b"hello");
        (client, accepted)
    }
}

fn behind_loopback(more: impl FnOnce(TrustedProxies) -> TrustedProxies) -> ServerBuilder {
    let loopback: std::net::IpAddr = "127.0.0.1".parse().unwrap();
    Server::builder().proxy_protocol(more(TrustedProxies::new([loopback])))
}

/// The client that HAProxy names is ours.
fn assert_named(client: &Connection, accepted: &Connection, haproxy: &Program) {
    let at = |address: Option<Address>| address.unwrap().socket_addr().unwrap();
    assert_eq!(at(accepted.peer_address()), at(client.local_address()));
    let header = accepted.info().proxy_header().unwrap();
    assert_eq!(header.destination(), Some(Address::Tcp(haproxy.address)));
    let proxy = at(accepted.info().proxy_address());
    assert!(proxy.ip().is_loopback() && proxy != at(accepted.peer_address()));
}

async fn assert_names_its_client(server: &str) -> Option<ProxyHeader> {
    let mut ours = Ours::bind("tcp://127.0.0.1:0").await;
    let haproxy = ours.front(server)?;
    let uri = format!("tcp://{}", haproxy.address);
    let (client, accepted) = ours.hello(Connector::new(), uri).await;
    assert_named(&client, &accepted, &haproxy);
    accepted.info().proxy_header().cloned()
}

#[tokio::test]
async fn haproxy_names_its_client_in_version_1() {
    let Some(header) = assert_names_its_client("send-proxy").await else { return };
    assert!(header.to_bytes().starts_with(b"PROXY TCP4 127.0.0.1 127.0.0.1 "));
}

#[tokio::test]
async fn haproxy_names_its_client_in_version_2() {
    let Some(header) = assert_names_its_client("send-proxy-v2").await else { return };
    assert_eq!(header.values().count(), 0);
}

#[tokio::test]
async fn haproxy_adds_a_checksum_and_a_name_of_the_connection() {
    let server = "send-proxy-v2 proxy-v2-options crc32c,unique-id";
    let Some(header) = assert_names_its_client(server).await else { return };
    assert!(!header.unique_id().unwrap().is_empty());
    let with_checksum = header.to_bytes();
    assert!(with_checksum.windows(3).any(|bytes| bytes == [0x03, 0, 4]), "{with_checksum:?}");
}

#[tokio::test]
async fn haproxy_tells_of_the_tls_it_ends() {
    let mut ours = Ours::bind("tcp://127.0.0.1:0").await;
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, leaf: &Leaf| file(&directory, name, leaf.pem());
    let certificate = write("server.pem", &ours.authority.leaf(&["localhost"]));
    let root = file(&directory, "root.pem", ours.authority.certificate.pem());
    let bind = format!("ssl crt {certificate} ca-file {root} verify required alpn h2");
    let server = "send-proxy-v2 proxy-v2-options \
                  ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c";
    let Some(haproxy) = ours.front_with(directory, &bind, server) else { return };

    let leaf = ours.authority.leaf(&["client.example"]);
    let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
    let roots = Roots::none().pem(ours.authority.certificate.pem());
    let tls = ClientTls::builder().roots(roots).identity(identity).alpn(["h2"]);
    let connector = Connector::builder().tls(tls.build().unwrap()).build();
    let uri = format!("tls://{}?hostname=localhost", haproxy.address);
    let (client, accepted) = ours.hello(connector, uri).await;

    assert_named(&client, &accepted, &haproxy);
    let header = accepted.info().proxy_header().unwrap();
    assert_eq!(header.authority(), Some("localhost"));
    assert_eq!(header.alpn_protocol(), Some(&b"h2"[..]));
    let ssl = header.ssl().unwrap();
    assert!(ssl.is_tls() && ssl.has_certificate() && ssl.is_verified());
    assert_eq!(ssl.version(), Some("TLSv1.3"));
    assert_eq!(ssl.common_name(), Some("a leaf made for one test"));
    assert!(ssl.cipher().unwrap().starts_with("TLS_"), "{ssl:?}");
    assert!(ssl.signature_algorithm().is_some() && ssl.key_algorithm().is_some(), "{ssl:?}");
}

#[tokio::test]
async fn tls_goes_through_haproxy_to_our_server() {
    for server in ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c"] {
        let mut ours = Ours::bind("tls://127.0.0.1:0").await;
        let Some(haproxy) = ours.front(server) else { return };
        let connector = Connector::builder().tls(ours.client_tls()).build();
        let (client, accepted) = ours.hello(connector, format!("tls://{}", haproxy.address)).await;
        assert_named(&client, &accepted, &haproxy);
        assert!(accepted.info().tls().is_some());
        assert_eq!(accepted.peer_address(), client.local_address(), "tls:// at both ends");
        assert!(accepted.peer_address().unwrap().to_string().starts_with("tls://127.0.0.1:"));
    }
}

#[tokio::test]
async fn a_health_check_is_a_connection_of_haproxys_own() {
    let mut ours = Ours::bind("tcp://127.0.0.1:0").await;
    let check = "send-proxy-v2 check check-send-proxy inter 50ms";
    let Some(_haproxy) = ours.front(check) else { return };
    for _ in 0..3 {
        let connection = ours.accepted().await;
        let header = connection.info().proxy_header().unwrap();
        assert!(header.is_local() && !header.names_client());
        assert_eq!(connection.peer_address(), connection.info().proxy_address());
        assert!(connection.peer_address().is_some());
    }
}

#[tokio::test]
async fn a_health_check_in_version_1_names_haproxy_itself() {
    let mut ours = Ours::bind("tcp://127.0.0.1:0").await;
    let Some(_haproxy) = ours.front("send-proxy check check-send-proxy inter 50ms") else { return };
    let connection = ours.accepted().await;
    let header = connection.info().proxy_header().unwrap();
    assert_eq!(header.source(), connection.info().proxy_address());
    assert_eq!(connection.peer_address(), connection.info().proxy_address());
}

#[tokio::test]
async fn haproxy_that_sends_no_header_gets_nowhere() {
    let mut ours = Ours::bind("tcp://127.0.0.1:0").await;
    let Some(haproxy) = ours.front("") else { return };
    let mut client = Connector::new().connect(haproxy.address).await.unwrap();
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    let error = ours.server.accept().await.unwrap().unwrap_err();
    assert!(
        error.to_string().ends_with("failed during the PROXY header: there is none"),
        "{error}"
    );
    let mut answer = Vec::new();
    let _ = client.read_to_end(&mut answer).await;
    assert_eq!(answer, b"");
}

/// HAProxy calls it unknown in version 1, and one of its own in version 2.
#[tokio::test]
async fn a_client_of_haproxys_unix_socket_is_nobody() {
    for server in ["send-proxy", "send-proxy-v2"] {
        let ours = Ours::bind("tcp://127.0.0.1:0").await;
        let Some(haproxy) = program("haproxy") else { return };
        let (directory, path) = (tempfile::tempdir().unwrap(), SocketPath::new());
        let listener = std::os::unix::net::UnixListener::bind(path.path()).unwrap();
        let _running = run(haproxy, &directory, ours.configuration("", server), listener);

        let (_client, connection) = { ours }.hello(Connector::new(), path.uri()).await;
        let header = connection.info().proxy_header().unwrap();
        assert!(!header.names_client(), "{header:?}");
        assert!(connection.peer_address().is_some());
        assert_eq!(connection.peer_address(), connection.info().proxy_address());
    }
}

#[tokio::test]
async fn haproxy_names_its_client_over_a_unix_socket() {
    let path = SocketPath::new();
    let mut server = behind_loopback(|proxies| proxies.and_unix()).bind(path.uri()).await.unwrap();
    let Some(haproxy) = program("haproxy") else { return };
    let ours = format!("unix@{}", path.path().display());
    let configuration = CONFIGURATION.replace("BIND", "").replace("OURS", &ours);
    let configuration = configuration.replace("SERVER", "send-proxy-v2");
    let haproxy = Program::start(haproxy, tempfile::tempdir().unwrap(), configuration);
    let connecting = Connector::new().connect(haproxy.address);
    let (client, accepted) = tokio::join!(connecting, server.accept());
    assert_eq!(accepted.unwrap().unwrap().peer_address(), client.unwrap().local_address());
}
