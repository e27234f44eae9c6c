//! Which name a client asks for.

use http::Uri;
use tower::{ServiceBuilder, service_fn};
use tower_layer::Layer;
use tower_socket::{
    Connection, Error,
    layers::{
        TlsLayer,
        tls::{ClientTls, TlsAcceptor},
    },
};

use super::{Company, connect};

/// What the server hears, and whether the client believes it.
async fn asked_for(company: &Company, client: &ClientTls, uri: &str) -> (Option<String>, bool) {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let mut near = Some(near);
    let below = service_fn(move |_: Uri| {
        std::future::ready(Ok::<_, Error>(Connection::from(near.take().unwrap())))
    });
    let connector = TlsLayer::new(client.clone()).layer(below);
    let accept = tower::ServiceExt::oneshot(TlsAcceptor::new(company.server.clone()), far.into());
    let (client, server) = tokio::join!(connect(connector, uri), accept);
    let heard = server.ok().and_then(|c| c.info().tls()?.server_name().map(str::to_owned));
    (heard, client.is_ok())
}

// TLSC-22, TLSC-27
#[tokio::test]
async fn the_host_is_asked_for_and_verified() {
    let company = Company::new(&["foo.example"]);
    let heard = asked_for(&company, &company.client, "tls://foo.example:443").await;
    assert_eq!(heard, (Some("foo.example".to_owned()), true));
    let (_, believed) = asked_for(&company, &company.client, "tls://bar.example:443").await;
    assert!(!believed);
}

#[tokio::test]
async fn case_and_a_final_dot_make_no_difference() {
    let company = Company::new(&["foo.example"]);
    for uri in ["tls://FOO.example:443", "tls://foo.example.:443"] {
        assert!(asked_for(&company, &company.client, uri).await.1, "{uri}");
    }
}

// TLSC-22, TLSC-27
#[tokio::test]
async fn the_parameter_hostname_comes_before_the_host() {
    let company = Company::new(&["foo.example"]);
    let uri = "tls://127.0.0.1:443?hostname=foo.example";
    let heard = asked_for(&company, &company.client, uri).await;
    assert_eq!(heard, (Some("foo.example".to_owned()), true));
    let uri = "tls://foo.example:443?hostname=bar.example";
    assert!(!asked_for(&company, &company.client, uri).await.1);
}

// TLSC-21, TLSC-22
#[tokio::test]
async fn the_configured_name_comes_before_everything() {
    let company = Company::new(&["foo.example"]);
    let client = company.trusting().server_name("foo.example").build().unwrap();
    for uri in ["tls://bar.example:1", "tls://127.0.0.1:1?hostname=bar.example", "unix://2f61"] {
        let heard = asked_for(&company, &client, uri).await;
        assert_eq!(heard, (Some("foo.example".to_owned()), true), "{uri}");
    }
}

// TLSC-22
#[tokio::test]
async fn an_address_is_verified_as_one_and_not_told() {
    let company = Company::new(&["127.0.0.1", "::1"]);
    for uri in ["tls://127.0.0.1:443", "tls://[::1]:443", "tls://foo:443?hostname=::1"] {
        assert_eq!(asked_for(&company, &company.client, uri).await, (None, true), "{uri}");
    }
    assert!(!asked_for(&company, &company.client, "tls://127.0.0.2:443").await.1);
}

// TLSS-30
#[tokio::test]
async fn both_sides_can_see_what_was_agreed_on() {
    let company = Company::new(&["foo.example"]);
    let client = company.trusting().alpn(["h2"]).build().unwrap();
    let mut config = (*company.server.config()).clone();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = ServiceBuilder::new().service(TlsAcceptor::new(config.into()));
    let (near, far) = tokio::io::duplex(64 * 1024);
    let mut near = Some(near);
    let below = service_fn(move |_: Uri| {
        std::future::ready(Ok::<_, Error>(Connection::from(near.take().unwrap())))
    });
    let connector = TlsLayer::new(client).layer(below);
    let accept = tower::ServiceExt::oneshot(acceptor, far.into());
    let (client, server) = tokio::join!(connect(connector, "tls://foo.example:443"), accept);
    let (client, server) = (client.unwrap(), server.unwrap());
    for tls in [client.info().tls().unwrap(), server.info().tls().unwrap()] {
        assert_eq!(tls.alpn_protocol(), Some(&b"h2"[..]));
        assert_eq!(tls.server_name(), Some("foo.example"));
        assert_eq!(tls.version(), Some(rustls::ProtocolVersion::TLSv1_3));
        assert!(tls.cipher_suite().is_some() && !tls.is_resumed());
    }
    assert_eq!(client.info().tls().unwrap().peer_certificates().len(), 1);
    assert!(server.info().tls().unwrap().peer_certificates().is_empty());
}
