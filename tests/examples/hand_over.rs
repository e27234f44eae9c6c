//! Servers that are replaced while clients come in.

use std::{
    env,
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use socket2::SockRef;

use crate::support::{Pki, Program, authority, command};

/// How many connects, 2,000 by default. A hundred thousand take half a minute.
const CONNECTS: &str = "TOWER_SOCKET_HAND_OVER_CONNECTS";

/// A server that was started, its successor, that one's successor, and so on.
/// They all write to the first one's pipes.
struct Line {
    first: Program,
    youngest: Youngest,
}

/// Killed on drop, as the first one is.
#[derive(Default)]
struct Youngest(Option<Pid>);

impl Drop for Youngest {
    fn drop(&mut self) {
        if let Some(process) = self.0 {
            let _ = kill(process, Signal::SIGKILL);
        }
    }
}

impl Line {
    fn start(arguments: &[&str]) -> (Self, String) {
        let first = Program::example("echo_server", arguments);
        let uri = first.listening();
        (Self { first, youngest: Youngest::default() }, uri)
    }

    /// Starts a successor, and tells the server to end when that one listens,
    /// and where.
    fn hand_over(&mut self) -> String {
        self.signal(Signal::SIGUSR2);
        let (mut successor, mut uri) = (None, None);
        // In either order, among what the servers say about their clients.
        while successor.is_none() || uri.is_none() {
            let line = self.first.line();
            let after = |start| line.strip_prefix(start).map(str::to_owned);
            successor = successor.or_else(|| after("Handed over to process "));
            uri = uri.or_else(|| after("Listening on "));
        }
        self.signal(Signal::SIGTERM);
        self.youngest.0 = successor.map(|process| Pid::from_raw(process.parse().unwrap()));
        uri.unwrap()
    }

    fn signal(&self, signal: Signal) {
        match self.youngest.0 {
            Some(process) => kill(process, signal).unwrap(),
            None => self.first.signal(signal),
        }
    }

    /// Tells the youngest to end, and waits for all of them.
    fn end(mut self) {
        self.signal(Signal::SIGTERM);
        self.youngest.0 = None;
        let ended = self.first.wait();
        assert_eq!(ended.stderr, "");
        ended.success();
    }
}

/// One client: connects, has a byte echoed, and sees the end.
fn visit(server: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(b"?")?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    // So many connections would use up the ports if they lingered (TIME_WAIT).
    SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
    if answer == b"?" { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Hands over again and again until this many clients have come. The errors they
/// got, and the number of times.
fn visits(line: &mut Line, server: SocketAddr, number: usize) -> (Vec<io::Error>, usize) {
    let left = AtomicUsize::new(number);
    let next = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1));
    thread::scope(|threads| {
        let visit_while_any = || {
            let visits = std::iter::from_fn(|| next().ok()).map(|_| visit(server));
            visits.filter_map(Result::err).collect::<Vec<_>>()
        };
        let clients = [(); 4].map(|()| threads.spawn(visit_while_any));
        let mut times = 0;
        while clients.iter().any(|client| !client.is_finished()) {
            line.hand_over();
            times += 1;
        }
        (clients.into_iter().flat_map(|client| client.join().unwrap()).collect(), times)
    })
}

#[test]
fn no_connect_is_refused_or_reset_while_servers_are_replaced() {
    let number = env::var(CONNECTS).map_or(2_000, |number| number.parse().unwrap());
    let (mut line, uri) = Line::start(&["127.0.0.1:0"]);
    let server = authority(&uri).parse().unwrap();
    let (errors, times) = visits(&mut line, server, number);
    println!("{number} connects, {times} times handed over, {} failed", errors.len());
    assert!(errors.is_empty(), "{} of {number}: {:?}", errors.len(), errors.first());
    assert!(times > 0);
    line.end();
}

#[test]
fn a_successor_speaks_tls_on_the_same_address() {
    let pki = Pki::new();
    let (mut line, uri) = Line::start(&["127.0.0.1:0", "--cert", &pki.server]);
    for _ in 0..3 {
        assert_eq!(line.hand_over(), uri);
        let netcat = Program::run(command("netcat").args([&uri, "--cafile", &pki.root]), "hello\n");
        assert_eq!(netcat.success(), "hello\n");
    }
    line.end();
}

#[test]
fn a_successor_keeps_the_file_of_a_unix_socket() {
    let pki = Pki::new();
    let uri = format!("unix://{}", pki.path("echo.sock"));
    let (mut line, _) = Line::start(&[&uri]);
    for _ in 0..3 {
        assert_eq!(line.hand_over(), uri);
        assert_eq!(Program::run(command("netcat").arg(&uri), "hello\n").success(), "hello\n");
    }
    line.end();
}

#[test]
fn connections_that_are_open_stay_with_the_server_that_has_them() {
    let (mut line, uri) = Line::start(&["127.0.0.1:0"]);
    let mut client = Program::example("netcat", &[&uri]);
    client.write("before\n");
    assert_eq!(client.line(), "before");
    line.hand_over();
    client.write("after\n");
    assert_eq!(client.line(), "after");
    assert_eq!(client.end().success(), "");
    line.end();
}
