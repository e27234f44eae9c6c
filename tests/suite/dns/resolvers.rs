use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
use tower_socket::layers::{
    DnsLayer,
    dns::{Answer, FixedHosts, LookupError, Name, resolve_fn},
};

fn echo() -> impl tower::Service<Uri, Response = Uri, Error = BoxError, Future: Send> + Clone {
    service_fn(|uri: Uri| async move { Ok::<_, BoxError>(uri) })
}

#[tokio::test]
async fn a_closure_can_resolve() {
    let layer = DnsLayer::new(resolve_fn(|name: Name| async move {
        assert_eq!(name.as_str(), "example.com");
        Ok::<Answer, LookupError>([Ipv4Addr::new(1, 2, 3, 4)].into_iter().collect())
    }));
    let service = ServiceBuilder::new().layer(layer).service(echo());
    let uri = service.oneshot(Uri::from_static("tcp://example.com:80")).await.unwrap();
    assert_eq!(uri, "tcp://1.2.3.4:80/?hostname=example.com");
}

#[cfg(feature = "hyper")]
#[tokio::test]
async fn a_resolver_made_for_hyper_can_resolve() {
    use hyper_util::client::legacy::connect::dns::Name as HyperName;
    use tower_socket::layers::dns::HyperResolver;

    let resolver = service_fn(|name: HyperName| async move {
        assert_eq!(name.as_str(), "example.com");
        Ok::<_, std::io::Error>(["1.2.3.4:0".parse().unwrap()].into_iter())
    });
    let layer = DnsLayer::new(HyperResolver::new(resolver));
    let service = ServiceBuilder::new().layer(layer).service(echo());
    let uri = service.oneshot(Uri::from_static("tcp://example.com:80")).await.unwrap();
    assert_eq!(uri, "tcp://1.2.3.4:80/?hostname=example.com");
}

#[tokio::test]
async fn fixed_hosts_know_their_names_only() {
    let hosts = FixedHosts::new().with("Example.com", [Ipv6Addr::LOCALHOST]);
    let service = ServiceBuilder::new().layer(DnsLayer::new(hosts)).service(echo());
    let uri = service.clone().oneshot(Uri::from_static("tcp://example.COM.:80")).await.unwrap();
    assert_eq!(uri, "tcp://[::1]:80/?hostname=example.COM.");
    let error = service.oneshot(Uri::from_static("tcp://example.org:80")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "connection to tcp://example.org:80 failed during DNS lookup: \
         example.org is not one of the fixed hosts"
    );
}
