//! What the two sides agree on.

use std::sync::Arc;

use rustls::{CipherSuite, HandshakeKind, ProtocolVersion, crypto::CryptoProvider};
use tower_socket::{
    ErrorKind,
    layers::tls::{ClientTls, ServerTls, TLS12, TLS13},
};

use super::{identity, server, trusting};
use crate::support::{
    certificates::Authority,
    handshake::{handshake, provider, verdict},
};

const NAME: &str = "foo.example";

// TLSS-25
#[tokio::test]
async fn tls_13_is_the_default() {
    let authority = Authority::new();
    let client = trusting(&authority).build().unwrap();
    let (client, _) = handshake(&client, NAME, &server(&authority.leaf(&[NAME]))).await;
    assert_eq!(client.unwrap().protocol_version(), Some(ProtocolVersion::TLSv1_3));
}

// TLSC-25, ENC-05
#[tokio::test]
async fn a_client_may_be_held_to_tls_12() {
    let authority = Authority::new();
    let client = trusting(&authority).versions(&[&TLS12]).build().unwrap();
    let (client, _) = handshake(&client, NAME, &server(&authority.leaf(&[NAME]))).await;
    assert_eq!(client.unwrap().protocol_version(), Some(ProtocolVersion::TLSv1_2));
}

// TLSS-26, ENC-05
#[tokio::test]
async fn a_server_may_be_held_to_tls_12() {
    let authority = Authority::new();
    let client = trusting(&authority).build().unwrap();
    let server = ServerTls::builder().identity(identity(&authority.leaf(&[NAME])));
    let server = server.versions(&[&TLS12]).build().unwrap();
    let (client, _) = handshake(&client, NAME, &server).await;
    assert_eq!(client.unwrap().protocol_version(), Some(ProtocolVersion::TLSv1_2));
}

// TLSS-28
#[tokio::test]
async fn without_a_common_version_both_sides_fail() {
    let authority = Authority::new();
    let client = trusting(&authority).versions(&[&TLS12]).build().unwrap();
    let server = ServerTls::builder().identity(identity(&authority.leaf(&[NAME])));
    let server = server.versions(&[&TLS13]).build().unwrap();
    let (client, server) = handshake(&client, NAME, &server).await;
    assert!(client.is_err() && server.is_err());
}

#[tokio::test]
async fn cipher_suites_are_chosen_by_name() {
    let authority = Authority::new();
    let suite = CipherSuite::TLS13_CHACHA20_POLY1305_SHA256;
    let client = trusting(&authority).cipher_suites(&[suite]).build().unwrap();
    let (client, _) = handshake(&client, NAME, &server(&authority.leaf(&[NAME]))).await;
    assert_eq!(client.unwrap().negotiated_cipher_suite().unwrap().suite(), suite);
}

#[test]
fn a_cipher_suite_that_the_provider_lacks_is_named() {
    let suites = [CipherSuite::TLS13_AES_128_CCM_SHA256];
    let error = ClientTls::builder().cipher_suites(&suites).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("TLS13_AES_128_CCM_SHA256"), "{error}");
}

#[test]
fn cipher_suites_have_to_fit_the_versions() {
    let builder = ClientTls::builder().versions(&[&TLS12]);
    let error = builder.cipher_suites(&[CipherSuite::TLS13_AES_256_GCM_SHA384]).build();
    assert!(error.unwrap_err().is_invalid_input());
}

