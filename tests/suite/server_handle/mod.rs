mod descriptors;
mod drain;
mod registry;

use std::{
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use futures_util::{FutureExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_test::{assert_pending, assert_ready, task};
use tower_socket::{Incoming, ServerHandle};

use crate::support::{AnyServer, connect, pair_at, servers, settle, tcp_server, uri_of};

async fn accepts(server: &mut AnyServer) {
    server.accept().await.unwrap().unwrap();
}

/// What would be accepted now is still there afterwards.
async fn accepts_nothing(server: &mut AnyServer) -> bool {
    settle().await;
    server.accept().now_or_never().is_none()
}

// GEN-01, TCPS-15, UNXS-07, FDS-01, FDS-14
#[tokio::test]
async fn a_server_listens_and_is_not_paused_when_bind_returns() {
    for mut server in servers().await.0 {
        assert!(!server.handle().is_paused());
        let _client = connect(uri_of(&server)).await;
        accepts(&mut server).await;
    }
}

#[tokio::test]
async fn an_unpolled_server_accepts_nothing() {
    for mut server in servers().await.0 {
        let _client = connect(uri_of(&server)).await;
        settle().await;
        assert!(server.handle().connections().is_empty());
        accepts(&mut server).await;
    }
}

// TCPS-16, UNXS-07
#[tokio::test]
async fn three_queued_clients_are_three_connections() {
    for mut server in servers().await.0 {
        let uri = uri_of(&server);
        let clients = [connect(uri.clone()).await, connect(uri.clone()).await, connect(uri).await];
        let mut accepted = Vec::new();
        for _ in &clients {
            accepted.push(server.accept().await.unwrap().unwrap());
        }
        assert_eq!(server.handle().connections().len(), 3);
        assert!(accepts_nothing(&mut server).await);
    }
}

// GEN-08, GEN-09, TCPS-17, UNXS-09, FDS-13
#[tokio::test]
async fn a_paused_server_accepts_nothing_while_clients_connect() {
    for mut server in servers().await.0 {
        server.handle().pause();
        assert!(server.handle().is_paused());
        let _client = connect(uri_of(&server)).await;
        assert!(accepts_nothing(&mut server).await);
    }
}

// GEN-08, TCPS-18
#[tokio::test]
async fn clients_that_came_while_paused_are_accepted_after_resume() {
    for mut server in servers().await.0 {
        server.handle().pause();
        let _clients = [connect(uri_of(&server)).await, connect(uri_of(&server)).await];
        server.handle().resume();
        accepts(&mut server).await;
        accepts(&mut server).await;
    }
}

#[tokio::test]
async fn resume_wakes_a_waiting_server() {
    for mut server in servers().await.0 {
        let handle = server.handle();
        handle.pause();
        let _client = connect(uri_of(&server)).await;
        let mut accept = task::spawn(server.accept());
        assert_pending!(accept.poll());
        handle.resume();
        assert!(accept.is_woken());
        accept.await.unwrap().unwrap();
    }
}

// TCPS-19
#[tokio::test]
async fn a_second_pause_does_nothing() {
    for mut server in servers().await.0 {
        let handle = server.handle();
        handle.pause();
        let mut accept = task::spawn(server.accept());
        assert_pending!(accept.poll());
        handle.pause();
        assert!(handle.is_paused());
        assert!(!accept.is_woken());
    }
}

// TCPS-20
#[tokio::test]
async fn resume_without_pause_does_nothing() {
    for mut server in servers().await.0 {
        let handle = server.handle();
        let mut accept = task::spawn(server.accept());
        assert_pending!(accept.poll());
        handle.resume();
        assert!(!accept.is_woken());
    }
}

// GEN-07, TCPS-22, UNXS-09, FDS-13
#[tokio::test]
async fn every_call_may_be_made_again_in_any_order() {
    for mut server in servers().await.0 {
        let handle = server.handle();
        let [pause, resume, close] =
            [ServerHandle::pause, ServerHandle::resume, ServerHandle::close];
        for call in [pause, pause, resume, resume, close, close, pause, resume, close] {
            call(&handle);
        }
        assert!(handle.is_closed());
        assert!(!handle.is_paused());
        assert!(server.next().await.is_none());
        assert!(server.next().await.is_none());
    }
}

// TCPS-14, UNXS-10, FDS-11, GEN-06
#[tokio::test]
async fn a_closed_server_has_no_address() {
    for server in servers().await.0 {
        let handle = server.handle();
        assert!(handle.address().is_some());
        handle.close();
        assert_eq!(handle.address(), None);
    }
}

// TCPS-23, UNXS-10
#[tokio::test]
async fn close_from_a_handle_ends_a_waiting_server() {
    for mut server in servers().await.0 {
        let handle = server.handle();
        let mut accept = task::spawn(server.accept());
        assert_pending!(accept.poll());
        handle.close();
        assert!(accept.is_woken());
        assert!(assert_ready!(accept.poll()).is_none());
    }
}

// TCPS-21
#[tokio::test]
async fn close_refuses_clients_at_once_even_while_nobody_polls() {
    let server = tcp_server().await;
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    server.handle().close();
    let error = std::net::TcpStream::connect(address).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn a_dropped_server_is_closed() {
    for server in servers().await.0 {
        let handle = server.handle();
        drop(server);
        assert!(handle.is_closed());
    }
}

// TCPS-24, UNXS-10
#[tokio::test]
async fn a_server_may_be_closed_by_the_handler_of_a_connection() {
    for mut server in servers().await.0 {
        let handle = server.handle();
        let (_client, connection) = pair_at(&mut server).await;
        tokio::spawn(async move {
            handle.close();
            drop(connection);
        });
        assert!(server.next().await.is_none());
    }
}

// TCPS-25
#[tokio::test]
async fn connections_outlive_their_server() {
    for mut server in servers().await.0 {
        let (mut client, mut connection) = pair_at(&mut server).await;
        server.handle().close();
        drop(server);
        connection.write_all(b"hello").await.unwrap();
        drop(connection);
        let mut received = String::new();
        client.read_to_string(&mut received).await.unwrap();
        assert_eq!(received, "hello");
    }
}

/// Closes the server it wakes, as a handler on another thread may do.
struct CloseOnWake(ServerHandle);

impl Wake for CloseOnWake {
    fn wake(self: Arc<Self>) {
        self.0.close();
    }
}

#[tokio::test]
async fn a_waker_may_call_the_handle() {
    let mut server = tcp_server().await;
    let handle = server.handle();
    let waker = Waker::from(Arc::new(CloseOnWake(handle.clone())));
    handle.pause();
    let polled = server.poll_next_unpin(&mut Context::from_waker(&waker));
    assert!(matches!(polled, Poll::Pending));
    handle.resume();
    assert!(handle.is_closed());
}
