use std::{
    convert::Infallible,
    future::{Future, pending, ready},
    io,
    net::Ipv4Addr,
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    net::TcpStream,
    runtime::Handle,
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::yield_now,
    time::timeout,
};
use tokio_test::{assert_pending, task};
use tower::{
    BoxError, Layer, ServiceBuilder, buffer::Buffer, limit::ConcurrencyLimitLayer, service_fn,
    timeout::TimeoutLayer,
};
use tower_socket::{
    Address, Connection, ConnectionInfo, Error, ErrorKind, Incoming, TcpServer,
    connection::ConnectionState, layers::HandshakeLayer,
};

use crate::support::Drops;

const HOUR: Duration = Duration::from_secs(3600);

type Item = Result<Connection, Error>;

/// A connection from port `n`, and its client.
fn client(n: u16) -> (Connection, DuplexStream) {
    let (near, far) = duplex(64);
    (Connection::new(near, ConnectionInfo::new(Some(peer(n)))), far)
}

fn peer(n: u16) -> Address {
    Address::Tcp((Ipv4Addr::LOCALHOST, n).into())
}

/// A server whose connections the test makes.
fn server() -> (UnboundedSender<Item>, impl Stream<Item = Item> + Unpin) {
    let (sender, mut receiver) = unbounded_channel();
    (sender, stream::poll_fn(move |cx| receiver.poll_recv(cx)))
}

/// Connects and says nothing.
fn connect(server: &UnboundedSender<Item>, n: u16) -> DuplexStream {
    let (connection, far) = client(n);
    server.send(Ok(connection)).unwrap();
    far
}

async fn connect_and_greet(server: &UnboundedSender<Item>, n: u16) -> DuplexStream {
    let mut far = connect(server, n);
    far.write_u8(b'!').await.unwrap();
    far
}

/// The handshake of these tests: the client has to say something.
async fn greeted(mut connection: Connection) -> io::Result<Connection> {
    connection.read_u8().await?;
    Ok(connection)
}

/// A longer one: the client has to say three things.
async fn greeted_thrice(mut connection: Connection) -> io::Result<Connection> {
    connection.read_exact(&mut [0; 3]).await?;
    Ok(connection)
}

/// What a server of one connection, from port 5, yields.
async fn only<F, E>(handshake: impl FnMut(Connection) -> F + Clone + Send + 'static) -> Item
where
    F: Future<Output = Result<Connection, E>> + Send + 'static,
    E: Into<BoxError> + Send + 'static,
{
    let (connection, _client) = client(5);
    let inner = stream::iter([Ok(connection)]);
    HandshakeLayer::new(service_fn(handshake)).layer(inner).next().await.unwrap()
}

async fn bind() -> TcpServer {
    TcpServer::bind("127.0.0.1:0").await.unwrap()
}

async fn reach(server: &impl Incoming) -> TcpStream {
    let address = server.handle().address().unwrap();
    TcpStream::connect(address.socket_addr().unwrap()).await.unwrap()
}

async fn until(mut condition: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        yield_now().await;
    }
    panic!("it did not come to pass");
}

#[tokio::test]
async fn a_silent_client_delays_no_other() {
    let (clients, inner) = server();
    let mut server = HandshakeLayer::new(service_fn(greeted)).layer(inner);
    let _silent = connect(&clients, 1);
    let _honest = connect_and_greet(&clients, 2).await;
    assert_eq!(server.next().await.unwrap().unwrap().peer_address(), Some(peer(2)));
}

#[tokio::test]
async fn connections_are_yielded_in_the_order_their_handshakes_end() {
    let (clients, inner) = server();
    let mut server = HandshakeLayer::new(service_fn(greeted)).layer(inner);
    let mut first = connect(&clients, 1);
    let mut second = connect(&clients, 2);
    assert_pending!(task::spawn(server.next()).poll());
    second.write_u8(b'!').await.unwrap();
    assert_eq!(server.next().await.unwrap().unwrap().peer_address(), Some(peer(2)));
    first.write_u8(b'!').await.unwrap();
    assert_eq!(server.next().await.unwrap().unwrap().peer_address(), Some(peer(1)));
}

