use crate::support::{HOST, Pki, Program, command, free_port, program};

/// An echo server that is started by its first client.
fn activated(listen: &str, uri: &str, options: &[&str]) -> Option<Program> {
    let mut activate = program("systemd-socket-activate")?;
    activate.args(["--fdname=echo", "-l", listen]);
    activate.arg(command("echo_server").get_program()).arg(uri).args(options);
    let server = Program::start(&mut activate);
    server.error_line_with("Listening on");
    Some(server)
}

fn assert_echoes(uri: &str, options: &[&str]) {
    let netcat = Program::run(command("netcat").arg(uri).args(options), "hello\n");
    assert_eq!(netcat.success(), "hello\n");
}

#[test]
fn systemd_hands_over_a_tcp_socket() {
    let address = format!("{HOST}:{}", free_port());
    let Some(server) = activated(&address, "fd://3", &[]) else { return };
    assert_echoes(&address, &[]);
    assert_eq!(server.listening(), format!("tcp://{address}"));
    assert_echoes(&address, &[]);
}

#[test]
fn systemd_hands_over_a_unix_socket() {
    let pki = Pki::new();
    let path = pki.path("echo.sock");
    let Some(server) = activated(&path, "fd://3", &[]) else { return };
    assert_echoes(&format!("unix://{path}"), &[]);
    assert_eq!(server.listening(), format!("unix://{path}"));
}

#[test]
fn systemd_hands_over_a_socket_by_its_name() {
    let pki = Pki::new();
    let path = pki.path("echo.sock");
    let Some(_server) = activated(&path, "systemd://echo", &[]) else { return };
    assert_echoes(&format!("unix://{path}"), &[]);
}

#[test]
fn systemd_hands_over_a_socket_for_tls() {
    let pki = Pki::new();
    let address = format!("{HOST}:{}", free_port());
    let Some(server) = activated(&address, "fd://3", &["--cert", &pki.server]) else { return };
    assert_echoes(&format!("tls://{address}"), &["--cafile", &pki.root]);
    assert_eq!(server.listening(), format!("tls://{address}"));
}
