//! The resolver that asks name servers.

mod answers;
#[cfg(feature = "dns-over-https")]
mod https;
#[cfg(feature = "dns-over-tls")]
mod kept;
mod nameserver;
mod runtime;
#[cfg(feature = "dns-over-tls")]
mod secure;
mod server;
mod servers;
mod settings;
mod silence;
mod transport;

use std::{
    fmt,
    future::ready,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use hickory_resolver::{
    Hosts,
    net::{DnsError, NetError},
    proto::{
        op::{Query, ResponseCode},
        rr::{self, RecordType},
    },
};
use tokio::{runtime::Handle, sync::OnceCell, time::timeout};

pub use self::nameserver::Nameserver;
use self::{
    answers::Answers,
    servers::Servers,
    settings::{Client, Settings, Source},
};
use super::{Answer, Lookup, LookupError, Name, Records, Resolve};
#[cfg(feature = "dns-over-tls")]
use crate::layers::tls::ClientTls;

/// How long lookups run on for the cache (RFC 8305, section 5).
const FINISHING: Duration = Duration::from_secs(1);

/// Asks name servers, through hickory-resolver.
///
/// Making one reads nothing and never fails. Files are read at the first
/// lookup that needs them, on tokio's blocking threads, and once; what was
/// missing then is an error of that lookup, and the next one reads again.
///
/// A lookup goes through, in this order:
///
/// 1. `localhost` and every name below it: `::1` and `127.0.0.1`, with no
///    query (RFC 6761, section 6.3);
/// 2. the hosts file, for each family on its own;
/// 3. a cache of 8,192 answers that honours their time to live, and that of
///    negative answers (RFC 2308). Failures are not kept;
/// 4. the name servers in their order: over UDP with retransmission, then over
///    TCP when the answer is truncated. One that fails, refuses or does not
///    answer in time is followed by the next one; those that did not answer
///    are asked again in the next round. A dead server costs its timeout once:
///    for a minute it is asked after the others, and then one query gives it a
///    second to show that it is back.
///
/// With the feature `dns-over-tls` or `dns-over-https` servers are asked over
/// TLS or HTTPS where [`Nameserver`] says so, and over nothing else; each has
/// one connection, which is kept until the server closes it or the resolver
/// goes.
///
/// Identical queries under way are one query; it ends when nobody waits for it
/// any more. Where a connection stands before the last answer, the lookup runs
/// on for up to a second to fill the cache. Clones share the cache.
#[derive(Clone)]
pub struct DnsResolver {
    settings: Settings,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    hosts: OnceCell<Hosts>,
    answers: Answers,
    client: OnceCell<(Servers, Client)>,
}

impl DnsResolver {
    /// Asks what `/etc/resolv.conf` names, with its search list and the
    /// options `ndots`, `timeout`, `attempts` and `edns0` (resolv.conf(5)).
    /// Scopes of link-local servers are not supported.
    pub fn system() -> Self {
        Self::with_resolv_conf("/etc/resolv.conf")
    }

    /// Reads this file in place of `/etc/resolv.conf`.
    pub fn with_resolv_conf(path: impl Into<PathBuf>) -> Self {
        Self::with_source(Source::File(path.into()))
    }

    /// Asks these servers, with no search list, for 5 seconds each and, where
    /// none of them answers, two more times.
    pub fn with_servers<N: Into<Nameserver>>(servers: impl IntoIterator<Item = N>) -> Self {
        Self::with_source(Source::Servers(servers.into_iter().map(Into::into).collect()))
    }

    fn with_source(source: Source) -> Self {
        Self { settings: Settings::new(source), state: Arc::default() }
    }

    /// How TLS is spoken with servers over TLS and HTTPS: whom is trusted, say.
    /// [`ClientTls::new`] by default.
    #[cfg(feature = "dns-over-tls")]
    pub fn tls(self, tls: ClientTls) -> Self {
        self.set(|settings| settings.tls = tls)
    }

    /// How long one server is waited for.
    pub fn query_timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.timeout = Some(timeout))
    }

    /// How many more times servers that do not answer are asked.
    pub fn retries(self, retries: u32) -> Self {
        self.set(|settings| settings.retries = Some(retries))
    }

    /// How many answers are kept; 0 turns the cache off.
    pub fn cache_size(self, answers: u64) -> Self {
        self.set(|settings| settings.cache_size = answers)
    }

    /// Reads this file in place of `/etc/hosts`.
    pub fn hosts_file(self, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        self.set(|settings| settings.hosts = Some(path))
    }

    /// Does without a hosts file.
    pub fn no_hosts_file(self) -> Self {
        self.set(|settings| settings.hosts = None)
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self.state = Arc::default();
        self
    }

    async fn find(&self, name: &Name, records: Records) -> Result<Answer, LookupError> {
        match records {
            Records::Aaaa => self.find_type(name, RecordType::AAAA).await,
            Records::A => self.find_type(name, RecordType::A).await,
            Records::Both => {
                let mut answer = self.find_type(name, RecordType::AAAA).await?;
                let v4 = self.find_type(name, RecordType::A).await?;
                answer.addresses.extend(v4.addresses);
                answer.expires = answer.expires.into_iter().chain(v4.expires).min();
                Ok(answer)
            }
        }
    }

    async fn find_type(&self, name: &Name, kind: RecordType) -> Result<Answer, LookupError> {
        if name.is_localhost() {
            return Ok(loopback(kind));
        }
        let host = host_name(name)?;
        let hosts = self.state.hosts.get_or_init(|| self.settings.read_hosts()).await;
        if let Some(found) = hosts.lookup_static_host(&Query::query(host.clone(), kind)) {
            return Ok(Answer::new(addresses(found.answers())));
        }
        let client = self.state.client.get_or_try_init(|| self.settings.client()).await;
        let (servers, client) = client?;
        match client.lookup(host, kind).await {
            Ok(found) => {
                Ok(Answer::new(addresses(found.answers())).with_expires(found.valid_until()))
            }
            Err(error) => not_found(name, servers, error),
        }
    }
}

