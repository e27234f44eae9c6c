use std::{convert::Infallible, io, net::SocketAddr, panic};

use futures_util::{StreamExt, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixStream},
};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_layer::Layer;
use tower_socket::{
    Address, Connection, ConnectionInfo, Error, ErrorKind, Incoming, Server, TcpServer, UnixServer,
    connection::PeerCredentials,
    layers::{
        HandshakeLayer,
        access::{AccessLayer, AccessList, IpNet, Peers},
    },
};

fn network(text: &str) -> IpNet {
    text.parse().unwrap()
}

/// A connection with a peer of that address.
fn from(peer: &str) -> Connection {
    let info = ConnectionInfo::new(Some(Address::Tcp(peer.parse().unwrap())));
    Connection::new(tokio::io::duplex(64).0, info)
}

/// Whether each of them is let in.
async fn let_in(list: AccessList, connections: Vec<Connection>) -> Vec<bool> {
    let server = AccessLayer::new(list).layer(stream::iter(connections.into_iter().map(Ok)));
    server.map(|item: Result<Connection, Error>| item.is_ok()).collect().await
}

async fn peers_let_in(list: AccessList, peers: &[&str]) -> Vec<bool> {
    let_in(list, peers.iter().map(|peer| from(peer)).collect()).await
}

/// A connection over a Unix socket, from this process.
fn unix() -> (Connection, PeerCredentials) {
    let connection = Connection::from(UnixStream::pair().unwrap().0);
    let credentials = connection.peer_credentials().unwrap();
    (connection, credentials)
}

async fn unix_let_in(list: AccessList) -> bool {
    let_in(list, vec![unix().0]).await[0]
}

#[tokio::test]
async fn a_list_begins_with_everyone_or_with_nobody() {
    let peers = ["192.0.2.1:1", "[2001:db8::1]:1", "10.0.0.1:1"];
    let ten = network("10.0.0.0/8");
    assert_eq!(peers_let_in(AccessList::allow_all().deny(ten), &peers).await, [true, true, false]);
    assert_eq!(peers_let_in(AccessList::deny_all().allow(ten), &peers).await, [false, false, true]);
}

#[tokio::test]
async fn the_most_specific_network_decides_whatever_the_order() {
    let peers = ["10.0.0.1:1", "10.1.0.1:1", "10.1.2.3:1"];
    let (wide, narrow) = (network("10.1.0.0/16"), network("10.1.2.3/32"));
    for list in [
        AccessList::allow_all().deny(wide).allow(narrow),
        AccessList::allow_all().allow(narrow).deny(wide),
    ] {
        assert_eq!(peers_let_in(list, &peers).await, [true, false, true]);
    }
}

#[tokio::test]
async fn the_later_entry_for_a_network_replaces_the_earlier_one() {
    let ten = network("10.0.0.0/8");
    let list = AccessList::allow_all().deny(ten).allow(network("10.9.9.9/8"));
    assert_eq!(peers_let_in(list, &["10.0.0.1:1"]).await, [true]);
}

#[tokio::test]
async fn a_mapped_ipv4_address_is_that_address() {
    let peers = ["[::ffff:10.0.0.1]:1", "10.0.0.1:1", "[::ffff:192.0.2.1]:1"];
    for denied in ["10.0.0.0/8", "::ffff:10.0.0.0/104"] {
        let list = AccessList::allow_all().deny(network(denied));
        assert_eq!(peers_let_in(list, &peers).await, [false, false, true]);
    }
}

#[tokio::test]
async fn who_shows_nothing_gets_what_the_list_began_with() {
    let anonymous = || vec![Connection::from(tokio::io::duplex(64).0)];
    let all = network("0.0.0.0/0");
    assert_eq!(let_in(AccessList::deny_all().allow(all), anonymous()).await, [false]);
    assert_eq!(let_in(AccessList::allow_all().deny(all), anonymous()).await, [true]);
}

#[tokio::test]
async fn a_denied_client_is_closed_before_it_is_read_from_and_the_error_names_it() {
    let access = AccessLayer::new(AccessList::allow_all().deny(network("127.0.0.0/8")));
    let mut server = access.layer(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    let peer = client.local_addr().unwrap();

    let error = server.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.is_denied());
    assert_eq!(error.io_kind(), io::ErrorKind::PermissionDenied);
    assert_eq!(error.peer(), Some(&Address::Tcp(peer)));
    let said = format!("connection from tcp://{peer} denied: 127.0.0.0/8 may not come in");
    assert_eq!(error.to_string(), said);
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    assert!(server.handle().connections().is_empty());
}

#[tokio::test]
async fn the_error_says_when_no_entry_let_it_in() {
    let server = AccessLayer::new(AccessList::deny_all());
    let mut server = server.layer(stream::iter([Ok(from("192.0.2.1:7"))]));
    let error: Error = server.next().await.unwrap().unwrap_err();
    let said = "connection from tcp://192.0.2.1:7 denied: nobody let it in";
    assert_eq!(error.to_string(), said);
}

