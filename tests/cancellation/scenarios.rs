use std::{
    future::{pending, ready},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use tokio::task::yield_now;
use tower::{ServiceExt, service_fn};
use tower_socket::{
    BoxError, Connector, Error, TcpConnector,
    layers::{
        DnsLayer,
        dns::{Answer, resolve_fn},
    },
};

use crate::{
    alone,
    footprint::Footprint,
    servers::{Servers, address},
};

const SHORT: Option<Duration> = Some(Duration::from_millis(10));
const LONG: Option<Duration> = Some(Duration::from_secs(60));

/// Over IPv6 it is refused.
const LOCALHOST: [IpAddr; 2] = [IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)];

/// What the resolver does.
#[derive(Clone, Copy)]
enum Resolver {
    Waits,
    Fails,
    Answers,
}

impl Resolver {
    async fn answer(self) -> Result<Answer, BoxError> {
        match self {
            Self::Waits => pending().await,
            Self::Fails => Err("no such name".into()),
            Self::Answers => Ok([[127, 0, 0, 1]].into_iter().collect()),
        }
    }
}

/// A connector whose lookups and TCP connects hold something while they last.
struct Watched {
    servers: Servers,
    connector: Connector,
    held: Arc<()>,
    idle: usize,
}

impl Watched {
    async fn new(resolver: Resolver, timeout: Option<Duration>) -> Self {
        let servers = Servers::new().await;
        let held = Arc::new(());
        let lookups = held.clone();
        let dns = DnsLayer::new(resolve_fn(move |_| keep(lookups.clone(), resolver.answer())));
        let connects = held.clone();
        let tcp = service_fn(move |uri| keep(connects.clone(), TcpConnector::new().oneshot(uri)));
        let connector = servers.connector().dns(dns).tcp_service(tcp);
        let connector = match timeout {
            Some(timeout) => connector.timeout(timeout).build(),
            None => connector.no_timeout().build(),
        };
        let idle = Arc::strong_count(&held);
        Self { servers, connector, held, idle }
    }

    fn is_busy(&self) -> bool {
        Arc::strong_count(&self.held) > self.idle
    }

    /// What a scenario answers that leaves nothing behind.
    async fn clean<T>(&self, scenario: impl Future<Output = T>) -> T {
        let before = Footprint::now();
        let answer = scenario.await;
        before.restored().await;
        assert!(!self.is_busy());
        answer
    }

    async fn failure(&self, uri: &str) -> Error {
        self.clean(async { self.connector.connect(uri).await.unwrap_err() }).await
    }

    /// Gives a connect up as soon as that is so.
    async fn give_up(&self, uri: &str, is_so: impl Fn() -> bool) {
        self.clean(async {
            tokio::select! {
                biased;
                outcome = self.connector.connect(uri) => panic!("{outcome:?}"),
                () = until(is_so) => {}
            }
        })
        .await;
    }
}

async fn keep<T>(_held: Arc<()>, work: impl Future<Output = T>) -> T {
    work.await
}

async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        yield_now().await;
    }
}

// INT-14, DNSC-17
#[test]
fn a_lookup_given_up_leaves_nothing_behind() {
    alone(async {
        for timeout in [None, LONG] {
            let watched = Watched::new(Resolver::Waits, timeout).await;
            watched.give_up("example.com:80", || watched.is_busy()).await;
        }
    });
}

// INT-14, TCPC-16, TCPC-17
#[test]
fn a_tcp_connect_given_up_leaves_nothing_behind() {
    alone(async {
        for timeout in [None, LONG] {
            let watched = Watched::new(Resolver::Waits, timeout).await;
            let uri = watched.servers.silent.address().to_string();
            let before = Footprint::now();
            let one_more = || Footprint::now().descriptors == before.descriptors + 1;
            watched.give_up(&uri, one_more).await;
        }
    });
}

// DNSC-17
#[test]
fn a_tcp_connect_given_up_after_its_lookup_leaves_nothing_behind() {
    alone(async {
        let watched = Watched::new(Resolver::Answers, LONG).await;
        let port = watched.servers.silent.address().port();
        watched.give_up(&format!("example.com:{port}"), || watched.is_busy()).await;
    });
}

