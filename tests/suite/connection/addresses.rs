use std::os::unix::fs::MetadataExt;

use tokio::io::AsyncReadExt;
use tower_socket::{Address, Connection, Incoming, TcpServer, UnixServer};

use crate::support::{
    SocketPath, connect, has_ipv6, pair_at, pairs, tcp_pair, tcp_server, unix_pair, uri_of,
};

fn printed(address: Option<Address>) -> String {
    address.unwrap().to_string()
}

// CONN-02, GEN-06
#[tokio::test]
async fn an_accepted_connection_has_the_address_of_the_client() {
    let (client, accepted) = tcp_pair().await;
    assert!(printed(accepted.peer_address()).starts_with("tcp://127.0.0.1:"));
    assert_eq!(accepted.peer_address(), client.local_address());
}

// CONN-03
#[tokio::test]
async fn an_accepted_connection_has_the_address_of_the_server() {
    let mut server = tcp_server().await;
    let (_client, accepted) = pair_at(&mut server).await;
    assert_eq!(accepted.local_address(), server.handle().address());
}

// CONN-04
#[tokio::test]
async fn listening_on_all_addresses_shows_the_one_the_client_came_to() {
    let mut server = TcpServer::bind("0.0.0.0:0").await.unwrap();
    let (_client, accepted) = pair_at(&mut server).await;
    assert!(printed(accepted.local_address()).starts_with("tcp://127.0.0.1:"));
}

// CONN-05, TCPC-03
#[tokio::test]
async fn ipv6_addresses_have_brackets() {
    if !has_ipv6() {
        return;
    }
    let mut server = TcpServer::bind("[::1]:0").await.unwrap();
    let (client, accepted) = pair_at(&mut server).await;
    for address in [client.local_address(), accepted.peer_address()] {
        assert!(printed(address).starts_with("tcp://[::1]:"));
    }
    assert_eq!(accepted.local_address(), server.handle().address());
    assert_eq!(client.peer_address(), server.handle().address());
    assert_ne!(client.local_address(), client.peer_address());
}

// CONN-06
#[tokio::test]
async fn an_outgoing_connection_has_the_address_that_was_asked_for() {
    let mut server = tcp_server().await;
    let (client, _accepted) = pair_at(&mut server).await;
    assert_eq!(client.peer_address(), server.handle().address());
}

// CONN-07
#[tokio::test]
async fn an_outgoing_connection_has_an_address_of_its_own() {
    let (client, _accepted) = tcp_pair().await;
    assert!(printed(client.local_address()).starts_with("tcp://127.0.0.1:"));
    assert_ne!(client.local_address(), client.peer_address());
}

// CONN-09
#[tokio::test]
async fn the_facts_say_so_when_a_connection_was_closed_here() {
    for (_client, accepted) in pairs().await {
        let info = accepted.info().clone();
        let peer = accepted.peer_address();
        assert!(!info.is_closed());
        drop(accepted);
        assert!(info.is_closed());
        assert_eq!(info.peer_address(), peer);
    }
}

// CONN-10
#[tokio::test]
async fn the_peers_address_is_still_there_when_the_peer_has_gone() {
    let (client, mut accepted) = tcp_pair().await;
    let address = client.local_address();
    drop(client);
    assert_eq!(accepted.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(accepted.peer_address(), address);
}

// CONN-11, TCPS-32
#[tokio::test]
async fn a_client_that_has_gone_before_it_is_accepted_has_an_address() {
    let mut server = tcp_server().await;
    let client = connect(uri_of(&server)).await;
    let address = client.local_address();
    socket2::SockRef::from(client.tcp().unwrap()).set_linger(Some(Default::default())).unwrap();
    drop(client);
    let accepted = server.accept().await.unwrap().unwrap();
    assert_eq!(accepted.peer_address(), address);
}

// CONN-12, UNXS-12, UNXC-03
#[tokio::test]
async fn a_unix_socket_without_a_name_has_no_address() {
    let path = SocketPath::new();
    let mut server = UnixServer::bind(path.path()).await.unwrap();
    let (client, accepted) = pair_at(&mut server).await;
    assert_eq!(accepted.peer_address(), None);
    assert_eq!(client.local_address(), None);
    assert_eq!(printed(accepted.local_address()), path.uri());
    assert_eq!(printed(client.peer_address()), path.uri());
}

// UNXS-12
#[tokio::test]
async fn both_ends_of_a_unix_socket_know_who_the_other_is() {
    let (client, accepted) = unix_pair().await;
    let this_process = std::fs::metadata("/proc/self").unwrap();
    for end in [client, accepted] {
        let credentials = end.peer_credentials().unwrap();
        assert_eq!(credentials.pid, Some(std::process::id()));
        assert_eq!(credentials.uid, this_process.uid());
        assert_eq!(credentials.gid, this_process.gid());
    }
}

#[tokio::test]
async fn only_unix_sockets_have_credentials() {
    assert_eq!(tcp_pair().await.0.peer_credentials(), None);
}

#[tokio::test]
async fn each_connection_has_an_id_of_its_own() {
    let (client, accepted) = tcp_pair().await;
    assert_ne!(client.info().id(), accepted.info().id());
}

#[tokio::test]
async fn what_is_no_socket_has_no_addresses() {
    let connection = Connection::from(tokio::io::duplex(1).0);
    assert_eq!(connection.local_address(), None);
    assert_eq!(connection.peer_address(), None);
    assert!(connection.as_fd().is_none());
}
