//! Servers behind proxies.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::fd::OwnedFd,
};

use crate::support::{HOST, Pki, Program, authority, certificates::file, command, port, program};

const HEADER: &str = "PROXY TCP4 192.0.2.1 198.51.100.7 50000 443\r\n";

fn echo_server(options: &[&str]) -> (Program, String) {
    let server = Program::example("echo_server", &[&["127.0.0.1:0"], options].concat());
    let uri = server.listening();
    (server, uri)
}

/// What comes back when all of this was sent.
fn answer(uri: &str, sent: &str) -> String {
    let mut client = TcpStream::connect((HOST, port(uri).parse().unwrap())).unwrap();
    client.write_all(sent.as_bytes()).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    // A client that is refused may be reset.
    let _ = client.read_to_string(&mut answer);
    answer
}

#[test]
fn echo_server_tells_the_client_of_a_proxy() {
    let (server, uri) = echo_server(&["--proxy-protocol", "127.0.0.0/8"]);
    assert_eq!(answer(&uri, &format!("{HEADER}hello\n")), "hello\n");
    assert_eq!(server.line(), "[tcp://192.0.2.1:50000 connected]");
    assert_eq!(server.line(), "[tcp://192.0.2.1:50000 disconnected]");
}

#[test]
fn echo_server_closes_on_a_proxy_that_sends_no_header() {
    let (server, uri) = echo_server(&["--proxy-protocol", "127.0.0.1"]);
    assert_eq!(answer(&uri, "hello\n"), "");
    let error = server.error_line();
    assert!(error.ends_with(" failed during the PROXY header: there is none"), "{error}");
}

#[test]
fn echo_server_believes_nobody_else() {
    let options = ["--proxy-protocol", "10.0.0.0/8", "--proxy-protocol", "127.0.0.9"];
    let (server, uri) = echo_server(&options);
    assert_eq!(answer(&uri, &format!("{HEADER}hello\n")), format!("{HEADER}hello\n"));
    let line = server.line();
    assert!(line.starts_with("[tcp://127.0.0.1:"), "{line}");
}

#[test]
fn echo_server_waits_so_long_for_a_header() {
    let options = ["--proxy-protocol", "127.0.0.1", "--handshake-timeout", "0.2"];
    let (server, uri) = echo_server(&options);
    let _silent = TcpStream::connect((HOST, port(&uri).parse().unwrap())).unwrap();
    let error = server.error_line();
    assert!(error.contains(" timed out during the PROXY header after "), "{error}");
}

#[test]
fn what_is_no_network_is_refused() {
    let options = ["--proxy-protocol", "everybody"];
    let error = Program::run(command("echo_server").args(options), "").failure();
    assert!(error.contains("neither a network nor an address"), "{error}");
}

/// HAProxy before this address. Its socket listens already, so nobody has to
/// wait for it.
fn haproxy(pki: &Pki, backend: &str, server: &str) -> Option<(Program, String)> {
    let mut haproxy = program("haproxy")?;
    let listener = TcpListener::bind((HOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let configuration = format!(
        "defaults\n mode tcp\n timeout connect 60s\n timeout client 60s\n timeout server 60s\n\
         listen test\n bind fd@0\n server ours {backend} {server}\n"
    );
    let file = file(&pki.directory, "haproxy.cfg", configuration);
    haproxy.args(["-db", "-f", &file]).stdin(OwnedFd::from(listener));
    Some((Program::start_with_stdin(&mut haproxy), address))
}

/// A line there and back through HAProxy, and whom the server takes for its
/// client.
fn assert_told(scheme: &str, server_options: &[&str], client_options: &[&str], pki: &Pki) {
    let options = [&["--proxy-protocol", "127.0.0.1"], server_options].concat();
    for send in ["send-proxy", "send-proxy-v2"] {
        let (server, uri) = echo_server(&options);
        let Some((_haproxy, front)) = haproxy(pki, authority(&uri), send) else { return };
        let uri = format!("{scheme}://{front}");
        let mut netcat =
            Program::start(command("netcat").args([&uri, "--verbose"]).args(client_options));
        netcat.write("hello\n");
        assert_eq!(netcat.line(), "hello");
        let told = netcat.error_line();
        let from = told.split_once(" from ").unwrap().1.split_once(" in ").unwrap().0;
        server.line_with(&format!("[{from} connected]"));
        netcat.end().success();
    }
}

#[test]
fn haproxy_tells_echo_server_its_client() {
    assert_told("tcp", &[], &[], &Pki::new());
}

#[test]
fn haproxy_tells_echo_server_its_client_before_tls() {
    let pki = Pki::new();
    assert_told("tls", &["--cert", &pki.server], &["--cafile", &pki.root], &pki);
}
