use std::fs;

use crate::support::{
    HOST, Pki, Program,
    certificates::{Authority, file},
    command,
};

// TLSS-21
#[test]
fn a_renewed_certificate_is_for_new_clients_and_old_ones_stay() {
    let pki = Pki::new();
    let server =
        Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server, "--watch"]);
    let uri = server.listening();
    let mut old = Program::example("netcat", &[&uri, "--cafile", &pki.root]);
    old.write("before\n");
    assert_eq!(old.line(), "before");

    let authority = Authority::new();
    let root = file(&pki.directory, "new-root.pem", authority.certificate.pem());
    let renewed = file(&pki.directory, "renewed.pem", authority.leaf(&[HOST]).pem());
    fs::rename(renewed, &pki.server).unwrap();
    server.line_with("Reloaded the certificate");

    let new = Program::run(command("netcat").args([&uri, "--cafile", &root]), "hello\n");
    assert_eq!(new.success(), "hello\n");
    old.write("after\n");
    assert_eq!(old.line(), "after");
    assert_eq!(old.end().success(), "");
}

#[test]
fn a_bad_certificate_is_told_of_and_the_old_one_stays() {
    let pki = Pki::new();
    let server =
        Program::example("echo_server", &["127.0.0.1:0", "--cert", &pki.server, "--watch"]);
    let uri = server.listening();
    fs::write(&pki.server, "no certificate").unwrap();
    let error = server.error_line_with("the certificate stays: ");
    assert!(error.contains("contains no certificate in PEM"), "{error}");
    let client = Program::run(command("netcat").args([&uri, "--cafile", &pki.root]), "hello\n");
    assert_eq!(client.success(), "hello\n");
}
