//! How the header is read: as it comes, and not a byte more.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::yield_now,
};
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_socket::{
    Connection, Error, ErrorKind,
    layers::proxy_protocol::{ProxyHeader, ReadProxyHeaderLayer},
};
use tower_test::mock;

use super::{CLIENT, PROXY, connection_from, headers, proxies, send, service, tcp, v1, v2};

#[tokio::test]
async fn not_a_byte_behind_the_header_is_read() {
    for header in headers() {
        let (bytes, payload) = (header.to_bytes(), b"\x16\x03\x01 and so on");
        let sent = [bytes.as_slice(), payload].concat();
        let (connection, mut far) = send(proxies(), PROXY, sent).await;
        let mut connection = connection.unwrap();
        assert_eq!(connection.info().bytes_read(), bytes.len() as u64);
        assert_eq!(connection.info().proxy_header(), Some(&header));
        far.shutdown().await.unwrap();
        let mut rest = Vec::new();
        connection.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, payload);
    }
}

#[tokio::test]
async fn a_header_may_be_split_anywhere() {
    for header in headers() {
        let bytes = header.to_bytes();
        for at in 0..bytes.len() {
            let (connection, mut far) = connection_from(PROXY, 1 << 20);
            let (first, second) = bytes.split_at(at);
            yield_now().await; // a new budget for this task
            let mut reading = task::spawn(service(proxies()).oneshot(connection));
            far.write_all(first).await.unwrap();
            assert_pending!(reading.poll(), "{at}");
            far.write_all(second).await.unwrap();
            far.write_all(b"payload").await.unwrap();
            assert!(reading.is_woken());
            let connection = assert_ready_ok!(reading.poll());
            assert_eq!(connection.info().proxy_header(), Some(&header));
            assert_eq!(connection.info().bytes_read(), bytes.len() as u64);
        }
    }
}

#[tokio::test]
async fn a_header_may_come_in_by_twos() {
    for header in headers() {
        let (connection, mut far) = connection_from(PROXY, 2);
        let bytes = header.to_bytes();
        let sending = async {
            far.write_all(&bytes).await.unwrap();
            far.write_all(b"!").await.unwrap();
            far
        };
        let (read, _far) = tokio::join!(service(proxies()).oneshot(connection), sending);
        let mut connection = read.unwrap();
        assert_eq!(connection.info().proxy_header(), Some(&header));
        assert_eq!(connection.read_u8().await.unwrap(), b'!');
    }
}

#[tokio::test]
async fn the_service_is_called_once_the_header_is_there() {
    let layer = ReadProxyHeaderLayer::new(proxies());
    let (service, mut handle) = mock::pair::<Connection, Connection>();
    let service = ServiceBuilder::new().layer(layer).service(service);
    let (connection, mut far) = connection_from(PROXY, 1 << 20);
    let (bytes, last) = v1().to_bytes().split_last().map(|(l, b)| (b.to_vec(), *l)).unwrap();
    let mut reading = task::spawn(service.oneshot(connection));
    handle.allow(1);
    far.write_all(&bytes).await.unwrap();
    assert_pending!(reading.poll());
    let mut called = task::spawn(handle.next_request());
    assert_pending!(called.poll());

    far.write_u8(last).await.unwrap();
    assert_pending!(reading.poll());
    let (connection, answer) = assert_ready!(called.poll()).unwrap();
    assert_eq!(connection.peer_address(), tcp(CLIENT));
    answer.send_response(connection);
    assert_ready_ok!(reading.poll());
}

#[tokio::test]
async fn the_readiness_of_the_service_is_that_of_the_layer() {
    let layer = ReadProxyHeaderLayer::new(proxies());
    let (mut service, mut handle) = mock::spawn_layer::<Connection, Connection, _>(layer);
    handle.allow(0);
    assert_pending!(service.poll_ready::<Connection>());
    handle.allow(1);
    assert_ready_ok!(service.poll_ready::<Connection>());
}

#[tokio::test]
async fn dropping_the_future_closes_the_connection() {
    let (connection, mut far) = connection_from(PROXY, 64);
    let info = connection.info().clone();
    let mut reading = task::spawn(service(proxies()).oneshot(connection));
    assert_pending!(reading.poll());
    drop(reading);
    assert!(info.is_closed());
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_connection_that_is_closed_from_here_says_why() {
    let (connection, _far) = connection_from(PROXY, 64);
    let info = connection.info().clone();
    let mut reading = task::spawn(service(proxies()).oneshot(connection));
    assert_pending!(reading.poll());
    info.close("we are done");
    assert!(reading.is_woken());
    let error = Error::from(assert_ready!(reading.poll()).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(error.to_string(), "connection with tcp://192.0.2.9:50000 was closed: we are done");
}

#[tokio::test]
async fn the_errors_of_the_service_are_handed_on() {
    let refuse = service_fn(|_: Connection| async { Err::<(), _>(std::io::Error::other("no")) });
    let (connection, mut far) = connection_from(PROXY, 1 << 10);
    far.write_all(&v2().to_bytes()).await.unwrap();
    let service = ServiceBuilder::new().layer(ReadProxyHeaderLayer::new(proxies()));
    let error = service.service(refuse).oneshot(connection).await.unwrap_err();
    assert_eq!(error.to_string(), "no");
}

#[tokio::test]
async fn nobody_names_the_client_twice() {
    let layer = ReadProxyHeaderLayer::new(super::TrustedProxies::new([
        super::ip("192.0.2.9"),
        super::ip("198.51.100.1"),
    ]));
    let keep = service_fn(async |connection: Connection| Ok::<_, Error>(connection));
    let twice = ServiceBuilder::new().layer(layer.clone()).layer(layer).service(keep);
    let (connection, mut far) = connection_from(PROXY, 1 << 10);
    far.write_all(&v2().to_bytes()).await.unwrap();
    far.write_all(&ProxyHeader::v2_local().to_bytes()).await.unwrap();
    let error = Error::from(twice.oneshot(connection).await.unwrap_err());
    assert_eq!(error.kind(), ErrorKind::ProxyHeader);
    assert!(error.to_string().ends_with("a proxy has sent one already"), "{error}");
}
