//! What a resolver is, and the ones that need no name server.

mod answer;
mod closure;
mod fixed;
#[cfg(feature = "hyper")]
mod hyper;
mod name;

use std::{pin::Pin, sync::Arc};

#[cfg(feature = "hyper")]
pub use self::hyper::HyperResolver;
pub use self::{
    answer::Answer,
    closure::{ResolveFn, resolve_fn},
    fixed::FixedHosts,
    name::Name,
};
use crate::BoxError;

/// Finds the addresses of a name.
///
/// The trait is object safe, and an `Arc` of a resolver is one too. For a
/// closure there is [`resolve_fn`].
///
/// # Cancellation
///
/// Dropping a [`Lookup`] must stop what it began, except what others wait for
/// too.
pub trait Resolve: Send + Sync + 'static {
    /// Begins a lookup. It is called inside a tokio runtime.
    ///
    /// An empty answer says that there are no such records.
    ///
    /// # Errors
    ///
    /// When it could not be found out, or when the name does not exist.
    fn lookup(&self, name: &Name, records: Records) -> Lookup;

    /// What to ask for, all at once: AAAA and A by default. Those that can
    /// only answer both, as getaddrinfo(3) does, return `&[Records::Both]`.
    fn records(&self) -> &'static [Records] {
        &[Records::Aaaa, Records::A]
    }

    /// Takes the lookups that were still running when a connection stood.
    ///
    /// They are dropped by default. A resolver with a cache may let them run
    /// on to fill it, in a task of its own and not for long: RFC 8305, section
    /// 5, recommends a second. It is called inside a tokio runtime.
    fn finish(&self, lookups: Vec<Lookup>) {
        drop(lookups);
    }
}

/// A lookup under way.
pub type Lookup = Pin<Box<dyn Future<Output = Result<Answer, BoxError>> + Send>>;

/// Which addresses are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Records {
    /// IPv6 addresses.
    Aaaa,
    /// IPv4 addresses.
    A,
    /// IPv6 and IPv4 addresses in one answer.
    Both,
}

impl<R: Resolve + ?Sized> Resolve for Arc<R> {
    fn lookup(&self, name: &Name, records: Records) -> Lookup {
        (**self).lookup(name, records)
    }

    fn records(&self) -> &'static [Records] {
        (**self).records()
    }

    fn finish(&self, lookups: Vec<Lookup>) {
        (**self).finish(lookups);
    }
}
