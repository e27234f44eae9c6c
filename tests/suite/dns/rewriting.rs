use tokio_test::{assert_pending, assert_ready_ok};
use tower_socket::layers::dns::Records;

use super::Dialogue;

// DNSC-01, HE-02
#[tokio::test]
async fn an_ip_address_passes_with_no_lookup() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("127.0.0.1:80");
    let response = dialogue.requested("127.0.0.1:80");
    response.send_response("connected");
    assert_eq!(assert_ready_ok!(call.poll()), "connected");
    assert!(dialogue.resolver.asked().is_empty());
}

// DNSC-02, CTR-10, CTR-11, HE-17
#[tokio::test]
async fn a_name_is_looked_up_once_and_handed_down_as_an_address() {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call("tcp://google.com:80");
    assert_pending!(call.poll());
    let asked = [("google.com".into(), Records::Aaaa), ("google.com".into(), Records::A)];
    assert_eq!(dialogue.resolver.asked(), asked);
    assert!(dialogue.request().is_none());

    dialogue.resolver.answer(Records::Aaaa, &[]);
    dialogue.resolver.answer(Records::A, &["1.2.3.4"]);
    assert_pending!(call.poll());
    dialogue.requested("tcp://1.2.3.4:80/?hostname=google.com").send_response("connected");
    assert_eq!(assert_ready_ok!(call.poll()), "connected");
    assert_eq!(dialogue.resolver.asked().len(), 2);
}

async fn first_request(uri: &str, records: Records, address: &str) -> String {
    let mut dialogue = Dialogue::new();
    let mut call = dialogue.call(uri);
    assert_pending!(call.poll());
    dialogue.resolver.answer(records, &[address]);
    if records == Records::A {
        dialogue.resolver.answer(Records::Aaaa, &[]);
    }
    assert_pending!(call.poll());
    dialogue.request().expect("the service below is called").0
}

// DNSC-03, HE-17
#[tokio::test]
async fn an_ipv6_address_stands_in_brackets() {
    let request = first_request("tcp://google.com:80", Records::Aaaa, "::1").await;
    assert_eq!(request, "tcp://[::1]:80/?hostname=google.com");
}

// DNSC-04, HE-02
#[tokio::test]
async fn a_complete_uri_with_an_ip_address_passes_as_it_is() {
    let mut dialogue = Dialogue::new();
    let _call = dialogue.call("scheme://127.0.0.1:80/path?query");
    dialogue.requested("scheme://127.0.0.1:80/path?query");
    assert!(dialogue.resolver.asked().is_empty());
}

// DNSC-05, HE-17
#[tokio::test]
async fn a_complete_uri_keeps_scheme_port_path_and_query() {
    let uri = "scheme://google.com:80/path?query#fragment";
    let request = first_request(uri, Records::A, "1.2.3.4").await;
    assert_eq!(request, "scheme://1.2.3.4:80/path?query&hostname=google.com");
}

// DNSC-06, HE-18
#[tokio::test]
async fn a_given_hostname_is_never_replaced() {
    let uri = "scheme://google.com:80/?hostname=google.de";
    let request = first_request(uri, Records::A, "1.2.3.4").await;
    assert_eq!(request, "scheme://1.2.3.4:80/?hostname=google.de");
    let request = first_request("tcp://google.com:80/?hostname=", Records::A, "1.2.3.4").await;
    assert_eq!(request, "tcp://1.2.3.4:80/?hostname=");
}

// DNSC-07
#[tokio::test]
async fn the_hostname_keeps_its_case_and_its_dot_and_loses_userinfo() {
    let request = first_request("tcp://me@Google.COM.:80", Records::A, "1.2.3.4").await;
    assert_eq!(request, "tcp://1.2.3.4:80/?hostname=Google.COM.");
}
