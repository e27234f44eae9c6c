//! What a path leads to, and what could make it lead elsewhere.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf, absolute},
};

/// As many as Linux follows (path_resolution(7)).
const MOST_LINKS: usize = 40;

/// Changes when the file does, or when another one has its place.
#[derive(Debug, PartialEq)]
pub(super) struct Stamp {
    file: (u64, u64),
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// `None` where there is no such file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        Some(Self {
            file: (found.dev(), found.ino()),
            size: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }
}

/// The directory of the file, and of each symbolic link on the way there.
pub(super) fn directories(path: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut path = absolute(path).unwrap_or_else(|_| path.to_owned());
    for _ in 0..MOST_LINKS {
        let Some((directory, target)) = first_link(&path) else { break };
        found.insert(directory);
        path = target;
    }
    found.extend(path.parent().map(Path::to_owned));
    found
}

/// The directory of the first symbolic link in a path, and where that leads.
fn first_link(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let mut ancestors: Vec<_> = path.ancestors().collect();
    ancestors.reverse();
    let link = ancestors.into_iter().find(|it| it.is_symlink())?;
    let (directory, rest) = (link.parent()?, path.strip_prefix(link).ok()?);
    let target = directory.join(fs::read_link(link).ok()?);
    // Joining an empty path would make a directory of it.
    let target = if rest.as_os_str().is_empty() { target } else { target.join(rest) };
    Some((directory.to_owned(), target))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_kubernetes_swaps_is_watched() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        fs::create_dir(root.join("..1")).unwrap();
        fs::write(root.join("..1/tls.crt"), "").unwrap();
        symlink("..1", root.join("..data")).unwrap();
        symlink("..data/tls.crt", root.join("tls.crt")).unwrap();
        let expected = BTreeSet::from([root.clone(), root.join("..1")]);
        assert_eq!(directories(&root.join("tls.crt")), expected);
    }

    #[test]
    fn links_that_go_round_have_an_end() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        symlink("b", root.join("a")).unwrap();
        symlink("a", root.join("b")).unwrap();
        assert_eq!(directories(&root.join("a")), BTreeSet::from([root.clone()]));
        assert_eq!(Stamp::of(&root.join("a")), None);
    }

    #[test]
    fn a_linked_directory_is_watched_from_above() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("real/old")).unwrap();
        symlink("real/old", root.join("live")).unwrap();
        let expected = BTreeSet::from([root.clone(), root.join("real/old")]);
        assert_eq!(directories(&root.join("live/server.pem")), expected);
    }
}
