//! Limits through the facade.

use tokio::{io::AsyncReadExt, net::TcpStream};
use tower_socket::{
    Connector, Incoming, Server,
    layers::{LimitLayer, access::AccessList},
};

use super::{accepted, connect, nobody_comes, refused, secure};

// SRV-11
#[tokio::test]
async fn a_connection_beyond_the_limit_is_closed_and_an_item() {
    let builder = Server::builder().limit(LimitLayer::new(1));
    let mut server = builder.bind("127.0.0.1:0").await.unwrap();
    let _first = connect(&server).await;
    let first = accepted(&mut server).await;
    let mut second = connect(&server).await;
    let error = refused(&mut server).await;
    assert!(error.is_limit_reached());
    assert_eq!(error.peer().cloned(), second.local_address());
    assert_eq!(second.read(&mut [0; 1]).await.unwrap(), 0);

    drop(first);
    connect(&server).await;
    accepted(&mut server).await;
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_pauses_leaves_clients_in_the_queue() {
    let directory = tempfile::tempdir().unwrap();
    let socket = format!("unix://{}/a.sock", directory.path().display());
    for uri in ["127.0.0.1:0", &socket] {
        let builder = Server::builder().limit(LimitLayer::new(1).pause_on_limit());
        let mut server = builder.bind(uri).await.unwrap();
        let _clients = (connect(&server).await, connect(&server).await);
        let first = accepted(&mut server).await;
        nobody_comes(&mut server).await;
        drop(first);
        accepted(&mut server).await;
    }
}

#[tokio::test]
async fn a_limit_over_tls_counts_finished_handshakes() {
    let (builder, connector) = secure();
    let limit = LimitLayer::new(1);
    let mut server = builder.limit(limit.clone()).bind("tls://127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap();
    let _silent = TcpStream::connect(address.socket_addr().unwrap()).await.unwrap();
    let (client, _connection) = tokio::join!(connector.connect(&address), accepted(&mut server));
    client.unwrap();
    assert_eq!(limit.connections().len(), 1);
    assert_eq!(server.handle().connections().len(), 2);
}

#[tokio::test]
async fn each_source_has_its_own_count() {
    let mut server = Server::builder().per_source(1).bind("127.0.0.1:0").await.unwrap();
    let _first = connect(&server).await;
    let _accepted = accepted(&mut server).await;
    let _second = connect(&server).await;
    assert!(refused(&mut server).await.is_limit_reached());

    let elsewhere = tower_socket::TcpConnector::new().bind("127.0.0.2:0".parse().unwrap());
    let connector = Connector::builder().tcp(elsewhere).build();
    let _other = connector.connect(server.handle().address().unwrap()).await.unwrap();
    accepted(&mut server).await;
}

#[tokio::test]
async fn handshakes_that_are_running_count_for_their_source() {
    let (builder, connector) = secure();
    let mut server = builder.per_source(1).bind("tls://127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap();
    let _silent = TcpStream::connect(address.socket_addr().unwrap()).await.unwrap();
    let (client, error) = tokio::join!(connector.connect(&address), refused(&mut server));
    client.unwrap_err();
    assert!(error.is_limit_reached());
}

#[tokio::test(start_paused = true)]
async fn all_that_one_builder_binds_share_its_limits() {
    let builder = Server::builder().limit(LimitLayer::new(1)).per_source(9);
    let mut servers = [
        builder.bind("127.0.0.1:0").await.unwrap(),
        builder.clone().bind("127.0.0.1:0").await.unwrap(),
    ];
    let _first = connect(&servers[0]).await;
    let _accepted = accepted(&mut servers[0]).await;
    let _second = connect(&servers[1]).await;
    assert!(refused(&mut servers[1]).await.is_limit_reached());
}

#[tokio::test]
async fn what_is_accepted_has_a_limit_of_its_own_that_counts_handshakes() {
    let (builder, _) = secure();
    let accepted = LimitLayer::new(1);
    let builder = builder.limit_accepted(accepted.clone());
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    let _silent = TcpStream::connect(address).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    let error = refused(&mut server).await;
    assert_eq!(error.peer().unwrap().socket_addr(), Some(second.local_addr().unwrap()));
    assert_eq!(second.read(&mut [0; 1]).await.unwrap(), 0);

    accepted.set_limit(2);
    let _third = TcpStream::connect(address).await.unwrap();
    let _fourth = TcpStream::connect(address).await.unwrap();
    assert!(refused(&mut server).await.to_string().ends_with("at most 2"));
}

#[tokio::test]
async fn who_may_not_come_in_does_not_get_as_far_as_tls() {
    let (builder, connector) = secure();
    let builder = builder.access(AccessList::deny_all());
    let mut server = builder.bind("tls://127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap();
    let (client, error) = tokio::join!(connector.connect(&address), refused(&mut server));
    assert!(error.is_denied());
    assert!(client.unwrap_err().is_tls());
}