#[tokio::test(start_paused = true)]
async fn the_oldest_silent_handshake_makes_room() {
    let (clients, inner) = server();
    let mut server = HandshakeLayer::new(service_fn(greeted)).slots(2).layer(inner);
    let mut silent = [connect(&clients, 1), connect(&clients, 2), connect(&clients, 3)];

    let error = server.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Evicted);
    assert_eq!(error.peer(), Some(&peer(1)));
    assert_eq!(
        error.to_string(),
        "connection from tcp://127.0.0.1:1 closed during handshake to make room for newer ones"
    );
    assert_eq!(silent[0].read(&mut [0]).await.unwrap(), 0, "its connection is closed");
    assert!(timeout(HOUR, server.next()).await.is_err(), "the other two may stay");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_sent_bytes_is_passed_over_once() {
    let (clients, inner) = server();
    let mut server = HandshakeLayer::new(service_fn(greeted_thrice)).slots(2).layer(inner);
    let _talking = connect_and_greet(&clients, 1).await;
    let _silent: Vec<_> = (2..=4).map(|n| connect(&clients, n)).collect();

    for n in [2, 1] {
        let error = server.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Evicted);
        assert_eq!(error.peer(), Some(&peer(n)));
    }
    assert!(timeout(HOUR, server.next()).await.is_err());
}

