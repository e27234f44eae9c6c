//! What a connection says, and what stays of it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};
use tower::{Service, ServiceExt, timeout::Timeout};
use tower_socket::{Address, Connection, Incoming};

use super::{Company, talk, upgrade};
use crate::support::{Drops, pair_at, pairs, tcp_pair, tcp_server};

async fn smtp_client(company: &Company, connection: Connection) -> String {
    let mut smtp = BufReader::new(connection);
    assert_eq!(talk(&mut smtp, "").await, "220 mail.example.com\r\n");
    assert_eq!(talk(&mut smtp, "EHLO client\r\n").await, "250 STARTTLS\r\n");
    assert_eq!(talk(&mut smtp, "STARTTLS\r\n").await, "220 go ahead\r\n");
    let connection = company.start_client("mail.example.com").upgrade(smtp).await.unwrap();
    let mut smtp = BufReader::new(connection);
    talk(&mut smtp, "EHLO client\r\n").await
}

async fn smtp_server(company: &Company, connection: Connection) {
    let mut smtp = BufReader::new(connection);
    assert_eq!(talk(&mut smtp, "220 mail.example.com\r\n").await, "EHLO client\r\n");
    assert_eq!(talk(&mut smtp, "250 STARTTLS\r\n").await, "STARTTLS\r\n");
    smtp.write_all(b"220 go ahead\r\n").await.unwrap();
    let connection = company.start_server().upgrade(smtp).await.unwrap();
    let mut smtp = BufReader::new(connection);
    assert_eq!(talk(&mut smtp, "").await, "EHLO client\r\n");
    smtp.write_all(b"250 AUTH PLAIN\r\n").await.unwrap();
    smtp.shutdown().await.unwrap();
}

#[tokio::test]
async fn smtp_changes_over() {
    let company = Company::new(&["mail.example.com"]);
    for (client, server) in pairs().await {
        let client = smtp_client(&company, client);
        let (answer, ()) = tokio::join!(client, smtp_server(&company, server));
        assert_eq!(answer, "250 AUTH PLAIN\r\n");
    }
}

#[tokio::test]
async fn imap_changes_over() {
    let company = Company::new(&["mail.example.com"]);
    let (client, server) = tcp_pair().await;
    let client = async {
        let mut imap = BufReader::new(client);
        assert_eq!(talk(&mut imap, "").await, "* OK IMAP4rev2\r\n");
        assert_eq!(talk(&mut imap, "a1 STARTTLS\r\n").await, "a1 OK begin\r\n");
        let imap = company.start_client("mail.example.com").upgrade(imap).await.unwrap();
        talk(&mut BufReader::new(imap), "a2 NOOP\r\n").await
    };
    let server = async {
        let mut imap = BufReader::new(server);
        assert_eq!(talk(&mut imap, "* OK IMAP4rev2\r\n").await, "a1 STARTTLS\r\n");
        imap.write_all(b"a1 OK begin\r\n").await.unwrap();
        let mut imap = BufReader::new(company.start_server().upgrade(imap).await.unwrap());
        assert_eq!(talk(&mut imap, "").await, "a2 NOOP\r\n");
        imap.write_all(b"a2 OK\r\n").await.unwrap();
        imap.shutdown().await.unwrap();
    };
    let (answer, ()) = tokio::join!(client, server);
    assert_eq!(answer, "a2 OK\r\n");
}

// ENC-03
#[tokio::test]
async fn what_was_written_before_goes_out_in_plain_text_first() {
    let company = Company::new(&["mail.example.com"]);
    let (mut client, server) = tcp_pair().await;
    let mut server = BufReader::new(BufWriter::new(server));
    server.write_all(b"220 go ahead\r\n").await.unwrap();
    assert_eq!(server.get_ref().buffer(), b"220 go ahead\r\n");
    let client = async {
        let mut line = [0; 14];
        client.read_exact(&mut line).await.unwrap();
        assert_eq!(&line, b"220 go ahead\r\n");
        company.start_client("mail.example.com").upgrade(client).await
    };
    let start = company.start_server();
    let (client, server) = tokio::join!(client, start.upgrade(server));
    assert!(client.is_ok() && server.is_ok());
}

#[tokio::test]
async fn it_stays_the_same_connection() {
    let company = Company::new(&["mail.example.com"]);
    let mut listening = tcp_server().await;
    let registry = listening.handle().connections().clone();
    let drops = Drops::default();
    let (mut client, server) = pair_at(&mut listening).await;
    client.hold(drops.counted());
    let (client_id, server_id) = (client.info().id(), server.info().id());
    let (client, server) = upgrade(&company, client, server).await;
    let (client, server) = (client.unwrap(), server.unwrap());
    assert_eq!((client.info().id(), server.info().id()), (client_id, server_id));
    assert_eq!(client.info().tls().unwrap().server_name(), Some("mail.example.com"));
    assert!(matches!(server.peer_address(), Some(Address::Tls(_))));
    assert_eq!((registry.len(), drops.count()), (1, 0));
    drop((client, server));
    assert_eq!((registry.len(), drops.count()), (0, 1));
}

#[tokio::test]
async fn layers_of_tower_go_around_it() {
    let company = Company::new(&["mail.example.com"]);
    let (client, server) = tcp_pair().await;
    let in_time = |start| Timeout::new(start, Duration::from_secs(60));
    let mut start = in_time(company.start_client("mail.example.com"));
    let client = start.ready().await.unwrap().call(client);
    let server = in_time(company.start_server()).oneshot(server);
    let (client, server) = tokio::join!(client, server);
    assert!(client.unwrap().info().tls().is_some());
    assert!(server.unwrap().info().tls().is_some());
}
