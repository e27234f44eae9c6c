//! The one parser of every text a user may type, and what the layers read from
//! a URI.

mod authority;
mod display;
mod into_uri;
mod parts;
#[cfg(test)]
mod properties;
mod rewrite;
mod scheme;
mod target;
pub(crate) mod text;
mod unix;

#[cfg(test)]
mod tests;

use http::Uri;

pub use self::into_uri::IntoUri;
pub(crate) use self::{
    display::display,
    rewrite::{hostname, with_address, without_tls},
    scheme::Scheme,
    target::{
        Target, connect_address, descriptor, listen_address, systemd_name, target, unix_address,
    },
};
use crate::Error;

fn invalid(uri: &Uri, reason: authority::Reason) -> Error {
    Error::invalid_input(reason).with_uri(uri.clone())
}
