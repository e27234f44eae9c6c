//! How long a header may take.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, sleep},
};
use tower_layer::Layer;
use tower_socket::{
    Connection, Error, ErrorKind,
    layers::proxy_protocol::{ProxyProtocolAcceptLayer, TrustedProxies},
};

use super::{CLIENT, PROXY, connection_from, proxies, tcp, v1, v2};

type Item = Result<Connection, Error>;

async fn only(layer: ProxyProtocolAcceptLayer, connection: Connection) -> Item {
    layer.layer(stream::iter([Ok(connection)])).next().await.unwrap()
}

fn layer() -> ProxyProtocolAcceptLayer {
    ProxyProtocolAcceptLayer::new(proxies())
}

#[tokio::test(start_paused = true)]
async fn a_header_has_ten_seconds() {
    let (connection, _silent) = connection_from(PROXY, 64);
    let begun = Instant::now();
    let error = only(layer(), connection).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 10);
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout());
    assert_eq!(error.peer().cloned(), tcp(PROXY));
    assert_eq!(error.elapsed(), Some(Duration::from_secs(10)));
    assert_eq!(
        error.to_string(),
        "connection from tcp://192.0.2.9:50000 timed out during the PROXY header after 10s \
         (ETIMEDOUT)"
    );
}

#[tokio::test(start_paused = true)]
async fn a_dribble_is_no_progress() {
    let (connection, mut far) = connection_from(PROXY, 64);
    let dribbling = async {
        for byte in v1().to_bytes() {
            far.write_u8(byte).await?;
            sleep(Duration::from_secs(1)).await;
        }
        Ok::<_, std::io::Error>(())
    };
    let server = layer().handshake_timeout(Duration::from_secs(5));
    let (item, dribbled) = tokio::join!(only(server, connection), dribbling);
    let error = item.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.elapsed(), Some(Duration::from_secs(5)));
    dribbled.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_header_that_is_late_but_in_time_is_read() {
    let (connection, mut far) = connection_from(PROXY, 64);
    let late = async {
        sleep(Duration::from_secs(9)).await;
        far.write_all(&v2().to_bytes()).await.unwrap();
    };
    let (item, ()) = tokio::join!(only(layer(), connection), late);
    assert_eq!(item.unwrap().peer_address(), tcp(CLIENT));
}

#[tokio::test(start_paused = true)]
async fn a_silent_proxy_delays_nobody() {
    let (silent, _far) = connection_from(PROXY, 64);
    let (honest, mut far) = connection_from(PROXY, 64);
    let (stranger, _other) = connection_from("192.0.2.10:1", 64);
    far.write_all(&v1().to_bytes()).await.unwrap();
    let below = stream::iter([Ok(silent), Ok(honest), Ok(stranger)]);
    let items: Vec<_> = layer().layer(below).collect().await;
    let peers: Vec<_> =
        items.iter().flatten().map(|connection| connection.peer_address()).collect();
    assert_eq!(peers, [tcp(CLIENT), tcp("192.0.2.10:1")]);
    assert!(items[2].as_ref().unwrap_err().is_timeout());
}

#[tokio::test(start_paused = true)]
async fn when_slots_are_full_a_header_alone_is_no_second_chance() {
    use tower::service_fn;
    use tower_socket::layers::{HandshakeLayer, proxy_protocol::ReadProxyHeaderLayer};

    let greeted = service_fn(async |mut connection: Connection| {
        tokio::io::AsyncReadExt::read_exact(&mut connection, &mut [0; 2]).await?;
        Ok::<_, std::io::Error>(connection)
    });
    let handshake = ReadProxyHeaderLayer::new(proxies()).layer(greeted);
    let client = |n: u16| {
        tower_socket::layers::proxy_protocol::ProxyHeader::v2(
            super::address(&format!("198.51.100.1:{n}")),
            super::address(super::FRONT),
        )
    };
    let mut far = Vec::new();
    let mut connections = Vec::new();
    for n in 1..=3 {
        let (connection, mut end) = connection_from(PROXY, 64);
        end.write_all(&client(n).to_bytes()).await.unwrap();
        if n == 1 {
            end.write_u8(b'!').await.unwrap();
        }
        connections.push(Ok(connection));
        far.push(end);
    }
    let layer = HandshakeLayer::new(handshake).slots(2);
    let mut server = layer.layer(stream::iter(connections).chain(stream::pending()));
    let error = server.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Evicted);
    assert_eq!(error.peer().cloned(), tcp("198.51.100.1:2"), "it said nothing of its own");
}

#[tokio::test]
async fn the_deadline_of_towers_covers_the_header_too() {
    let proxies: TrustedProxies = proxies();
    tokio::time::pause();
    let handshake = tower::ServiceBuilder::new()
        .layer(tower::timeout::TimeoutLayer::new(Duration::from_secs(3)))
        .layer(tower_socket::layers::proxy_protocol::ReadProxyHeaderLayer::new(proxies))
        .service_fn(async |connection: Connection| Ok::<_, Error>(connection));
    let layer = tower_socket::layers::HandshakeLayer::new(handshake);
    let (connection, _silent) = connection_from(PROXY, 64);
    let error = layer.layer(stream::iter([Ok(connection)])).next().await.unwrap().unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.peer().cloned(), tcp(PROXY));
}
