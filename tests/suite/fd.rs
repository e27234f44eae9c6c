use std::{
    io::Read,
    net::{TcpListener, TcpStream, UdpSocket},
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::net::{UnixDatagram, UnixListener},
    },
    process::{Command, Stdio},
};

use socket2::{Domain, SockRef, Socket, Type};
use tokio::io::AsyncWriteExt;
use tower_socket::{Error, ErrorKind, FdServer, Incoming, fd};

use crate::support::{SocketPath, has_ipv6, pair_at, tcp_pair};

fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

fn refused(fd: impl Into<OwnedFd>) -> Error {
    FdServer::from_fd(fd.into()).unwrap_err()
}

fn assert_refused(fd: impl Into<OwnedFd>, reason: &str) {
    let fd = fd.into();
    let text = format!("failed to listen on fd://{}: {reason}", fd.as_raw_fd());
    let error = refused(fd);
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind(), ErrorKind::Listen);
}

// FDS-01, FDS-08
#[tokio::test]
async fn an_ipv4_socket_is_a_tcp_server() {
    let listener = listener();
    let address = listener.local_addr().unwrap();
    let mut server = FdServer::from_fd(listener.into()).unwrap();
    assert_eq!(server.handle().address().unwrap().to_string(), format!("tcp://{address}"));
    let (client, accepted) = pair_at(&mut server).await;
    assert_eq!(client.local_address(), accepted.peer_address());
}

// FDS-09
#[tokio::test]
async fn an_ipv6_socket_is_a_tcp_server() {
    if !has_ipv6() {
        return;
    }
    let listener = TcpListener::bind("[::1]:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut server = FdServer::from_fd(listener.into()).unwrap();
    assert_eq!(server.handle().address().unwrap().to_string(), format!("tcp://[::1]:{port}"));
    pair_at(&mut server).await;
}

// FDS-10
#[tokio::test]
async fn a_unix_socket_is_a_unix_server() {
    let path = SocketPath::new();
    let listener = UnixListener::bind(path.path()).unwrap();
    let mut server = FdServer::from_fd(listener.into()).unwrap();
    assert_eq!(server.handle().address().unwrap().to_string(), path.uri());
    let (_client, accepted) = pair_at(&mut server).await;
    assert!(accepted.unix().is_some());
    drop(server);
    assert!(path.path().exists());
}

#[tokio::test]
async fn an_abstract_socket_is_a_unix_server() {
    use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};

    let name = SocketPath::new().path().display().to_string();
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let listener = UnixListener::bind_addr(&address).unwrap();
    let server = FdServer::from_fd(listener.into()).unwrap();
    assert_eq!(server.handle().address().unwrap().to_string(), format!("unix://@{name}"));
}

// FDS-01, FDS-12
#[tokio::test]
async fn a_descriptor_given_by_its_number_is_duplicated() {
    let listener = listener();
    let address = listener.local_addr().unwrap();
    for scheme in ["fd://", "php://fd/"] {
        let uri = format!("{scheme}{}", listener.as_raw_fd());
        let mut server = FdServer::bind(uri).await.unwrap();
        pair_at(&mut server).await;
        server.handle().close();
        assert!(TcpStream::connect(address).is_ok());
        listener.set_nonblocking(false).unwrap();
        listener.accept().unwrap();
    }
}

// FDS-12
#[tokio::test]
async fn a_descriptor_handed_over_is_closed_with_the_server() {
    let listener = listener();
    let address = listener.local_addr().unwrap();
    let server = FdServer::from_fd(listener.into()).unwrap();
    server.handle().close();
    assert!(TcpStream::connect(address).is_err());
}

// FDS-02, FDS-03, GEN-02
#[tokio::test]
async fn what_is_no_number_is_quoted() {
    let texts = [
        "fd://-1",
        "fd://x",
        "fd://9223372036854775807",
        "php://fd/x",
        "tcp://127.0.0.1:8080",
        "unix:///x",
    ];
    for text in texts {
        let error = FdServer::bind(text).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.raw_os_error(), Some(22));
    }
}

// FDS-04, GEN-11
#[tokio::test]
async fn a_number_under_which_nothing_is_open_is_an_error_that_says_so() {
    let number = i32::MAX;
    let error = FdServer::bind(format!("fd://{number}")).await.unwrap_err();
    let text = format!("failed to listen on fd://{number}: bad file descriptor (EBADF)");
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind(), ErrorKind::Listen);
    assert_eq!(error.raw_os_error(), Some(9));
}

// FDS-05
#[tokio::test]
async fn a_file_cannot_be_accepted_on() {
    assert_refused(tempfile::tempfile().unwrap(), "socket operation on non-socket (ENOTSOCK)");
    assert_eq!(refused(tempfile::tempfile().unwrap()).raw_os_error(), Some(88));
}

// FDS-06
#[tokio::test]
async fn a_connected_socket_cannot_be_accepted_on() {
    let (client, _accepted) = tcp_pair().await;
    let fd = client.as_fd().unwrap().try_clone_to_owned().unwrap();
    assert_refused(fd, "transport endpoint is already connected (EISCONN)");
    let (first, _second) = std::os::unix::net::UnixStream::pair().unwrap();
    assert_eq!(refused(first).raw_os_error(), Some(106));
}

