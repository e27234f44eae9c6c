//! Whatever a trusted proxy may send in place of its header: an error, or a
//! connection on which not a byte behind the header is missing.

#![no_main]

use std::{net::SocketAddr, sync::OnceLock};

use libfuzzer_sys::fuzz_target;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    runtime::{Builder, Runtime},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_socket::{
    Address, BoxError, Connection, ConnectionInfo, ErrorKind,
    layers::proxy_protocol::{ReadProxyHeaderLayer, TrustedProxies},
};

const PROXY: ([u8; 4], u16) = ([127, 0, 0, 1], 50_000);

fuzz_target!(|bytes: &[u8]| {
    runtime().block_on(async {
        let (mut client, server) = duplex(1 << 20);
        client.write_all(bytes).await.unwrap();
        client.shutdown().await.unwrap();
        let proxy = Address::Tcp(SocketAddr::from(PROXY));
        let connection = Connection::new(server, ConnectionInfo::new(Some(proxy)));
        let handler = service_fn(async |connection: Connection| Ok::<_, BoxError>(connection));
        let layer = ReadProxyHeaderLayer::new(TrustedProxies::new([SocketAddr::from(PROXY).ip()]));
        match layer.layer(handler).oneshot(connection).await {
            Ok(connection) => behind_the_header(connection, bytes).await,
            Err(error) => {
                let error = error.downcast::<tower_socket::Error>().unwrap();
                assert_eq!(error.kind(), ErrorKind::ProxyHeader, "{error}");
            }
        }
    });
});

async fn behind_the_header(mut connection: Connection, bytes: &[u8]) {
    assert!(connection.info().proxy_header().is_some());
    let mut rest = Vec::new();
    connection.read_to_end(&mut rest).await.unwrap();
    assert!(rest.len() < bytes.len() && bytes.ends_with(&rest));
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_current_thread().build().unwrap())
}
