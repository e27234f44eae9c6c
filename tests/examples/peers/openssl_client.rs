use std::process::Command;

use nix::sys::signal::Signal;

use crate::support::{Pki, Program, authority, certificates::file, program};

/// `openssl s_client`, which trusts the root and ends where that is not enough.
fn s_client(pki: &Pki, uri: &str, options: &[&str]) -> Option<Command> {
    let mut openssl = program("openssl")?;
    openssl.args(["s_client", "-connect", authority(uri), "-CAfile", &pki.root]);
    openssl.args(["-verify_return_error", "-verify_ip", "127.0.0.1"]).args(options);
    Some(openssl)
}

/// What it shows until it has its line back.
fn echoes(pki: &Pki, uri: &str, options: &[&str]) -> Option<String> {
    let mut client = Program::start(&mut s_client(pki, uri, options)?);
    client.write("hello\n");
    let mut shown = String::new();
    // It may come in the middle of a line about something else.
    while !shown.ends_with("hello\n") {
        shown += &(client.line() + "\n");
    }
    assert_eq!(client.end().code, Some(0));
    Some(shown)
}

fn echo_server(pki: &Pki, options: &[&str]) -> (Program, String) {
    let server = ["127.0.0.1:0", "--cert", &pki.server];
    let server = Program::example("echo_server", &[&server, options].concat());
    let uri = server.listening();
    (server, uri)
}

fn assert_speaks(option: &str, version: &str) {
    let pki = Pki::new();
    let (_server, uri) = echo_server(&pki, &[]);
    let Some(shown) = echoes(&pki, &uri, &[option]) else { return };
    assert!(shown.contains(&format!("New, {version}, Cipher is ")), "{shown}");
    assert!(shown.contains("Verification: OK"), "{shown}");
}

#[test]
fn openssl_speaks_tls_1_2_to_our_server() {
    assert_speaks("-tls1_2", "TLSv1.2");
}

#[test]
fn openssl_speaks_tls_1_3_to_our_server() {
    assert_speaks("-tls1_3", "TLSv1.3");
}

fn assert_resumes(option: &str) {
    let pki = Pki::new();
    let (_server, uri) = echo_server(&pki, &[]);
    let session = pki.path("session");
    if echoes(&pki, &uri, &[option, "-sess_out", &session]).is_none() {
        return;
    }
    let shown = echoes(&pki, &uri, &[option, "-sess_in", &session]).unwrap();
    assert!(shown.contains("Reused, TLSv1."), "{shown}");
}

#[test]
fn openssl_resumes_a_tls_1_2_session_with_our_server() {
    assert_resumes("-tls1_2");
}

#[test]
fn openssl_resumes_a_tls_1_3_session_with_our_server() {
    assert_resumes("-tls1_3");
}

/// Of a session that was begun at a server with the first secret.
fn shown_by_another_server(option: &str, secrets: [u8; 2]) -> Option<String> {
    let pki = Pki::new();
    let servers = secrets.map(|secret| {
        let path = file(&pki.directory, &format!("secret-{secret}"), [secret; 32]);
        echo_server(&pki, &["--ticket-key", &path])
    });
    let session = pki.path("session");
    let [(_one, one), (_other, other)] = &servers;
    echoes(&pki, one, &[option, "-sess_out", &session])?;
    echoes(&pki, other, &[option, "-sess_in", &session])
}

#[test]
fn openssl_resumes_its_session_with_another_process_that_has_the_same_secret() {
    for option in ["-tls1_2", "-tls1_3"] {
        let Some(shown) = shown_by_another_server(option, [1, 1]) else { return };
        assert!(shown.contains("Reused, TLSv1."), "{shown}");
    }
}

#[test]
fn openssl_begins_anew_with_another_process_that_has_another_secret() {
    for option in ["-tls1_2", "-tls1_3"] {
        let Some(shown) = shown_by_another_server(option, [1, 2]) else { return };
        assert!(shown.contains("New, TLSv1."), "{shown}");
    }
}

