use std::time::Duration;

use nix::sys::socket::{getsockopt, sockopt};
use socket2::{Protocol, SockRef};
use tower::ServiceExt;
use tower_socket::{
    Connection, Incoming, TcpConnector, TcpServer,
    tcp::{Keepalive, TcpOptions, TcpServerBuilder},
};

use crate::support::{has_ipv6, pair_at, tcp_pair, tcp_server, unix_pair, uri_of};

/// All that every user may set.
fn options() -> TcpOptions {
    let keepalive =
        Keepalive::new().idle(Duration::from_secs(31)).interval(Duration::from_secs(7)).retries(5);
    TcpOptions::new()
        .keepalive(keepalive)
        .user_timeout(Duration::from_millis(4321))
        .send_buffer_size(32 << 10)
        .recv_buffer_size(48 << 10)
        .traffic_class(0x28)
        .zero_linger(true)
        .congestion_control("reno")
}

fn socket(connection: &Connection) -> SockRef<'_> {
    SockRef::from(connection.tcp().unwrap())
}

fn assert_set(connection: &Connection) {
    let socket = socket(connection);
    assert!(socket.tcp_nodelay().unwrap());
    assert!(socket.keepalive().unwrap());
    assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(31));
    assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(7));
    assert_eq!(socket.tcp_keepalive_retries().unwrap(), 5);
    assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_millis(4321)));
    assert_eq!(socket.send_buffer_size().unwrap(), 64 << 10);
    assert_eq!(socket.recv_buffer_size().unwrap(), 96 << 10);
    assert_eq!(socket.tos_v4().unwrap(), 0x28);
    assert_eq!(socket.linger().unwrap(), Some(Duration::ZERO));
    assert!(socket.tcp_congestion().unwrap().starts_with(b"reno"));
}

async fn accepted_by(builder: TcpServerBuilder, address: &str) -> (Connection, Connection) {
    pair_at(&mut builder.bind(address).await.unwrap()).await
}

async fn connect_with(connector: TcpConnector) -> Result<Connection, tower_socket::Error> {
    let server = tcp_server().await;
    connector.oneshot(uri_of(&server)).await
}

// TCPC-13
#[tokio::test]
async fn a_connector_sets_its_options() {
    assert_set(&connect_with(TcpConnector::new().options(options())).await.unwrap());
}

// TCPS-29, TCPS-31
#[tokio::test]
async fn accepted_connections_inherit_the_options_of_their_server() {
    let (_client, accepted) =
        accepted_by(TcpServer::builder().options(options()), "127.0.0.1:0").await;
    assert_set(&accepted);
}

// TCPS-31
#[tokio::test]
async fn options_hold_for_both_families() {
    if !has_ipv6() {
        return;
    }
    let (_client, accepted) = accepted_by(TcpServer::builder().options(options()), "[::1]:0").await;
    assert_set(&accepted);
    assert_eq!(socket(&accepted).tclass_v6().unwrap(), 0x28);
}

#[tokio::test]
async fn options_can_be_set_later() {
    let (client, accepted) = tcp_pair().await;
    client.set_tcp_options(&options()).unwrap();
    assert_set(&client);
    assert!(!socket(&accepted).keepalive().unwrap());
}

#[tokio::test]
async fn options_that_are_not_set_later_stay() {
    let client = connect_with(TcpConnector::new().options(options())).await.unwrap();
    client.set_tcp_options(&TcpOptions::new()).unwrap();
    assert_set(&client);
}

#[tokio::test]
async fn a_unix_socket_takes_no_tcp_options() {
    let error = unix_pair().await.0.set_tcp_options(&options()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::Unsupported);
}

// TCPC-13, TCPS-29
#[tokio::test]
async fn nodelay_is_on_by_default_at_both_ends() {
    let (client, accepted) = tcp_pair().await;
    assert!(socket(&client).tcp_nodelay().unwrap());
    assert!(socket(&accepted).tcp_nodelay().unwrap());
}

#[tokio::test]
async fn nodelay_can_be_switched_off() {
    let delayed = TcpOptions::new().nodelay(false);
    let builder = TcpServer::builder().options(delayed.clone());
    let (client, accepted) = accepted_by(builder, "127.0.0.1:0").await;
    assert!(!socket(&accepted).tcp_nodelay().unwrap());
    client.set_tcp_options(&delayed).unwrap();
    assert!(!socket(&client).tcp_nodelay().unwrap());
}

#[tokio::test]
async fn an_option_that_is_refused_is_an_error_that_names_it() {
    let options = TcpOptions::new().congestion_control("no such thing");
    let error = connect_with(TcpConnector::new().options(options.clone())).await.unwrap_err();
    let text = "failed: cannot set TCP_CONGESTION: no such file or directory (ENOENT)";
    assert!(error.to_string().ends_with(text), "{error}");
    let error = TcpServer::builder().options(options.clone()).bind("127.0.0.1:0").await;
    let text = "failed to listen on tcp://127.0.0.1:0: \
                cannot set TCP_CONGESTION: no such file or directory (ENOENT)";
    assert_eq!(error.unwrap_err().to_string(), text);
    let error = tcp_pair().await.0.set_tcp_options(&options).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}

#[tokio::test]
async fn a_keepalive_of_less_than_a_second_is_an_error() {
    let keepalive = Keepalive::new().idle(Duration::from_millis(999));
    let options = TcpOptions::new().keepalive(keepalive);
    let error = connect_with(TcpConnector::new().options(options)).await.unwrap_err();
    assert!(error.to_string().ends_with("cannot set SO_KEEPALIVE: invalid argument (EINVAL)"));
}

