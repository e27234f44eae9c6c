use std::net::TcpListener;

use serde_json::Value;

use crate::support::{Ended, Pki, Program, command, port};

/// The rows, and the summary after them.
fn json(output: &str) -> (Vec<Value>, Value) {
    let mut lines: Vec<Value> =
        output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let summary = lines.pop().unwrap();
    (lines, summary)
}

/// `AAAA localhost: 1 address`
fn outcomes(rows: &[Value]) -> Vec<String> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let outcome =
        |row| format!("{} {}: {}", text(row, "phase"), text(row, "what"), text(row, "outcome"));
    rows.iter().map(outcome).collect()
}

fn time(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap()
}

fn has_ipv6() -> bool {
    TcpListener::bind("[::1]:0").is_ok()
}

fn connect(arguments: &[&str]) -> Ended {
    Program::run(command("connect").args(arguments).env_remove("NO_COLOR"), "")
}

#[test]
fn it_tells_how_the_race_went() {
    if !has_ipv6() {
        return;
    }
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    let port = port(&server.listening()).to_owned();
    let output = connect(&[&format!("localhost:{port}"), "--json"]).success();
    let (rows, summary) = json(&output);
    assert_eq!(
        outcomes(&rows),
        [
            "AAAA localhost: 1 address".to_owned(),
            "A localhost: 1 address".to_owned(),
            format!("TCP [::1]:{port}: ECONNREFUSED"),
            format!("TCP 127.0.0.1:{port}: won"),
        ]
    );
    assert!(time(&rows[2], "end_ms") <= time(&rows[3], "start_ms"), "{rows:?}");
    assert!(time(&rows[3], "end_ms") <= time(&summary, "elapsed_ms"), "{rows:?}");
    assert_eq!(rows[3]["won"], true);
    assert_eq!(summary["peer"], format!("tcp://127.0.0.1:{port}"));
    assert_eq!(summary["connected"], true);
}

#[test]
fn a_silent_handshake_is_drawn_beside_the_winner() {
    let pki = Pki::new();
    let server = Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let port = port(&server.listening()).to_owned();
    let Ok(_silent) = TcpListener::bind(format!("[::1]:{port}")) else { return };
    let uri = format!("tls://localhost:{port}");
    let picture = connect(&[&uri, "--cafile", &pki.root]).success();
    let lines: Vec<_> = picture.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 80 || line.starts_with("connected")));
    assert_eq!(lines[0], uri);
    for (line, start, end) in [
        (3, "AAAA localhost", "1 address"),
        (4, "A    localhost", "1 address"),
        (5, "TCP  ::1", "connected"),
        (6, "TLS ", "canceled"),
        (7, "TCP  127.0.0.1", "connected"),
        (8, "TLS ", "won"),
    ] {
        assert!(lines[line].starts_with(start) && lines[line].ends_with(end), "{picture}");
    }
    assert!(lines[6].contains('─') && lines[8].contains(['━', '╸']), "{picture}");
    assert!(!picture.contains('\x1b'), "{picture}");
    assert!(lines[10].starts_with(&format!("connected to tls://127.0.0.1:{port} in ")));
}

#[test]
fn a_failure_is_drawn_and_told() {
    let (closed, port) = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    };
    drop(closed);
    let ended = connect(&[&format!("localhost:{port}")]);
    assert!(ended.stdout.contains("TCP  127.0.0.1"), "{ended:?}");
    assert!(ended.stdout.contains("ECONNREFUSED"), "{ended:?}");
    assert!(ended.stdout.contains("failed after "), "{ended:?}");
    let error = ended.failure();
    assert!(
        error.starts_with(&format!("connection to tcp://localhost:{port} failed: ")),
        "{error}"
    );
}

#[test]
fn why_a_handshake_failed_is_below_its_row() {
    let (pki, other) = (Pki::new(), Pki::new());
    let server = Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let uri = format!("tls://localhost:{}", port(&server.listening()));
    let ended = connect(&[&uri, "--cafile", &other.root]);
    let below = "\n     invalid peer certificate: ";
    assert!(ended.stdout.contains(below), "{ended:?}");
    assert!(ended.failure().contains("failed during TLS handshake"));
}

#[test]
fn an_address_is_one_row() {
    let pki = Pki::new();
    let server = Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server]);
    let uri = server.listening();
    let (rows, summary) = json(&connect(&[&uri, "--cafile", &pki.root, "--json"]).success());
    let address = uri.strip_prefix("tls://").unwrap();
    assert_eq!(
        outcomes(&rows),
        [format!("TCP {address}: connected"), format!("TLS {address}: won")]
    );
    assert_eq!(summary["tls"], "TLSv1.3, TLS13_AES_256_GCM_SHA384");

    let directory = tempfile::tempdir().unwrap();
    let uri = format!("unix://{}", directory.path().join("a").display());
    let server = Program::example("echo_server", &[&uri]);
    server.listening();
    let (rows, summary) = json(&connect(&[&uri, "--json"]).success());
    assert_eq!(outcomes(&rows), [format!("Unix {uri}: won")]);
    assert_eq!(summary["peer"], uri);
}

#[test]
fn the_events_are_told_as_they_happen() {
    let server = Program::example("echo_server", &["127.0.0.1:0"]);
    let uri = server.listening().replace("127.0.0.1", "localhost");
    let ended = connect(&[&uri, "--trace"]);
    let names = ended.stderr.lines().map(|line| line.split_whitespace().nth(2).unwrap());
    let names: Vec<_> = names.collect();
    assert_eq!(names[..2], ["dns_query_started"; 2], "{ended:?}");
    assert_eq!(names.last(), Some(&"connection_selected"), "{ended:?}");
    ended.success();
}
