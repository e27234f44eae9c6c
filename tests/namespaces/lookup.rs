use std::{net::Ipv4Addr, time::Duration};

use hickory_resolver::proto::{
    op::{Message, Query, ResponseCode},
    rr::RecordType,
};

use super::support::name_server::{NameServer, failure, records};

/// On the client, where it is asked for by resolvers that ask no other port.
pub(crate) const NAME_SERVER: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 53);

/// How the name server treats one type of record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lookup {
    After(Duration),
    Failed,
    Never,
}

impl Lookup {
    pub(crate) const LATE: Self = Self::After(Duration::from_secs(2));

    fn answer(self, query: &Query, addresses: &[&str]) -> Option<(Duration, Message)> {
        match self {
            Self::After(delay) => Some((delay, records(query, 60, addresses))),
            Self::Failed => Some((Duration::ZERO, failure(ResponseCode::ServFail))),
            Self::Never => None,
        }
    }
}

/// Has these addresses for every name.
pub(crate) async fn answering(aaaa: Lookup, a: Lookup, addresses: &[&'static str]) -> NameServer {
    let addresses = addresses.to_vec();
    NameServer::start_late(NAME_SERVER.into(), move |query, _| match query.query_type() {
        RecordType::AAAA => aaaa.answer(query, &addresses),
        _ => a.answer(query, &addresses),
    })
    .await
    .unwrap()
}
