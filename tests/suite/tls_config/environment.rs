//! What is read from the environment: each test runs itself again in a process
//! whose environment it chooses.

use std::{env, process::Command};

use tower_socket::{ErrorKind, layers::tls::ClientTls};

use super::{server, trusting};
use crate::support::{
    certificates::{Authority, file},
    handshake::verdict,
};

const NAME: &str = "foo.example";
const INSIDE: &str = "TOWER_SOCKET_TEST_INSIDE";

/// Whether this is the process inside.
fn inside() -> bool {
    env::var_os(INSIDE).is_some()
}

fn run_inside(test: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", &format!("tls_config::environment::{test}"), "--nocapture"]);
    command.env(INSIDE, "1").env_remove("SSL_CERT_DIR").envs(variables.iter().copied());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

// TLSC-15
#[tokio::test]
async fn by_default_the_roots_are_those_of_the_platform() {
    if inside() {
        let path = env::var("SSL_CERT_FILE").unwrap();
        let authority = std::fs::read(path.replace("root.pem", "server.pem")).unwrap();
        let server = super::ServerTls::builder();
        let server = server.identity(super::Identity::pem(authority.clone(), authority)).build();
        let server = server.unwrap();
        for client in [ClientTls::new(), ClientTls::builder().alpn(["h2"]).build().unwrap()] {
            assert_eq!(verdict(&client, NAME, &server).await, Ok(()));
        }
        return;
    }
    let authority = Authority::new();
    let directory = tempfile::tempdir().unwrap();
    let root = file(&directory, "root.pem", authority.certificate.pem());
    file(&directory, "server.pem", authority.leaf(&[NAME]).pem());
    run_inside("by_default_the_roots_are_those_of_the_platform", &[("SSL_CERT_FILE", &root)]);
}

#[test]
fn a_platform_without_roots_is_an_error_of_the_first_connection() {
    if inside() {
        for client in [ClientTls::new(), ClientTls::builder().build().unwrap()] {
            let error = client.config().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Tls);
            assert!(error.to_string().contains("no root certificates"), "{error}");
        }
        return;
    }
    let test = "a_platform_without_roots_is_an_error_of_the_first_connection";
    run_inside(test, &[("SSL_CERT_FILE", "/nowhere/roots.pem")]);
}

#[tokio::test]
async fn secrets_are_logged_when_asked_for_twice() {
    if inside() {
        let authority = Authority::new();
        let server = server(&authority.leaf(&[NAME]));
        let quiet = trusting(&authority).build().unwrap();
        assert_eq!(verdict(&quiet, NAME, &server).await, Ok(()));
        let path = env::var("SSLKEYLOGFILE").unwrap();
        assert!(!std::path::Path::new(&path).exists());
        let client = trusting(&authority).key_log().build().unwrap();
        assert_eq!(verdict(&client, NAME, &server).await, Ok(()));
        let log = std::fs::read_to_string(path).unwrap();
        assert!(log.contains("CLIENT_TRAFFIC_SECRET_0 "), "{log}");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys").to_str().unwrap().to_owned();
    run_inside("secrets_are_logged_when_asked_for_twice", &[("SSLKEYLOGFILE", &path)]);
}
