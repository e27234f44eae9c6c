use nix::sys::signal::{SIGINT, SIGTERM, Signal};

use crate::support::{Program, command};

const SERVERS: [&str; 4] = ["echo_server", "chat_server", "http_server", "benchmark_server"];

fn assert_ends_on(signal: Signal) {
    for name in SERVERS {
        let server = Program::example(name, &["127.0.0.1:0"]);
        server.listening();
        server.signal(signal);
        let ended = server.wait();
        assert_eq!(ended.code, Some(0), "{name}: {ended:?}");
        assert_eq!(ended.stderr, "", "{name}");
    }
}

#[test]
fn servers_end_on_sigint() {
    assert_ends_on(SIGINT);
}

#[test]
fn servers_end_on_sigterm() {
    assert_ends_on(SIGTERM);
}

#[test]
fn those_who_are_there_may_finish_and_nobody_else_comes() {
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    let uri = server.listening();
    let mut client = Program::example("netcat", &[&uri]);
    client.write("before\n");
    assert_eq!(client.line(), "before");

    server.signal(SIGINT);
    while Program::run(command("netcat").arg(&uri), "").code == Some(0) {}
    client.write("after\n");
    assert_eq!(client.line(), "after");
    assert_eq!(client.end().success(), "");
    server.wait().success();
}

#[test]
fn who_stays_too_long_is_closed() {
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    let mut client = Program::example("netcat", &[&server.listening()]);
    client.write("here\n");
    assert_eq!(client.line(), "here");

    server.signal(SIGINT);
    let ended = server.wait();
    assert!(ended.stderr.contains("the server is shutting down"), "{ended:?}");
    ended.success();
    assert_eq!(client.wait().code, Some(0));
}

#[test]
fn a_server_that_waits_at_its_limit_ends_too() {
    let options = ["127.0.0.1:0", "--limit", "1", "--pause-on-limit"];
    let server = Program::example("echo_server", &options);
    let mut client = Program::example("netcat", &[&server.listening()]);
    client.write("here\n");
    assert_eq!(client.line(), "here");

    server.signal(SIGINT);
    let ended = server.wait();
    assert!(ended.stderr.contains("the server is shutting down"), "{ended:?}");
    ended.success();
}
