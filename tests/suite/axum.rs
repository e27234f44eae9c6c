//! Our servers as axum's listeners; whole services are in `examples/ecosystem`.

use axum::serve::Listener;
use tokio::io::AsyncReadExt;
use tower::Layer;
use tower_socket::{Connection, layers::LimitLayer};

use crate::support::{connect, tcp_server, uri_of};

/// What axum does until a client that was turned away reads the end.
async fn turn_away(server: &mut impl Listener<Io = Connection>, mut client: Connection) {
    let mut buffer = [0];
    tokio::select! {
        _ = server.accept() => panic!("there is no place for it"),
        read = client.read(&mut buffer) => assert_eq!(read.unwrap(), 0),
    }
}

#[tokio::test]
async fn who_was_turned_away_is_passed_over() {
    let mut server = LimitLayer::new(1).layer(tcp_server().await);
    let uri = uri_of(&server);
    let _client = connect(uri.clone()).await;
    let (first, peer) = Listener::accept(&mut server).await;
    assert_eq!(peer, first.peer_address());
    turn_away(&mut server, connect(uri.clone()).await).await;

    drop(first);
    let next = connect(uri).await;
    let (_, peer) = Listener::accept(&mut server).await;
    assert_eq!(peer, next.local_address());
}

#[tokio::test]
async fn a_closed_server_waits_and_has_no_address() {
    let mut server = tcp_server().await;
    let handle = tower_socket::Incoming::handle(&server);
    assert_eq!(server.local_addr().unwrap(), handle.address());
    handle.close();
    assert_eq!(server.local_addr().unwrap(), None);
    let mut accepting = tokio_test::task::spawn(Listener::accept(&mut server));
    tokio_test::assert_pending!(accepting.poll());
}

#[cfg(feature = "tracing")]
mod events {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tracing::{
        Event, Metadata, Subscriber,
        span::{Attributes, Id, Record},
    };

    use super::*;
    use crate::support::subscribe;

    /// Counts those who were turned away.
    #[derive(Clone, Default)]
    struct Refused(Arc<AtomicUsize>);

    impl Subscriber for Refused {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "tower_socket"
        }

        fn event(&self, event: &Event<'_>) {
            if event.metadata().name() == "connection_refused" {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    #[tokio::test]
    async fn each_who_was_turned_away_is_told() {
        let refused = Refused::default();
        let _guard = subscribe(refused.clone());
        let mut server = LimitLayer::new(0).layer(tcp_server().await);
        let uri = uri_of(&server);
        for told in 1..4 {
            turn_away(&mut server, connect(uri.clone()).await).await;
            assert_eq!(refused.0.load(Ordering::Relaxed), told);
        }
    }
}
