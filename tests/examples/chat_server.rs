use nix::sys::signal::SIGINT;

use crate::support::{Pki, Program};

/// Someone in the room, and the address the others see.
fn join(server: &Program, uri: &str, options: &[&str]) -> (Program, String) {
    let client = Program::example("netcat", &[&[uri][..], options].concat());
    let line = server.line_with("connected");
    let name = line.trim_start_matches('[').split_once(" connected").unwrap().0.to_owned();
    (client, name)
}

#[test]
fn everybody_hears_every_line_and_who_said_it() {
    let server = Program::example("chat_server", &["127.0.0.1:0"]);
    let uri = server.listening();
    let (mut first, name) = join(&server, &uri, &[]);
    let (mut second, other) = join(&server, &uri, &[]);
    assert!(name.starts_with("tcp://127.0.0.1:"), "{name}");
    assert_ne!(name, other);

    first.write("hello\n");
    for client in [&first, &second] {
        assert_eq!(client.line(), format!("{name}: hello"));
    }
    second.write("hi\n");
    for client in [&first, &second] {
        assert_eq!(client.line(), format!("{other}: hi"));
    }
}

#[test]
fn who_leaves_is_told_to_nobody_but_the_log() {
    let server = Program::example("chat_server", &["127.0.0.1:0"]);
    let uri = server.listening();
    let (first, name) = join(&server, &uri, &[]);
    first.end().success();
    assert_eq!(server.line(), format!("[{name} disconnected]"));
}

#[test]
fn empty_lines_and_control_characters_are_left_out() {
    let server = Program::example("chat_server", &["127.0.0.1:0"]);
    let (mut client, name) = join(&server, &server.listening(), &[]);
    client.write("\n\r\n\x1b\nred: \x1b[31m\r\n");
    assert_eq!(client.line(), format!("{name}: red: [31m"));
}

#[test]
fn speaks_tls() {
    let pki = Pki::new();
    let server = Program::example("chat_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let uri = server.listening();
    let (mut client, name) = join(&server, &uri, &["--cafile", &pki.root]);
    assert!(name.starts_with("tls://127.0.0.1:"), "{name}");
    client.write("hello\n");
    assert_eq!(client.line(), format!("{name}: hello"));
}

#[test]
fn the_room_closes_at_once() {
    let server = Program::example("chat_server", &["127.0.0.1:0"]);
    let (client, _) = join(&server, &server.listening(), &[]);
    server.signal(SIGINT);
    assert_eq!(server.wait().code, Some(0));
    assert_eq!(client.wait().success(), "");
}
