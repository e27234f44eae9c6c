use std::process::Command;

use crate::support::{Pki, Program, authority, command, port, program};

/// Runs socat between stdio and this address, and sends a line there and back.
fn assert_reaches(mut socat: Command, address: &str) {
    let socat = Program::run(socat.args(["-t", "30", "-", address]), "hello\n");
    assert_eq!(socat.success(), "hello\n");
}

#[test]
fn socat_talks_to_our_server_over_tcp() {
    let Some(socat) = program("socat") else { return };
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    assert_reaches(socat, &format!("TCP:{}", authority(&server.listening())));
}

#[test]
fn socat_talks_to_our_server_over_a_unix_socket() {
    let Some(socat) = program("socat") else { return };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("echo.sock").display().to_string();
    let server = Program::example("echo_server", &[&format!("unix://{path}")]);
    server.listening();
    assert_reaches(socat, &format!("UNIX-CONNECT:{path}"));
}

#[test]
fn socat_talks_to_our_server_over_an_abstract_name() {
    let Some(socat) = program("socat") else { return };
    let name = format!("tower-socket-socat-{}", std::process::id());
    let server = Program::example("echo_server", &[&format!("unix://@{name}")]);
    server.listening();
    assert_reaches(socat, &format!("ABSTRACT-CONNECT:{name}"));
}

#[test]
fn socat_talks_to_our_server_over_tls() {
    let Some(socat) = program("socat") else { return };
    let pki = Pki::new();
    let server = Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let uri = server.listening();
    assert_reaches(socat, &format!("OPENSSL:localhost:{},cafile={}", port(&uri), pki.root));
}

/// Starts socat as an echo server at this address.
fn echo_server(address: &str) -> Option<Program> {
    Some(Program::start(program("socat")?.args(["-d", "-d", address, "EXEC:cat"])))
}

#[test]
fn our_client_talks_to_socat_over_tcp() {
    let Some(socat) = echo_server("TCP-LISTEN:0,bind=127.0.0.1") else { return };
    let line = socat.error_line_with("listening on");
    let (_, address) = line.rsplit_once(' ').unwrap();
    assert_eq!(Program::run(command("netcat").arg(address), "hello\n").success(), "hello\n");
}

#[test]
fn our_client_talks_to_socat_over_a_unix_socket() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socat.sock").display().to_string();
    let Some(socat) = echo_server(&format!("UNIX-LISTEN:{path}")) else { return };
    socat.error_line_with("listening on");
    let uri = format!("unix://{path}");
    assert_eq!(Program::run(command("netcat").arg(uri), "hello\n").success(), "hello\n");
}
