use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener},
    thread,
};

use crate::support::{HOST, Pki, Program, command};

fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind((HOST, 0)).unwrap();
    let uri = format!("tcp://{}", listener.local_addr().unwrap());
    (listener, uri)
}

#[test]
fn the_end_of_input_ends_only_what_is_sent() {
    let (listener, uri) = listener();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut input = String::new();
        stream.read_to_string(&mut input).unwrap();
        stream.write_all(format!("all of {input}").as_bytes()).unwrap();
    });
    assert_eq!(Program::run(command("netcat").arg(uri), "it").success(), "all of it");
    server.join().unwrap();
}

#[test]
fn it_ends_when_the_peer_does() {
    let (listener, uri) = listener();
    let netcat = Program::example("netcat", &[&uri]);
    let (mut stream, _) = listener.accept().unwrap();
    stream.write_all(b"that is all\n").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(netcat.wait().success(), "that is all\n");
}

#[test]
fn what_it_receives_is_there_at_once() {
    let (listener, uri) = listener();
    let netcat = Program::example("netcat", &[&uri]);
    let (mut stream, _) = listener.accept().unwrap();
    stream.write_all(b"first\n").unwrap();
    assert_eq!(netcat.line(), "first");
}

#[test]
fn a_large_input_comes_back_whole() {
    let pki = Pki::new();
    let server = Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let input = "0123456789abcde\n".repeat(128 * 1024);
    let file = pki.path("input");
    std::fs::write(&file, &input).unwrap();
    let mut netcat = command("netcat");
    netcat.args([&server.listening(), "--cafile", &pki.root]);
    netcat.stdin(std::fs::File::open(file).unwrap());
    assert!(Program::start_with_stdin(&mut netcat).wait().success() == input);
}

/// Checks `connected to <peer> from <local> in <n> ms` and what is after it.
fn assert_describes(line: &str, peer: &str, rest: &str) {
    let line = line.strip_prefix(&format!("connected to {peer} from ")).expect(line);
    let (local, line) = line.split_once(" in ").unwrap();
    assert_eq!(local.rsplit_once(':').unwrap().0, peer.rsplit_once(':').unwrap().0);
    let (milliseconds, line) = line.split_once(" ms").unwrap();
    assert!(milliseconds.parse::<f64>().unwrap() > 0.0, "{milliseconds}");
    assert_eq!(line, rest);
}

#[test]
fn verbose_tells_what_it_is_connected_to() {
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    let uri = server.listening();
    let netcat = Program::example("netcat", &[&uri, "--verbose"]).end();
    assert_describes(netcat.stderr.trim_end(), &uri, "");
}

#[test]
fn verbose_tells_how_tls_is_spoken() {
    let pki = Pki::new();
    let server = Program::example("echo_server", &["[::1]:0", "--cert", &pki.server]);
    let uri = server.listening();
    let netcat = Program::example("netcat", &[&uri, "--cafile", &pki.root, "--verbose"]).end();
    assert_describes(netcat.stderr.trim_end(), &uri, ", TLSv1.3, TLS13_AES_256_GCM_SHA384");
    netcat.success();
}

#[test]
fn verbose_knows_that_unix_clients_have_no_address() {
    let directory = tempfile::tempdir().unwrap();
    let uri = format!("unix://{}", directory.path().join("a").display());
    let server = Program::example("echo_server", &[&uri]);
    server.listening();
    let netcat = Program::example("netcat", &[&uri, "--verbose"]).end();
    assert!(netcat.stderr.starts_with(&format!("connected to {uri} in ")), "{netcat:?}");
}

#[test]
fn a_refused_connection_is_an_error() {
    let (listener, uri) = listener();
    drop(listener);
    let error = Program::example("netcat", &[&uri]).end().failure();
    assert_eq!(error, format!("connection to {uri} failed: connection refused (ECONNREFUSED)\n"));
}

#[test]
fn what_is_no_uri_is_an_error() {
    let error = Program::example("netcat", &["example.com:99999"]).end().failure();
    assert!(error.starts_with("invalid URI \"example.com:99999\": "), "{error}");
}

#[test]
fn a_missing_argument_is_an_error() {
    assert!(Program::example("netcat", &[]).end().failure().contains("Usage: netcat"));
}

#[test]
fn the_timeout_holds_over_the_handshake() {
    let (_silent, uri) = listener();
    let uri = uri.replace("tcp", "tls");
    let error = Program::example("netcat", &[&uri, "--timeout", "0.2"]).end().failure();
    assert_eq!(
        error,
        format!("connection to {uri} timed out after 200ms (ETIMEDOUT) during TLS handshake\n")
    );
}

#[test]
fn an_unknown_certificate_is_refused_unless_anybody_may_answer() {
    let pki = Pki::new();
    let server = Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let uri = server.listening();
    let other = Pki::new();
    let error = Program::example("netcat", &[&uri, "--cafile", &other.root]).end().failure();
    assert!(error.contains("failed during TLS handshake: invalid peer certificate"), "{error}");
    let netcat = Program::run(command("netcat").args([&uri, "--insecure"]), "hello");
    assert_eq!(netcat.success(), "hello");
}

#[test]
fn a_missing_file_is_named() {
    let options = ["tls://127.0.0.1:1", "--cafile", "/missing/file.pem"];
    let error = Program::example("netcat", &options).end().failure();
    assert!(error.contains("\"/missing/file.pem\""), "{error}");
}