fn assert_shows_its_certificate(option: &str) {
    let pki = Pki::new();
    let (server, uri) = echo_server(&pki, &["--client-ca", &pki.root]);
    if echoes(&pki, &uri, &[option, "-cert", &pki.client, "-key", &pki.client]).is_none() {
        return;
    }
    server.line_with("disconnected");

    let client = Program::start(&mut s_client(&pki, &uri, &[option]).unwrap());
    let error = server.error_line();
    assert!(error.contains("failed during TLS handshake: peer sent no certificates"), "{error}");
    assert_ne!(client.wait().code, Some(0));
}

#[test]
fn openssl_shows_its_certificate_to_our_server_over_tls_1_2() {
    assert_shows_its_certificate("-tls1_2");
}

#[test]
fn openssl_shows_its_certificate_to_our_server_over_tls_1_3() {
    assert_shows_its_certificate("-tls1_3");
}

#[test]
fn openssl_speaks_tls_to_our_server_over_a_unix_socket() {
    let pki = Pki::new();
    let (Some(mut openssl), path) = (program("openssl"), pki.path("echo.sock")) else { return };
    let server =
        Program::example("echo_server", &[&format!("unix://{path}"), "--cert", &pki.server]);
    server.listening();
    openssl.args(["s_client", "-unix", &path, "-CAfile", &pki.root, "-verify_return_error"]);
    let mut client = Program::start(&mut openssl);
    client.write("hello\n");
    client.line_with("hello");
}

/// How OpenSSL calls an end without `close_notify`.
const TRUNCATED: &str = "unexpected eof while reading";

// TLSS-40
#[test]
fn an_end_of_openssl_is_one_for_our_server() {
    for version in ["-tls1_2", "-tls1_3"] {
        let pki = Pki::new();
        let (server, uri) = echo_server(&pki, &[]);
        if echoes(&pki, &uri, &[version]).is_none() {
            return;
        }
        server.line_with("disconnected");
        server.signal(Signal::SIGTERM);
        assert_eq!(server.wait().stderr, "");
    }
}

// TLSS-40
#[test]
fn openssl_that_is_killed_is_truncation_for_our_server() {
    for version in ["-tls1_2", "-tls1_3"] {
        let pki = Pki::new();
        let (server, uri) = echo_server(&pki, &[]);
        let Some(mut client) = s_client(&pki, &uri, &[version]) else { return };
        let mut client = Program::start(&mut client);
        client.write("hello\n");
        client.line_with("hello");
        client.signal(Signal::SIGKILL);
        let error = server.error_line();
        assert!(error.contains("without sending TLS close_notify"), "{error}");
    }
}

// TLSS-40
#[test]
fn an_end_of_our_server_is_one_for_openssl() {
    for version in ["-tls1_2", "-tls1_3"] {
        let pki = Pki::new();
        let server = Program::example("http_server", &["127.0.0.1:0", "--cert", &pki.server]);
        let uri = server.listening();
        let Some(mut client) = s_client(&pki, &uri, &[version, "-quiet"]) else { return };
        let mut client = Program::start(&mut client);
        client.write("GET / HTTP/1.0\r\n\r\n");
        client.line_with("Hello world!");
        let ended = client.wait();
        assert!(!ended.stderr.contains(TRUNCATED), "{ended:?}");
        assert_eq!(ended.code, Some(0));
    }
}

// TLSS-40
#[test]
fn our_server_that_is_killed_is_truncation_for_openssl() {
    for version in ["-tls1_2", "-tls1_3"] {
        let pki = Pki::new();
        let (server, uri) = echo_server(&pki, &[]);
        let Some(mut client) = s_client(&pki, &uri, &[version]) else { return };
        let mut client = Program::start(&mut client);
        client.write("hello\n");
        client.line_with("hello");
        server.signal(Signal::SIGKILL);
        let ended = client.wait();
        assert!(ended.stderr.contains(TRUNCATED), "{ended:?}");
    }
}
