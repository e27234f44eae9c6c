//! What several subjects need.

#[path = "../../suite/support/certificates.rs"]
#[allow(dead_code, reason = "the suite needs more of it")]
pub(crate) mod certificates;
mod lines;
mod ports;
mod program;
#[path = "../../suite/support/programs.rs"]
#[allow(dead_code, reason = "the suite needs more of it")]
pub(crate) mod programs;

pub(crate) use self::{
    ports::free_port,
    program::{Ended, Program, command},
    programs::program,
};

use self::certificates::{Authority, Leaf, file};

/// A name that a server's certificate is for, in a URI and otherwise.
pub(crate) const HOST: &str = "127.0.0.1";

/// A directory with a root, a server's and a client's certificate.
pub(crate) struct Pki {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) root: String,
    pub(crate) server: String,
    pub(crate) client: String,
}

impl Pki {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let write = |name: &str, leaf: &Leaf| file(&directory, name, leaf.pem());
        Self {
            root: file(&directory, "root.pem", authority.certificate.pem()),
            server: write("server.pem", &authority.leaf(&[HOST, "localhost", "::1"])),
            client: write("client.pem", &authority.leaf(&["client.example"])),
            directory,
        }
    }

    /// A path in the directory.
    pub(crate) fn path(&self, name: &str) -> String {
        self.directory.path().join(name).to_str().unwrap().to_owned()
    }
}

/// What is after `scheme://`.
pub(crate) fn authority(uri: &str) -> &str {
    uri.split_once("://").expect("a URI").1
}

pub(crate) fn port(uri: &str) -> &str {
    uri.rsplit_once(':').expect("a port").1
}