// Go, TestDialerDualStackFDLeak
#[test]
fn races_won_at_once_leave_nothing_behind() {
    alone(async {
        let addresses = || ready(Ok::<_, BoxError>(LOCALHOST.into_iter().collect::<Answer>()));
        let servers = Servers::new().await;
        let port = address(&servers.mute).port();
        let dns = DnsLayer::new(resolve_fn(move |_| addresses()));
        let connector = servers.connector().dns(dns).build();
        let before = Footprint::now();
        let uri = format!("localhost.example:{port}");
        let connections = join_all((0..10).map(|_| connector.connect(&uri))).await;
        assert!(connections.iter().all(Result::is_ok), "{connections:?}");
        drop(connections);
        before.restored().await;
    });
}

// TLSC-12
#[test]
fn a_tls_handshake_given_up_leaves_nothing_behind() {
    alone(async {
        let watched = Watched::new(Resolver::Answers, LONG).await;
        let mute = &watched.servers.mute;
        let greeted = || mute.connections().list().iter().any(|client| client.bytes_read() > 0);
        watched.give_up(&format!("tls://{}", address(mute)), greeted).await;
        assert!(mute.connections().is_empty(), "the server saw it go");
    });
}

// INT-14, TCPC-17, DNSC-17, TLSC-14, TMO-09
#[test]
fn a_refused_connect_leaves_nothing_behind() {
    alone(async {
        let watched = Watched::new(Resolver::Answers, LONG).await;
        let port = watched.servers.refusing.address().port();
        for uri in ["127.0.0.1", "example.com", "tls://127.0.0.1", "tls://example.com"] {
            let error = watched.failure(&format!("{uri}:{port}")).await;
            assert_eq!(error.raw_os_error(), Some(111), "{error}");
        }
    });
}

// INT-14, TMO-09
#[test]
fn a_deadline_during_the_lookup_leaves_nothing_behind() {
    alone(async {
        let watched = Watched::new(Resolver::Waits, SHORT).await;
        assert!(watched.failure("example.com:80").await.is_timeout());
    });
}

// INT-14, TMO-09
#[test]
fn a_deadline_during_a_tcp_connect_leaves_nothing_behind() {
    alone(async {
        let watched = Watched::new(Resolver::Answers, SHORT).await;
        let address = watched.servers.silent.address();
        for host in ["127.0.0.1", "example.com"] {
            let error = watched.failure(&format!("{host}:{}", address.port())).await;
            assert!(error.is_timeout());
        }
    });
}

// TMO-09
#[test]
fn a_deadline_during_a_tls_handshake_leaves_nothing_behind() {
    alone(async {
        let watched = Watched::new(Resolver::Answers, SHORT).await;
        let uri = format!("tls://{}", address(&watched.servers.mute));
        assert!(watched.failure(&uri).await.is_timeout());
    });
}

// INT-14, DNSC-17
#[test]
fn a_failed_lookup_leaves_nothing_behind() {
    alone(async {
        let watched = Watched::new(Resolver::Fails, LONG).await;
        assert!(watched.failure("example.com:80").await.is_resolve());
    });
}

// INT-14, TLSC-14
#[test]
fn a_failed_handshake_leaves_nothing_behind() {
    alone(async {
        let watched = Watched::new(Resolver::Answers, LONG).await;
        let port = address(&watched.servers.tls).port();
        let error = watched.failure(&format!("tls://example.com:{port}")).await;
        assert!(error.is_tls(), "{error}");
    });
}

// INT-14
#[test]
fn a_connection_that_is_closed_leaves_nothing_behind() {
    alone(async {
        let watched = Watched::new(Resolver::Answers, LONG).await;
        for (scheme, server) in [("tcp", &watched.servers.mute), ("tls", &watched.servers.tls)] {
            let uri = format!("{scheme}://{}", address(server));
            watched.clean(async { drop(watched.connector.connect(uri).await.unwrap()) }).await;
        }
    });
}
