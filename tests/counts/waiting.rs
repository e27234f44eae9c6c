//! What a TLS server spends on clients that keep it waiting for their
//! ClientHello.

use std::{
    io::Write,
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use allocation_counter::measure;
use futures_util::FutureExt;
use tokio::{runtime::Builder, task::yield_now};
use tower_layer::Layer;
use tower_socket::{
    Incoming, TcpServer,
    layers::tls::{Identity, ServerTls, TlsAccept, TlsAcceptLayer},
};

const CLIENTS: usize = 20;
/// How much of it comes at a time.
const PART: usize = 50;
/// Below the limit by a byte.
const MOST: usize = 16 * 1024 - 1;
/// Robust servers spend no more on a stranger.
const KIB_20: i64 = 20 * 1024;

type Server = TlsAccept<TcpServer>;

fn tls() -> ServerTls {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let identity = Identity::pem(made.cert.pem(), made.signing_key.serialize_pem());
    ServerTls::builder().identity(identity).build().unwrap()
}

async fn listen() -> (Server, SocketAddr) {
    let layer = TlsAcceptLayer::new(tls()).slots(2 * CLIENTS);
    let layer = layer.handshake_timeout(Duration::from_secs(3600));
    let server = layer.layer(TcpServer::bind("127.0.0.1:0").await.unwrap());
    let address = server.handle().address().unwrap().socket_addr().unwrap();
    (server, address)
}

/// Until all of them are accepted and have had this much read in all.
async fn settle(server: &mut Server, clients: usize, bytes: usize) {
    let handle = server.handle();
    loop {
        let open = handle.connections().list();
        let read: u64 = open.iter().map(|info| info.bytes_read()).sum();
        if open.len() == clients && read == bytes as u64 {
            return;
        }
        assert!(server.accept().now_or_never().is_none());
        yield_now().await;
    }
}

async fn come(server: &mut Server, address: SocketAddr, clients: &mut Vec<TcpStream>, sent: &[u8]) {
    let client = TcpStream::connect(address).unwrap();
    client.set_nodelay(true).unwrap();
    clients.push(client);
    let before = (clients.len() - 1) * sent.len();
    settle(server, clients.len(), before).await;
    let mut bytes = before;
    for part in sent.chunks(PART) {
        clients.last_mut().unwrap().write_all(part).unwrap();
        bytes += part.len();
        settle(server, clients.len(), bytes).await;
    }
}

/// Bytes of memory for each client that dribbles this.
fn per_client(sent: &[u8]) -> i64 {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (mut server, address) = runtime.block_on(listen());
    let mut clients = Vec::with_capacity(CLIENTS + 1);
    // What is made once is not theirs.
    runtime.block_on(come(&mut server, address, &mut clients, sent));
    let spent = measure(|| {
        for _ in 0..CLIENTS {
            runtime.block_on(come(&mut server, address, &mut clients, sent));
        }
    });
    spent.bytes_current / CLIENTS as i64
}

/// The beginning of a ClientHello of 60,000 bytes, in records of so many.
fn endless(record: u16, length: usize) -> Vec<u8> {
    let message = [1, 0, 0xea, 0x60].into_iter().chain([0; 60_000]).collect::<Vec<u8>>();
    let records = message.chunks_exact(record.into()).flat_map(|part| {
        let [high, low] = record.to_be_bytes();
        [&[22, 3, 1, high, low], part].concat()
    });
    records.take(length).collect()
}

fn assert_spends_little(what: &str, sent: &[u8]) {
    let bytes = per_client(sent);
    println!("{what}: {bytes} bytes");
    assert!((1..=KIB_20).contains(&bytes), "{what}: {bytes} bytes");
}

#[test]
fn a_silent_client_costs_at_most_20_kib() {
    assert_spends_little("silent", &[]);
}

#[test]
fn a_client_that_has_sent_one_byte_costs_at_most_20_kib() {
    assert_spends_little("one byte", &[22]);
}

#[test]
fn a_client_that_dribbles_costs_at_most_20_kib() {
    assert_spends_little("1,000 bytes", &endless(16_384, 1_000));
}

#[test]
fn a_client_that_dribbles_up_to_the_limit_costs_at_most_20_kib() {
    assert_spends_little("16,383 bytes", &endless(16_384, MOST));
}

#[test]
fn a_client_that_dribbles_tiny_records_costs_at_most_20_kib() {
    assert_spends_little("16,383 bytes in records of one", &endless(1, MOST));
}
