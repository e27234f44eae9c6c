//! The quick start of README.md.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::support::{HOST, Program, port};

#[test]
fn each_client_is_greeted_by_its_address_and_closed_on_its_first_input() {
    let server = Program::example("hello_server", &["127.0.0.1:0"]);
    let port = port(&server.listening()).parse().unwrap();
    let mut client = TcpStream::connect((HOST, port)).unwrap();
    let greeting = format!("Hello tcp://{}!\n", client.local_addr().unwrap());
    let mut start = vec![0; greeting.len()];
    client.read_exact(&mut start).unwrap();
    assert_eq!(String::from_utf8(start).unwrap(), greeting);

    client.write_all(b"x").unwrap();
    let mut rest = String::new();
    client.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "Welcome to this server. Here is a tip: say nothing.\n");
}

#[test]
fn the_client_prints_what_the_server_says() {
    let server = Program::example("hello_server", &["127.0.0.1:0"]);
    let output = Program::example("hello_client", &[&server.listening()]).end().success();
    assert!(output.starts_with("Hello tcp://127.0.0.1:"), "{output}");
    assert!(output.ends_with("say nothing.\n"), "{output}");
}

#[test]
fn the_readme_shows_these_two_programs() {
    let readme = include_str!("../../README.md");
    let server = include_str!("../../examples/hello_server.rs");
    let client = include_str!("../../examples/hello_client.rs");
    for program in [server, client] {
        let (_, code) = program.split_once("\n\n").unwrap();
        assert!(readme.contains(code), "README.md does not show\n{code}");
    }
}