// FDS-07
#[tokio::test]
async fn a_datagram_socket_cannot_be_accepted_on() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    assert_refused(socket, "invalid argument (EINVAL)");
    assert_refused(UnixDatagram::unbound().unwrap(), "invalid argument (EINVAL)");
}

// FDS-07
#[tokio::test]
async fn a_socket_that_does_not_listen_cannot_be_accepted_on() {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    assert_refused(socket, "invalid argument (EINVAL)");
}

#[tokio::test]
async fn an_inherited_socket_accepts_with_nodelay() {
    let mut server = FdServer::from_fd(listener().into()).unwrap();
    let (_client, accepted) = pair_at(&mut server).await;
    assert!(SockRef::from(accepted.tcp().unwrap()).tcp_nodelay().unwrap());
}

#[tokio::test]
async fn an_inherited_socket_is_not_inherited_further() {
    let listener = listener();
    let fd = listener.as_raw_fd();
    SockRef::from(&listener).set_cloexec(false).unwrap();
    let _server = FdServer::from_fd(listener.into()).unwrap();
    let flags = std::fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).unwrap();
    let flags = flags.lines().find_map(|line| line.strip_prefix("flags:")).unwrap().trim();
    let close_on_exec = 0o2_000_000;
    assert_ne!(i32::from_str_radix(flags, 8).unwrap() & close_on_exec, 0);
}

#[tokio::test]
async fn a_name_of_systemd_that_is_not_there_is_quoted() {
    let error = FdServer::bind("systemd://http").await.unwrap_err();
    let text = "invalid URI \"systemd://http\": systemd has handed over no sockets (EINVAL)";
    assert_eq!(error.to_string(), text);
}

/// Tells the child which URI to accept on.
const URI: &str = "TOWER_SOCKET_INHERITED_URI";

/// Not a test of its own: the process that inherits a socket.
#[tokio::test]
async fn the_child_that_inherits() {
    let Ok(uri) = std::env::var(URI) else { return };
    let mut server = FdServer::bind(uri.as_str()).await.unwrap();
    // What systemd gave to this process was not for that one.
    let child = Command::new("test").args(["-e", "/proc/self/fd/3"]).status().unwrap();
    assert_eq!(child.success(), uri == "fd://3");
    let mut accepted = server.accept().await.unwrap().unwrap();
    accepted.write_all(b"inherited").await.unwrap();
}

// FDS-01
#[test]
fn a_child_process_accepts_on_what_systemd_hands_over() {
    for uri in ["fd://3", "systemd://http"] {
        let listener = listener();
        let address = listener.local_addr().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", "LISTEN_PID=$$ exec \"$0\" --exact fd::the_child_that_inherits 3<&0"])
            .arg(std::env::current_exe().unwrap())
            .env(URI, uri)
            .envs([("LISTEN_FDS", "1"), ("LISTEN_FDNAMES", "http")])
            .stdin(OwnedFd::from(listener))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut received = String::new();
        TcpStream::connect(address).unwrap().read_to_string(&mut received).unwrap();
        assert_eq!(received, "inherited");
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn no_names_were_handed_to_this_process() {
    assert_eq!(fd::names(), Vec::<String>::new());
}

#[cfg(feature = "hand-over")]
#[test]
fn a_child_process_accepts_on_what_it_is_handed() {
    let sockets = [("http", listener()), ("https", listener())];
    let addresses = sockets.each_ref().map(|(_, listener)| listener.local_addr().unwrap());
    let sockets = sockets.map(|(name, listener)| (name, OwnedFd::from(listener)));
    let mut command = fd::hand_over(std::env::current_exe().unwrap(), sockets).unwrap();
    command.args(["--exact", "fd::the_child_that_inherits"]).env(URI, "systemd://https");
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    // Now the child alone has the sockets.
    drop(command);
    let mut received = String::new();
    TcpStream::connect(addresses[1]).unwrap().read_to_string(&mut received).unwrap();
    assert_eq!(received, "inherited");
    assert!(child.wait().unwrap().success());
}

#[cfg(feature = "hand-over")]
#[test]
fn a_program_is_handed_what_systemd_would_hand_it() {
    let sockets = ["one", "two words"].map(|name| (name, OwnedFd::from(listener())));
    let numbers = sockets.each_ref().map(|(_, socket)| inode(socket.as_raw_fd()));
    let mut command = fd::hand_over("sh", sockets).unwrap();
    let script = "echo $LISTEN_FDS, $LISTEN_FDNAMES, $((LISTEN_PID - $$)), $1; \
                  readlink /proc/self/fd/3 /proc/self/fd/4";
    let output = command.args(["-c", script, "sh", "an \" argument"]).output().unwrap();
    let expected = format!("2, one:two words, 0, an \" argument\n{}\n", numbers.join("\n"));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

#[cfg(feature = "hand-over")]
fn inode(descriptor: std::os::fd::RawFd) -> String {
    let link = std::fs::read_link(format!("/proc/self/fd/{descriptor}")).unwrap();
    link.to_str().unwrap().to_owned()
}

#[cfg(feature = "hand-over")]
#[test]
fn a_name_that_systemd_would_not_take_is_quoted() {
    for name in ["a:b", "tab\t", "ü", &"x".repeat(256)] {
        let error = fd::hand_over("sh", [(name, OwnedFd::from(listener()))]).unwrap_err();
        assert!(error.is_invalid_input());
        assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
    }
}
