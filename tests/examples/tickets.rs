//! Sessions that go from one process to another.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower_socket::{
    Connector,
    layers::tls::{ClientTls, Roots, TLS12, TLS13},
};

use crate::support::{Pki, Program, certificates::file, command};

/// Whether a client that has been at a server with the first secret resumes its
/// session at one with the other.
async fn resumes(secrets: [u8; 2], tls: ClientTls, pki: &Pki) -> bool {
    let connector = Connector::builder().tls(tls).build();
    let mut resumed = false;
    for secret in secrets {
        let secret = file(&pki.directory, "secret", [secret; 32]);
        let options = ["127.0.0.1:0", "--cert", &pki.server, "--ticket-key", &secret];
        let server = Program::example("echo_server", &options);
        let mut connection = connector.connect(server.listening()).await.unwrap();
        // The ticket comes before the answer.
        connection.write_all(b"?").await.unwrap();
        connection.flush().await.unwrap();
        connection.read_u8().await.unwrap();
        resumed = connection.info().tls().unwrap().is_resumed();
    }
    resumed
}

fn clients(pki: &Pki) -> [ClientTls; 2] {
    [&TLS12, &TLS13].map(|version| {
        let roots = Roots::none().pem_file(&pki.root);
        ClientTls::builder().roots(roots).versions(&[version]).build().unwrap()
    })
}

#[tokio::test]
async fn a_session_begun_at_one_process_resumes_at_another_with_the_same_secret() {
    let pki = Pki::new();
    for tls in clients(&pki) {
        assert!(resumes([1, 1], tls, &pki).await);
    }
}

#[tokio::test]
async fn a_session_does_not_resume_where_the_secret_is_another() {
    let pki = Pki::new();
    for tls in clients(&pki) {
        assert!(!resumes([1, 2], tls, &pki).await);
    }
}

#[test]
fn a_secret_of_another_length_is_refused() {
    let pki = Pki::new();
    let short = file(&pki.directory, "secret", [1; 31]);
    let mut server = command("echo_server");
    server.args(["127.0.0.1:0", "--cert", &pki.server, "--ticket-key", &short]);
    let error = Program::run(&mut server, "").failure();
    assert_eq!(error, format!("\"{short}\" is not 32 bytes long\n"));
}
