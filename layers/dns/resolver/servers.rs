//! The name servers, asked in order.
//!
//! hickory's own pool asks two servers at once and takes the first response,
//! a refusal too; asked for strict order it never gets past a silent server.
//! So this crate brings the order, and leaves messages, transports, cache,
//! aliases and sharing to hickory.

use std::{future::Ready, net::IpAddr, sync::Arc, time::Duration};

use hickory_resolver::{
    ConnectionProvider, PoolContext,
    config::ConnectionConfig,
    net::{
        DnsError, NetError,
        tcp::TcpClientStream,
        udp::UdpClientStream,
        xfer::{DnsHandle, DnsRequestSender, DnsResponseStream, FirstAnswer},
    },
    proto::op::{DnsRequest, DnsResponse, ResponseCode},
};
use tokio::time::timeout;

use super::{Nameserver, response_code, runtime::Runtime};
use crate::error::Reason;

/// What a query goes through.
#[derive(Clone)]
pub(super) struct Servers(Arc<Plan>);

pub(super) struct Plan {
    pub(super) servers: Vec<Nameserver>,
    pub(super) timeout: Duration,
    pub(super) rounds: u32,
    runtime: Runtime,
}

impl Servers {
    pub(super) fn new(servers: Vec<Nameserver>, timeout: Duration, rounds: u32) -> Self {
        Self(Arc::new(Plan { servers, timeout, rounds, runtime: Runtime::default() }))
    }
}

impl std::ops::Deref for Servers {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.0
    }
}

impl Plan {
    /// Servers that did not answer are asked again in the next round.
    async fn ask(&self, request: DnsRequest) -> Result<DnsResponse, NetError> {
        let mut failures = Vec::new();
        let mut servers = self.servers.clone();
        for _ in 0..self.rounds {
            let mut silent = Vec::new();
            for server in servers {
                match self.ask_one(server, request.clone()).await {
                    Ok(response) => return Ok(response),
                    Err(NetError::Timeout) => silent.push(server),
                    Err(error) => failures.push((server, error)),
                }
            }
            servers = silent;
        }
        Err(combined(failures, &servers))
    }

    /// Over UDP, and over TCP when that answer is truncated (RFC 7766,
    /// section 5).
    async fn ask_one(
        &self,
        server: Nameserver,
        request: DnsRequest,
    ) -> Result<DnsResponse, NetError> {
        if !server.is_tcp() {
            let response = self.over_udp(server, request.clone()).await?;
            if !response.truncation {
                return usable(response);
            }
        }
        let answer = timeout(self.timeout, self.over_tcp(server, request)).await;
        usable(answer.map_err(|_| NetError::Timeout)??)
    }

    async fn over_udp(
        &self,
        server: Nameserver,
        request: DnsRequest,
    ) -> Result<DnsResponse, NetError> {
        let mut socket = UdpClientStream::builder(server.address(), self.runtime.clone())
            .with_timeout(Some(self.timeout))
            .build();
        socket.send_message(request).first_answer().await
    }

    async fn over_tcp(
        &self,
        server: Nameserver,
        request: DnsRequest,
    ) -> Result<DnsResponse, NetError> {
        let runtime = self.runtime.clone();
        let connecting =
            TcpClientStream::exchange(server.address(), None, self.timeout, None, runtime);
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

fn combined(failures: Vec<(Nameserver, NetError)>, silent: &[Nameserver]) -> NetError {
    let Some((_, first)) = failures.first() else { return NetError::Timeout };
    if let (Some(code), true) = (code(first), silent.is_empty())
        && failures.iter().all(|(_, error)| self::code(error) == Some(code))
    {
        return NetError::Dns(DnsError::ResponseCode(code));
    }
    let failed = failures.iter().map(|(server, error)| match error {
        NetError::Dns(DnsError::ResponseCode(code)) => {
            format!("{server} answered {}", response_code(*code))
        }
        NetError::Io(error) => format!("{server}: {}", Reason(error.as_ref())),
        error => format!("{server}: {error}"),
    });
    let silent = silent.iter().map(|server| format!("{server} did not answer"));
    NetError::Msg(failed.chain(silent).collect::<Vec<_>>().join("; "))
}

fn code(error: &NetError) -> Option<ResponseCode> {
    match error {
        NetError::Dns(DnsError::ResponseCode(code)) => Some(*code),
        _ => None,
    }
}

impl DnsHandle for Servers {
    type Response = DnsResponseStream;
    type Runtime = Runtime;

    fn send(&self, request: DnsRequest) -> DnsResponseStream {
        let plan = self.0.clone();
        Box::pin(async move { plan.ask(request).await }).into()
    }
}

/// To hickory this is the connection to its one server.
impl ConnectionProvider for Servers {
    type Conn = Self;
    type FutureConn = Ready<Result<Self, NetError>>;
    type RuntimeProvider = Runtime;

    fn new_connection(
        &self,
        _: IpAddr,
        _: &ConnectionConfig,
        _: &PoolContext,
    ) -> Result<Self::FutureConn, NetError> {
        Ok(std::future::ready(Ok(self.clone())))
    }

    fn runtime_provider(&self) -> &Runtime {
        &self.0.runtime
    }
}
