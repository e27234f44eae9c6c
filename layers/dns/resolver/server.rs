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

#[cfg(feature = "dns-over-tls")]
use super::secure::Secure;
use super::{
    Nameserver, runtime::Runtime, settings::Settings, silence::Silence, transport::Transport,
};

/// A name server and what was learnt about it.
pub(super) struct Server {
    pub(super) nameserver: Nameserver,
    pub(super) silence: Silence,
    runtime: Runtime,
    #[cfg(feature = "dns-over-tls")]
    secure: Secure,
}

impl Server {
    #[cfg_attr(not(feature = "dns-over-tls"), expect(unused_variables, reason = "nothing is set"))]
    pub(super) fn new(nameserver: Nameserver, settings: &Settings) -> Self {
        Self {
            nameserver,
            silence: Silence::default(),
            runtime: Runtime::default(),
            #[cfg(feature = "dns-over-tls")]
            secure: Secure::new(settings.tls.clone()),
        }
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

    async fn exchange(
        &self,
        request: DnsRequest,
        patience: Duration,
    ) -> Result<DnsResponse, NetError> {
        match self.nameserver.transport() {
            Transport::Udp => {
                let response = self.over_udp(request.clone(), patience).await?;
                if !response.truncation {
                    return usable(response);
                }
                // RFC 7766, section 5.
                usable(in_time(patience, self.over_tcp(request, patience)).await?)
            }
            Transport::Tcp => usable(in_time(patience, self.over_tcp(request, patience)).await?),
            #[cfg(feature = "dns-over-tls")]
            _ => {
                let asking = self.secure.ask(&self.nameserver, request, patience, &self.runtime);
                usable(asking.await?)
            }
        }
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

pub(super) async fn in_time<T>(
    patience: Duration,
    answer: impl Future<Output = Result<T, NetError>>,
) -> Result<T, NetError> {
    timeout(patience, answer).await.map_err(|_| NetError::Timeout)?
}

/// Only these two codes are about the name; the others are about the server.
fn usable(response: DnsResponse) -> Result<DnsResponse, NetError> {
    match response.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => Ok(response),
        code => Err(NetError::Dns(DnsError::ResponseCode(code))),
    }
}
