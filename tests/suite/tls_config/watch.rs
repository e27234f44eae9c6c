//! Certificates that are reloaded when their files change.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tower_socket::{
    Error,
    layers::tls::{CertificateWatcher, Identity, ServerTls},
};

use super::{identity, server::shown};
use crate::support::certificates::{Authority, Leaf};

const NAME: &str = "foo.example";

/// A server whose file is watched.
struct Scene {
    authority: Authority,
    directory: TempDir,
    file: PathBuf,
    old: Leaf,
    server: ServerTls,
    watcher: CertificateWatcher,
    reloads: UnboundedReceiver<Result<(), Error>>,
}

impl Scene {
    fn new() -> Self {
        Self::with(|directory, pem| {
            let file = directory.join("server.pem");
            fs::write(&file, pem).unwrap();
            file
        })
    }

    /// The file is made, and named, by `make`.
    fn with(make: impl FnOnce(&Path, String) -> PathBuf) -> Self {
        let authority = Authority::new();
        let directory = tempfile::tempdir().unwrap();
        let old = authority.leaf(&[NAME]);
        let file = make(directory.path(), old.pem());
        let server = ServerTls::from_pem_file(&file).unwrap();
        let (sender, reloads) = unbounded_channel();
        let watcher = server.watch(move |result| drop(sender.send(result))).unwrap();
        Self { authority, directory, file, old, server, watcher, reloads }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn leaf(&self) -> Leaf {
        self.authority.leaf(&[NAME])
    }

    /// Who writes in several steps may be read in the middle.
    async fn shows(&mut self, leaf: &Leaf) {
        while shown(&self.server, &self.authority, NAME).await != leaf.certificate.der().to_vec() {
            let _ = self.reloads.recv().await.unwrap();
        }
    }

    async fn failed(&mut self) -> Error {
        loop {
            if let Err(error) = self.reloads.recv().await.unwrap() {
                return error;
            }
        }
    }

    /// Stops watching, and counts the reloads that nobody has asked for.
    async fn end(mut self) -> usize {
        drop(self.watcher);
        let mut left = 0;
        while self.reloads.recv().await.is_some() {
            left += 1;
        }
        left
    }
}

// TLSS-21
#[tokio::test]
async fn a_file_that_is_written_anew_is_reloaded() {
    let mut scene = Scene::new();
    for _ in 0..3 {
        let new = scene.leaf();
        fs::write(&scene.file, new.pem()).unwrap();
        scene.shows(&new).await;
    }
}

#[tokio::test]
async fn a_file_that_is_renamed_into_place_is_reloaded_once() {
    let mut scene = Scene::new();
    let new = scene.leaf();
    fs::write(scene.path("new.pem"), new.pem()).unwrap();
    fs::rename(scene.path("new.pem"), &scene.file).unwrap();
    scene.shows(&new).await;
    assert_eq!(scene.end().await, 0);
}

#[tokio::test]
async fn an_editor_that_writes_twice_leaves_the_last_version() {
    let mut scene = Scene::new();
    let [first, last] = [scene.leaf(), scene.leaf()];
    fs::rename(&scene.file, scene.path("server.pem~")).unwrap();
    fs::write(&scene.file, first.pem()).unwrap();
    fs::write(&scene.file, last.pem()).unwrap();
    scene.shows(&last).await;
}

/// A secret of Kubernetes: the file is a link through another link.
fn kubernetes(directory: &Path, pem: String) -> PathBuf {
    fs::create_dir(directory.join("..1")).unwrap();
    fs::write(directory.join("..1/tls.pem"), pem).unwrap();
    symlink("..1", directory.join("..data")).unwrap();
    symlink("..data/tls.pem", directory.join("tls.pem")).unwrap();
    directory.join("tls.pem")
}

#[tokio::test]
async fn a_secret_that_kubernetes_swaps_is_reloaded() {
    let mut scene = Scene::with(kubernetes);
    let versions = ["..2", "..3"].map(|name| (name, scene.leaf()));
    let mut before = "..1";
    for (name, leaf) in versions {
        fs::create_dir(scene.path(name)).unwrap();
        fs::write(scene.path(name).join("tls.pem"), leaf.pem()).unwrap();
        symlink(name, scene.path("..data_tmp")).unwrap();
        fs::rename(scene.path("..data_tmp"), scene.path("..data")).unwrap();
        fs::remove_dir_all(scene.path(before)).unwrap();
        scene.shows(&leaf).await;
        before = name;
    }
}

#[tokio::test]
async fn a_change_at_the_other_end_of_a_link_is_reloaded() {
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("server.pem");
    let mut scene = Scene::with(|directory, pem| {
        fs::write(&target, pem).unwrap();
        symlink(&target, directory.join("link.pem")).unwrap();
        directory.join("link.pem")
    });
    let new = scene.leaf();
    fs::write(&target, new.pem()).unwrap();
    scene.shows(&new).await;
}

// TLSS-21
#[tokio::test]
async fn a_bad_file_is_told_of_and_the_old_certificate_stays() {
    let mut scene = Scene::new();
    fs::write(&scene.file, "no certificate").unwrap();
    let error = scene.failed().await;
    assert!(error.to_string().contains("server.pem\" contains no certificate"), "{error}");
    let old = scene.old.certificate.der().to_vec();
    assert_eq!(shown(&scene.server, &scene.authority, NAME).await, old);

    let new = scene.leaf();
    fs::write(&scene.file, new.pem()).unwrap();
    scene.shows(&new).await;
}

#[tokio::test]
async fn a_directory_that_is_gone_for_a_while_is_found_again() {
    let mut scene = Scene::with(|directory, pem| {
        fs::create_dir(directory.join("certificates")).unwrap();
        let file = directory.join("certificates/server.pem");
        fs::write(&file, pem).unwrap();
        file
    });
    fs::remove_dir_all(scene.path("certificates")).unwrap();
    assert!(scene.failed().await.to_string().contains("ENOENT"));
    let new = scene.leaf();
    fs::create_dir(scene.path("certificates")).unwrap();
    fs::write(&scene.file, new.pem()).unwrap();
    scene.shows(&new).await;
    // It is watched as before.
    let newer = scene.leaf();
    fs::write(&scene.file, newer.pem()).unwrap();
    scene.shows(&newer).await;
}

#[tokio::test]
async fn other_files_in_the_directory_do_not_matter() {
    let mut scene = Scene::new();
    fs::write(scene.path("other.pem"), "something else").unwrap();
    let new = scene.leaf();
    fs::write(scene.path("new.pem"), new.pem()).unwrap();
    fs::rename(scene.path("new.pem"), &scene.file).unwrap();
    scene.reloads.recv().await.unwrap().unwrap();
    scene.shows(&new).await;
    assert_eq!(scene.end().await, 0);
}

#[tokio::test]
async fn nothing_is_reloaded_once_the_watcher_is_dropped() {
    let mut scene = Scene::new();
    drop(scene.watcher);
    // The thread is gone with its end of the channel.
    assert!(scene.reloads.recv().await.is_none());
    fs::write(&scene.file, scene.authority.leaf(&[NAME]).pem()).unwrap();
    let old = scene.old.certificate.der().to_vec();
    assert_eq!(shown(&scene.server, &scene.authority, NAME).await, old);
}

#[tokio::test]
async fn what_changed_before_it_was_watched_is_read_too() {
    let authority = Authority::new();
    let [old, new] = [authority.leaf(&[NAME]), authority.leaf(&[NAME])];
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("server.pem");
    fs::write(&file, old.pem()).unwrap();
    let server = ServerTls::from_pem_file(&file).unwrap();
    fs::write(&file, new.pem()).unwrap();
    let _watcher = server.watch(drop).unwrap();
    assert_eq!(shown(&server, &authority, NAME).await, new.certificate.der().to_vec());
}

#[test]
fn where_there_are_no_files_there_is_nothing_to_watch() {
    let leaf = Authority::new().leaf(&[NAME]);
    let server = super::server(&leaf);
    let raw = ServerTls::from(server.config());
    for server in [server, raw] {
        let error = server.watch(drop).unwrap_err();
        assert_eq!(error.to_string(), "there are no certificate files to watch (EINVAL)");
    }
}

#[test]
fn a_file_that_went_bad_before_it_was_watched_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("server.pem");
    let leaf = Authority::new().leaf(&[NAME]);
    fs::write(&file, leaf.pem()).unwrap();
    let two = ServerTls::builder().identity(identity(&leaf)).identity(Identity::pem_file(&file));
    let server = two.build().unwrap();
    fs::remove_file(&file).unwrap();
    assert!(server.watch(drop).unwrap_err().to_string().contains("ENOENT"));
}
