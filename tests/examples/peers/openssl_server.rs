use nix::sys::signal::Signal;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    runtime::Runtime,
};
use tower_socket::{
    BoxError, Connector,
    layers::tls::{ClientTls, Roots},
};

use crate::support::{Pki, Program, command, program};

/// `openssl s_server`, which sends every line back in reverse.
fn s_server(pki: &Pki, options: &[&str]) -> Option<(Program, String)> {
    start(pki, &[&["-rev"], options].concat())
}

fn start(pki: &Pki, options: &[&str]) -> Option<(Program, String)> {
    let mut openssl = program("openssl")?;
    openssl.args(["s_server", "-accept", "127.0.0.1:0", "-cert", &pki.server]);
    let server = Program::start(openssl.args(options));
    let line = server.line_with("ACCEPT ");
    let uri = line.replace("ACCEPT ", "tls://");
    Some((server, uri))
}

fn assert_speaks(option: &str, version: &str) {
    let pki = Pki::new();
    let Some((_server, uri)) = s_server(&pki, &[option]) else { return };
    let mut netcat = command("netcat");
    netcat.args([&uri, "--cafile", &pki.root, "--verbose"]);
    let netcat = Program::run(&mut netcat, "hello\n");
    assert!(netcat.stderr.contains(&format!(" ms, {version}, TLS")), "{netcat:?}");
    assert_eq!(netcat.success(), "olleh\n");
}

#[test]
fn our_client_speaks_tls_1_2_to_openssl() {
    assert_speaks("-tls1_2", "TLSv1.2");
}

#[test]
fn our_client_speaks_tls_1_3_to_openssl() {
    assert_speaks("-tls1_3", "TLSv1.3");
}

fn assert_shows_its_certificate(option: &str) {
    let pki = Pki::new();
    let options = [option, "-Verify", "1", "-verify_return_error", "-CAfile", &pki.root];
    let Some((_server, uri)) = s_server(&pki, &options) else { return };
    let netcat = |options: &[&str]| {
        let mut netcat = command("netcat");
        Program::run(netcat.args([&uri, "--cafile", &pki.root]).args(options), "hello\n")
    };
    assert_eq!(netcat(&["--cert", &pki.client]).success(), "olleh\n");
    let error = netcat(&[]).failure();
    assert!(error.contains("fatal alert: "), "{error}");
}

#[test]
fn our_client_shows_its_certificate_to_openssl_over_tls_1_2() {
    assert_shows_its_certificate("-tls1_2");
}

#[test]
fn our_client_shows_its_certificate_to_openssl_over_tls_1_3() {
    assert_shows_its_certificate("-tls1_3");
}

/// Whether the session of an earlier connection went on.
async fn is_resumed(connector: &Connector, uri: &str) -> Result<bool, BoxError> {
    let mut connection = connector.connect(uri).await?;
    connection.write_all(b"ab\n").await?;
    connection.flush().await?;
    let mut answer = [0; 3];
    connection.read_exact(&mut answer).await?;
    assert_eq!(&answer, b"ba\n");
    Ok(connection.info().tls().expect("it is TLS").is_resumed())
}

fn assert_resumes(option: &str) {
    let pki = Pki::new();
    let Some((_server, uri)) = s_server(&pki, &[option]) else { return };
    let tls = ClientTls::builder().roots(Roots::none().pem_file(&pki.root)).build().unwrap();
    let connector = Connector::builder().tls(tls).build();
    Runtime::new().unwrap().block_on(async {
        assert!(!is_resumed(&connector, &uri).await.unwrap());
        assert!(is_resumed(&connector, &uri).await.unwrap());
    });
}

#[test]
fn our_client_resumes_a_tls_1_2_session_with_openssl() {
    assert_resumes("-tls1_2");
}

#[test]
fn our_client_resumes_a_tls_1_3_session_with_openssl() {
    assert_resumes("-tls1_3");
}

// TLSS-40
#[test]
fn an_end_of_openssl_is_one_for_our_client() {
    for version in ["-tls1_2", "-tls1_3"] {
        let pki = Pki::new();
        let Some((_server, uri)) = start(&pki, &["-www", version]) else { return };
        let mut client = Program::example("netcat", &[&uri, "--cafile", &pki.root]);
        client.write("GET / HTTP/1.0\r\n\r\n");
        let page = client.wait().success();
        assert!(page.starts_with("HTTP/1.0 200 ok\r\n"), "{page}");
    }
}

// TLSS-40
#[test]
fn openssl_that_is_killed_is_truncation_for_our_client() {
    for version in ["-tls1_2", "-tls1_3"] {
        let pki = Pki::new();
        let Some((server, uri)) = s_server(&pki, &[version]) else { return };
        let mut client = Program::example("netcat", &[&uri, "--cafile", &pki.root]);
        client.write("hello\n");
        assert_eq!(client.line(), "olleh");
        server.signal(Signal::SIGKILL);
        let error = client.wait().failure();
        assert!(error.contains("without sending TLS close_notify"), "{error}");
    }
}
