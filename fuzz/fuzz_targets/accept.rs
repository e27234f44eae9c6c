//! Whatever a client may send in place of its TLS handshake: an error, never a
//! connection, and never a panic.

#![no_main]

use std::{sync::OnceLock, time::Duration};

use libfuzzer_sys::fuzz_target;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    runtime::{Builder, Runtime},
    time::timeout,
};
use tower::ServiceExt;
use tower_socket::{
    Connection,
    layers::{
        TlsAcceptor,
        tls::{Identity, ServerTls},
    },
};

/// A handshake whose bytes have all come does not wait for anything.
const PATIENCE: Duration = Duration::from_secs(5);

fuzz_target!(|bytes: &[u8]| {
    runtime().block_on(async {
        let (mut client, server) = duplex(1 << 20);
        client.write_all(bytes).await.unwrap();
        client.shutdown().await.unwrap();
        let handshake = TlsAcceptor::new(tls()).oneshot(Connection::from(server));
        let ended = timeout(PATIENCE, handshake).await.expect("the handshake waits for nothing");
        assert!(ended.is_err(), "nobody can know the keys of both sides");
        let _ = client.read_to_end(&mut Vec::new()).await;
    });
});

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_current_thread().enable_time().build().unwrap())
}

fn tls() -> ServerTls {
    static TLS: OnceLock<ServerTls> = OnceLock::new();
    let make = || {
        let signed = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let identity = Identity::pem(signed.cert.pem(), signed.signing_key.serialize_pem());
        ServerTls::builder().identity(identity).build().unwrap()
    };
    TLS.get_or_init(make).clone()
}
