//! A proxy hands on each end.

use std::{io, net::Shutdown};

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    task::JoinHandle,
};
use tower_socket::Connection;

use super::Ends;

/// Two connections, and what copies between them.
struct Proxied {
    client: Connection,
    server: Connection,
    proxy: JoinHandle<io::Result<(u64, u64)>>,
}

async fn proxied(front: Ends, back: Ends) -> Proxied {
    let (mut front_end, mut back_end) = (front.other, back.one);
    let proxy =
        tokio::spawn(async move { copy_bidirectional(&mut front_end, &mut back_end).await });
    Proxied { client: front.one, server: back.other, proxy }
}

/// TLS before plain TCP, and the other way round.
async fn both() -> [Proxied; 2] {
    let ([one_tls, other_tls], [one_tcp, other_tcp]) = (Ends::tls().await, Ends::tcp().await);
    [proxied(one_tls, one_tcp).await, proxied(other_tcp, other_tls).await]
}

// CONN-33
#[tokio::test]
async fn each_half_ends_on_its_own_through_a_proxy() {
    for Proxied { mut client, mut server, proxy } in both().await {
        let mut text = Vec::new();
        client.write_all(b"request").await.unwrap();
        client.shutdown().await.unwrap();
        server.read_to_end(&mut text).await.unwrap();
        server.write_all(b" and answer").await.unwrap();
        server.shutdown().await.unwrap();
        client.read_to_end(&mut text).await.unwrap();
        assert_eq!(text, b"request and answer");
        assert_eq!(proxy.await.unwrap().unwrap(), (7, 11));
    }
}

#[tokio::test]
async fn a_proxy_learns_of_truncation() {
    for Proxied { client, server, proxy } in both().await {
        let secure = if client.info().tls().is_some() { &client } else { &server };
        SockRef::from(secure.tcp().unwrap()).shutdown(Shutdown::Write).unwrap();
        let error = proxy.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{error}");
    }
}
