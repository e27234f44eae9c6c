use std::net::TcpListener;

use crate::support::{Pki, Program, port};

/// Two servers on one port, which is told. `None` on a machine without IPv6.
fn pair(options: &[&str]) -> Option<(Program, Program, String)> {
    TcpListener::bind("[::1]:0").ok()?;
    loop {
        let v4 = Program::example("echo_server", &[&["127.0.0.1:0"], options].concat());
        let port = port(&v4.listening()).to_owned();
        let v6 = format!("[::1]:{port}");
        if TcpListener::bind(&v6).is_ok() {
            let v6 = Program::example("echo_server", &[&[v6.as_str()], options].concat());
            v6.listening();
            return Some((v4, v6, port));
        }
    }
}

#[test]
fn connections_are_shared_among_the_addresses_of_a_name() {
    let Some((_v4, _v6, port)) = pair(&[]) else { return };
    let uri = format!("localhost:{port}");
    let output = Program::example("balance", &[&uri, "--connections", "10"]).end().success();
    assert!(output.starts_with("addresses: 2\nconnected to tcp://"), "{output}");
    let shares = format!("5 to tcp://127.0.0.1:{port}\n5 to tcp://[::1]:{port}\n");
    assert!(output.ends_with(&shares), "{output}");
}

#[test]
fn every_address_has_to_show_a_certificate_for_the_name() {
    let pki = Pki::new();
    let Some((_v4, _v6, port)) = pair(&["--cert", &pki.server]) else { return };
    let options = [&format!("tls://localhost:{port}"), "--cafile", &pki.root];
    let output = Program::example("balance", &options).end().success();
    assert!(output.contains(&format!("4 to tls://[::1]:{port}")), "{output}");

    let other = Pki::new();
    let options = [&format!("tls://localhost:{port}"), "--cafile", &other.root];
    let error = Program::example("balance", &options).end().failure();
    assert!(error.contains("invalid peer certificate"), "{error}");
}

#[test]
fn an_address_that_refuses_is_left_to_the_others() {
    if TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    let port = port(&server.listening()).to_owned();
    let uri = format!("localhost:{port}");
    let balance = Program::example("balance", &[&uri, "--connections", "4"]).end();
    let refused = format!(
        "connection to tcp://[::1]:{port}?hostname=localhost failed: \
         connection refused (ECONNREFUSED), trying elsewhere\n"
    );
    assert_eq!(balance.stderr, refused);
    assert!(balance.success().ends_with(&format!("\n4 to tcp://127.0.0.1:{port}\n")));
}

#[test]
fn it_gives_up_after_so_many_retries() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let uri = format!("localhost:{}", closed.port());
    let error = Program::example("balance", &[&uri, "--retries", "2"]).end().failure();
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines.len(), 3, "{error}");
    assert!(lines[..2].iter().all(|line| line.ends_with("(ECONNREFUSED), trying elsewhere")));
    assert!(lines[2].ends_with(" failed: connection refused (ECONNREFUSED)"), "{error}");
}

#[test]
fn a_mistake_is_not_tried_again() {
    let error = Program::example("balance", &["localhost"]).end().failure();
    assert!(error.starts_with("invalid URI \"localhost\": "), "{error}");
    assert!(!error.contains("trying"), "{error}");
}
