use std::net::{SocketAddr, TcpListener};

use tower::{Service, ServiceExt};
use tower_socket::{
    FdServer, Incoming, IntoUri, TcpConnector, TcpServer, UnixConnector, UnixServer,
};

use crate::{alone, open_descriptors};

// CONN-13, TCPS-23
#[test]
fn closing_everything_leaves_no_descriptor_open() {
    alone(async {
        let before = open_descriptors();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let mut tcp = TcpServer::bind(0).await.unwrap();
        let mut unix = UnixServer::bind(path.as_path()).await.unwrap();
        let uri = tcp.handle().address().unwrap().into_uri().unwrap();
        let client = TcpConnector::new().oneshot(uri).await.unwrap();
        let accepted = tcp.accept().await.unwrap().unwrap();
        let local = UnixConnector::new().oneshot(path.as_path().into_uri().unwrap()).await.unwrap();
        let accepted_local = unix.accept().await.unwrap().unwrap();
        assert_eq!(open_descriptors(), before + 6);
        tcp.handle().close();
        unix.handle().close();
        drop((client, accepted, local, accepted_local));
        assert_eq!(open_descriptors(), before);
    });
}

// FDS-12
#[test]
fn a_descriptor_that_cannot_be_listened_on_is_not_kept() {
    alone(async {
        let before = open_descriptors();
        FdServer::from_fd(tempfile::tempfile().unwrap().into()).unwrap_err();
        FdServer::bind("fd://0").await.unwrap_err();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        drop(FdServer::from_fd(listener.into()).unwrap());
        assert_eq!(open_descriptors(), before);
    });
}

// GEN-05, TCPC-16, TCPC-17
#[test]
fn a_thousand_cancelled_connects_leave_no_descriptor_open() {
    alone(async {
        let before = open_descriptors();
        // Its queue is full, so that connects stay pending.
        let socket =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let listener = TcpListener::from(socket);
        let uri = listener.local_addr().unwrap().into_uri().unwrap();
        for _ in 0..1000 {
            let mut connecting = tokio_test::task::spawn(TcpConnector::new().call(uri.clone()));
            let _ = connecting.poll();
        }
        drop(listener);
        assert_eq!(open_descriptors(), before);
    });
}
