use std::{
    net::{TcpListener, TcpStream},
    os::fd::OwnedFd,
    process::Command,
};

use crate::support::{HOST, Pki, Program, command, port};

/// Sends a line there and back.
fn assert_echoes(uri: &str, options: &[&str]) {
    let netcat = Program::run(command("netcat").arg(uri).args(options), "hello\n");
    assert_eq!(netcat.success(), "hello\n");
}

#[test]
fn tells_where_it_listens_and_who_comes_and_goes() {
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    let uri = server.listening();
    assert!(uri.starts_with("tcp://127.0.0.1:"), "{uri}");

    let mut client = Program::example("netcat", &[&uri, "--verbose"]);
    client.write("hello\n");
    assert_eq!(client.line(), "hello");
    let told = client.error_line();
    assert_eq!(client.end().success(), "");

    let from = told.split_once(" from ").unwrap().1.split_once(" in ").unwrap().0;
    assert_eq!(server.line(), format!("[{from} connected]"));
    assert_eq!(server.line(), format!("[{from} disconnected]"));
}

#[test]
fn speaks_tls_where_there_is_a_certificate() {
    let pki = Pki::new();
    for given in ["127.0.0.1:0", "tcp://127.0.0.1:0", "tls://127.0.0.1:0"] {
        let server = Program::example("echo_server", &[given, "--cert", &pki.server]);
        let uri = server.listening();
        assert!(uri.starts_with("tls://127.0.0.1:"), "{uri}");
        assert_echoes(&uri, &["--cafile", &pki.root]);
    }
}

#[test]
fn listens_on_ipv6() {
    let server = Program::example("echo_server", &["[::1]:0"]);
    let uri = server.listening();
    assert!(uri.starts_with("tcp://[::1]:"), "{uri}");
    assert_echoes(&uri, &[]);
}

#[test]
fn listens_on_a_unix_socket_and_takes_its_file_away() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("echo.sock");
    let uri = format!("unix://{}", path.display());
    let server = Program::example("echo_server", &[&uri]);
    assert_eq!(server.listening(), uri);
    assert_echoes(&uri, &[]);
    server.signal(nix::sys::signal::SIGTERM);
    server.end().success();
    assert!(!path.exists());
}

#[test]
fn replaces_the_socket_of_a_server_that_was_killed() {
    let directory = tempfile::tempdir().unwrap();
    let uri = format!("unix://{}", directory.path().join("echo.sock").display());
    let killed = Program::example("echo_server", &[&uri]);
    killed.listening();
    drop(killed);
    let server = Program::example("echo_server", &[&uri]);
    assert_eq!(server.listening(), uri);
    assert_echoes(&uri, &[]);
}

#[test]
fn listens_on_an_abstract_name() {
    let uri = format!("unix://@tower-socket-test-{}", std::process::id());
    let server = Program::example("echo_server", &[&uri]);
    assert_eq!(server.listening(), uri);
    assert_echoes(&uri, &[]);
}

/// Starts it with this listening socket as descriptor 3.
fn on_descriptor_3(listener: TcpListener, options: &[&str]) -> Program {
    let script = r#"exec "$0" fd://3 "$@" 3<&0 </dev/null"#;
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(command("echo_server").get_program()).args(options);
    Program::start_with_stdin(shell.stdin(OwnedFd::from(listener)))
}

#[test]
fn accepts_on_an_inherited_descriptor() {
    let listener = TcpListener::bind((HOST, 0)).unwrap();
    let uri = format!("tcp://{}", listener.local_addr().unwrap());
    let server = on_descriptor_3(listener, &[]);
    assert_eq!(server.listening(), uri);
    assert_echoes(&uri, &[]);
}

#[test]
fn speaks_tls_on_an_inherited_descriptor() {
    let pki = Pki::new();
    let listener = TcpListener::bind((HOST, 0)).unwrap();
    let uri = format!("tls://{}", listener.local_addr().unwrap());
    let server = on_descriptor_3(listener, &["--cert", &pki.server]);
    assert_eq!(server.listening(), uri);
    assert_echoes(&uri, &["--cafile", &pki.root]);
}

#[test]
fn reads_the_key_from_a_file_of_its_own() {
    let pki = Pki::new();
    let pem = std::fs::read_to_string(&pki.server).unwrap();
    let (certificate, key) = pem.split_at(pem.find("-----BEGIN PRIVATE KEY").unwrap());
    let (cert_file, key_file) = (pki.path("cert.pem"), pki.path("key.pem"));
    std::fs::write(&cert_file, certificate).unwrap();
    std::fs::write(&key_file, key).unwrap();

    let options = ["127.0.0.1:0", "--cert", &cert_file, "--key", &key_file];
    let server = Program::example("echo_server", &options);
    assert_echoes(&server.listening(), &["--cafile", &pki.root]);

    let options = ["127.0.0.1:0", "--cert", &cert_file];
    let error = Program::example("echo_server", &options).end().failure();
    assert!(error.contains(&cert_file), "{error}");
}

#[test]
fn tls_needs_a_certificate() {
    let server = Program::example("echo_server", &["tls://127.0.0.1:8000"]);
    let error = server.end().failure();
    let expected = "invalid URI \"tls://127.0.0.1:8000\": a TLS server needs a certificate";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn a_port_in_use_is_an_error() {
    let taken = TcpListener::bind((HOST, 0)).unwrap();
    let uri = format!("tcp://{}", taken.local_addr().unwrap());
    let error = Program::example("echo_server", &[&uri]).end().failure();
    assert_eq!(error, format!("failed to listen on {uri}: address already in use (EADDRINUSE)\n"));
}

#[test]
fn a_handshake_that_takes_too_long_is_ended() {
    let pki = Pki::new();
    let options = ["127.0.0.1:0", "--cert", &pki.server, "--handshake-timeout", "0.2"];
    let server = Program::example("echo_server", &options);
    let uri = server.listening();
    let silent = TcpStream::connect((HOST, port(&uri).parse().unwrap())).unwrap();
    let error = server.error_line();
    let client = silent.local_addr().unwrap();
    let expected = format!("connection from tcp://{client} timed out during TLS handshake after ");
    assert!(error.starts_with(&expected), "{error}");
}

#[test]
fn clients_without_a_certificate_are_turned_away() {
    let pki = Pki::new();
    let options = ["127.0.0.1:0", "--cert", &pki.server, "--client-ca", &pki.root];
    let server = Program::example("echo_server", &options);
    let uri = server.listening();

    let netcat = command("netcat").args([&uri, "--cafile", &pki.root]).output().unwrap();
    assert_eq!(netcat.status.code(), Some(1));
    let error = server.error_line();
    assert!(error.contains("failed during TLS handshake"), "{error}");

    assert_echoes(&uri, &["--cafile", &pki.root, "--cert", &pki.client]);
}
