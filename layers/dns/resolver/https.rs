//! DNS over HTTPS (RFC 8484).

use hickory_resolver::{
    net::NetError,
    proto::op::{DnsRequest, DnsResponse},
};
use http::{
    Request, StatusCode, Uri,
    header::{ACCEPT, CONTENT_TYPE},
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
        let body = Limited::new(response.into_body(), LONGEST);
        let body = body.collect().await.map_err(failed)?.to_bytes();
        Ok(DnsResponse::from_buffer(body.into())?)
    }
}

fn failed(error: impl Into<BoxError>) -> NetError {
    NetError::from(std::io::Error::other(error))
}
