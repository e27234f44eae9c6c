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
    let mut openssl = program("openssl")?;
    openssl.args(["s_server", "-accept", "127.0.0.1:0", "-cert", &pki.server, "-rev"]);
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
