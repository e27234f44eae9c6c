//! Real sockets, on the two addresses every machine has.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use http::Uri;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::Barrier,
    time::{Duration, Instant},
};
use tokio_test::{assert_pending, task};
use tower::{Layer, ServiceExt, service_fn};
use tower_socket::{
    Connection, Connector, Error, Incoming, Server, TcpConnector,
    layers::{
        DnsLayer,
        dns::{FixedHosts, HappyEyeballs},
        tls::{ClientTls, Identity, Roots, ServerTls},
    },
};

use crate::support::certificates::Authority;

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn hosts() -> DnsLayer {
    let hosts = FixedHosts::new();
    let hosts = hosts.with("v4.example", [V4]).with("v6.example", [V6]);
    DnsLayer::new(hosts.with("both.example", [V4, V6]))
}

/// A listener on IPv6 and one on IPv4 with the same port. `None` on a machine
/// without IPv6.
async fn pair() -> Option<(TcpListener, TcpListener)> {
    loop {
        let v6 = TcpListener::bind((V6, 0)).await.ok()?;
        if let Ok(v4) = TcpListener::bind((V4, v6.local_addr().unwrap().port())).await {
            return Some((v6, v4));
        }
    }
}

async fn connect(host: &str, port: u16) -> Result<Connection, Error> {
    Connector::builder().dns(hosts()).build().connect((host, port)).await
}

fn peer(connection: &Connection) -> IpAddr {
    connection.peer_address().unwrap().ip().unwrap()
}

// INT-06
#[tokio::test]
async fn hosts_with_both_families_and_with_one_are_reached() {
    let Some((v6, _v4)) = pair().await else { return };
    let port = v6.local_addr().unwrap().port();
    for (host, ip) in [("v4.example", V4), ("v6.example", V6), ("both.example", V6)] {
        let connection = connect(host, port).await.unwrap();
        assert_eq!(peer(&connection), ip);
        assert_eq!(connection.local_address().unwrap().ip(), Some(ip));
    }
}

// INT-06
#[tokio::test]
async fn a_host_that_refuses_one_family_is_reached_over_the_other() {
    let Some((v6, v4)) = pair().await else { return };
    let port = v4.local_addr().unwrap().port();
    drop(v6);
    assert_eq!(peer(&connect("both.example", port).await.unwrap()), V4);
    drop(v4);
    let error = connect("both.example", port).await.unwrap_err();
    let tried: Vec<_> = error.attempts().iter().map(|a| a.address().ip()).collect();
    assert_eq!(tried, [V6, V4]);
    assert_eq!(error.raw_os_error(), Some(111));
}

// Go, TestDialParallelSpuriousConnection
#[tokio::test]
async fn of_two_connections_that_are_ready_together_one_is_closed() {
    let Some((v6, v4)) = pair().await else { return };
    let port = v6.local_addr().unwrap().port();
    let both = Arc::new(Barrier::new(2));
    let below = service_fn(move |uri: Uri| {
        let both = both.clone();
        async move {
            let connection = TcpConnector::new().oneshot(uri).await?;
            both.wait().await;
            Ok::<_, Error>(connection)
        }
    });
    let race = HappyEyeballs::new().attempt_delay(Duration::from_millis(10));
    let connector = hosts().happy_eyeballs(race).layer(below);
    let call = connector.oneshot(format!("tcp://both.example:{port}").parse().unwrap());
    let (won, v6, v4) = tokio::join!(call, v6.accept(), v4.accept());
    let (mut won, (v6, _), (v4, _)) = (won.unwrap(), v6.unwrap(), v4.unwrap());

    let (mut kept, mut closed) = if peer(&won) == V6 { (v6, v4) } else { (v4, v6) };
    assert_eq!(closed.read(&mut [0]).await.unwrap(), 0);
    kept.write_all(b"hello").await.unwrap();
    won.read_exact(&mut [0; 5]).await.unwrap();
}

// aiohappyeyeballs, a winner while the race is cancelled
#[tokio::test]
async fn a_connection_that_nobody_took_is_closed_with_the_call() {
    let Some((v6, v4)) = pair().await else { return };
    let port = v6.local_addr().unwrap().port();
    let mut call = task::spawn(connect("both.example", port));
    assert_pending!(call.poll());
    let (mut accepted, _) = v6.accept().await.unwrap();
    drop(call);
    assert_eq!(accepted.read(&mut [0]).await.unwrap(), 0);
    drop(v4);
}

// aiohappyeyeballs, local addresses of one family
#[tokio::test]
async fn an_address_to_connect_from_leaves_the_other_family_out() {
    let Some((v6, v4)) = pair().await else { return };
    let port = v6.local_addr().unwrap().port();
    for (local, ip) in [("127.0.0.1:0", V4), ("[::1]:0", V6)] {
        let tcp = TcpConnector::new().bind(local.parse().unwrap());
        let connector = Connector::builder().dns(hosts()).tcp(tcp).build();
        let connection = connector.connect(("both.example", port)).await.unwrap();
        assert_eq!(peer(&connection), ip);
    }
    drop((v6, v4));
}

fn company() -> (ClientTls, ServerTls) {
    let authority = Authority::new();
    let leaf = authority.leaf(&["both.example"]);
    let identity = Identity::pem(leaf.certificate.pem(), leaf.key.serialize_pem());
    let roots = Roots::none().pem(authority.certificate.pem());
    let client = ClientTls::builder().roots(roots).build().unwrap();
    (client, ServerTls::builder().identity(identity).build().unwrap())
}

#[tokio::test]
async fn ipv6_that_accepts_and_is_silent_in_tls_costs_the_attempt_delay() {
    let Some((silent, v4)) = pair().await else { return };
    let port = v4.local_addr().unwrap().port();
    drop(v4);
    let (client, tls) = company();
    let mut server =
        Server::builder().tls(tls).bind(format!("tls://127.0.0.1:{port}")).await.unwrap();
    let connector = Connector::builder().dns(hosts()).tls(client).build();
    let began = Instant::now();
    let uri = format!("tls://both.example:{port}");
    let (connection, accepted) = tokio::join!(connector.connect(uri), server.accept());
    assert_eq!(peer(&connection.unwrap()), V4);
    assert!(accepted.unwrap().is_ok());
    assert!(began.elapsed() >= Duration::from_millis(250));

    let (mut loser, _) = silent.accept().await.unwrap();
    let mut hello = Vec::new();
    loser.read_to_end(&mut hello).await.unwrap();
    assert!(!hello.is_empty(), "the loser is closed after its first message");
}
