//! Real servers, each in a directory of its own, with a certificate in it.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

use nix::{
    sys::signal::Signal,
    unistd::{Group, User, getuid},
};

use crate::support::{HOST, Pki, Program, certificates::file, free_port, program};

/// What every user and database here asks for.
pub(crate) const PASSWORD: &str = "sesame";

/// A server, asked to end on drop: it ends its own children then.
pub(crate) struct Peer {
    pub(crate) pki: Pki,
    pub(crate) port: u16,
    server: Option<Program>,
    end: Signal,
}

impl Peer {
    fn start(pki: Pki, port: u16, command: &mut Command, end: Signal) -> Self {
        Self { pki, port, server: Some(Program::start(command)), end }
    }

    fn server(&self) -> &Program {
        self.server.as_ref().expect("it runs until it is dropped")
    }

    /// `host:port`
    pub(crate) fn authority(&self) -> String {
        format!("{HOST}:{}", self.port)
    }

    /// `None` where it is not installed. Its Unix socket is in its directory.
    pub(crate) fn postgres() -> Option<Self> {
        let (mut initdb, mut postgres) = (postgresql("initdb")?, postgresql("postgres")?);
        let (pki, port) = (Pki::new(), free_port());
        let (data, password) = (pki.path("data"), file(&pki.directory, "password", PASSWORD));
        // PostgreSQL does not read a key that others could read.
        let user = unprivileged(&pki);
        initdb.args(["-D", &data, "-U", "app", "-A", "scram-sha-256", "--pwfile", &password]);
        initdb.args(["--no-sync", "--locale=C", "-E", "UTF8"]);
        Program::run(user.runs(&mut initdb), "").success();

        postgres.args(["-D", &data, "-p", &port.to_string(), "-k", &pki.path("")]);
        for setting in [
            format!("listen_addresses={HOST}"),
            "fsync=off".to_owned(),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", pki.server),
            format!("ssl_key_file={}", pki.server),
        ] {
            postgres.args(["-c", &setting]);
        }
        let peer = Self::start(pki, port, user.runs(&mut postgres), Signal::SIGINT);
        peer.server().error_line_with("ready to accept connections");
        Some(peer)
    }

    /// Listens on `port`, with TLS on [`tls_port`](Self::tls_port), and on
    /// `redis.sock` in its directory.
    pub(crate) fn redis() -> Option<(Self, u16)> {
        let mut redis = program("redis-server")?;
        let (pki, port, tls_port) = (Pki::new(), free_port(), free_port());
        redis.args(["--bind", HOST, "--port", &port.to_string(), "--save", ""]);
        redis.args(["--dir", &pki.path(""), "--unixsocket", &pki.path("redis.sock")]);
        redis.args(["--tls-port", &tls_port.to_string(), "--tls-auth-clients", "no"]);
        redis.args(["--tls-cert-file", &pki.server, "--tls-key-file", &pki.server]);
        redis.args(["--tls-ca-cert-file", &pki.root]);
        let peer = Self::start(pki, port, &mut redis, Signal::SIGTERM);
        peer.server().line_with("Ready to accept connections");
        Some((peer, tls_port))
    }

    /// An IMAP server that wants STARTTLS before a password.
    pub(crate) fn dovecot() -> Option<Self> {
        let mut dovecot = program("dovecot")?;
        let (pki, port) = (Pki::new(), free_port());
        let user = unprivileged(&pki);
        let text = dovecot_conf(&pki, port, &user);
        dovecot.args(["-F", "-c", &file(&pki.directory, "dovecot.conf", text)]);
        let peer = Self::start(pki, port, user.runs(&mut dovecot), Signal::SIGTERM);
        peer.server().error_line_with("starting up");
        Some(peer)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.signal(self.end);
            server.wait();
        }
    }
}

/// Debian keeps the programs of PostgreSQL apart, by version.
fn postgresql(name: &str) -> Option<Command> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let paths = versions.map(|version| version.path().join("bin").join(name));
    let found: Option<PathBuf> = paths.filter(|path| path.is_file()).max();
    found.map(Command::new).or_else(|| program(name))
}

/// Who runs a server that refuses to be run by root, or is better not.
struct Unprivileged {
    name: String,
    group: String,
    /// Where we are root.
    ids: Option<(u32, u32)>,
    directory: PathBuf,
}

/// Owns the directory, and all that is in it by now.
fn unprivileged(pki: &Pki) -> Unprivileged {
    let directory = pki.directory.path().to_owned();
    let root = getuid().is_root();
    let user = if root { User::from_name("nobody") } else { User::from_uid(getuid()) };
    let user = user.unwrap().expect("a user with a name");
    let group = Group::from_gid(user.gid).unwrap().expect("a group with a name").name;
    let ids = root.then(|| (user.uid.as_raw(), user.gid.as_raw()));
    if let Some(ids) = ids {
        give(&directory, ids);
    }
    Unprivileged { name: user.name, group, ids, directory }
}

fn give(directory: &Path, (user, group): (u32, u32)) {
    chown(directory, Some(user), Some(group)).unwrap();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        chown(&path, Some(user), Some(group)).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    }
}

impl Unprivileged {
    fn runs<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command.current_dir(&self.directory)
    }
}

fn dovecot_conf(pki: &Pki, port: u16, user: &Unprivileged) -> String {
    let Unprivileged { name: user, group, .. } = user;
    let (server, run, state, home) =
        (&pki.server, pki.path("run"), pki.path("state"), pki.path("home"));
    format!(
        "protocols = imap
         listen = {HOST}
         base_dir = {run}
         state_dir = {state}
         log_path = /dev/stderr
         ssl = required
         ssl_cert = <{server}
         ssl_key = <{server}
         default_internal_user = {user}
         default_internal_group = {group}
         default_login_user = {user}
         service imap-login {{
           chroot =
           inet_listener imap {{
             port = {port}
           }}
           inet_listener imaps {{
             port = 0
           }}
         }}
         service anvil {{
           chroot =
         }}
         passdb {{
           driver = static
           args = password={PASSWORD}
         }}
         userdb {{
           driver = static
           args = uid={user} gid={group} home={home}
         }}
         mail_location = maildir:~/mail
        "
    )
}
