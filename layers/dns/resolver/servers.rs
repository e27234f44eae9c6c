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
        xfer::{DnsHandle, DnsResponseStream},
    },
    proto::op::{DnsRequest, DnsResponse, ResponseCode},
};

use super::{
    Nameserver, response_code,
    runtime::Runtime,
    server::Server,
    silence::{PATIENCE, Standing},
};
use crate::error::Reason;

/// What a query goes through.
#[derive(Clone)]
pub(super) struct Servers(Arc<Plan>);

pub(super) struct Plan {
    servers: Vec<Server>,
    pub(super) timeout: Duration,
    pub(super) rounds: u32,
    runtime: Runtime,
}

impl Servers {
    pub(super) fn new(servers: Vec<Server>, timeout: Duration, rounds: u32) -> Self {
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
    pub(super) fn nameservers(&self) -> impl Iterator<Item = &Nameserver> {
        self.servers.iter().map(|server| &server.nameserver)
    }

    /// Servers that did not answer are asked again in the next round.
    async fn ask(&self, request: DnsRequest) -> Result<DnsResponse, NetError> {
        let mut failures = Vec::new();
        let (mut servers, mut rounds) = (self.in_turn(), 0..self.rounds);
        while !servers.is_empty() && rounds.next().is_some() {
            let mut silent = Vec::new();
            for (server, patience) in servers {
                match server.ask(request.clone(), patience).await {
                    Ok(response) => return Ok(response),
                    Err(NetError::Timeout) => silent.push((server, self.timeout)),
                    Err(error) => failures.push((server, error)),
                }
            }
            servers = silent;
        }
        Err(combined(&failures, &servers))
    }

    /// In their order, those that were silent of late behind the others.
    fn in_turn(&self) -> Vec<(&Server, Duration)> {
        let known = self.servers.iter().map(|server| (server, server.silence.standing()));
        let servers: Vec<_> = known.collect();
        if !servers.iter().any(|(_, standing)| *standing == Standing::Good) {
            return servers.into_iter().map(|(server, _)| (server, self.timeout)).collect();
        }
        let (silent, others): (Vec<_>, Vec<_>) =
            servers.into_iter().partition(|(_, standing)| *standing == Standing::Silent);
        let patience = |(server, standing)| match standing {
            Standing::Probed => (server, self.timeout.min(PATIENCE)),
            _ => (server, self.timeout),
        };
        others.into_iter().chain(silent).map(patience).collect()
    }
}

fn combined(failures: &[(&Server, NetError)], silent: &[(&Server, Duration)]) -> NetError {
    let Some((_, first)) = failures.first() else { return NetError::Timeout };
    if let (Some(code), true) = (code(first), silent.is_empty())
        && failures.iter().all(|(_, error)| self::code(error) == Some(code))
    {
        return NetError::Dns(DnsError::ResponseCode(code));
    }
    let failed = failures.iter().map(|(Server { nameserver: server, .. }, error)| match error {
        NetError::Dns(DnsError::ResponseCode(code)) => {
            format!("{server} answered {}", response_code(*code))
        }
        NetError::Io(error) => format!("{server}: {}", Reason(error.as_ref())),
        error => format!("{server}: {error}"),
    });
    let silent = silent.iter().map(|(server, _)| format!("{} did not answer", server.nameserver));
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
