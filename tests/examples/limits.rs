use crate::support::{Program, command};

/// A client that the server has answered.
fn served(uri: &str) -> Program {
    let mut client = Program::example("netcat", &[uri]);
    client.write("here\n");
    assert_eq!(client.line(), "here");
    client
}

#[test]
fn one_more_than_the_limit_is_turned_away() {
    let server = Program::example("echo_server", &["127.0.0.1:0", "--limit", "1"]);
    let uri = server.listening();
    let first = served(&uri);
    assert_eq!(Program::example("netcat", &[&uri]).wait().success(), "");
    let error = server.error_line();
    assert!(error.contains("the limit of open connections is reached"), "{error}");
    first.end().success();
    server.line_with("disconnected");
    served(&uri);
}

#[test]
fn one_more_than_the_limit_waits_where_the_server_pauses() {
    let options = ["127.0.0.1:0", "--limit", "1", "--pause-on-limit"];
    let server = Program::example("echo_server", &options);
    let uri = server.listening();
    let first = served(&uri);
    let mut second = Program::example("netcat", &[&uri, "--verbose"]);
    let told = second.error_line();
    second.write("and me\n");
    first.end().success();
    assert_eq!(second.line(), "and me");

    assert!(server.line().ends_with("connected]"));
    let from = told.split_once(" from ").unwrap().1.split_once(" in ").unwrap().0;
    // The place is free before the server says that the first is gone.
    let next = [server.line(), server.line()];
    assert!(next.iter().any(|line| line.ends_with(" disconnected]")), "{next:?}");
    assert!(next.contains(&format!("[{from} connected]")), "{next:?}");
}

#[test]
fn one_address_gets_only_its_share() {
    let server = Program::example("echo_server", &["[::]:0", "--per-source", "1"]);
    let uri = server.listening();
    let port = crate::support::port(&uri);
    let _first = served(&format!("127.0.0.1:{port}"));
    let again = format!("127.0.0.1:{port}");
    assert_eq!(Program::example("netcat", &[&again]).wait().success(), "");
    let error = server.error_line();
    assert!(error.contains("at most 1 from one source"), "{error}");
    served(&format!("[::1]:{port}"));
}

#[test]
fn a_client_that_is_silent_for_too_long_is_closed() {
    let server = Program::example("echo_server", &["127.0.0.1:0", "--idle-timeout", "0.2"]);
    let client = served(&server.listening());
    let error = server.error_line();
    assert!(error.ends_with("was closed: nothing was sent or received for 200ms"), "{error}");
    client.wait().success();
}

#[test]
fn to_pause_needs_a_limit() {
    let error = Program::run(command("echo_server").arg("--pause-on-limit"), "").failure();
    assert!(error.contains("--limit <N>"), "{error}");
}

#[test]
fn only_those_of_an_allowed_network_come_in() {
    let options = ["[::]:0", "--allow", "127.0.0.0/8", "--deny", "127.0.0.2"];
    let server = Program::example("echo_server", &options);
    let uri = server.listening();
    let port = crate::support::port(&uri);
    served(&format!("127.0.0.1:{port}"));
    let uri = format!("[::1]:{port}");
    assert_eq!(Program::example("netcat", &[&uri]).wait().success(), "");
    let error = server.error_line();
    assert!(error.ends_with("denied: nobody let it in"), "{error}");
}

#[test]
fn a_network_must_be_one() {
    let error = Program::run(command("echo_server").args(["--deny", "nowhere"]), "").failure();
    assert!(error.contains("neither a network nor an address"), "{error}");
}

#[cfg(feature = "rate-limit")]
#[test]
fn one_too_early_is_turned_away() {
    let server = Program::example("echo_server", &["127.0.0.1:0", "--rate", "0"]);
    let uri = server.listening();
    assert_eq!(Program::example("netcat", &[&uri]).wait().success(), "");
    let error = server.error_line();
    assert!(error.ends_with("connections come too fast: at most 0 per second"), "{error}");
}
