//! Files with something wrong in them, and keys in every form.

use tower_socket::{
    Error,
    layers::tls::{ClientTls, Identity, Roots, ServerTls},
};

use super::{identity, server, trusting};
use crate::support::{
    certificates::{Authority, Cipher, Leaf, file, self_signed},
    handshake::verdict,
    programs::program,
};

const NAME: &str = "foo.example";

fn refused(identity: Identity) -> String {
    let client = ClientTls::builder().identity(identity.clone()).build().map(drop);
    let server = ServerTls::builder().identity(identity).build().map(drop);
    let [client, server] = [client, server].map(Result::unwrap_err);
    assert!(client.is_invalid_input() && server.is_invalid_input());
    assert_eq!(client.to_string(), server.to_string());
    server.to_string()
}

fn refused_file(text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "server.pem", text);
    let error = refused(Identity::pem_file(&path));
    assert!(error.contains(&path), "{error}");
    error.replace(&path, "FILE")
}

// TLSS-19, TLSS-20
#[test]
fn a_missing_file_is_an_error_when_the_configuration_is_built() {
    let error = refused(Identity::pem_file("/nowhere/invalid.pem"));
    assert_eq!(error, "cannot read \"/nowhere/invalid.pem\": no such file or directory (ENOENT)");
}

#[test]
fn an_empty_file_contains_no_certificate() {
    assert_eq!(refused_file(""), "\"FILE\" contains no certificate in PEM (EINVAL)");
}

#[test]
fn a_certificate_without_its_key_is_refused() {
    let error = refused_file(&self_signed(&[NAME]).certificate.pem());
    assert_eq!(error, "\"FILE\" contains no private key in PEM (EINVAL)");
}

#[test]
fn a_key_that_belongs_to_another_certificate_is_refused() {
    let (one, other) = (self_signed(&[NAME]), self_signed(&[NAME]));
    let error = refused_file(&(one.certificate.pem() + &other.key.serialize_pem()));
    let expected =
        "the private key in \"FILE\" does not belong to the certificate in \"FILE\" (EINVAL)";
    assert_eq!(error, expected);
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let leaf = self_signed(&[NAME]);
    let cut = leaf.certificate.pem();
    let error = refused_file(&cut[..cut.len() - 40]);
    assert_eq!(error, "\"FILE\" ends inside its CERTIFICATE (EINVAL)");
    let cut = leaf.certificate.pem() + &leaf.encrypted_key("secret", Cipher::Aes256)[..200];
    assert_eq!(refused_file(&cut), "\"FILE\" ends inside its ENCRYPTED PRIVATE KEY (EINVAL)");
}

#[test]
fn garbage_in_pem_is_refused() {
    let key = self_signed(&[NAME]).key.serialize_pem();
    let garbage = "-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n";
    let error = refused_file(&(garbage.to_owned() + &key));
    assert!(error.starts_with("\"FILE\" is no valid PEM: "), "{error}");
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let error = refused_file(&(garbage.to_owned() + &key));
    assert_eq!(error, "\"FILE\" is no valid certificate (EINVAL)");
}

#[test]
fn roots_that_cannot_be_read_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let empty = file(&directory, "empty.pem", "");
    for roots in
        [Roots::none().pem_file("/nowhere/roots"), Roots::none().pem_directory("/nowhere/roots")]
    {
        let error = ClientTls::builder().roots(roots).build().unwrap_err();
        assert!(
            error.is_invalid_input() && error.to_string().contains("/nowhere/roots"),
            "{error}"
        );
    }
    for roots in [Roots::none().pem_file(&empty), Roots::none().pem_directory(directory.path())] {
        let error = ClientTls::builder().roots(roots).build().unwrap_err();
        let path = directory.path().to_str().unwrap();
        assert!(error.is_invalid_input() && error.to_string().contains(path), "{error}");
    }
}

#[test]
fn a_client_that_trusts_nobody_is_refused() {
    let error = ClientTls::builder().roots(Roots::none()).build().unwrap_err();
    assert_eq!(error.to_string(), "no root certificate was given (EINVAL)");
}

async fn check(authority: &Authority, server: Result<ServerTls, Error>) {
    let client = trusting(authority).build().unwrap();
    assert_eq!(verdict(&client, NAME, &server.unwrap()).await, Ok(()));
}

fn encrypted(leaf: &Leaf, cipher: Cipher) -> Identity {
    Identity::pem(leaf.certificate.pem(), leaf.encrypted_key("secret", cipher))
}

// TLSS-22
#[tokio::test]
async fn an_encrypted_key_opens_with_its_passphrase() {
    let authority = Authority::new();
    let leaf = authority.leaf(&[NAME]);
    for cipher in [Cipher::Aes128, Cipher::Aes256, Cipher::TripleDes] {
        let identity = encrypted(&leaf, cipher).passphrase("secret");
        check(&authority, ServerTls::builder().identity(identity).build()).await;
    }
}

