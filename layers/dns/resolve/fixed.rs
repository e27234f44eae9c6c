use std::{collections::HashMap, fmt, future::ready, net::IpAddr, sync::Arc};

use super::{Answer, Lookup, Name, Records, Resolve};

/// A table of names and addresses.
///
/// Names are compared without regard to case and to a trailing dot. A name
/// that is not in the table does not resolve, or is left to another resolver:
///
/// ```
/// use std::net::Ipv4Addr;
/// use tower_socket::layers::{DnsLayer, dns::{DnsResolver, FixedHosts}};
///
/// let hosts = FixedHosts::new()
///     .with("db.example", [Ipv4Addr::new(192, 0, 2, 1)])
///     .or(DnsResolver::system());
/// let layer = DnsLayer::new(hosts);
/// ```
#[derive(Clone, Default)]
pub struct FixedHosts {
    hosts: HashMap<String, Vec<IpAddr>>,
    others: Option<Arc<dyn Resolve>>,
}

impl FixedHosts {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds addresses to a name.
    pub fn with<A: Into<IpAddr>>(
        mut self,
        name: &str,
        addresses: impl IntoIterator<Item = A>,
    ) -> Self {
        let known = self.hosts.entry(key(name)).or_default();
        known.extend(addresses.into_iter().map(Into::into));
        self
    }

    /// Asks this resolver for every other name.
    pub fn or(mut self, others: impl Resolve) -> Self {
        self.others = Some(Arc::new(others));
        self
    }
}

impl Resolve for FixedHosts {
    fn lookup(&self, name: &Name, records: Records) -> Lookup {
        match (self.hosts.get(&key(name.as_str())), &self.others) {
            (Some(addresses), _) => {
                let wanted = addresses.iter().copied().filter(|address| match records {
                    Records::Aaaa => address.is_ipv6(),
                    Records::A => address.is_ipv4(),
                    Records::Both => true,
                });
                Box::pin(ready(Ok(wanted.collect::<Answer>())))
            }
            (None, Some(others)) => others.lookup(name, records),
            (None, None) => {
                Box::pin(ready(Err(format!("{name} is not one of the fixed hosts").into())))
            }
        }
    }

    fn records(&self) -> &'static [Records] {
        self.others.as_ref().map_or(&[Records::Aaaa, Records::A], |others| others.records())
    }

    fn finish(&self, lookups: Vec<Lookup>) {
        if let Some(others) = &self.others {
            others.finish(lookups);
        }
    }
}

fn key(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

impl fmt::Debug for FixedHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedHosts").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}