/// Marking needs rights: without them it is an error that says so.
#[tokio::test]
async fn a_mark_is_set_or_refused() {
    let options = TcpOptions::new().mark(42);
    match connect_with(TcpConnector::new().options(options.clone())).await {
        Ok(client) => {
            assert_eq!(socket(&client).mark().unwrap(), 42);
            let builder = TcpServer::builder().options(options);
            let (_client, accepted) = accepted_by(builder, "127.0.0.1:0").await;
            assert_eq!(socket(&accepted).mark().unwrap(), 42);
        }
        Err(error) => {
            let text = "failed: cannot set SO_MARK: operation not permitted (EPERM)";
            assert!(error.to_string().ends_with(text), "{error}");
        }
    }
}

#[tokio::test]
async fn a_socket_is_bound_to_its_device_on_both_sides() {
    let client = connect_with(TcpConnector::new().device("lo")).await.unwrap();
    assert_eq!(socket(&client).device().unwrap().unwrap(), b"lo");
    let (_client, accepted) = accepted_by(TcpServer::builder().device("lo"), "127.0.0.1:0").await;
    assert_eq!(socket(&accepted).device().unwrap().unwrap(), b"lo");
}

#[tokio::test]
async fn a_device_that_is_not_there_is_an_error() {
    let error = connect_with(TcpConnector::new().device("nonesuch0")).await.unwrap_err();
    let text = "failed: cannot set SO_BINDTODEVICE: no such device (ENODEV)";
    assert!(error.to_string().ends_with(text), "{error}");
    let bound = TcpServer::builder().device("nonesuch0").bind("127.0.0.1:0").await;
    assert!(bound.unwrap_err().to_string().ends_with("no such device (ENODEV)"));
}

#[tokio::test]
async fn a_connector_asks_for_fast_open() {
    let client = connect_with(TcpConnector::new().fast_open(true)).await.unwrap();
    assert!(getsockopt(&client.tcp().unwrap(), sockopt::TcpFastOpenConnect).unwrap());
}

#[tokio::test]
async fn a_server_with_fast_open_takes_everybody() {
    let (_client, accepted) = accepted_by(TcpServer::builder().fast_open(16), "127.0.0.1:0").await;
    assert!(accepted.peer_address().is_some());
}

/// Whether the kernel has it and it is switched on.
fn has_multipath() -> bool {
    socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, Some(Protocol::MPTCP))
        .is_ok()
}

#[tokio::test]
async fn two_ends_with_multipath_use_it() {
    if !has_multipath() {
        return;
    }
    let mut server = TcpServer::builder().multipath(true).bind("127.0.0.1:0").await.unwrap();
    let connector = TcpConnector::new().multipath(true);
    let client = connector.oneshot(uri_of(&server)).await.unwrap();
    let accepted = server.accept().await.unwrap().unwrap();
    for end in [client, accepted] {
        assert_eq!(socket(&end).protocol().unwrap(), Some(Protocol::MPTCP));
        assert!(socket(&end).tcp_nodelay().unwrap());
    }
}

#[tokio::test]
async fn multipath_at_one_end_only_is_plain_tcp() {
    if !has_multipath() {
        return;
    }
    let builder = TcpServer::builder().multipath(true);
    let (client, accepted) = accepted_by(builder, "127.0.0.1:0").await;
    assert_eq!(socket(&client).protocol().unwrap(), Some(Protocol::TCP));
    assert_eq!(accepted.peer_address(), client.local_address());
}

// TCPS-29
#[tokio::test]
async fn two_servers_may_share_a_port() {
    let builder = TcpServer::builder().reuse_port(true);
    let first = builder.bind("127.0.0.1:0").await.unwrap();
    let address = first.handle().address().unwrap();
    let second = builder.bind(&address).await.unwrap();
    assert_eq!(second.handle().address(), Some(address));
}

// TCPS-29
#[tokio::test]
async fn all_ipv6_addresses_take_ipv4_too_unless_told_not_to() {
    if !has_ipv6() {
        return;
    }
    let both = TcpServer::bind("[::]:0").await.unwrap();
    let port = both.handle().address().unwrap().port().unwrap();
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    let only = TcpServer::builder().only_v6(true).bind("[::]:0").await.unwrap();
    let port = only.handle().address().unwrap().port().unwrap();
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(std::net::TcpStream::connect(("::1", port)).is_ok());
}

#[tokio::test]
async fn a_server_may_listen_on_an_address_that_is_not_there_yet() {
    let server = TcpServer::builder().freebind(true).bind("192.0.2.1:0").await.unwrap();
    assert!(server.handle().address().unwrap().to_string().starts_with("tcp://192.0.2.1:"));
}

/// How many clients can connect while nobody accepts them. Linux lets in one
/// more than the backlog.
fn places(server: &TcpServer) -> usize {
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    let timeout = Duration::from_millis(200);
    std::iter::from_fn(|| std::net::TcpStream::connect_timeout(&address, timeout).ok()).count() - 1
}

/// The kernel's own limit.
fn at_most(backlog: usize) -> usize {
    let limit = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    backlog.min(limit.trim().parse().unwrap())
}

// TCPS-30
#[tokio::test]
async fn the_backlog_is_511_unless_told_otherwise() {
    assert_eq!(places(&tcp_server().await), at_most(511));
}

// TCPS-29, TCPS-30
#[tokio::test]
async fn the_backlog_can_be_chosen() {
    let server = TcpServer::builder().backlog(4).bind("127.0.0.1:0").await.unwrap();
    assert_eq!(places(&server), 4);
}
