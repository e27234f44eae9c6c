use std::{net::TcpStream, time::Duration};

use http::Uri;
use tokio::time::timeout;
use tower::ServiceExt;
use tower_socket::{ErrorKind, Incoming, TcpConnector, TcpServer, UnixConnector, UnixServer};

use crate::{Exhausted, alone};

const EMFILE: Option<i32> = Some(24);

// TCPC-07
#[test]
fn a_connect_without_a_descriptor_is_an_error() {
    alone(async {
        let _exhausted = Exhausted::new();
        let uri = Uri::from_static("tcp://127.0.0.1:9");
        let error = TcpConnector::new().oneshot(uri).await.unwrap_err();
        let text = "connection to tcp://127.0.0.1:9 failed: too many open files (EMFILE)";
        assert_eq!(error.to_string(), text);
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert_eq!(error.raw_os_error(), EMFILE);
        let error =
            UnixConnector::new().oneshot(Uri::from_static("unix://2f61")).await.unwrap_err();
        assert_eq!(error.raw_os_error(), EMFILE);
    });
}

#[test]
fn listening_without_a_descriptor_is_an_error() {
    alone(async {
        let _exhausted = Exhausted::new();
        let error = TcpServer::bind(0).await.unwrap_err();
        assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::Listen, EMFILE));
        let error = UnixServer::bind("unix:///nonesuch/socket").await.unwrap_err();
        assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::Listen, EMFILE));
    });
}

// TCPS-28, GEN-04
#[test]
fn a_server_without_descriptors_says_so_once_and_goes_on_when_one_is_free() {
    alone(async {
        let mut server = TcpServer::bind(0).await.unwrap();
        let address = server.handle().address().unwrap().socket_addr().unwrap();
        let _clients = [(); 2].map(|()| TcpStream::connect(address).unwrap());
        let mut exhausted = Exhausted::new();
        let error = server.accept().await.unwrap().unwrap_err();
        let text = "unable to accept a new connection: too many open files (EMFILE)";
        assert_eq!(error.to_string(), text);
        // Nothing comes, and the error only once.
        assert!(timeout(Duration::from_millis(50), server.accept()).await.is_err());
        exhausted.free_one();
        let first = server.accept().await.unwrap().unwrap();
        assert!(timeout(Duration::from_millis(50), server.accept()).await.is_err());
        // Closing one of its own connections wakes it.
        let waiting = tokio::spawn(async move { server.accept().await.unwrap().map(drop) });
        tokio::task::yield_now().await;
        drop(first);
        waiting.await.unwrap().unwrap();
    });
}
