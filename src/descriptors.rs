use nix::sys::resource::{Resource, getrlimit};

/// So many, but no more than a quarter of the descriptors that this process
/// may open, and never none.
pub(crate) fn at_most(most: usize) -> usize {
    let open = getrlimit(Resource::RLIMIT_NOFILE).map_or(u64::MAX, |(soft, _hard)| soft);
    usize::try_from(open / 4).map_or(most, |quarter| quarter.clamp(1, most))
}