#[tokio::test]
async fn unix_peers_are_told_apart_by_process_user_and_group() {
    let (_, us) = unix();
    let process = Peers::Process(us.pid.unwrap());
    let (user, group) = (Peers::User(us.uid), Peers::Group(us.gid));
    for peers in [process, user, group] {
        assert!(unix_let_in(AccessList::deny_all().allow(peers)).await);
        assert!(!unix_let_in(AccessList::allow_all().deny(peers)).await);
    }
    for other in [Peers::Process(u32::MAX), Peers::User(us.uid + 1), Peers::Group(us.gid + 1)] {
        assert!(!unix_let_in(AccessList::deny_all().allow(other)).await);
    }
    assert!(unix_let_in(AccessList::deny_all().deny(group).allow(user)).await);
    assert!(!unix_let_in(AccessList::allow_all().allow(user).deny(process)).await);
}

#[tokio::test]
async fn unix_peers_are_in_no_network() {
    assert!(!unix_let_in(AccessList::deny_all().allow(network("0.0.0.0/0"))).await);
    assert!(unix_let_in(AccessList::allow_all().deny(network("::/0"))).await);
}

#[tokio::test]
async fn a_denied_unix_peer_is_named_by_its_entry() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.sock");
    let (_, us) = unix();
    let access = AccessLayer::new(AccessList::allow_all().deny(Peers::User(us.uid)));
    let mut server = access.layer(UnixServer::bind(path.as_path()).await.unwrap());
    let mut client = UnixStream::connect(&path).await.unwrap();
    let error = server.next().await.unwrap().unwrap_err();
    let said = format!("connection denied: user {} may not come in", us.uid);
    assert_eq!(error.to_string(), said);
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_change_holds_for_servers_that_run_and_leaves_open_connections() {
    let access = AccessLayer::new(AccessList::allow_all());
    let mut server = access.clone().layer(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    let mut first = TcpStream::connect(address).await.unwrap();
    let mut connection = server.next().await.unwrap().unwrap();

    access.set(AccessList::deny_all());
    let _second = TcpStream::connect(address).await.unwrap();
    assert!(server.next().await.unwrap().unwrap_err().is_denied());
    connection.write_all(b"!").await.unwrap();
    assert_eq!(first.read_u8().await.unwrap(), b'!');

    access.update(|list| list.allow(address.ip()));
    let _third = TcpStream::connect(address).await.unwrap();
    server.next().await.unwrap().unwrap();
    assert_eq!(peers_let_in(access.list(), &["127.0.0.1:1", "127.0.0.2:1"]).await, [true, false]);
}

#[tokio::test]
async fn a_change_that_panics_leaves_nobody_in() {
    let access = AccessLayer::new(AccessList::allow_all());
    let change = panic::AssertUnwindSafe(|| access.update(|_| panic::resume_unwind(Box::new(()))));
    panic::catch_unwind(change).unwrap_err();
    assert_eq!(peers_let_in(access.list(), &["192.0.2.1:1"]).await, [false]);
    access.set(AccessList::allow_all());
    assert_eq!(peers_let_in(access.list(), &["192.0.2.1:1"]).await, [true]);
}

#[tokio::test]
async fn a_handler_sees_only_those_who_may_come_in() {
    let handler = ServiceBuilder::new()
        .layer(AccessLayer::new(AccessList::deny_all().allow(network("10.0.0.0/8"))))
        .service_fn(|connection: Connection| async { Ok::<_, Infallible>(connection) });
    let connection = handler.clone().oneshot(from("10.0.0.1:1")).await.unwrap();
    assert_eq!(connection.peer_address().unwrap().to_string(), "tcp://10.0.0.1:1");
    let error = Error::from(handler.oneshot(from("192.0.2.1:7")).await.unwrap_err());
    assert!(error.is_denied());
    assert_eq!(error.peer().unwrap().to_string(), "tcp://192.0.2.1:7");
}

/// As a PROXY header does.
async fn behind_a_proxy(_: Connection) -> Result<Connection, Infallible> {
    Ok(from("192.0.2.1:7"))
}

#[tokio::test]
async fn in_a_handshake_it_looks_at_the_client_that_the_handshake_found() {
    let access = AccessLayer::new(AccessList::allow_all().deny(network("192.0.2.0/24")));
    let welcome = access.layer(service_fn(|connection| async { Ok::<_, Infallible>(connection) }));
    let handshake = service_fn(move |connection| {
        let welcome = welcome.clone();
        async move { welcome.oneshot(behind_a_proxy(connection).await?).await }
    });
    let mut server =
        HandshakeLayer::new(handshake).layer(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    let error = server.next().await.unwrap().unwrap_err();
    assert!(error.is_denied());
    assert_eq!(error.peer().unwrap().to_string(), "tcp://192.0.2.1:7");
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn the_facade_asks_before_anything_else_is_done() {
    let access = AccessList::deny_all().allow(Peers::User(unix().1.uid));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.sock");
    let builder = Server::builder().access(access);

    let mut server = builder.bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = server.handle().address().unwrap().socket_addr().unwrap();
    let _client = TcpStream::connect(address).await.unwrap();
    assert!(server.accept().await.unwrap().unwrap_err().is_denied());

    let mut server = builder.bind(path.as_path()).await.unwrap();
    let _client = UnixStream::connect(&path).await.unwrap();
    server.accept().await.unwrap().unwrap();
}
