//! Options that say which connections a server takes.

use std::net::IpAddr;

use clap::Args;
#[cfg(feature = "rate-limit")]
use tower_socket::layers::{AcceptRateLayer, rate_limit::Rate};
use tower_socket::{
    layers::{
        LimitLayer,
        access::{AccessList, IpNet},
    },
    server::ServerBuilder,
};

#[derive(Debug, Args)]
pub(crate) struct AdmissionOptions {
    /// How many connections may be open; one more is turned away
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// Lets one more wait in the kernel's queue instead
    #[arg(long, requires = "limit")]
    pause_on_limit: bool,

    /// How many connections one address may have open
    #[arg(long, value_name = "N")]
    per_source: Option<usize>,

    /// How many connections come in a second; one more is turned away
    #[cfg(feature = "rate-limit")]
    #[arg(long, value_name = "N")]
    rate: Option<u32>,

    /// Lets in only clients of this network (10.0.0.0/8, ::1); may be repeated
    #[arg(long, value_name = "NETWORK", value_parser = network)]
    allow: Vec<IpNet>,

    /// Keeps out clients of this network; of several the narrowest decides
    #[arg(long, value_name = "NETWORK", value_parser = network)]
    deny: Vec<IpNet>,
}

impl AdmissionOptions {
    pub(crate) fn apply(&self, mut builder: ServerBuilder) -> ServerBuilder {
        if let Some(limit) = self.limit.map(LimitLayer::new) {
            builder =
                builder.limit(if self.pause_on_limit { limit.pause_on_limit() } else { limit });
        }
        if let Some(limit) = self.per_source {
            builder = builder.per_source(limit);
        }
        #[cfg(feature = "rate-limit")]
        if let Some(rate) = self.rate {
            builder = builder.accept_rate(AcceptRateLayer::new(Rate::per_second(rate)));
        }
        builder.access(self.access())
    }

    fn access(&self) -> AccessList {
        let everyone = self.allow.is_empty();
        let list = if everyone { AccessList::allow_all() } else { AccessList::deny_all() };
        let list = self.allow.iter().fold(list, |list, network| list.allow(*network));
        self.deny.iter().fold(list, |list, network| list.deny(*network))
    }
}

/// Parses `10.0.0.0/8`, or an address for itself.
pub(super) fn network(text: &str) -> Result<IpNet, &'static str> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| address()).map_err(|_| "neither a network nor an address")
}
