//! One name server, over its transport.

use std::time::Duration;

use hickory_resolver::{
    net::{
        DnsError, NetError,
        tcp::TcpClientStream,
        udp::UdpClientStream,
        xfer::{DnsHandle, DnsRequestSender, FirstAnswer},
    },
    proto::op::{DnsRequest, DnsResponse, ResponseCode},
};
use tokio::time::timeout;

use super::{Nameserver, runtime::Runtime, silence::Silence};

/// A name server and what was learnt about it.
pub(super) struct Server {
    pub(super) nameserver: Nameserver,
    pub(super) silence: Silence,
    runtime: Runtime,
}

impl Server {
    pub(super) fn new(nameserver: Nameserver, runtime: Runtime) -> Self {
        Self { nameserver, silence: Silence::default(), runtime }
    }

    /// A failure other than a timeout comes from the server or its host, so it
    /// is not silent.
    pub(super) async fn ask(
        &self,
        request: DnsRequest,
        patience: Duration,
    ) -> Result<DnsResponse, NetError> {
        let listening = self.silence.listen();
        let answer = self.exchange(request, patience).await;
        match answer {
            Err(NetError::Timeout) => listening.timed_out(),
            _ => listening.heard(),
        }
        answer
    }

    /// Over UDP, and over TCP when that answer is truncated (RFC 7766,
    /// section 5).
    async fn exchange(
        &self,
        request: DnsRequest,
        patience: Duration,
    ) -> Result<DnsResponse, NetError> {
        if !self.nameserver.is_tcp() {
            let response = self.over_udp(request.clone(), patience).await?;
            if !response.truncation {
                return usable(response);
            }
        }
        let answer = timeout(patience, self.over_tcp(request, patience)).await;
        usable(answer.map_err(|_| NetError::Timeout)??)
    }

    async fn over_udp(
        &self,
        request: DnsRequest,
        patience: Duration,
    ) -> Result<DnsResponse, NetError> {
        let mut socket = UdpClientStream::builder(self.nameserver.address(), self.runtime.clone())
            .with_timeout(Some(patience))
            .build();
        socket.send_message(request).first_answer().await
    }

    async fn over_tcp(
        &self,
        request: DnsRequest,
        patience: Duration,
    ) -> Result<DnsResponse, NetError> {
        let (address, runtime) = (self.nameserver.address(), self.runtime.clone());
        let connecting = TcpClientStream::exchange(address, None, patience, None, runtime);
        connecting.await?.send(request).first_answer().await
    }
}

/// Only these two codes are about the name; the others are about the server.
fn usable(response: DnsResponse) -> Result<DnsResponse, NetError> {
    match response.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => Ok(response),
        code => Err(NetError::Dns(DnsError::ResponseCode(code))),
    }
}
