//! The DNS layer over mocks.

mod cancelling;
mod failures;
mod resolvers;
mod rewriting;
mod trying;

use std::{io, task::Poll};

use http::Uri;
use tokio_test::{
    assert_ready_ok,
    task::{self, Spawn},
};
use tower_socket::layers::{
    DnsLayer,
    dns::{AddressOrder, Connecting, Dns, HappyEyeballs},
};
use tower_test::mock::{self, Mock, future::ResponseFuture};

use crate::support::mock_resolver::MockResolver;

type Inner = Mock<Uri, &'static str>;

type Call = Spawn<Connecting<Inner, ResponseFuture<&'static str>>>;

/// A layer over a mock, called once.
struct Dialogue {
    resolver: MockResolver,
    service: mock::Spawn<Dns<Inner>>,
    handle: mock::Handle<Uri, &'static str>,
}

fn dialogue(layer: impl FnOnce(DnsLayer) -> DnsLayer) -> Dialogue {
    let resolver = MockResolver::default();
    let dns = DnsLayer::new(resolver.clone()).happy_eyeballs(as_answered());
    let (service, handle) = mock::spawn_layer(layer(dns));
    Dialogue { resolver, service, handle }
}

/// The routes of the machine that runs the tests are no matter here.
fn as_answered() -> HappyEyeballs {
    HappyEyeballs::new().order(AddressOrder::Answered)
}

impl Dialogue {
    fn new() -> Self {
        dialogue(|layer| layer)
    }

    fn call(&mut self, uri: &str) -> Call {
        assert_ready_ok!(self.service.poll_ready());
        task::spawn(self.service.call(uri.parse().unwrap()))
    }

    /// What the service below is asked for now, if anything.
    fn request(&mut self) -> Option<(String, mock::SendResponse<&'static str>)> {
        match self.handle.poll_request() {
            Poll::Ready(Some((uri, response))) => Some((uri.to_string(), response)),
            _ => None,
        }
    }

    fn requested(&mut self, uri: &str) -> mock::SendResponse<&'static str> {
        let (requested, response) = self.request().expect("the service below is called");
        assert_eq!(requested, uri);
        response
    }
}

fn refused() -> io::Error {
    io::Error::from_raw_os_error(111)
}
