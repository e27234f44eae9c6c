//! Accepting from a listening socket that says what the test wants.

use std::{
    collections::VecDeque,
    io,
    os::fd::OwnedFd,
    pin::Pin,
    sync::{Arc, Barrier, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use futures_util::{FutureExt, StreamExt};
use nix::errno::Errno;
use tokio::time::{Instant, advance, sleep};
use tokio_test::{assert_pending, assert_ready, task};

use super::{
    Incoming,
    facade::Boxed,
    listener::{Accepted, Listen, Listener},
    merge::Merge,
};
use crate::{Address, Connection, Error, ErrorKind, connection::Transport};

/// What accept(2) says next.
#[derive(Clone, Copy)]
enum Say {
    Connection,
    Error(Errno),
    /// Once: nobody is there.
    Nobody,
}

/// Says its lines in turn, then that nobody is there, and notes when it was
/// asked.
#[derive(Clone, Default)]
struct Script {
    lines: Arc<Mutex<VecDeque<Say>>>,
    asked: Arc<Mutex<Vec<Instant>>>,
}

impl Script {
    fn of(lines: impl IntoIterator<Item = Say>) -> Self {
        let script = Self::default();
        script.lines.lock().unwrap().extend(lines);
        script
    }

    fn listener(&self) -> Listener<Self> {
        Listener::new(self.clone(), Address::Unix("/test".into()))
    }

    /// The times between two questions.
    fn pauses(&self) -> Vec<Duration> {
        self.asked.lock().unwrap().windows(2).map(|pair| pair[1] - pair[0]).collect()
    }
}

impl Listen for Script {
    fn poll_accept(&self, _: &mut Context<'_>) -> Poll<Accepted> {
        self.asked.lock().unwrap().push(Instant::now());
        match self.lines.lock().unwrap().pop_front() {
            Some(Say::Connection) => {
                let io = Box::new(tokio::io::duplex(1).0);
                Poll::Ready(Ok((Transport::Other(io), None)))
            }
            Some(Say::Error(errno)) => Poll::Ready(Err(io::Error::from(errno))),
            Some(Say::Nobody) | None => Poll::Pending,
        }
    }

    fn descriptor(&self) -> io::Result<OwnedFd> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

type Item = Option<Result<Connection, Error>>;

fn errno(item: Item) -> Option<i32> {
    item.unwrap().unwrap_err().raw_os_error()
}

const RETRIED: [Errno; 11] = [
    Errno::ECONNABORTED,
    Errno::EINTR,
    Errno::EPROTO,
    Errno::ENETDOWN,
    Errno::ENOPROTOOPT,
    Errno::EHOSTDOWN,
    Errno::ENONET,
    Errno::EHOSTUNREACH,
    Errno::EOPNOTSUPP,
    Errno::ENETUNREACH,
    Errno::EPERM,
];

const EXHAUSTED: [Errno; 4] = [Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS, Errno::ENOMEM];

// TCPS-26, UNXS-11, FDS-15, GEN-04
#[tokio::test(start_paused = true)]
async fn an_error_is_an_item_and_the_server_goes_on() {
    let mut server = Script::of([Say::Error(Errno::ETIMEDOUT), Say::Connection]).listener();
    let error = server.next().await.unwrap().unwrap_err();
    let text = "unable to accept a new connection: connection timed out (ETIMEDOUT)";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.kind(), ErrorKind::Accept);
    assert_eq!(error.raw_os_error(), Some(110));
    server.next().await.unwrap().unwrap();
}

// GEN-04
#[tokio::test(start_paused = true)]
async fn any_number_of_errors_does_not_end_a_server() {
    let errors = std::iter::repeat_n(Say::Error(Errno::ETIMEDOUT), 1000);
    let mut server = Script::of(errors.chain([Say::Connection])).listener();
    for _ in 0..1000 {
        assert_eq!(errno(server.next().await), Some(110));
    }
    server.next().await.unwrap().unwrap();
}

// TCPS-26
#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_passed_over_at_once() {
    for lost in RETRIED {
        let mut server = Script::of([Say::Error(lost), Say::Connection]).listener();
        let begun = Instant::now();
        server.next().await.unwrap().unwrap();
        assert_eq!(begun.elapsed(), Duration::ZERO, "{lost}");
    }
}

// TCPS-16
#[tokio::test(start_paused = true)]
async fn others_may_run_while_connections_are_passed_over() {
    let script = Script::of(std::iter::repeat_n(Say::Error(Errno::ECONNABORTED), 100));
    let mut next = task::spawn(script.listener());
    assert_pending!(next.poll_next());
    assert!(next.is_woken());
    assert_eq!(script.lines.lock().unwrap().len(), 36);
}

#[tokio::test(start_paused = true)]
async fn errors_that_never_end_do_not_spin() {
    let errors = std::iter::repeat_n(Say::Error(Errno::EPERM), 200);
    let mut server = Script::of(errors.chain([Say::Connection])).listener();
    let begun = Instant::now();
    server.next().await.unwrap().unwrap();
    assert_eq!(begun.elapsed(), Duration::from_millis(5 + 10 + 20));
}

// TCPS-28
#[tokio::test(start_paused = true)]
async fn exhaustion_is_waited_out_for_longer_each_time() {
    for exhausted in EXHAUSTED {
        let errors = std::iter::repeat_n(Say::Error(exhausted), 10);
        let script = Script::of(errors.chain([Say::Connection]));
        let mut server = script.listener();
        assert_eq!(errno(server.next().await), Some(exhausted as i32));
        server.next().await.unwrap().unwrap();
        let milliseconds: Vec<_> = script.pauses().iter().map(Duration::as_millis).collect();
        assert_eq!(milliseconds, [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
    }
}

// TCPS-28
#[tokio::test(start_paused = true)]
async fn exhaustion_is_reported_again_after_the_queue_was_empty() {
    let exhausted = Say::Error(Errno::EMFILE);
    let lines = [exhausted, exhausted, Say::Nobody, exhausted, Say::Connection];
    let mut server = Script::of(lines).listener();
    assert_eq!(errno(server.next().await), Some(24));
    assert!(poll_after(&mut server, Duration::from_millis(5)).await.is_none());
    assert!(poll_after(&mut server, Duration::from_millis(10)).await.is_none());
    assert_eq!(errno(server.next().await), Some(24));
    server.next().await.unwrap().unwrap();
}

/// What there is when this time has passed.
async fn poll_after(server: &mut Listener<Script>, time: Duration) -> Option<Item> {
    assert!(server.next().now_or_never().is_none());
    advance(time).await;
    server.next().now_or_never()
}

#[tokio::test(start_paused = true)]
async fn an_episode_counts_as_one_error() {
    let lines = [Say::Error(Errno::EMFILE), Say::Error(Errno::EMFILE), Say::Connection];
    let mut server = Script::of(lines).listener();
    assert_eq!(errno(server.next().await), Some(24));
    let _connection = server.next().await.unwrap().unwrap();
    let counters = server.handle().counters();
    assert_eq!(counters.errors().collect::<Vec<_>>(), [(ErrorKind::Accept, 1)]);
    assert_eq!((counters.accepted, counters.open), (1, 1));
}

// TCPS-28
#[tokio::test(start_paused = true)]
async fn success_in_between_is_the_same_episode() {
    let lines = [Say::Error(Errno::EMFILE), Say::Connection].repeat(3);
    let mut server = Script::of(lines).listener();
    assert_eq!(errno(server.next().await), Some(24));
    for _ in 0..3 {
        server.next().await.unwrap().unwrap();
    }
}

// TCPS-28
#[tokio::test(start_paused = true)]
async fn exhaustion_is_reported_again_after_a_clean_second() {
    let exhausted = Say::Error(Errno::EMFILE);
    let lines = [exhausted, Say::Connection, exhausted, Say::Connection];
    let mut server = Script::of(lines).listener();
    assert_eq!(errno(server.next().await), Some(24));
    server.next().await.unwrap().unwrap();
    sleep(Duration::from_millis(1100)).await;
    assert_eq!(errno(server.next().await), Some(24));
    server.next().await.unwrap().unwrap();
}

// TCPS-28
#[tokio::test(start_paused = true)]
async fn a_connection_that_closes_ends_the_wait() {
    let errors = [Say::Error(Errno::EMFILE); 8];
    let lines = [&[Say::Connection], &errors[..], &[Say::Connection]].concat();
    let mut server = Script::of(lines).listener();
    let open = server.next().await.unwrap().unwrap();
    assert_eq!(errno(server.next().await), Some(24));
    for milliseconds in [5, 10, 20, 40, 80, 160, 320] {
        assert!(poll_after(&mut server, Duration::from_millis(milliseconds)).await.is_none());
    }
    let begun = Instant::now();
    let mut next = task::spawn(&mut server);
    assert_pending!(next.poll_next());
    drop(open);
    assert!(next.is_woken());
    assert_ready!(next.poll_next()).unwrap().unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn close_ends_a_server_that_waits_out_exhaustion() {
    let script = Script::of([Say::Error(Errno::EMFILE); 2]);
    let mut server = script.listener();
    assert_eq!(errno(server.next().await), Some(24));
    let handle = server.handle();
    let mut next = task::spawn(&mut server);
    assert_pending!(next.poll_next());
    handle.close();
    assert!(next.is_woken());
    assert!(assert_ready!(next.poll_next()).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_broken_listener_ends_the_server_after_one_error() {
    for broken in [Errno::EBADF, Errno::EINVAL, Errno::ENOTSOCK, Errno::EFAULT] {
        let mut server = Script::of([Say::Error(broken), Say::Connection]).listener();
        let error = server.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Accept);
        assert_eq!(error.raw_os_error(), Some(broken as i32));
        assert!(server.next().await.is_none());
        assert!(server.next().await.is_none());
        assert!(server.handle().is_closed());
    }
}

#[tokio::test]
async fn accept_is_next_of_the_stream() {
    let mut server = Script::of([Say::Connection]).listener();
    server.accept().await.unwrap().unwrap();
    assert!(server.accept().now_or_never().is_none());
}

#[test]
fn a_server_is_closed_when_nobody_can_accept_any_more() {
    let mut server = Script::default().listener();
    server.handle().close();
    let polled =
        Pin::new(&mut server).poll_next(&mut Context::from_waker(std::task::Waker::noop()));
    assert!(matches!(polled, Poll::Ready(None)));
}

/// Always has a client.
struct Busy;

impl Listen for Busy {
    fn poll_accept(&self, _: &mut Context<'_>) -> Poll<Accepted> {
        Poll::Ready(Ok((Transport::Other(Box::new(tokio::io::duplex(1).0)), None)))
    }

    fn descriptor(&self) -> io::Result<OwnedFd> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[test]
fn what_was_accepted_before_a_close_is_listed_after_it() {
    for _ in 0..2_000 {
        let mut server = Listener::new(Busy, Address::Unix("/test".into()));
        let handle = server.handle();
        let start = Barrier::new(2);
        let (accepted, listed) = std::thread::scope(|threads| {
            let accepting = threads.spawn(|| {
                start.wait();
                server.next().now_or_never().flatten()
            });
            start.wait();
            handle.close();
            let listed = handle.connections().len();
            (accepting.join().unwrap(), listed)
        });
        assert_eq!(listed, usize::from(accepted.is_some()));
    }
}

/// The listener that a connection came by.
fn by(item: Item) -> Option<Address> {
    item.unwrap().unwrap().info().listener_address()
}

fn named(socket: impl Listen + Sync, name: &str) -> Boxed {
    Box::pin(Listener::new(socket, Address::Unix(name.into())))
}

#[tokio::test]
async fn servers_that_always_have_a_client_take_turns_with_the_others() {
    let quiet = Script::of([Say::Nobody, Say::Connection, Say::Nobody, Say::Connection]);
    let mut server =
        Merge::new(vec![named(Busy, "/busy"), named(quiet, "/quiet"), named(Busy, "/other")]);
    let mut turns = Vec::new();
    for _ in 0..12 {
        turns.push(by(server.next().await).unwrap().to_string());
    }
    let turns: Vec<_> = turns.iter().map(|turn| turn.strip_prefix("unix:///").unwrap()).collect();
    let (both, all) = (["busy", "other"], ["busy", "quiet", "other"]);
    assert_eq!(turns, [&both[..], &all, &both, &all, &both].concat());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_breaks_ends_alone() {
    let (broken, other) =
        (Script::of([Say::Error(Errno::EBADF)]), Script::of([Say::Connection; 3]));
    let mut server = Merge::new(vec![named(broken, "/broken"), named(other, "/other")]);
    let error = server.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Accept);
    for _ in 0..3 {
        assert_eq!(by(server.next().await).unwrap().to_string(), "unix:///other");
    }
    assert!(server.next().now_or_never().is_none(), "the other one is open");
    assert_eq!(server.handle().addresses().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_waits_out_exhaustion_holds_no_other_up() {
    let exhausted = Script::of([Say::Error(Errno::EMFILE); 3]);
    let other = Script::of([Say::Connection; 3]);
    let mut server = Merge::new(vec![named(exhausted, "/exhausted"), named(other, "/other")]);
    assert_eq!(errno(server.next().await), Some(24));
    for _ in 0..3 {
        assert!(server.next().now_or_never().unwrap().unwrap().is_ok());
    }
}
