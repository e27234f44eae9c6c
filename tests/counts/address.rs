//! What connecting to an IP address does not need.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
};

use tokio::runtime::Handle;
use tower_socket::{
    Connector, Incoming, Server,
    layers::dns::{DnsLayer, Lookup, Name, Records, Resolve},
};

/// Must not be asked.
struct Nobody;

impl Resolve for Nobody {
    fn lookup(&self, name: &Name, _: Records) -> Lookup {
        panic!("{name:?} was looked up");
    }
}

#[tokio::test]
async fn an_ip_address_is_not_looked_up_and_no_task_is_spawned() {
    let mut server = Server::bind("127.0.0.1:0").await.unwrap();
    let address = server.handle().address().unwrap();
    let connector = Connector::builder().dns(DnsLayer::new(Nobody)).build();

    let connect = without_tasks(connector.connect(address.to_string()));
    let (connected, accepted) = tokio::join!(connect, without_tasks(server.accept()));

    assert_eq!(connected.unwrap().peer_address(), Some(address));
    accepted.unwrap().unwrap();
}

/// A task spawned by a poll has not run when the poll returns: it is seen here.
async fn without_tasks<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(move |cx| {
        let polled: Poll<F::Output> = Pin::as_mut(&mut future).poll(cx);
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
        polled
    })
    .await
}
