use std::{io, time::Duration};

use tower_socket::{
    Connector, Error, ErrorKind,
    layers::{
        DnsLayer,
        dns::{AddressOrder, FixedHosts, HappyEyeballs},
    },
};

use super::failure;
use crate::support::{Reserved, Silent};

fn connector(addresses: &[[u8; 4]]) -> Connector {
    let hosts = FixedHosts::new().with("example.com", addresses.iter().copied());
    let race = HappyEyeballs::new().order(AddressOrder::Answered);
    let dns = DnsLayer::new(hosts).happy_eyeballs(race).attempt_timeout(Duration::from_secs(2));
    Connector::builder().dns(dns).build()
}

#[tokio::test]
async fn every_address_that_was_tried_is_told() {
    let refused = Reserved::new();
    let port = refused.address().port();
    let connector = connector(&[[127, 0, 0, 1], [127, 0, 0, 2]]);
    let error = failure(&connector, ("example.com", port)).await;
    let tried: Vec<_> = error.attempts().iter().map(|attempt| attempt.address()).collect();
    assert_eq!(tried, [([127, 0, 0, 1], port).into(), ([127, 0, 0, 2], port).into()]);
    let said = format!(
        "connection to tcp://example.com:{port} failed: \
         connection to tcp://127.0.0.1:{port} failed: connection refused (ECONNREFUSED); \
         connection to tcp://127.0.0.2:{port} failed: connection refused (ECONNREFUSED)"
    );
    assert_eq!(error.to_string(), said);
    assert_eq!(error.raw_os_error(), Some(111));
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test(start_paused = true)]
async fn kind_and_source_are_those_of_the_attempt_that_got_furthest() {
    let silent = Silent::new();
    let port = silent.address().port();
    let error = failure(&connector(&[[127, 0, 0, 1], [127, 0, 0, 2]]), ("example.com", port)).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout());
    assert_eq!(error.io_kind(), io::ErrorKind::TimedOut);
    assert_eq!(error.peer(), Some(&silent.address().into()));

    let [silent, refused] = error.attempts() else { panic!("{error}") };
    assert_eq!(silent.error().kind(), ErrorKind::Timeout);
    assert_eq!(silent.elapsed(), Duration::from_secs(2));
    assert_eq!(refused.started(), Duration::from_millis(250));
    assert_eq!(refused.error().raw_os_error(), Some(111));

    let source = std::error::Error::source(&error).unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!(source.kind(), ErrorKind::Timeout);
}
