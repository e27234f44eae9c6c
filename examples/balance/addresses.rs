//! The places that a URI names.

use std::net::IpAddr;

use futures_util::future::join_all;
use http::Uri;
use tower_socket::{
    BoxError, Error, IntoUri,
    layers::dns::{Name, Resolve},
};

/// The URI with each of the addresses of its host, which TLS still verifies.
pub(crate) async fn of(uri: &Uri, resolver: &impl Resolve) -> Result<Vec<Uri>, BoxError> {
    let host = uri.host().unwrap_or_default();
    let is_ip = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    if is_ip || uri.scheme_str() == Some("unix") {
        return Ok(vec![uri.clone()]);
    }
    let addresses = look_up(&Name::from(host), resolver).await?;
    Ok(addresses.into_iter().map(|address| at(uri, address)).collect::<Result<_, _>>()?)
}

/// A lookup that fails does not matter where the other has addresses.
async fn look_up(name: &Name, resolver: &impl Resolve) -> Result<Vec<IpAddr>, BoxError> {
    let lookups = resolver.records().iter().map(|records| resolver.lookup(name, *records));
    let (answers, errors): (Vec<_>, Vec<_>) =
        join_all(lookups).await.into_iter().partition(Result::is_ok);
    let answers = answers.into_iter().flatten();
    let addresses: Vec<_> = answers.flat_map(|a| a.addresses).map(|a| a.ip()).collect();
    match errors.into_iter().find_map(Result::err) {
        Some(error) if addresses.is_empty() => Err(error),
        None if addresses.is_empty() => Err(format!("{name} has no addresses").into()),
        _ => Ok(addresses),
    }
}

fn at(uri: &Uri, address: IpAddr) -> Result<Uri, Error> {
    let scheme = uri.scheme_str().unwrap_or("tcp");
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = uri.host().unwrap_or_default();
    match address {
        IpAddr::V4(ip) => format!("{scheme}://{ip}{port}?hostname={host}").into_uri(),
        IpAddr::V6(ip) => format!("{scheme}://[{ip}]{port}?hostname={host}").into_uri(),
    }
}
