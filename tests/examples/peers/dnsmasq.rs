use crate::support::{HOST, Pki, Program, command, free_port, port, program};

/// A name server that knows `echo.test` and the three addresses of `pool.test`,
/// and where it listens.
fn name_server() -> Option<(Program, String)> {
    let mut dnsmasq = program("dnsmasq")?;
    let port = free_port();
    dnsmasq.args(["--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts"]);
    dnsmasq.args(["--listen-address=127.0.0.1", "--bind-interfaces", "--user=", "--group="]);
    dnsmasq.args(["--address=/echo.test/127.0.0.1", "--address=/test/"]);
    dnsmasq.args([1, 2, 3].map(|last| format!("--host-record=pool.test,127.0.0.{last}")));
    let server = Program::start(dnsmasq.arg(format!("--port={port}")));
    server.error_line_with("started");
    Some((server, format!("{HOST}:{port}")))
}

#[test]
fn netcat_asks_the_name_server_it_is_given() {
    let Some((_dnsmasq, dns)) = name_server() else { return };
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    let uri = format!("echo.test:{}", port(&server.listening()));
    let netcat = Program::run(command("netcat").args([&uri, "--dns", &dns]), "hello\n");
    assert_eq!(netcat.success(), "hello\n");
}

#[test]
fn balance_uses_every_address_that_the_name_server_has() {
    let Some((_dnsmasq, dns)) = name_server() else { return };
    let server = Program::example("echo_server", &["0.0.0.0:0"]);
    let port = port(&server.listening()).to_owned();
    let options = [&format!("pool.test:{port}"), "--dns", &dns, "--connections", "30"];
    let output = Program::example("balance", &options).end().success();
    assert!(output.starts_with("addresses: 3\n"), "{output}");
    for last in [1, 2, 3] {
        assert!(output.contains(&format!(" to tcp://127.0.0.{last}:{port}")), "{output}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_an_error() {
    let Some((_dnsmasq, dns)) = name_server() else { return };
    let error = Program::example("netcat", &["missing.test:80", "--dns", &dns]).end().failure();
    let expected = "connection to tcp://missing.test:80 failed during DNS lookup: ";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn the_http_clients_ask_the_name_server_they_are_given() {
    let Some((_dnsmasq, dns)) = name_server() else { return };
    let server = Program::example("http_server", &["127.0.0.1:0"]);
    let host = format!("echo.test:{}", port(&server.listening()));
    let page = Program::example("http_client", &[&host, "--dns", &dns]).end().success();
    assert!(page.contains("Hello world!"), "{page}");

    let pki = Pki::new();
    let server = Program::example("http_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let host = format!("echo.test:{}", port(&server.listening()));
    let options = [&host, "--dns", &dns, "--cafile", &pki.root];
    let error = Program::example("https_client", &options).end().failure();
    assert!(error.contains("not valid for name"), "{error}");
}
