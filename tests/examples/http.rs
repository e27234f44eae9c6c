use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
};

use crate::support::{HOST, Pki, Program, authority, command, port};

#[test]
fn every_request_is_answered_with_a_page() {
    let server = Program::example("http_server", &["127.0.0.1:0"]);
    let url = server.listening();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");

    let mut stream = TcpStream::connect((HOST, port(&url).parse().unwrap())).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (header, page) = answer.split_once("\r\n\r\n").unwrap();
    assert!(header.starts_with("HTTP/1.1 200 OK\r\n"), "{header}");
    assert!(header.contains("\r\nConnection: close"), "{header}");
    assert!(header.contains(&format!("\r\nContent-Length: {}\r\n", page.len())), "{header}");
    assert!(page.contains("Hello world!"), "{page}");
}

#[test]
fn who_asks_nothing_is_answered_nothing() {
    let server = Program::example("http_server", &["127.0.0.1:0"]);
    let netcat = Program::run(command("netcat").arg(server.listening()), "GET / HTTP/1.0\r\n");
    assert_eq!(netcat.success(), "");
}

#[test]
fn the_http_client_prints_the_answer() {
    let server = Program::example("http_server", &["127.0.0.1:0"]);
    let url = server.listening();
    let answer = Program::example("http_client", &[authority(&url)]).end().success();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("Hello world!"), "{answer}");
}

#[test]
fn the_https_client_prints_the_answer() {
    let pki = Pki::new();
    let server = Program::example("http_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let url = server.listening();
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let options = [authority(&url), "--cafile", &pki.root];
    let answer = Program::example("https_client", &options).end().success();
    assert!(answer.contains("Hello world!"), "{answer}");
}

#[test]
fn the_request_names_the_host() {
    let listener = TcpListener::bind((HOST, 0)).unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let client = Program::example("http_client", &[&host]);
    let (mut stream, _) = listener.accept().unwrap();
    let expected = format!("GET / HTTP/1.0\r\nHost: {host}\r\n\r\n");
    let mut request = vec![0; expected.len()];
    stream.read_exact(&mut request).unwrap();
    assert_eq!(String::from_utf8(request).unwrap(), expected);
    drop(stream);
    assert_eq!(client.end().success(), "");
}

#[test]
fn the_port_is_80_or_443_where_none_is_given() {
    for (client, scheme) in [("http_client", "http"), ("https_client", "https")] {
        let error = Program::example(client, &["127.6.6.6"]).end().failure();
        let expected = format!("connection to {scheme}://127.6.6.6 failed: ");
        assert!(error.starts_with(&expected), "{error}");
    }
}
