//! The one parser of every text a user may type, and what the layers read from
//! a URI.

mod authority;
mod display;
#[cfg(any(feature = "dns", feature = "tls"))]
mod hostname;
mod into_uri;
mod parts;
#[cfg(all(test, feature = "dns", feature = "tls"))]
mod properties;
mod scan;
mod scheme;
mod target;
pub(crate) mod text;
mod unix;
#[cfg(feature = "dns")]
mod with_address;
#[cfg(feature = "tls")]
mod without_tls;

#[cfg(all(test, feature = "dns", feature = "tls"))]
mod tests;

use http::Uri;

pub use self::into_uri::IntoUri;
#[cfg(any(feature = "dns", feature = "tls"))]
pub(crate) use self::target::{Target, target};
#[cfg(feature = "dns")]
pub(crate) use self::with_address::with_address;
pub(crate) use self::{
    display::display,
    scheme::Scheme,
    target::{connect_address, descriptor, listen_address, systemd_name, unix_address},
};
#[cfg(feature = "tls")]
pub(crate) use self::{
    hostname::hostname,
    without_tls::{target_without_tls, without_tls},
};
use crate::Error;

fn invalid(uri: &Uri, reason: authority::Reason) -> Error {
    Error::invalid_input(reason).with_uri(uri.clone())
}
