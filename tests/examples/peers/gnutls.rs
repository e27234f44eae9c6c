use crate::support::{HOST, Pki, Program, port, program};

fn assert_speaks(version: &str, shown: &str) {
    let Some(mut gnutls) = program("gnutls-cli") else { return };
    let pki = Pki::new();
    let server = Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let uri = server.listening();
    let priority = format!("NORMAL:-VERS-ALL:+{version}");
    gnutls.args(["--port", port(&uri), "--x509cafile", &pki.root, "--priority", &priority, HOST]);

    let mut client = Program::start(&mut gnutls);
    client.write("hello\n");
    client.line_with(&format!("- Description: ({shown}"));
    while client.line() != "hello" {}
    client.end().success();
    server.line_with("disconnected");
}

#[test]
fn gnutls_speaks_tls_1_2_to_our_server() {
    assert_speaks("VERS-TLS1.2", "TLS1.2");
}

#[test]
fn gnutls_speaks_tls_1_3_to_our_server() {
    assert_speaks("VERS-TLS1.3", "TLS1.3");
}

#[test]
fn gnutls_resumes_a_session_with_our_server() {
    let Some(mut gnutls) = program("gnutls-cli") else { return };
    let pki = Pki::new();
    let server = Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let uri = server.listening();
    gnutls.args(["--port", port(&uri), "--x509cafile", &pki.root, "--resume", HOST]);
    let client = Program::start(&mut gnutls);
    client.line_with("*** This is a resumed session");
}
