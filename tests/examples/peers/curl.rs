use crate::support::{Pki, Program, program};

fn curl(options: &[&str]) -> Option<String> {
    let mut curl = program("curl")?;
    curl.args(["--silent", "--show-error", "--include", "--noproxy", "*"]).args(options);
    Some(Program::start(&mut curl).end().success())
}

fn assert_page(answer: Option<String>) {
    let Some(answer) = answer else { return };
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("Hello world!"), "{answer}");
}

#[test]
fn curl_gets_a_page_over_http() {
    let server = Program::example("http_server", &["127.0.0.1:0"]);
    assert_page(curl(&[&server.listening()]));
}

#[test]
fn curl_posts_over_http() {
    let server = Program::example("http_server", &["127.0.0.1:0"]);
    assert_page(curl(&["--data", &"x".repeat(10_000), &server.listening()]));
}

#[test]
fn curl_gets_a_page_over_https() {
    let pki = Pki::new();
    let server = Program::example("http_server", &["127.0.0.1:0", "--cert", &pki.server]);
    assert_page(curl(&["--cacert", &pki.root, &server.listening()]));
}

#[test]
fn curl_gets_a_page_over_a_unix_socket() {
    let pki = Pki::new();
    let path = pki.path("http.sock");
    let server = Program::example("http_server", &[&format!("unix://{path}")]);
    assert_eq!(server.listening(), format!("unix://{path}"));
    assert_page(curl(&["--unix-socket", &path, "http://localhost/"]));
}

#[test]
fn curl_gets_a_page_over_https_on_a_unix_socket() {
    let pki = Pki::new();
    let path = pki.path("https.sock");
    let options = [&format!("unix://{path}"), "--cert", &pki.server];
    let server = Program::example("http_server", &options);
    server.listening();
    let options = ["--unix-socket", &path, "--cacert", &pki.root, "https://localhost/"];
    assert_page(curl(&options));
}