// TLSS-30
#[tokio::test]
async fn alpn_takes_the_first_protocol_of_the_server_that_the_client_offers() {
    let authority = Authority::new();
    let client = trusting(&authority).alpn(["http/1.1", "h2"]).build().unwrap();
    let server = ServerTls::builder().identity(identity(&authority.leaf(&[NAME])));
    let server = server.alpn(["h2", "http/1.1"]).build().unwrap();
    let (client, accepted) = handshake(&client, NAME, &server).await;
    assert_eq!(client.unwrap().alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(accepted.unwrap().alpn_protocol(), Some(&b"h2"[..]));

    let other = trusting(&authority).alpn(["spdy"]).build().unwrap();
    assert!(verdict(&other, NAME, &server).await.unwrap_err().contains("NoApplicationProtocol"));
}

#[test]
fn an_alpn_protocol_has_1_to_255_bytes() {
    for name in [String::new(), "x".repeat(256)] {
        let error = ClientTls::builder().alpn([name]).build().unwrap_err();
        assert!(error.is_invalid_input(), "{error}");
    }
}

// TLSC-27
#[tokio::test]
async fn a_client_tells_the_server_the_name_unless_it_is_told_not_to() {
    let authority = Authority::new();
    let server = server(&authority.leaf(&[NAME]));
    for (sni, seen) in [(true, Some(NAME)), (false, None)] {
        let client = trusting(&authority).sni(sni).build().unwrap();
        let (_, accepted) = handshake(&client, NAME, &server).await;
        assert_eq!(accepted.unwrap().server_name(), seen);
    }
}

// TLSC-22
#[tokio::test]
async fn no_ip_address_is_told_to_the_server() {
    let authority = Authority::new();
    let client = trusting(&authority).build().unwrap();
    let server = server(&authority.leaf(&["127.0.0.1"]));
    let (_, accepted) = handshake(&client, "127.0.0.1", &server).await;
    assert_eq!(accepted.unwrap().server_name(), None);
}

#[test]
fn a_server_name_is_a_host_name_or_an_ip_address() {
    let error = ClientTls::builder().server_name("not a name").build().unwrap_err();
    assert!(error.is_invalid_input() && error.to_string().contains("\"not a name\""), "{error}");
}

#[cfg(feature = "aws-lc-rs")]
#[tokio::test]
async fn keys_are_exchanged_with_x25519mlkem768() {
    let authority = Authority::new();
    let client = trusting(&authority).build().unwrap();
    let (client, _) = handshake(&client, NAME, &server(&authority.leaf(&[NAME]))).await;
    let group = client.unwrap().negotiated_key_exchange_group().unwrap();
    assert_eq!(group.name(), rustls::NamedGroup::X25519MLKEM768);
}

/// Sixty-four at once, twice.
async fn resumed(server: &ServerTls, client: &ClientTls) -> usize {
    let mut resumed = 0;
    for _ in 0..2 {
        let all = (0..64).map(|_| handshake(client, NAME, server));
        let kinds = futures_util::future::join_all(all).await.into_iter();
        let kinds = kinds.map(|(client, _)| client.unwrap().handshake_kind());
        resumed = kinds.filter(|kind| *kind == Some(HandshakeKind::Resumed)).count();
    }
    resumed
}

#[tokio::test]
async fn sixty_four_connects_at_once_are_all_resumed() {
    let authority = Authority::new();
    let client = trusting(&authority).build().unwrap();
    assert_eq!(resumed(&server(&authority.leaf(&[NAME])), &client).await, 64);
}

#[tokio::test]
async fn tls_12_sessions_are_resumed_too() {
    let authority = Authority::new();
    let client = trusting(&authority).versions(&[&TLS12]).build().unwrap();
    assert_eq!(resumed(&server(&authority.leaf(&[NAME])), &client).await, 64);
}

#[tokio::test]
async fn without_tickets_nothing_is_resumed() {
    let authority = Authority::new();
    let server = ServerTls::builder().identity(identity(&authority.leaf(&[NAME])));
    let server = server.tickets(false).build().unwrap();
    for version in [&TLS12, &TLS13] {
        let client = trusting(&authority).versions(&[version]).build().unwrap();
        assert_eq!(resumed(&server, &client).await, 0);
    }
}

async fn works_with(provider: CryptoProvider) {
    let provider = Arc::new(provider);
    let authority = Authority::new();
    let client = trusting(&authority).provider(provider.clone()).build().unwrap();
    let server = ServerTls::builder().identity(identity(&authority.leaf(&[NAME])));
    let server = server.provider(provider).build().unwrap();
    assert_eq!(verdict(&client, NAME, &server).await, Ok(()));
}

#[cfg(feature = "aws-lc-rs")]
#[tokio::test]
async fn aws_lc_rs_works() {
    works_with(rustls::crypto::aws_lc_rs::default_provider()).await;
}

#[cfg(feature = "ring")]
#[tokio::test]
async fn ring_works() {
    works_with(rustls::crypto::ring::default_provider()).await;
}

#[tokio::test]
async fn a_ready_configuration_of_rustls_is_taken_as_it_is() {
    let authority = Authority::new();
    let leaf = authority.leaf(&[NAME]);
    let mut client = (*trusting(&authority).build().unwrap().config().unwrap()).clone();
    client.alpn_protocols = vec![b"mine".to_vec()];
    let key = leaf.key.serialize_der().try_into().unwrap();
    let mut ready = rustls::ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.certificate.der().clone()], key)
        .unwrap();
    ready.alpn_protocols = vec![b"mine".to_vec()];
    let server = ServerTls::from(ready);
    server.reload().unwrap();
    let (client, _) = handshake(&ClientTls::from(client), NAME, &server).await;
    assert_eq!(client.unwrap().alpn_protocol(), Some(&b"mine"[..]));
}
