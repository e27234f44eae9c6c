//! DNS over HTTPS (RFC 8484).

use hickory_resolver::{
    net::NetError,
    proto::op::{DnsRequest, DnsResponse, Message},
};
use http::{
    HeaderMap, Request, StatusCode, Uri,
    header::{ACCEPT, AGE, CONTENT_TYPE},
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    body::Bytes,
    client::conn::http2::{self, SendRequest},
};
use hyper_util::rt::TokioExecutor;

use crate::{BoxError, Connection};

const MESSAGE: &str = "application/dns-message";

/// The most that a message has (RFC 8484, section 6).
const LONGEST: usize = 65_535;

/// Queries are streams of one HTTP/2 connection. Clones share it, and it ends
/// with the last.
#[derive(Clone)]
pub(super) struct Session {
    requests: SendRequest<Full<Bytes>>,
    url: Uri,
}

impl Session {
    pub(super) async fn open(connection: Connection, url: Uri) -> Result<Self, NetError> {
        let (requests, connection) =
            http2::handshake(TokioExecutor::new(), connection).await.map_err(failed)?;
        tokio::spawn(connection);
        Ok(Self { requests, url })
    }

    pub(super) async fn ask(&self, mut query: DnsRequest) -> Result<DnsResponse, NetError> {
        // All alike, so that a cache knows them again (section 4.1).
        query.metadata.id = 0;
        let request = Request::post(self.url.clone())
            .header(CONTENT_TYPE, MESSAGE)
            .header(ACCEPT, MESSAGE)
            .body(Full::from(query.to_vec()?))
            .map_err(failed)?;
        let mut requests = self.requests.clone();
        requests.ready().await.map_err(failed)?;
        let response = requests.send_request(request).await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            return Err(NetError::Msg(format!("the HTTP status is {}", response.status())));
        }
        let age = age(response.headers());
        let body = Limited::new(response.into_body(), LONGEST);
        let body = body.collect().await.map_err(failed)?.to_bytes();
        Ok(older(DnsResponse::from_buffer(body.into())?, age))
    }
}

/// For how many seconds caches of HTTP have had it (RFC 9111, section 5.1).
fn age(headers: &HeaderMap) -> u32 {
    let age = headers.get(AGE).and_then(|age| age.to_str().ok());
    age.and_then(|age| age.parse().ok()).unwrap_or_default()
}

/// That time has passed for its records too (section 5.1).
fn older(mut response: DnsResponse, age: u32) -> DnsResponse {
    let Message { answers, authorities, .. } = &mut *response;
    answers
        .iter_mut()
        .chain(authorities)
        .for_each(|record| record.ttl = record.ttl.saturating_sub(age));
    response
}

fn failed(error: impl Into<BoxError>) -> NetError {
    NetError::from(std::io::Error::other(error))
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, net::Ipv4Addr};

    use hickory_resolver::proto::{
        op::DnsRequestOptions,
        rr::{Name, RData, Record},
    };
    use http::Response;
    use hyper::{body::Incoming, server, service::service_fn};
    use tokio::io::duplex;

    use super::*;

    const TTL: u32 = 300;

    async fn answer(request: Request<Incoming>, age: &'static str) -> Response<Full<Bytes>> {
        let asked = request.into_body().collect().await.unwrap().to_bytes();
        let mut message = Message::from_vec(&asked).unwrap().into_response();
        let data = RData::A(Ipv4Addr::new(192, 0, 2, 1).into());
        message.add_answer(Record::from_rdata(Name::root(), TTL, data));
        let body = Full::from(message.to_vec().unwrap());
        Response::builder().header(AGE, age).body(body).unwrap()
    }

    /// The time to live of what a cache has had for so long.
    async fn ttl(age: &'static str) -> u32 {
        let (near, far) = duplex(1 << 16);
        let service =
            service_fn(
                move |request| async move { Ok::<_, Infallible>(answer(request, age).await) },
            );
        let server = server::conn::http2::Builder::new(TokioExecutor::new());
        tokio::spawn(server.serve_connection(Connection::from(far), service));
        let url = Uri::from_static("https://dns.example/dns-query");
        let session = Session::open(Connection::from(near), url).await.unwrap();
        let request = DnsRequest::new(Message::query(), DnsRequestOptions::default());
        session.ask(request).await.unwrap().answers[0].ttl
    }

    #[tokio::test]
    async fn the_time_in_a_cache_of_http_counts() {
        assert_eq!(ttl("0").await, TTL);
        assert_eq!(ttl("100").await, TTL - 100);
        assert_eq!(ttl("9999999").await, 0);
        assert_eq!(ttl("none").await, TTL);
    }
}
