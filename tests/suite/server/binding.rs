//! What a URI makes of a server.

use std::os::{
    fd::AsRawFd,
    unix::{fs::PermissionsExt, net::UnixListener},
};

use socket2::SockRef;
use tower_socket::{Address, ErrorKind, Incoming, Server, TcpServer, UnixServer, tcp::TcpOptions};

use super::{accepted, connect, secure};

async fn failure(uri: &str) -> tower_socket::Error {
    Server::bind(uri).await.expect_err("it cannot work")
}

fn address(server: &Server) -> Address {
    server.handle().address().unwrap()
}

// SRV-01, SRV-07
#[tokio::test]
async fn without_a_scheme_and_with_tcp_it_is_tcp_and_port_0_is_any() {
    for uri in ["127.0.0.1:0", "tcp://127.0.0.1:0"] {
        let mut server = Server::bind(uri).await.unwrap();
        let Address::Tcp(listening) = address(&server) else { panic!("not TCP") };
        assert!(listening.ip().is_loopback() && listening.port() != 0);
        connect(&server).await;
        assert!(accepted(&mut server).await.tcp().is_some());
    }
}

// SRV-01, SRV-14
#[tokio::test]
async fn with_tls_it_is_tls_and_its_address_says_so() {
    let (builder, connector) = secure();
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let Address::Tls(listening) = address(&server) else { panic!("not TLS") };
    assert_eq!(address(&server).to_string(), format!("tls://127.0.0.1:{}", listening.port()));
    assert_ne!(listening.port(), 0);
    let (client, connection) =
        tokio::join!(connector.connect(address(&server)), accepted(&mut server));
    assert!(connection.info().tls().is_some());
    assert_eq!(connection.peer_address(), client.unwrap().local_address());
}

// SRV-01, SRV-09
#[tokio::test]
async fn with_unix_it_is_a_unix_socket() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.sock");
    let mut server = Server::bind(format!("unix://{}", path.display())).await.unwrap();
    assert_eq!(address(&server), Address::Unix(path.clone()));
    connect(&server).await;
    assert!(accepted(&mut server).await.unix().is_some());
    drop(server);
    assert!(!path.exists());
}

// SRV-01
#[tokio::test]
async fn with_fd_it_is_whatever_was_inherited() {
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for scheme in ["fd://", "php://fd/"] {
        let mut server = Server::bind(format!("{scheme}{}", tcp.as_raw_fd())).await.unwrap();
        assert_eq!(address(&server), tcp.local_addr().unwrap().into());
        connect(&server).await;
        assert!(accepted(&mut server).await.tcp().is_some());
    }

    let directory = tempfile::tempdir().unwrap();
    let unix = UnixListener::bind(directory.path().join("a.sock")).unwrap();
    let mut server = Server::bind(format!("fd://{}", unix.as_raw_fd())).await.unwrap();
    connect(&server).await;
    assert!(accepted(&mut server).await.unix().is_some());
}

// SRV-01
#[tokio::test]
async fn any_other_scheme_is_a_mistake() {
    let error = failure("foo://127.0.0.1:0").await;
    assert_eq!(
        error.to_string(),
        "invalid URI \"foo://127.0.0.1:0\": there is no server for this scheme (EINVAL)"
    );
    assert_eq!((error.is_invalid_input(), error.raw_os_error()), (true, Some(22)));
}

// SRV-02
#[tokio::test]
async fn options_of_tcp_hold_for_tcp_and_tls() {
    let (builder, connector) = secure();
    let builder = builder.tcp(TcpServer::builder().options(TcpOptions::new().nodelay(false)));
    for uri in ["tcp://127.0.0.1:0", "tls://127.0.0.1:0"] {
        let mut server = builder.bind(uri).await.unwrap();
        let (client, connection) =
            tokio::join!(connector.connect(address(&server)), accepted(&mut server));
        client.unwrap();
        assert!(!SockRef::from(connection.tcp().unwrap()).tcp_nodelay().unwrap(), "{uri}");
    }
}

// SRV-02
#[tokio::test]
async fn options_of_other_schemes_are_ignored() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.sock");
    let (builder, _) = secure();
    let builder = builder
        .tcp(TcpServer::builder().device("nothing0"))
        .unix(UnixServer::builder().mode(0o600));
    let _server = builder.bind(path.as_path()).await.unwrap();
    let mode = path.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    builder.bind("127.0.0.1:0").await.expect_err("there is no such device");
}

// SRV-03
#[tokio::test]
async fn what_is_no_uri_is_a_mistake_that_quotes_it() {
    let error = failure("tcp://invalid URI").await;
    assert!(error.is_invalid_input());
    assert!(error.to_string().starts_with("invalid URI \"tcp://invalid URI\": "), "{error}");
    assert!(error.to_string().ends_with("(EINVAL)"), "{error}");
}

// SRV-04
#[tokio::test]
async fn a_port_alone_is_on_this_machine() {
    for server in [Server::bind("0").await, Server::bind(0).await] {
        let address = address(&server.unwrap());
        assert_eq!(address.ip(), Some([127, 0, 0, 1].into()));
        assert_ne!(address.port(), Some(0));
    }
}

// SRV-05
#[tokio::test]
async fn a_scheme_and_a_port_are_not_enough() {
    for uri in ["tcp://0", "tls://0", "tcp://8080"] {
        let error = failure(uri).await;
        assert_eq!(
            error.to_string(),
            format!("invalid URI \"{uri}\": the port is missing (EINVAL)")
        );
    }
}

#[tokio::test]
async fn a_host_name_is_a_mistake_that_shows_the_uri_as_given() {
    for uri in ["tcp://localhost:0", "tls://localhost:0"] {
        let error = secure().0.bind(uri).await.unwrap_err();
        let expected = format!(
            "invalid URI \"{uri}\": \"localhost\" is a host name, not a valid host IP (EINVAL)"
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[tokio::test]
async fn an_address_in_use_is_an_error_that_shows_the_uri_as_given() {
    let first = Server::bind("127.0.0.1:0").await.unwrap();
    let port = address(&first).port().unwrap();
    for scheme in ["tcp", "tls"] {
        let uri = format!("{scheme}://127.0.0.1:{port}");
        let error = secure().0.bind(&uri).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Listen);
        assert_eq!(
            error.to_string(),
            format!("failed to listen on {uri}: address already in use (EADDRINUSE)")
        );
    }
}

#[test]
fn binding_outside_a_runtime_is_a_mistake_not_a_panic() {
    use futures_util::FutureExt;

    for uri in ["127.0.0.1:0", "unix://@tower-socket-no-runtime"] {
        let error = Server::bind(uri).now_or_never().expect("at once").unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("runtime"), "{error}");
    }
}