#[tokio::test]
async fn whoever_has_said_everything_at_once_is_not_evicted() {
    let handshake = HandshakeLayer::new(service_fn(greeted)).slots(2);
    let mut server = handshake.layer(bind().await);
    let mut clients = Vec::new();
    for _ in 0..200 {
        let mut client = reach(&server).await;
        client.write_u8(b'!').await.unwrap();
        clients.push(client);
    }
    for _ in 0..200 {
        assert!(server.accept().await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn a_hundred_silent_clients_do_not_keep_an_honest_one_out_of_sixteen_slots() {
    let handshake = HandshakeLayer::new(service_fn(greeted)).slots(16);
    let mut server = ServiceBuilder::new().layer(handshake).service(bind().await);
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(reach(&server).await);
    }
    let mut honest = reach(&server).await;
    honest.write_u8(b'!').await.unwrap();

    for _ in 0..100 - 15 {
        assert_eq!(server.accept().await.unwrap().unwrap_err().kind(), ErrorKind::Evicted);
    }
    let connection = server.accept().await.unwrap().unwrap();
    assert_eq!(connection.peer_address(), Some(Address::Tcp(honest.local_addr().unwrap())));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_silent_clients_keep_everyone_out_of_a_concurrency_limit() {
    let (clients, inner) = server();
    let limited =
        ServiceBuilder::new().layer(ConcurrencyLimitLayer::new(16)).service(service_fn(greeted));
    let mut server = HandshakeLayer::new(limited).layer(inner);
    let mut silent: Vec<_> = (1..=100).map(|n| connect(&clients, n)).collect();
    let _honest = connect_and_greet(&clients, 101).await;
    assert!(timeout(HOUR, server.next()).await.is_err());

    silent.clear();
    for _ in 0..100 {
        assert_eq!(server.next().await.unwrap().unwrap_err().kind(), ErrorKind::Handshake);
    }
    assert_eq!(server.next().await.unwrap().unwrap().peer_address(), Some(peer(101)));
}

#[tokio::test]
async fn no_more_are_accepted_than_there_are_slots_while_nobody_takes_the_finished() {
    let (clients, inner) = server();
    let _clients: Vec<_> = (1..=5).map(|n| connect(&clients, n)).collect();
    let mut accepted = 0;
    let inner = inner.inspect(|_| accepted += 1);
    let pass = service_fn(|connection| ready(Ok::<_, Infallible>(connection)));
    let mut server = HandshakeLayer::new(pass).slots(2).layer(inner);

    let mut waiting = task::spawn(server.next());
    assert_pending!(waiting.poll());
    until(|| waiting.is_woken()).await;
    drop(waiting);
    assert!(server.next().await.unwrap().is_ok());
    drop(server);
    assert_eq!(accepted, 2);
}

#[tokio::test]
async fn a_handshake_that_panics_is_an_item() {
    let panics = async |_: Connection| -> io::Result<Connection> { panic!("no such {}", "luck") };
    let error = only(panics).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Panicked);
    assert_eq!(error.peer(), Some(&peer(5)));
    assert_eq!(
        error.to_string(),
        "connection from tcp://127.0.0.1:5 failed because its handshake panicked: no such luck"
    );
}

#[tokio::test]
async fn a_service_that_panics_when_called_is_an_item() {
    let panics = |_: Connection| -> std::future::Ready<io::Result<Connection>> { panic!("odd") };
    let error = only(panics).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Panicked);
    assert!(error.to_string().ends_with("panicked: odd"), "{error}");
}

#[tokio::test]
async fn after_a_panic_the_server_goes_on() {
    let (clients, inner) = server();
    let picky = service_fn(|connection: Connection| async move {
        assert_ne!(connection.peer_address(), Some(peer(1)));
        greeted(connection).await
    });
    let mut server = HandshakeLayer::new(picky).layer(inner);
    let _panics = connect(&clients, 1);
    assert_eq!(server.next().await.unwrap().unwrap_err().kind(), ErrorKind::Panicked);
    let _honest = connect_and_greet(&clients, 2).await;
    assert!(server.next().await.unwrap().is_ok());
}

#[tokio::test]
async fn a_foreign_error_is_that_of_a_handshake() {
    let error = only(|_| ready(Err(io::Error::other("wrong password")))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Handshake);
    assert_eq!(error.peer(), Some(&peer(5)));
    assert_eq!(
        error.to_string(),
        "connection from tcp://127.0.0.1:5 failed during handshake: wrong password"
    );
}

#[tokio::test]
async fn an_error_of_ours_keeps_its_kind_and_gets_the_peer() {
    let ours = || Error::from(BoxError::from("no route"));
    let error = only(move |_| ready(Err(ours()))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_eq!(error.peer(), Some(&peer(5)));

    let error = only(move |_| ready(Err(BoxError::from(ours())))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "out of tower's box too");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_of_towers_names_the_peer_and_the_time() {
    let (clients, inner) = server();
    let handshake = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(10)))
        .service(service_fn(greeted));
    let mut server = HandshakeLayer::new(handshake).layer(inner);
    let mut silent = connect(&clients, 5);

    let error = server.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout());
    assert_eq!(error.elapsed(), Some(Duration::from_secs(10)));
    assert_eq!(
        error.to_string(),
        "connection from tcp://127.0.0.1:5 timed out during handshake after 10s (ETIMEDOUT)"
    );
    assert_eq!(silent.read(&mut [0]).await.unwrap(), 0, "its connection is closed");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_says_what_it_passed_during() {
    let (connection, _silent) = client(5);
    let handshake = ServiceBuilder::new()
        .layer(TimeoutLayer::new(Duration::from_secs(10)))
        .service(service_fn(greeted));
    let layer = HandshakeLayer::new(handshake).phase("TLS handshake");
    let error = layer.layer(stream::iter([Ok(connection)])).next().await.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "connection from tcp://127.0.0.1:5 timed out during TLS handshake after 10s (ETIMEDOUT)"
    );
}

