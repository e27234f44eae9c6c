use std::{
    net::{TcpListener, TcpStream},
    os::fd::{AsRawFd, OwnedFd},
};

use tower_socket::{Error, ErrorKind, FdServer, Incoming, Server, UnixServer, layers::LimitLayer};

async fn failure(uri: &str) -> Error {
    Server::bind(uri).await.map(drop).unwrap_err()
}

// GEN-02
#[tokio::test]
async fn what_cannot_be_listened_on_is_the_callers_mistake() {
    let cases = [
        ("tcp://127.0.0.1", r#"invalid URI "tcp://127.0.0.1": the port is missing (EINVAL)"#),
        (
            "tcp://localhost:8080",
            r#"invalid URI "tcp://localhost:8080": "localhost" is a host name, not a valid host IP (EINVAL)"#,
        ),
        ("fd://x", r#"invalid URI "fd://x": this is not the number of a file descriptor (EINVAL)"#),
        (
            "x://127.0.0.1:0",
            r#"invalid URI "x://127.0.0.1:0": there is no server for this scheme (EINVAL)"#,
        ),
    ];
    for (uri, said) in cases {
        let error = failure(uri).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.raw_os_error(), Some(22));
        assert_eq!(error.to_string(), said);
    }
    let error = UnixServer::bind("tcp://localhost:0").await.unwrap_err();
    let said =
        r#"invalid URI "tcp://localhost:0": this is not the address of a Unix socket (EINVAL)"#;
    assert_eq!(error.to_string(), said);
}

// GEN-02, GEN-03
#[tokio::test]
async fn what_the_operating_system_refuses_is_told_in_its_words() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("tcp://{}", taken.local_addr().unwrap());
    let cases = [
        (uri.as_str(), "address already in use (EADDRINUSE)", 98),
        ("tcp://192.0.2.1:80", "cannot assign requested address (EADDRNOTAVAIL)", 99),
        ("unix:///no/such/directory/x", "no such file or directory (ENOENT)", 2),
        ("fd://9999", "bad file descriptor (EBADF)", 9),
    ];
    for (uri, said, errno) in cases {
        let error = failure(uri).await;
        assert_eq!(error.kind(), ErrorKind::Listen);
        assert_eq!(error.raw_os_error(), Some(errno));
        assert_eq!(error.to_string(), format!("failed to listen on {uri}: {said}"));
    }
}

#[tokio::test]
async fn a_descriptor_that_listens_on_nothing_is_refused() {
    let file = OwnedFd::from(tempfile::tempfile().unwrap());
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let connected = TcpStream::connect(server.local_addr().unwrap()).unwrap().into();
    let cases = [
        (file, "socket operation on non-socket (ENOTSOCK)", 88),
        (connected, "transport endpoint is already connected (EISCONN)", 106),
    ];
    for (fd, said, errno) in cases {
        let number = fd.as_raw_fd();
        let error = FdServer::from_fd(fd).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(errno));
        assert_eq!(error.to_string(), format!("failed to listen on fd://{number}: {said}"));
    }
}

#[tokio::test]
async fn a_limit_says_who_was_turned_away() {
    let mut server = Server::builder().limit(LimitLayer::new(0)).bind("127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    let client = TcpStream::connect(address).unwrap().local_addr().unwrap();
    let error = server.accept().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitReached);
    let said = format!(
        "connection from tcp://{client} closed because the limit of open connections is reached: at most 0"
    );
    assert_eq!(error.to_string(), said);
}
