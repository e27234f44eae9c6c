//! What the resolver is told, and what it reads.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    time::Duration,
};

use hickory_resolver::{
    Hosts, Resolver,
    config::{NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts},
    proto::rr,
    system_conf::parse_resolv_conf,
};
use tokio::task::spawn_blocking;

use super::{Nameserver, server::Server, servers::Servers};
use crate::layers::dns::LookupError;
#[cfg(feature = "dns-over-tls")]
use crate::layers::tls::ClientTls;

pub(super) type Client = Resolver<Servers>;

/// The first try and two more.
const ROUNDS: u32 = 3;

const CACHE_SIZE: u64 = 8_192;

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) source: Source,
    pub(super) hosts: Option<PathBuf>,
    pub(super) timeout: Option<Duration>,
    pub(super) retries: Option<u32>,
    /// In answers.
    pub(super) cache_size: u64,
    #[cfg(feature = "dns-over-tls")]
    pub(super) tls: ClientTls,
}

#[derive(Clone, Debug)]
pub(super) enum Source {
    File(PathBuf),
    Servers(Vec<Nameserver>),
}

impl Settings {
    pub(super) fn new(source: Source) -> Self {
        let hosts = Some("/etc/hosts".into());
        Self {
            source,
            hosts,
            timeout: None,
            retries: None,
            cache_size: CACHE_SIZE,
            #[cfg(feature = "dns-over-tls")]
            tls: ClientTls::new(),
        }
    }

    /// What cannot be read is an empty table, as it is for getaddrinfo(3).
    pub(super) async fn read_hosts(&self) -> Hosts {
        let Some(path) = self.hosts.clone() else { return Hosts::default() };
        let read = spawn_blocking(move || {
            let mut hosts = Hosts::default();
            hosts.read_hosts_conf(fs::File::open(path)?)?;
            io::Result::Ok(hosts)
        });
        read.await.ok().and_then(Result::ok).unwrap_or_default()
    }

    pub(super) async fn client(&self) -> Result<(Servers, Client), LookupError> {
        match &self.source {
            Source::Servers(servers) if servers.is_empty() => {
                Err(LookupError::new("there is no name server to ask"))
            }
            Source::Servers(servers) => {
                let options = ResolverOpts::default();
                let servers = self.servers(servers.clone(), options.timeout, ROUNDS);
                self.build(servers, None, Vec::new(), options)
            }
            Source::File(path) => {
                let (config, options) = read_configuration(path.clone()).await?;
                let (domain, search, servers) = config.into_parts();
                let servers = servers.into_iter().map(|server| server.ip.into()).collect();
                let servers = self.servers(servers, timeout_of(&options), rounds_of(&options));
                // resolv.conf(5): the host's own domain counts only where no
                // search list is given.
                let domain = domain.filter(|_| search.is_empty());
                self.build(servers, domain, search, options)
            }
        }
    }

    fn servers(&self, servers: Vec<Nameserver>, timeout: Duration, rounds: u32) -> Servers {
        let rounds = self.retries.map_or(rounds, |retries| retries.saturating_add(1));
        let server = |nameserver| Server::new(nameserver, self);
        let servers = servers.into_iter().map(server).collect();
        Servers::new(servers, self.timeout.unwrap_or(timeout), rounds.max(1))
    }

    fn build(
        &self,
        servers: Servers,
        domain: Option<rr::Name>,
        search: Vec<rr::Name>,
        mut options: ResolverOpts,
    ) -> Result<(Servers, Client), LookupError> {
        options.attempts = 0;
        options.use_hosts_file = ResolveHosts::Never;
        options.cache_size = self.cache_size;
        let server = NameServerConfig::udp(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let config = ResolverConfig::from_parts(domain, search, vec![server]);
        let mut builder = Resolver::builder_with_config(config, servers.clone());
        *builder.options_mut() = options;
        let client = builder.build().map_err(|error| LookupError::new(error.to_string()))?;
        Ok((servers, client))
    }
}

/// At most what resolv.conf(5) says, and no less than glibc waits.
fn timeout_of(options: &ResolverOpts) -> Duration {
    options.timeout.clamp(Duration::from_secs(1), Duration::from_secs(30))
}

/// At most what resolv.conf(5) says.
fn rounds_of(options: &ResolverOpts) -> u32 {
    options.attempts.min(5) as u32
}

async fn read_configuration(path: PathBuf) -> Result<(ResolverConfig, ResolverOpts), LookupError> {
    let file = path.clone();
    let read = spawn_blocking(|| fs::read(file)).await;
    let path = path.display();
    let text = read.unwrap_or_else(|stopped| Err(stopped.into())).map_err(|error| {
        LookupError::new(format!("cannot read the resolver configuration {path}: {error}"))
            .with_source(error)
    })?;
    parse_resolv_conf(text).map_err(|error| {
        LookupError::new(format!("the resolver configuration {path} is of no use: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(options: &str) -> (u64, u32) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("resolv.conf");
        fs::write(&path, format!("nameserver 192.0.2.53\noptions {options}\n")).unwrap();
        let (servers, _) = Settings::new(Source::File(path)).client().await.unwrap();
        (servers.timeout.as_secs(), servers.rounds)
    }

    #[tokio::test]
    async fn timeout_and_attempts_are_kept_within_what_the_system_takes() {
        assert_eq!(read("ndots:1").await, (5, 2));
        assert_eq!(read("timeout:30 attempts:5").await, (30, 5));
        assert_eq!(read("timeout:31 attempts:6").await, (30, 5));
        assert_eq!(read("timeout:0 attempts:0").await, (1, 1));
    }
}