#[tokio::test]
async fn dropping_the_stream_aborts_its_handshakes() {
    let tasks = Handle::current().metrics().num_alive_tasks();
    let (clients, inner) = server();
    let drops = Drops::default();
    let counting = drops.clone();
    let silent = service_fn(move |connection| {
        let counted = counting.counted();
        async move {
            let _held = (connection, counted);
            pending::<io::Result<Connection>>().await
        }
    });
    let mut server = HandshakeLayer::new(silent).layer(inner);
    let _clients: Vec<_> = (1..=5).map(|n| connect(&clients, n)).collect();
    assert_pending!(task::spawn(server.next()).poll());
    assert_eq!(Handle::current().metrics().num_alive_tasks(), tasks + 5);
    yield_now().await;

    drop(server);
    until(|| Handle::current().metrics().num_alive_tasks() == tasks).await;
    assert_eq!(drops.count(), 5);
}

#[tokio::test]
async fn after_close_handshakes_already_begun_are_yielded_and_the_stream_ends() {
    let mut server = HandshakeLayer::new(service_fn(greeted)).layer(bind().await);
    let mut clients = [reach(&server).await, reach(&server).await];
    let handle = server.handle();
    let mut waiting = task::spawn(server.next());
    assert_pending!(waiting.poll());
    until(|| {
        let _ = waiting.poll();
        handle.connections().len() == 2
    })
    .await;
    drop(waiting);

    handle.close();
    assert_pending!(task::spawn(server.next()).poll());
    for client in &mut clients {
        client.write_u8(b'!').await.unwrap();
        assert!(server.next().await.unwrap().is_ok());
    }
    assert!(server.next().await.is_none());
    assert!(server.next().await.is_none());
}

#[tokio::test]
async fn an_error_of_the_server_below_is_passed_on() {
    let (clients, inner) = server();
    let mut server = HandshakeLayer::new(service_fn(greeted)).layer(inner);
    let _silent = connect(&clients, 1);
    clients.send(Err(Error::from(BoxError::from("out of descriptors")))).unwrap();
    let _honest = connect_and_greet(&clients, 2).await;
    let error = server.next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "connection failed: out of descriptors");
    assert!(server.next().await.unwrap().is_ok());
}

#[tokio::test]
async fn a_connection_is_handshaking_until_it_is_yielded() {
    let mut server = HandshakeLayer::new(service_fn(greeted)).layer(bind().await);
    let mut client = reach(&server).await;
    let handle = server.handle();
    let state = || handle.connections().list().first().map(ConnectionInfo::state);
    let mut waiting = task::spawn(server.next());
    until(|| {
        let _ = waiting.poll();
        state() == Some(ConnectionState::Handshaking)
    })
    .await;
    drop(waiting);

    client.write_u8(b'!').await.unwrap();
    let _connection = server.next().await.unwrap().unwrap();
    assert_eq!(state(), Some(ConnectionState::Open));
}

#[tokio::test]
async fn a_failed_handshake_leaves_the_registry() {
    let refuse = service_fn(|_| ready(Err(io::Error::other("no"))));
    let mut server = HandshakeLayer::new(refuse).layer(bind().await);
    let _client = reach(&server).await;
    assert!(server.accept().await.unwrap().is_err());
    assert!(server.handle().connections().is_empty());
}

#[tokio::test]
async fn a_service_that_can_take_nothing_any_more_ends_the_stream() {
    let (clients, inner) = server();
    let (dead, worker) = Buffer::pair(service_fn(greeted), 1);
    drop(worker);
    let mut server = HandshakeLayer::new(dead).layer(inner);
    let _client = connect(&clients, 1);
    let error = server.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Handshake);
    assert!(server.next().await.is_none());
}

#[tokio::test]
async fn no_slots_at_all_are_one() {
    let (clients, inner) = server();
    let mut server = HandshakeLayer::new(service_fn(greeted)).slots(0).layer(inner);
    let _honest = connect_and_greet(&clients, 1).await;
    assert!(server.next().await.unwrap().is_ok());
}
