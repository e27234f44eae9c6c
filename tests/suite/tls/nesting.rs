//! TLS and DNS in either order.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceBuilder;
use tower_socket::{
    Connection, Incoming, TcpConnector,
    layers::{DnsLayer, TlsLayer, dns::FixedHosts},
};

use super::{Company, connect};

const NAME: &str = "www.example.com";

fn hosts() -> DnsLayer {
    DnsLayer::new(FixedHosts::new().with(NAME, [[127, 0, 0, 1]]))
}

/// Asks for a page as INT-01 does.
async fn get(mut connection: Connection) -> String {
    connection.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    connection.flush().await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert_eq!(connection.read(&mut [0]).await.unwrap(), 0);
    answer
}

async fn answer(mut connection: Connection) {
    let mut request = [0; 18];
    connection.read_exact(&mut request).await.unwrap();
    connection.write_all(b"HTTP/1.0 200 OK\r\n\r\n").await.unwrap();
    connection.shutdown().await.unwrap();
}

async fn check<S>(company: &Company, connector: S)
where
    S: tower::Service<http::Uri, Response = Connection, Error = tower_socket::Error>,
{
    let (mut server, uri) = company.listen().await;
    let address = server.handle().address().unwrap();
    let named = uri.replace("127.0.0.1", NAME);
    let (client, accepted) = tokio::join!(connect(connector, &named), server.accept());
    let (client, accepted) = (client.unwrap(), accepted.unwrap().unwrap());
    assert_eq!(client.peer_address(), Some(address), "an address, not a name");
    assert_eq!(accepted.info().tls().unwrap().server_name(), Some(NAME));
    let (answer, ()) = tokio::join!(get(client), answer(accepted));
    assert!(answer.starts_with("HTTP/1.0"));
}

// INT-02
#[tokio::test]
async fn names_may_be_resolved_below_tls() {
    let company = Company::new(&[NAME]);
    let tls = TlsLayer::new(company.client.clone());
    let stack = ServiceBuilder::new().layer(tls).layer(hosts()).service(TcpConnector::new());
    check(&company, stack).await;
}

// TLSC-29, INT-03
#[tokio::test]
async fn names_may_be_resolved_above_tls() {
    let company = Company::new(&[NAME]);
    let tls = TlsLayer::new(company.client.clone());
    let stack = ServiceBuilder::new().layer(hosts()).layer(tls).service(TcpConnector::new());
    check(&company, stack).await;
}

#[tokio::test]
async fn the_wrong_name_is_found_in_either_order() {
    let company = Company::new(&["other.example.com", "127.0.0.1"]);
    let (mut server, uri) = company.listen().await;
    let uri = uri.replace("127.0.0.1", NAME);
    tokio::spawn(async move { while server.accept().await.is_some() {} });
    let tls = TlsLayer::new(company.client.clone());
    let below = ServiceBuilder::new().layer(tls.clone()).layer(hosts());
    let above = ServiceBuilder::new().layer(hosts()).layer(tls);
    for error in [
        connect(below.service(TcpConnector::new()), &uri).await.unwrap_err(),
        connect(above.service(TcpConnector::new()), &uri).await.unwrap_err(),
    ] {
        assert!(error.is_tls());
        assert!(error.to_string().contains("not valid for name"), "{error}");
        assert!(error.to_string().starts_with(&format!("connection to {uri} ")), "{error}");
    }
}
