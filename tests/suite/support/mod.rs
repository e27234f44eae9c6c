//! What several subjects need.

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub(crate) mod certificates;
mod drops;
#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
pub(crate) mod handshake;
#[cfg(feature = "dns")]
pub(crate) mod mock_resolver;
#[cfg(feature = "dns")]
pub(crate) mod name_server;
mod net;
#[cfg(any(feature = "dns", feature = "aws-lc-rs", feature = "ring"))]
pub(crate) mod programs;
#[cfg(all(feature = "dns", any(feature = "aws-lc-rs", feature = "ring")))]
pub(crate) mod recorder;
#[cfg(any(
    feature = "dns",
    all(feature = "proxy-protocol", any(feature = "aws-lc-rs", feature = "ring"))
))]
pub(crate) mod running;
#[cfg(feature = "tracing")]
mod subscriber;
mod unreachable;

#[cfg(feature = "tracing")]
pub(crate) use self::subscriber::subscribe;
pub(crate) use self::{
    drops::{Counted, Drops},
    net::{
        AnyServer, SocketPath, connect, has_ipv6, pair_at, pairs, servers, settle, tcp_pair,
        tcp_server, unix_pair, uri_of,
    },
    unreachable::{Reserved, Silent},
};
