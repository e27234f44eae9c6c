//! STARTTLS in IMAP, with Dovecot.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tower_socket::{Connection, Connector, layers::tls::StartTls};

use crate::{
    peers::{PASSWORD, Peer},
    support::{HOST, Pki, Program},
    web::{client_tls, example},
};

/// Up to the line that answers this.
async fn ask(imap: &mut BufReader<Connection>, command: &str) -> Vec<String> {
    imap.write_all(format!("a {command}\r\n").as_bytes()).await.unwrap();
    imap.flush().await.unwrap();
    let mut lines = vec![];
    while lines.last().is_none_or(|line: &String| !line.starts_with("a ")) {
        let mut line = String::new();
        assert_ne!(imap.read_line(&mut line).await.unwrap(), 0, "{lines:?}");
        lines.push(line);
    }
    lines
}

/// A dialogue that has come to where TLS begins.
async fn agreed(dovecot: &Peer) -> BufReader<Connection> {
    let connection = Connector::new().connect(dovecot.authority()).await.unwrap();
    let mut imap = BufReader::new(connection);
    let answer = ask(&mut imap, "STARTTLS").await;
    assert!(answer.last().unwrap().starts_with("a OK "), "{answer:?}");
    imap
}

fn start_tls(pki: &Pki) -> StartTls {
    StartTls::client(client_tls(pki).build().unwrap(), HOST).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialogue_goes_on_in_tls_after_starttls() {
    let Some(dovecot) = Peer::dovecot() else { return };
    let login = format!("LOGIN somebody {PASSWORD}");

    let imap = agreed(&dovecot).await;
    let before = imap.get_ref().info().id();
    let mut imap = BufReader::new(start_tls(&dovecot.pki).upgrade(imap).await.unwrap());
    assert_eq!(imap.get_ref().info().id(), before);
    assert!(imap.get_ref().info().tls().is_some());
    assert!(ask(&mut imap, &login).await.last().unwrap().contains("Logged in"));
    let selected = ask(&mut imap, "SELECT INBOX").await;
    assert!(selected.iter().any(|line| line == "* 0 EXISTS\r\n"), "{selected:?}");

    let error = start_tls(&Pki::new()).upgrade(agreed(&dovecot).await).await.unwrap_err();
    assert!(error.is_tls());
    assert!(error.to_string().contains("invalid peer certificate"), "{error}");

    let (port, root) = (dovecot.port.to_string(), dovecot.pki.root.clone());
    let printed = tokio::task::spawn_blocking(move || {
        let arguments = [HOST, &port, "somebody", PASSWORD, &root];
        Program::run(example("imap_client").args(arguments), "").success()
    });
    let printed = printed.await.unwrap();
    assert!(printed.contains("TLSv1_3") && printed.contains("INBOX"), "{printed}");
}