// TLSC-24
#[tokio::test]
async fn a_client_opens_its_encrypted_key_too() {
    let authority = Authority::new();
    let identity = encrypted(&authority.leaf(&[NAME]), Cipher::TripleDes).passphrase("secret");
    let client = trusting(&authority).identity(identity).build().unwrap();
    let roots = Roots::none().pem(authority.certificate.pem());
    let server = ServerTls::builder().identity(super::identity(&authority.leaf(&[NAME])));
    let server = server.require_client_certificate(roots).build().unwrap();
    assert_eq!(verdict(&client, NAME, &server).await, Ok(()));
}

// TLSS-23
#[test]
fn an_encrypted_key_without_its_passphrase_asks_for_one() {
    let leaf = self_signed(&[NAME]);
    let error = refused_file(&(leaf.certificate.pem() + &leaf.encrypted_key("x", Cipher::Aes256)));
    let expected = "a passphrase is required: the private key in \"FILE\" is encrypted (EINVAL)";
    assert_eq!(error, expected);
}

// TLSS-24
#[test]
fn a_wrong_passphrase_is_called_so() {
    let leaf = self_signed(&[NAME]);
    for passphrase in ["wrong", ""] {
        let error = refused(encrypted(&leaf, Cipher::Aes256).passphrase(passphrase));
        let expected = "wrong passphrase for the private key in the PEM text given (EINVAL)";
        assert_eq!(error, expected);
    }
}

#[tokio::test]
async fn a_plain_key_ignores_the_passphrase() {
    let authority = Authority::new();
    let identity = identity(&authority.leaf(&[NAME])).passphrase("secret");
    check(&authority, ServerTls::builder().identity(identity).build()).await;
}

#[test]
fn a_key_in_the_old_encryption_is_refused_with_the_command_that_converts_it() {
    let leaf = self_signed(&[NAME]);
    let key = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\
               DEK-Info: DES-EDE3-CBC,0102030405060708\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let error = refused_file(&(leaf.certificate.pem() + key));
    assert!(error.contains("`openssl pkcs8 -topk8 -in OLD -out NEW` converts it"), "{error}");
}

#[test]
fn no_secret_is_shown_for_debugging() {
    let leaf = self_signed(&[NAME]);
    let identity = encrypted(&leaf, Cipher::Aes256).passphrase("secret");
    let shown = format!("{identity:?} {:?}", ServerTls::builder().identity(identity.clone()));
    assert!(!shown.contains("secret"), "{shown}");
    assert!(!format!("{:?}", server(&leaf)).contains(&leaf.key.serialize_pem()));
}

/// Makes a self-signed certificate with openssl, and runs it over its key.
async fn openssl_key(algorithm: &[&str], convert: &[&str]) {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (certificate, key, converted) = (path("certificate"), path("key"), path("converted"));
    let make =
        ["req", "-x509", "-nodes", "-subj", "/CN=foo", "-addext", "subjectAltName=DNS:foo.example"];
    for arguments in [
        [&make[..], algorithm, &["-out", &certificate, "-keyout", &key]].concat(),
        [convert, &["-in", &key, "-out", &converted]].concat(),
    ] {
        let Some(mut openssl) = program("openssl") else { return };
        let output = openssl.args(&arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let identity = Identity::pem_files(&certificate, &converted).passphrase("secret");
    let server = ServerTls::builder().identity(identity).build().unwrap();
    let client = ClientTls::builder().dangerous().allow_self_signed().build().unwrap();
    assert_eq!(verdict(&client, NAME, &server).await, Ok(()));
}

const RSA: &[&str] = &["-newkey", "rsa:2048"];
const EC: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

#[tokio::test]
async fn pkcs1_keys_of_openssl_are_read() {
    openssl_key(RSA, &["rsa", "-traditional"]).await;
}

#[tokio::test]
async fn sec1_keys_of_openssl_are_read() {
    openssl_key(EC, &["ec"]).await;
}

#[tokio::test]
async fn ed25519_keys_of_openssl_are_read() {
    openssl_key(&["-newkey", "ed25519"], &["pkey"]).await;
}

// TLSS-22
#[tokio::test]
async fn encrypted_keys_of_openssl_are_read() {
    for cipher in ["aes-128-cbc", "aes-256-cbc", "des3"] {
        openssl_key(EC, &["pkcs8", "-topk8", "-v2", cipher, "-passout", "pass:secret"]).await;
    }
    let scrypt = ["pkcs8", "-topk8", "-scrypt", "-passout", "pass:secret"];
    openssl_key(EC, &scrypt).await;
    let sha1 =
        ["pkcs8", "-topk8", "-v2", "des3", "-v2prf", "hmacWithSHA1", "-passout", "pass:secret"];
    openssl_key(RSA, &sha1).await;
}
