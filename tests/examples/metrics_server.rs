use crate::support::{Pki, Program, program};

struct Served {
    server: Program,
    uri: String,
    metrics: String,
}

fn metrics_server(options: &[&str]) -> Served {
    let arguments = [&["127.0.0.1:0", "--metrics", "127.0.0.1:0"], options].concat();
    let server = Program::example("metrics_server", &arguments);
    let uri = server.listening();
    let metrics = server.line().strip_prefix("Metrics on ").unwrap().to_owned();
    Served { server, uri, metrics }
}

impl Served {
    /// As Prometheus does.
    fn scrape(&self) -> Option<String> {
        let mut curl = program("curl")?;
        curl.args(["--silent", "--show-error", "--include", "--noproxy", "*", &self.metrics]);
        Some(Program::start(&mut curl).end().success())
    }
}

/// A client that the server has answered.
fn served(uri: &str, options: &[&str]) -> Program {
    let mut client = Program::example("netcat", &[&[uri], options].concat());
    client.write("here\n");
    assert_eq!(client.line(), "here");
    client
}

#[track_caller]
fn assert_line(text: &str, line: &str) {
    assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
}

#[test]
fn prometheus_learns_who_came_who_is_there_and_who_was_turned_away() {
    let served_by = metrics_server(&["--limit", "1"]);
    let _client = served(&served_by.uri, &[]);
    Program::example("netcat", &[&served_by.uri]).wait().success();
    served_by.server.error_line_with("the limit of open connections is reached");
    let Some(text) = served_by.scrape() else { return };
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert_line(&text, "Content-Type: text/plain; version=0.0.4; charset=utf-8");
    let listener = format!("listener=\"{}\"", served_by.uri);
    assert_line(&text, "# TYPE tower_socket_accepted_total counter");
    assert_line(&text, &format!("tower_socket_accepted_total{{{listener}}} 2"));
    assert_line(&text, &format!("tower_socket_open{{{listener}}} 1"));
    let reason = "reason=\"limit_reached\"";
    assert_line(&text, &format!("tower_socket_rejected_total{{{listener},{reason}}} 1"));
}

#[test]
fn prometheus_learns_of_failed_handshakes() {
    let pki = Pki::new();
    let served_by = metrics_server(&["--cert", &pki.server]);
    let _client = served(&served_by.uri, &["--cafile", &pki.root]);
    Program::example("netcat", &[&served_by.uri]).wait().failure();
    served_by.server.error_line_with("failed during TLS handshake");
    let Some(text) = served_by.scrape() else { return };
    let listener = format!("listener=\"{}\"", served_by.uri.replace("tls:", "tcp:"));
    assert_line(&text, &format!("tower_socket_accepted_total{{{listener}}} 2"));
    assert_line(&text, &format!("tower_socket_handshaking{{{listener}}} 0"));
    assert_line(&text, &format!("tower_socket_errors_total{{{listener},kind=\"tls\"}} 1"));
}
