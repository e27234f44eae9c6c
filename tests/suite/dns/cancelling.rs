use std::future::pending;

use http::Uri;
use tokio_test::{assert_pending, assert_ready, task};
use tower::{Service as _, ServiceBuilder};
use tower_socket::{
    Error,
    layers::{
        DnsLayer,
        dns::{FixedHosts, Records},
    },
};

use super::{Dialogue, refused};
use crate::support::Drops;

// DNSC-13
#[tokio::test]
async fn dropping_the_call_during_the_lookups_drops_both() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://example.com:80");
    assert_pending!(call.poll());
    assert_eq!(dialogue.resolver.ended(), 0);
    drop(call);
    assert_eq!(dialogue.resolver.ended(), 2);
    assert!(dialogue.request().is_none());
}

// DNSC-14, DNSC-15, HE-36
#[tokio::test]
async fn dropping_the_call_while_connecting_drops_the_attempt() {
    let hosts = FixedHosts::new().with("example.com", [[1, 2, 3, 4]]);
    for uri in ["tcp://1.2.3.4:80", "tcp://example.com:80"] {
        let drops = Drops::default();
        let mut service =
            ServiceBuilder::new().layer(DnsLayer::new(hosts.clone())).service_fn(|_: Uri| {
                let counted = drops.counted();
                async move {
                    let _counted = counted;
                    pending::<Result<(), Error>>().await
                }
            });
        let mut call = task::spawn(service.call(uri.parse().unwrap()));
        assert_pending!(call.poll());
        assert_eq!(drops.count(), 0);
        drop(call);
        assert_eq!(drops.count(), 1, "{uri}");
    }
}

// DNSC-17
#[tokio::test]
async fn a_call_that_ended_keeps_nothing() {
    for connected in [false, true] {
        let mut dialogue = Dialogue::new();
        let mut call = dialogue.call("tcp://example.com:80");
        assert_pending!(call.poll());
        dialogue.resolver.answer(Records::Aaaa, &["::1"]);
        assert_pending!(call.poll());
        let response = dialogue.requested("tcp://[::1]:80/?hostname=example.com");
        match connected {
            true => response.send_response("connected"),
            false => {
                response.send_error(refused());
                dialogue.resolver.fail(Records::A, "DNS error");
            }
        }
        assert_eq!(assert_ready!(call.poll()).is_ok(), connected);
        drop(call);
        assert_eq!(dialogue.resolver.ended(), 2);
    }
}
