use std::{
    future::{Ready, ready},
    io,
    net::TcpListener,
    time::Duration,
};

use http::Uri;
use tower::{
    Layer, Service, ServiceBuilder, ServiceExt, buffer::BufferLayer, limit::ConcurrencyLimitLayer,
    load_shed::LoadShedLayer, service_fn,
};
#[cfg(feature = "tls")]
use tower_socket::layers::tls::TlsLayer;
#[cfg(feature = "dns")]
use tower_socket::layers::{
    DnsLayer,
    dns::{Answer, FixedHosts, resolve_fn},
};
use tower_socket::{
    BoxError, Connection, Connector, Error, ErrorKind, TcpConnector, UnixConnector,
    layers::{FixedUriLayer, LimitLayer, TimeoutLayer},
};

const LIMIT: Duration = Duration::from_secs(60);
const NAME: &str = "tcp://example.com:80";
const SAID: &str = r#"invalid URI "tcp://example.com:80": "example.com" is a host name, not a valid host IP (EINVAL)"#;

async fn mistake<S>(connector: S, uri: &str) -> Error
where
    S: Service<Uri, Response = Connection>,
    S::Error: Into<BoxError>,
{
    let error = connector.oneshot(uri.parse().unwrap()).await.unwrap_err();
    let error = Error::from(error.into());
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    error
}

/// A connector that nothing must come to.
fn untouched(uri: Uri) -> Ready<Result<Connection, Error>> {
    ready(
        Err(io::Error::other(format!("called with {uri}")))
            .map_err(|e| Error::from(BoxError::from(e))),
    )
}

// GEN-02
#[tokio::test]
async fn a_mistake_passes_our_layers_untouched() {
    let tcp = TcpConnector::new();
    assert_eq!(mistake(tcp.clone(), NAME).await.to_string(), SAID);
    let timeout = TimeoutLayer::new(LIMIT).layer(tcp.clone());
    assert_eq!(mistake(timeout, NAME).await.to_string(), SAID);
    let limit = LimitLayer::new(1).layer(tcp.clone());
    assert_eq!(mistake(limit, NAME).await.to_string(), SAID);
    let fixed = TimeoutLayer::new(LIMIT).layer(FixedUriLayer::new(NAME).unwrap().layer(tcp));
    assert_eq!(mistake(fixed, "tcp://127.0.0.1:80").await.to_string(), SAID);
}

// GEN-02
#[tokio::test]
async fn a_mistake_passes_towers_layers_untouched() {
    let stack = ServiceBuilder::new()
        .timeout(LIMIT)
        .layer(BufferLayer::new(8))
        .layer(LoadShedLayer::new())
        .layer(ConcurrencyLimitLayer::new(1))
        .map_response(|connection: Connection| connection)
        .service(TcpConnector::new());
    assert_eq!(mistake(stack.clone(), NAME).await.to_string(), SAID);
    assert_eq!(mistake(Connector::from_service(stack), NAME).await.to_string(), SAID);
}

#[tokio::test]
async fn connectors_send_nothing_for_a_mistake() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    for scheme in ["tls", "https", "unix", "x"] {
        mistake(TcpConnector::new(), &format!("{scheme}://{address}")).await;
    }
    for scheme in ["tcp", "tls", "x"] {
        mistake(UnixConnector::new(), &format!("{scheme}://{address}")).await;
    }
    assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[cfg(feature = "dns")]
#[tokio::test]
async fn dns_finds_a_mistake_before_it_asks() {
    async fn asked(name: tower_socket::layers::dns::Name) -> Result<Answer, BoxError> {
        Err(format!("asked for {name}").into())
    }
    let dns = DnsLayer::new(resolve_fn(asked)).layer(service_fn(untouched));
    for uri in ["tcp://example.com", "tcp://example.com:0", "tcp://exa$mple:80", "unix://path"] {
        mistake(dns.clone(), uri).await;
    }
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn tls_finds_a_mistake_before_it_connects() {
    let tls = TlsLayer::default().layer(service_fn(untouched));
    for uri in [
        "tls://example.com",
        "tls://example.com:0",
        "tls://-example-.com:443",
        "tls://127.0.0.1:443?hostname=-",
        "unix://2f746d702f78",
        "x://example.com:443",
    ] {
        mistake(tls.clone(), uri).await;
    }
}

#[tokio::test]
async fn the_facade_finds_a_mistake_before_it_connects() {
    let builder =
        Connector::builder().tcp_service(service_fn(untouched)).unix_service(service_fn(untouched));
    #[cfg(feature = "dns")]
    let builder = {
        let dns = FixedHosts::new().with("example.com", [[127, 0, 0, 1]]);
        builder.dns(DnsLayer::new(dns))
    };
    let connector = builder.build();
    for uri in [
        "example.com",
        "tcp://example.com:99999",
        "tls://:443",
        "tls://example.com:0",
        "x://example.com:80",
    ] {
        let error = connector.connect(uri).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    let error = connector.connect("tcp://127.0.0.1:80").await.unwrap_err();
    assert!(error.to_string().contains("called with tcp://127.0.0.1:80"), "{error}");
}

#[test]
fn a_fixed_uri_is_checked_before_there_is_a_stack() {
    for uri in ["tcp://example.com:99999", "tcp://", "unix://"] {
        assert!(FixedUriLayer::new(uri).unwrap_err().is_invalid_input());
    }
}