fn host_name(name: &Name) -> Result<rr::Name, LookupError> {
    name.as_str()
        .parse()
        .map_err(|error| LookupError::new(format!("\"{name}\" is not a host name: {error}")))
}

fn loopback(kind: RecordType) -> Answer {
    let v6 = (kind == RecordType::AAAA).then_some(IpAddr::V6(Ipv6Addr::LOCALHOST));
    [v6.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))].into_iter().collect()
}

fn addresses(records: &[rr::Record]) -> Vec<SocketAddr> {
    let found = records.iter().filter_map(|record| record.data.ip_addr());
    found.map(|address| SocketAddr::new(address, 0)).collect()
}

fn not_found(name: &Name, servers: &Servers, error: NetError) -> Result<Answer, LookupError> {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NoError => Ok(Answer {
                expires: none
                    .negative_ttl
                    .map(|ttl| Instant::now() + Duration::from_secs(ttl.into())),
                ..Answer::empty()
            }),
            ResponseCode::NXDomain => {
                Err(LookupError::new(format!("{name} does not exist (NXDOMAIN)"))
                    .with_response_code(ResponseCode::NXDomain.into()))
            }
            code => Err(refused(servers, code)),
        },
        NetError::Dns(DnsError::ResponseCode(code)) => Err(refused(servers, code)),
        NetError::Timeout => Err(silent(servers)),
        error => Err(LookupError::new(error.to_string())),
    }
}

fn refused(servers: &Servers, code: ResponseCode) -> LookupError {
    LookupError::new(format!("{} answered {}", list(servers), response_code(code)))
        .with_response_code(code.into())
}

fn silent(servers: &Servers) -> LookupError {
    let (timeout, rounds) = (servers.timeout, servers.rounds);
    let times = if rounds == 1 { "once".into() } else { format!("{rounds} times") };
    LookupError::new(format!("no answer from {} within {timeout:?}, asked {times}", list(servers)))
        .with_source(io::ErrorKind::TimedOut.into())
}

fn list(servers: &Servers) -> String {
    servers.nameservers().map(Nameserver::to_string).collect::<Vec<_>>().join(", ")
}

/// The mnemonic of RFC 2136, section 2.2, where there is one.
fn response_code(code: ResponseCode) -> String {
    let name = match code {
        ResponseCode::FormErr => "FORMERR",
        ResponseCode::ServFail => "SERVFAIL",
        ResponseCode::NXDomain => "NXDOMAIN",
        ResponseCode::NotImp => "NOTIMP",
        ResponseCode::Refused => "REFUSED",
        code => return format!("response code {}", u16::from(code)),
    };
    name.into()
}

impl Resolve for DnsResolver {
    fn lookup(&self, name: &Name, records: Records) -> Lookup {
        if let Some(answer) = self.state.answers.get(name, records, Instant::now()) {
            return Box::pin(ready(Ok(answer)));
        }
        let (resolver, name) = (self.clone(), name.clone());
        Box::pin(async move {
            let answer = resolver.find(&name, records).await?;
            let room = resolver.settings.cache_size;
            resolver.state.answers.keep((name, records), &answer, Instant::now(), room);
            Ok(answer)
        })
    }

    fn finish(&self, lookups: Vec<Lookup>) {
        let Ok(runtime) = Handle::try_current() else { return };
        for lookup in lookups {
            runtime.spawn(timeout(FINISHING, lookup));
        }
    }
}

impl fmt::Debug for DnsResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DnsResolver").field("settings", &self.settings).finish_non_exhaustive()
    }
}
