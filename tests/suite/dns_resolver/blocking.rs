//! Lookups beside a blocking pool that has no thread left.

use std::sync::mpsc;

use tokio::{
    runtime::Builder,
    task::{JoinHandle, spawn_blocking},
};
use tower_socket::layers::dns::{DnsResolver, Records};

use super::addresses;
use crate::support::name_server::NameServer;

/// A runtime with one thread for what blocks.
fn with_one_thread(test: impl Future<Output = ()>) {
    Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap()
        .block_on(test);
}

/// Takes that thread until the sender is dropped.
fn occupy() -> (mpsc::Sender<()>, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel();
    (sender, spawn_blocking(move || receiver.recv().unwrap_or_default()))
}

#[test]
fn need_no_thread_with_servers_given() {
    with_one_thread(async {
        let server = NameServer::with_addresses(60, &["192.0.2.1"]).await;
        let resolver = DnsResolver::with_servers([server.address()]).no_hosts_file();
        let (sender, occupied) = occupy();
        assert_eq!(addresses(&resolver, "example.com", Records::A).await, ["192.0.2.1"]);
        assert!(!occupied.is_finished());
        drop(sender);
    });
}

#[test]
fn need_no_thread_once_the_files_are_read() {
    with_one_thread(async {
        let server = NameServer::with_addresses(60, &["192.0.2.1"]).await;
        let directory = tempfile::tempdir().unwrap();
        let hosts = directory.path().join("hosts");
        std::fs::write(&hosts, "192.0.2.7 box.example\n").unwrap();
        let resolver = DnsResolver::with_servers([server.address()]).hosts_file(hosts);
        assert_eq!(addresses(&resolver, "one.example", Records::A).await, ["192.0.2.1"]);

        let (sender, occupied) = occupy();
        for (name, address) in [("two.example", "192.0.2.1"), ("box.example", "192.0.2.7")] {
            assert_eq!(addresses(&resolver, name, Records::A).await, [address]);
        }
        assert!(!occupied.is_finished());
        drop(sender);
    });
}
