use crate::support::{Ended, Program, command};

fn self_signed(arguments: &[&str]) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let pem = Program::example("self_signed", arguments).end().success();
    let path = directory.path().join("made.pem").to_str().unwrap().to_owned();
    std::fs::write(&path, pem).unwrap();
    (directory, path)
}

fn echo(file: &str, options: &[&str]) -> Ended {
    let server =
        Program::start(command("echo_server").args(["127.0.0.1:0", "--cert", file]).args(options));
    let mut netcat = command("netcat");
    Program::run(netcat.args([&server.listening(), "--cafile", file]), "hello")
}

#[test]
fn the_file_serves_a_server_and_its_client() {
    let (_directory, file) = self_signed(&["localhost", "127.0.0.1"]);
    assert_eq!(echo(&file, &[]).success(), "hello");
}

#[test]
fn without_names_it_is_for_this_machine() {
    let (_directory, file) = self_signed(&[]);
    assert_eq!(echo(&file, &[]).success(), "hello");
}

#[test]
fn the_certificate_is_for_the_names_given() {
    let (_directory, file) = self_signed(&["other.example"]);
    let error = echo(&file, &[]).failure();
    assert!(error.contains("invalid peer certificate"), "{error}");
}

#[test]
fn a_passphrase_encrypts_the_key() {
    let (_directory, file) = self_signed(&["127.0.0.1", "--passphrase", "sesame"]);
    let pem = std::fs::read_to_string(&file).unwrap();
    assert!(pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----"), "{pem}");
    assert!(!pem.contains("-----BEGIN PRIVATE KEY-----"));

    assert_eq!(echo(&file, &["--passphrase", "sesame"]).success(), "hello");
    let wrong = ["127.0.0.1:0", "--cert", &file, "--passphrase", "wrong"];
    let error = Program::example("echo_server", &wrong).end().failure();
    assert!(error.contains(&file), "{error}");
}
